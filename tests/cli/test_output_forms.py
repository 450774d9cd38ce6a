import csv
import dataclasses
import datetime as dt
import io
import json
import re
import weakref
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from visavis.cli.output import reading
from visavis.cli.output.document import COLUMNS, emit, search_document, write_csv
from visavis.cli.output.page import write_page
from visavis.cli.output.reading import LEAD
from visavis.cli.output.table import console, position, write_faces, write_table
from visavis.domain.face import AnalysedFace, Box, Quality
from visavis.domain.identification import Candidate, ExpectedHits, ProbePicture, SearchResult, Threshold
from visavis.domain.ids import CaseId, FaceId, MediaId, SearchId, SourceId

BOX = Box(left=0.25, top=0.25, width=0.5, height=0.5)
HOSTILE = '\x1b[2J<script>alert(1)</script>"\n=cmd\udcff'


@pytest.fixture(autouse=True)
def _plain_surroundings(monkeypatch):
    for name in ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def face(box: Box = BOX, **quality: float) -> AnalysedFace:
    measures = {"size_px": 90.0, "yaw": 0.0, "pitch": 0.0, "roll": 0.0, "sharpness": 20.0, "exposure": 0.5, "score": 0.9, "norm": 10.0}
    vector = np.full(4, 0.515625, np.float32)
    return AnalysedFace(box=box, landmarks_5x2=np.zeros((5, 2), np.float32), quality=Quality(**measures | quality), vector=vector)


def probe(name: str = "jane-doe.jpg", faces: int = 2, picked: tuple[int, ...] = (1,)) -> ProbePicture:
    boxes = [Box(left=0.05 + 0.3 * i, top=0.1, width=0.2, height=0.3) for i in range(faces)]
    return ProbePicture(name=name, image_rgb=np.full((60, 80, 3), 120, np.uint8), faces=tuple(face(box) for box in boxes), picked=picked)


def candidate(rank: int = 1, **changes: object) -> Candidate:
    plain = Candidate(
        rank=rank,
        candidate_id=f"c{rank}",
        face_id=FaceId(f"f{rank}"),
        media_id=MediaId(f"m{rank}"),
        source_id=SourceId("s1"),
        source_title="Press pictures",
        group=f"g{rank}",
        kind="photo",
        similarity=0.9 - rank / 1000,
        path=f"1962/{rank}.jpg",
        captured_at="1962",
        start_s=0.0,
        end_s=0.0,
        box=BOX,
    )
    return dataclasses.replace(plain, **changes)


def result(*candidates: Candidate, **changes: object) -> SearchResult:
    plain = SearchResult(
        search_id=SearchId("search-1"),
        case_id=CaseId("case-1"),
        at=dt.datetime(2026, 11, 22, 9, 30, tzinfo=dt.UTC),
        probes=(probe(),),
        gallery_size=48_231,
        threshold=Threshold(value=0.36342, trial="FPIR 0.01, N = 5,749, R = 1, 7,484 mated searches"),
        pack="pack-f32",
        candidates=candidates,
    )
    return dataclasses.replace(plain, **changes)


def table(answer: SearchResult) -> str:
    stream = io.StringIO()
    write_table(answer, console(stream))
    return stream.getvalue()


def rows(answer: SearchResult) -> list[dict[str, str]]:
    stream = io.StringIO()
    write_csv(answer, stream)
    return list(csv.DictReader(io.StringIO(stream.getvalue())))


def page(answer: SearchResult, open_pixels=lambda _: np.full((40, 60, 3), 200, np.uint8)) -> str:
    stream = io.StringIO()
    write_page(answer, open_pixels, stream)
    return stream.getvalue()


class Elements(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def values(self, attribute: str) -> list[str | None]:
        return [attributes[attribute] for _, attributes in self.found if attribute in attributes]


EXPECTED = ExpectedHits(count=0.0312, low=0.02, high=0.05, own=False, data="made", probes=("usual",), ranked_by="cosine")


def test_what_is_expected_of_strangers_stands_in_every_form():
    line = "about 0.031 strangers (0.02 to 0.05) would reach 0.363 among these 48,231 faces; not measured on your pictures"
    answer = result(candidate(strangers=0.0312), candidate(2, strangers=1e-9), expected=EXPECTED, expected_false_hits=line)
    document = search_document(answer)
    assert document["expected"]["count"] == 0.0312
    assert [one["strangers"] for one in document["candidates"]] == [0.0312, 1e-6]
    assert [row["strangers"] for row in rows(answer)] == ["0.0312", "1e-06"]
    text = table(answer)
    assert "0.031" in text
    assert "<0.001" in text
    assert "not a probability" in " ".join(text.split())
    html = page(answer)
    assert "about 0.031 strangers would score this high" in html
    assert "fewer than 0.001 strangers would score this high" in html
    assert line in html
    assert "strangers" not in table(result(candidate())).lower()  # nothing was measured


def test_the_document_has_the_documented_keys_and_no_others():
    document = search_document(result(candidate(), expected=EXPECTED))
    text = (Path(__file__).parents[2] / "docs/reference/search-json.md").read_text("utf-8")
    documented = set(re.findall(r"`([a-z_]+)`", "\n".join(line.split("|")[1] for line in text.splitlines() if line.startswith("| `"))))
    assert documented == (document.keys() | document["expected"].keys() | document["candidates"][0].keys() | {"name", "faces"})
    assert document["probe"]["photos"][0].keys() == {"name", "faces"}
    assert document["probe"]["photos"][0]["faces"][1] == {
        "number": 2, "box": {"left": 0.35, "top": 0.1, "width": 0.2, "height": 0.3}, "picked": False, "weak": [],
    }  # fmt: skip


def test_numbers_are_rounded_alike_so_that_no_candidate_seems_to_lie_below_the_threshold():
    document = search_document(result(candidate(similarity=0.36344)))
    assert document["candidates"][0]["similarity"] == document["threshold"] == 0.3634


def test_near_duplicates_are_never_folded_in_json_or_csv():
    answer = result(candidate(1), candidate(2, group="g1"), candidate(3, group="g1"))
    assert [row["rank"] for row in search_document(answer)["candidates"]] == [1, 2, 3]
    assert [row["rank"] for row in rows(answer)] == ["1", "2", "3"]


def test_json_is_one_sorted_ascii_object_that_reads_back():
    stream = io.StringIO()
    emit(search_document(result(candidate(path="été/\x9b2J\n" + HOSTILE))), stream)
    text = stream.getvalue()
    assert text.isascii()
    read = json.loads(text)
    assert list(read) == sorted(read)
    assert read["candidates"][0]["path"] == "été/\x9b2J\n" + HOSTILE.replace("\udcff", r"\xff")


def test_json_refuses_what_json_can_not_hold():
    with pytest.raises(ValueError, match="not JSON compliant"):
        emit({"rate": float("nan")}, io.StringIO())


def test_no_form_holds_a_vector():
    answer = result(candidate())
    stream = io.StringIO()
    emit(search_document(answer), stream)
    assert "0.515625" not in stream.getvalue() + table(answer) + page(answer)


def test_csv_has_one_row_a_candidate_under_stable_names():
    (row,) = rows(result(candidate(weaknesses=("small", "blurred"), offline=True, captured_at=None)))
    assert tuple(row) == COLUMNS
    assert (row["box_left"], row["weak"], row["offline"], row["captured_at"]) == ("0.25", "small; blurred", "true", "")


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_a_text_that_a_spreadsheet_would_run_is_disarmed(start):
    (row,) = rows(result(candidate(path=f"{start}1+1.jpg", source_title=f"{start}x", similarity=-0.25)))
    assert (row["path"], row["source_title"], row["similarity"]) == (f"'{start}1+1.jpg", f"'{start}x", "-0.25")


def test_a_hostile_name_stays_in_its_cell_and_on_its_line():
    stream = io.StringIO()
    write_csv(result(candidate(path=HOSTILE)), stream)
    assert stream.getvalue().count("\n") == 2
    assert "\x1b" not in stream.getvalue()
    stream.getvalue().encode("utf-8")


def test_the_table_says_n_threshold_trial_and_pack_first_and_lead_last():
    lines = table(result(candidate())).splitlines()
    head = " ".join(lines[:4])
    assert "1 candidate among N = 48,231 templates" in head
    assert "threshold 0.363" in head
    assert "pack-f32" in head
    assert "FPIR 0.01" in head
    assert lines[-1] == LEAD


def test_the_table_folds_near_duplicates_and_loses_nothing_at_80_columns():
    long = "1962/" + "a-very-long-folder-name/" * 4 + "end.jpg"
    best = candidate(1, path=long, weaknesses=("small", "turned away", "blurred"), offline=True, captured_at="2016-05-14T09:30:00")
    text = table(result(best, candidate(2, group="g1"), candidate(3, group="g1"), candidate(4, captured_at=None)))
    assert max(map(len, text.splitlines())) <= 80
    for expected in ("+2 near-duplicates", "offline", "undated", "2016-05-14", "0.899", "50%"):
        assert expected in text
    assert "1962/2.jpg" not in text
    header = next(line for line in text.splitlines() if "similarity" in line)
    start, end, notes = header.index("path"), header.index("face"), header.index("notes")
    assert long in "".join(line[start:end].strip() for line in text.splitlines())
    assert "weak: small, turned away, blurred" in " ".join(line[notes:].strip() for line in text.splitlines())


def test_a_piped_table_has_no_colour_and_no_escape_codes_even_of_a_hostile_name():
    text = table(result(candidate(path=HOSTILE, source_title="[red]x[/red] :smile:"), notices=(HOSTILE,)))
    assert "\x1b" not in text
    text.encode("utf-8")
    assert r"\x1b[2J" in text
    assert "[red]x" in text


def test_no_color_is_heeded_on_a_terminal(monkeypatch):
    def colours() -> list[str]:
        stream = Terminal()
        write_table(result(candidate(), notices=("A note.",)), console(stream))
        return re.findall(r"\x1b\[[0-9;]*3[0-7]m", stream.getvalue())

    assert colours()
    monkeypatch.setenv("NO_COLOR", "1")
    assert not colours()


def test_an_empty_list_says_what_to_try_and_nothing_of_what_lies_below():
    text = table(result())
    assert "No candidate among" in text
    assert "--threshold" in text
    assert "visavis why" in text
    assert text.splitlines()[-1] == LEAD


def test_an_empty_gallery_points_to_the_status():
    assert "visavis status" in table(result(gallery_size=0))


def test_undated_pictures_left_out_are_counted():
    assert "214 templates left out by the date filter" in table(result(candidate(), undated_left_out=214))


def test_candidates_of_several_probe_faces_say_which():
    text = table(result(candidate(1, group="g1"), candidate(2, group="g1", probe_face=2)))
    assert "probe face 1" in text
    assert "probe face 2" in text


def test_a_moving_appearance_says_when():
    assert "1:05-1:01:10" in table(result(candidate(start_s=65.0, end_s=3669.4)))


@pytest.mark.parametrize(
    ("start", "end", "told"),
    [
        (7.04, 9.96, "0:07-0:10"),
        (7.04, 9.0, "0:07.0-0:09.0"),
        (7.16, 7.88, "0:07.1-0:07.9"),
        (1.1, 2.3, "0:01.1-0:02.3"),
        (59.5, 59.96, "0:59.5-1:00.0"),
        (65.0, 65.0, "1:05.0"),
        (3_659.0, 3_661.5, "1:00:59-1:01:02"),
    ],
)
def test_an_appearance_lies_within_the_times_that_are_told_of_it_and_a_short_one_in_tenths(start, end, told):
    assert reading.span(start, end) == told


def test_the_faces_of_a_probe_are_listed_with_number_place_size_and_quality():
    stream = io.StringIO()
    picture = dataclasses.replace(probe("my photo.jpg", picked=()), faces=(face(BOX), face(BOX, size_px=20.0, sharpness=2.0)))
    write_faces((picture,), console(stream))
    text = stream.getvalue()
    assert "my photo.jpg: 2 faces" in text
    assert re.search(r"1 +centre +90 px +good", text)
    assert re.search(r"2 +centre +20 px +small, blurred", text)


def test_a_day_stays_whole_on_a_narrow_terminal():
    stream = io.StringIO()
    dated = dataclasses.replace(candidate(1), captured_at="2010-05-10", path="a-long-name-of-a-folder/and-of-a-photograph.jpg")
    write_table(result(dated), Console(file=stream, width=60))
    assert "2010-05-10" in stream.getvalue()


def test_places_in_the_picture_are_named():
    places = {position(Box(left=x, top=y, width=0.1, height=0.1)) for x in (0.1, 0.45, 0.8) for y in (0.1, 0.45, 0.8)}
    assert places == {"top left", "top", "top right", "left", "centre", "right", "bottom left", "bottom", "bottom right"}


def test_the_page_asks_nothing_of_any_network_and_runs_no_script():
    text = page(result(candidate(1), candidate(2, group="g1")))
    elements = Elements(text)
    assert not {"script", "link", "iframe", "a", "base", "form", "object"} & {tag for tag, _ in elements.found}
    assert all(source.startswith("data:image/jpeg;base64,") for source in elements.values("src"))
    assert "url(" not in text
    assert "@import" not in text
    policy = "default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'"
    assert any(policy in (content or "") for content in elements.values("content"))
    assert not [name for _, attributes in elements.found for name in attributes if name.startswith("on")]


def test_hostile_text_is_shown_on_the_page_and_never_obeyed():
    hostile = result(
        candidate(path=HOSTILE, source_title=HOSTILE, captured_at=HOSTILE, weaknesses=(HOSTILE,)),
        probes=(probe(HOSTILE),), notices=(HOSTILE,), pack=HOSTILE, threshold=Threshold(value=0.3, trial=HOSTILE), case_id=CaseId(HOSTILE),
    )  # fmt: skip
    text = page(hostile)
    text.encode("utf-8")
    assert "<script" not in text
    assert "\x1b" not in text
    assert r"\x1b[2J&lt;script&gt;" in text


def test_the_page_says_n_threshold_trial_pack_case_notices_and_lead():
    text = page(result(candidate(), notices=("Ingest is running.",), undated_left_out=3))
    for expected in ("N = 48,231 templates", "0.363", "FPIR 0.01", "pack-f32", "case-1", "22 November 2026", "Ingest is running.", LEAD):
        assert expected in text
    assert "3 templates left out by the date filter" in text


def test_every_face_opens_its_whole_picture_with_its_box():
    elements = Elements(page(result(candidate(1), candidate(2, group="g1"), candidate(3))))
    popovers = [attributes["id"] for _, attributes in elements.found if "popover" in attributes]
    openers = [a["popovertarget"] for tag, a in elements.found if tag == "button" and "popovertargetaction" not in a]
    assert popovers == openers == ["view-1", "view-2", "view-3"]
    assert len(set(elements.values("id"))) == len(elements.values("id"))
    boxes = [a["style"] for _, a in elements.found if a.get("class") == "box picked"]
    assert boxes.count("left:25.00%;top:25.00%;width:50.00%;height:50.00%") == 3


def test_a_box_beyond_the_picture_is_cut_at_its_edge():
    assert "left:0.00%;top:50.00%;width:100.00%;height:50.00%" in page(
        result(candidate(box=Box(left=-0.2, top=0.5, width=1.5, height=0.9)))
    )


def test_a_number_stands_above_its_face_and_within_the_box_where_the_picture_ends():
    low, high = (Box(left=0.1, top=top, width=0.2, height=0.3) for top in (0.4, 0.02))
    picture = dataclasses.replace(probe(), faces=(face(low), face(high)))
    classes = [c for c in Elements(page(result(candidate(), probes=(picture,)))).values("class") if c and c.startswith("box")]
    assert classes[:2] == ["box picked", "box at-top"]


def test_near_duplicates_are_folded_under_their_best():
    text = page(result(candidate(1), candidate(2, group="g1"), candidate(3, group="g1"), candidate(4)))
    assert text.count('<li class="card">') == 2
    assert re.findall(r"<summary>(.*?)</summary>", text) == ["+2 near-duplicates"]


def test_an_original_out_of_reach_gets_a_placeholder_and_keeps_its_details():
    text = page(result(candidate()), lambda _: None)
    assert text.count("Original not reachable now") == 2
    assert "1962/1.jpg" in text


def test_every_picture_has_an_alternative_text_and_none_tells_a_name():
    elements = Elements(page(result(candidate(1), candidate(2))))
    texts = [attributes.get("alt") for tag, attributes in elements.found if tag == "img"]
    assert texts[0] == "Your photo 1, with 2 faces in numbered boxes"
    assert all(texts)
    assert not any("jane" in text for text in texts)


def test_the_page_has_landmarks_a_language_and_a_viewport():
    found = Elements(page(result(candidate()))).found
    assert {"header", "main", "footer"} <= {tag for tag, _ in found}
    assert ("html", {"lang": "en"}) in found
    assert any(attributes.get("name") == "viewport" for _, attributes in found)


def test_an_empty_page_says_what_to_try_and_a_probe_from_the_archive_has_no_photo():
    text = page(result(probes=()))
    assert "visavis why PROBE FILE" in text
    assert "already" in text
    assert "<img" not in text


def test_one_original_at_a_time_is_in_memory():
    alive: list[weakref.ref[np.ndarray]] = []
    written: list[str] = []

    def open_pixels(_: Candidate) -> np.ndarray:
        assert not any(reference() is not None for reference in alive)
        assert len("".join(written)) > 600 * len(alive)
        image = np.full((40, 60, 3), 200, np.uint8)
        alive.append(weakref.ref(image))
        return image

    class Sink(io.StringIO):
        def write(self, text: str) -> int:
            written.append(text)
            return len(text)

    write_page(result(*(candidate(rank, group=f"g{rank // 3}") for rank in range(1, 31))), open_pixels, Sink())
    assert len(alive) == 30


def luminance(colour: str) -> float:
    digits = colour if len(colour) == 6 else "".join(digit * 2 for digit in colour)
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_text_contrast_is_aa_in_light_dark_and_print():
    style = (resources.files("visavis.cli.output") / "templates/search.css").read_text("utf-8")
    palettes = [dict(re.findall(r"--([a-z-]+): #([0-9a-f]{3,6})", rule)) for rule in re.findall(r":root \{(.*?)\}", style, re.DOTALL)]
    assert len(palettes) == 3
    for palette in palettes:
        for ink in ("ink", "soft", "link", "warn"):
            for ground in ("paper", "sheet", "shade"):
                lighter, darker = sorted((luminance(palette[ink]), luminance(palette[ground])), reverse=True)
                assert (lighter + 0.05) / (darker + 0.05) >= 4.5, (ink, ground)  # WCAG 2.2, 1.4.3
