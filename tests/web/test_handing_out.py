"""What leaves the house from the desk: each file on record by its hash before it is given, and nothing where the law says no."""

import csv
import datetime as dt
import hashlib
import io
import json
import os
import re
import shutil
import zipfile
from fractions import Fraction

import numpy as np
import pytest
from archive_forge import ARCHIVE_CHARTER
from PIL import Image

from visavis.records.cases import CaseFile
from visavis.testing.films import Part, Pose, Scene, Script, Studio, render
from visavis.wiring.archive import open_archive
from visavis.wiring.build import SystemClock

CANDIDATES = r"/candidates/([0-9a-f-]{36})\""
TO = {"recipient": "Head of collections", "because": "a loan"}


@pytest.fixture
def found(as_person, macron, museum, found_in):
    """Return Ines' browser, the address of her search, and its candidates."""
    ines = as_person("Ines")
    at = ines.search(macron, case=museum.own_case, reason="an undated print")
    return ines, at, found_in(CANDIDATES, ines.get(at).text)


def last(ledger_of, museum) -> dict:
    return json.loads(ledger_of(museum.folder)[-1])


def test_ticked_candidates_leave_as_a_table_on_record_by_its_hash(found, museum, ledger_of):
    ines, at, candidates = found
    answer = ines.post(f"{at}/export", {"pick": candidates[1:], **TO})
    assert answer.headers["content-type"].startswith("text/csv")
    assert re.fullmatch(r'attachment; filename="visavis-search-[0-9a-f]{8}\.csv"', answer.headers["content-disposition"])
    assert [row["candidate_id"] for row in csv.DictReader(io.StringIO(answer.text))] == candidates[1:]
    leaf = last(ledger_of, museum)
    assert (leaf["operation"], leaf["facts"]["what"], leaf["facts"]["faces"]) == ("disclosure", "search-csv", 1)
    assert leaf["facts"]["sha256"] == hashlib.sha256(answer.content).hexdigest()
    assert "loan" not in json.dumps(leaf)


def test_the_sheet_to_print_is_one_file_with_its_pictures(found, museum, ledger_of):
    ines, at, candidates = found
    answer = ines.post(f"{at}/sheet", {"pick": candidates, **TO})
    assert answer.text.count("data:image/jpeg;base64,") >= len(candidates)
    assert last(ledger_of, museum)["facts"]["what"] == "search-html"


@pytest.mark.parametrize("where", ["export", "sheet", "copies", "markers"])
@pytest.mark.parametrize(
    ("said", "status", "problem"),
    [({}, 403, "rule recipient-named"), ({"recipient": "Bob"}, 403, "rule recipient-named"), ({**TO, "pick": []}, 422, "is ticked")],
    ids=["to nobody", "for nothing", "nothing"],
)
def test_what_can_not_be_handed_out_comes_back_with_what_was_ticked_and_typed(found, where, said, status, problem):
    ines, at, candidates = found
    answer = ines.post(f"{at}/{where}", {"pick": candidates[:1], **said})
    assert answer.status_code == status
    assert problem in answer.text
    assert answer.text.count(" checked") == (status == 403)
    assert said.get("recipient", "") in answer.text


def test_a_candidate_of_another_search_can_not_be_ticked_in(found, macron, museum, found_in):
    ines, _, candidates = found
    other = ines.search(macron, case=museum.own_case, reason="again")
    assert ines.post(f"{other}/export", {"pick": candidates[:1], **TO}).status_code == 422


def files(answer) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(answer.content)) as package:
        return {name: package.read(name) for name in package.namelist()}


@pytest.mark.parametrize(("how", "longest"), [("originals", 9999), ("masked", 2400), ("faces", 320)])
def test_copies_leave_as_they_are_masked_or_cut(found, museum, ledger_of, how, longest):
    ines, at, candidates = found
    answer = ines.post(f"{at}/copies", {"pick": candidates, "how": how, **TO})
    assert answer.status_code == 200, answer.text
    inside = files(answer)
    contents = json.loads(inside.pop("contents.json"))
    assert [line["candidate_id"] for line in contents["candidates"]] == candidates
    for line in contents["candidates"]:
        body = inside[line["file"]]
        assert hashlib.sha256(body).hexdigest() == line["sha256"]
        picture = Image.open(io.BytesIO(body))
        assert max(picture.size) <= longest
        assert how == "originals" or not picture.getexif()
    leaf = last(ledger_of, museum)
    assert (leaf["facts"]["what"], leaf["facts"]["sha256"]) == ("copies", hashlib.sha256(answer.content).hexdigest())


def test_a_picture_that_changed_since_it_was_read_is_not_copied(found, museum, tmp_path_factory):
    ines, at, candidates = found
    (one,) = [root.path for root in _source(ines, "Museum").roots]
    whole = {path: (path.read_bytes(), path.stat()) for path in one.iterdir()}
    try:
        for path, (body, _) in whole.items():
            path.write_bytes(body + b"\0")
        contents = json.loads(files(ines.post(f"{at}/copies", {"pick": candidates, "how": "masked", **TO}))["contents.json"])
    finally:
        for path, (body, before) in whole.items():  # as they were, their times too: other tests read this folder again
            path.write_bytes(body)
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert [line["file"] for line in contents["candidates"]] == [None] * len(candidates)


def _source(browser, title):
    thread = browser.house.archive
    return thread._thread.submit(thread._act, None, lambda archive: archive.source(title)).result()


def test_a_reviewer_hands_nothing_out(found, as_person):
    _, at, candidates = found
    rolf = as_person("Rolf")
    assert "Hand out what is ticked" not in rolf.get(at).text
    assert rolf.post(f"{at}/export", {"pick": candidates, **TO}).status_code == 403


def test_at_home_results_leave_without_a_reason_and_without_a_record(as_person, museum, group, found_in, ledger_of):
    home = as_person("Ada")
    thread = home.house.archive
    case = thread._thread.submit(thread._act, None, lambda archive: archive.standing_case(archive.source("Family"))).result()
    at = home.search(group, case=case, face="2", reason="")
    page = home.get(at).text
    assert "Report of the whole case" not in page
    before = len(ledger_of(museum.folder))
    assert home.post(f"{at}/export", {"pick": found_in(CANDIDATES, page)[:1]}).status_code == 200
    assert not any('"operation":"disclosure"' in leaf for leaf in ledger_of(museum.folder)[before:])


def test_a_case_that_asks_about_one_person_hands_out_nobody_else(as_person, macron, museum, found_in, ledger_of):
    with open_archive(museum.folder) as archive:
        records = archive._session.records()
        ines_id = next(person.id for person in records.people.all() if person.name == "Ines")
        file = CaseFile(
            kind="case",
            profile="archive",
            title="One person",
            purpose="research",
            sources=frozenset({archive.source("Museum").number}),
            legal_reference="l",
            necessity="n",
            seeks="s",
            one_face=True,
            open_until=dt.date(2999, 1, 1),
            opened_by=ines_id,
        )
        with records.work(archive._session.actor) as work:
            case = records.cases.add(work, file)
    ines = as_person("Ines")
    at = ines.search(macron, case=case, reason="a print")
    picks = {"pick": found_in(CANDIDATES, ines.get(at).text), **TO}
    refused = ines.post(f"{at}/copies", {**picks, "how": "originals"})
    assert refused.status_code == 403
    assert "rule others-masked" in refused.text
    assert "others-masked" in ledger_of(museum.folder)[-1]
    assert ines.post(f"{at}/copies", {**picks, "how": "masked"}).status_code == 200


def test_a_trial_hands_nothing_out_and_the_refusals_are_in_the_ledger(opening, browser_of, album, examples, tmp_path, found_in, ledger_of):
    (tmp_path / "trial").mkdir()
    shutil.copy(examples / "emmanuel-macron-2014.jpg", tmp_path / "trial")
    today = SystemClock().now().date()
    head, rest = ARCHIVE_CHARTER.format(title="Trial").split("[controller]")
    kept = [line for line in head.splitlines() if not line.startswith(("purposes", "metadata", "valid_from"))]
    days = [f"valid_from = {today}", f"valid_to = {today + dt.timedelta(days=7)}"]
    written = "\n".join([*kept, *days, "", "[controller]" + rest.partition("[retention]")[0], "[[evidence]]", 'file = "deed.pdf"'])
    (tmp_path / "charter.toml").write_text(written.replace('"archive"', '"trial"'), encoding="utf-8")
    (tmp_path / "deed.pdf").write_bytes(b"deed")
    with open_archive(album) as archive:
        archive.people.add("Grace", ["owner"], passphrase="a long passphrase of the tests")
        archive.add_source(tmp_path / "trial", charter=tmp_path / "charter.toml")
        archive.ingest()
    desk = opening(album)
    browser = browser_of(desk)
    browser.get(f"/start?key={desk.house.start_key}")
    at = browser.search(examples / "emmanuel-macron-2014.jpg")
    picks = {"pick": found_in(CANDIDATES, browser.get(at).text), **TO}
    for where in ("export", "sheet", "copies", "markers"):
        refused = browser.post(f"{at}/{where}", picks)
        assert refused.status_code == 403
        assert "rule export-allowed" in refused.text
        assert '"refused":"export-allowed"' in ledger_of(album)[-1]


def report_of(museum) -> str:
    return f"/cases/{museum.own_case}/report"


def test_the_case_report_is_a_page_and_a_file_for_those_who_have_a_part_in_the_case(found, as_person, museum, ledger_of):
    ines, at, candidates = found
    ines.post(f"{at}/export", {"pick": candidates, **TO})
    page = ines.get(report_of(museum))
    assert page.status_code == 200
    assert "an undated print" in page.text
    assert "Head of collections" in page.text
    assert ines.get(f"{at}/candidates/{candidates[0]}/face.jpg").status_code == 200
    assert ines.post(report_of(museum), {"recipient": "Bob"}).status_code == 403
    answer = ines.post(report_of(museum), TO)
    assert "attachment" in answer.headers["content-disposition"]
    sha256 = hashlib.sha256(answer.content).hexdigest()
    assert last(ledger_of, museum)["facts"]["sha256"] == sha256
    assert sha256 in ines.get(report_of(museum)).text


def test_a_case_report_is_nothing_to_others_and_to_a_case_that_never_was(found, as_person, museum):
    ivan = as_person("Ivan")
    never = "/cases/01a20294-abe7-7094-a57f-37246b8fa3e5/report"
    answers = [ivan.get(report_of(museum)), ivan.post(report_of(museum), TO), ivan.get(never)]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert len({re.sub(r"Request [0-9a-f-]+", "", answer.text) for answer in answers}) == 1


def test_the_report_tells_what_people_decided_and_why(found, museum):
    ines, at, candidates = found
    ines.post(f"{at}/candidates/{candidates[0]}/verdict", {"says": "same", "grounds": "the left ear"})
    assert "same, Ines" in (page := ines.get(report_of(museum)).text)
    assert "the left ear" in page


@pytest.fixture
def cinema(opening, browser_of, album, examples, tmp_path):
    """Return a browser at home, over a photograph and two seconds of film in which two people are seen."""
    folder = tmp_path / "films"
    folder.mkdir()
    him = Part(portrait="barack-obama-senate.jpg", start=Pose(x=0.25, size=0.4), end=Pose(x=0.3, size=0.4))
    her = Part(portrait="jacinda-ardern-2022.jpg", start=Pose(x=0.75, size=0.4))
    script = Script(scenes=(Scene(seconds=2, parts=(him, her)),), width=480, height=270, rate=Fraction(6))
    (folder / "interview.mp4").write_bytes(render(Studio(examples), script).data)
    shutil.copy(examples / "barack-obama-2009.jpg", folder)
    with open_archive(album) as archive:
        archive.people.add("Grace", ["owner"], passphrase="a long passphrase of the tests")
        archive.add_source(folder, profile="household", title="Films")
        archive.ingest()
    desk = opening(album)
    browser = browser_of(desk)
    browser.get(f"/start?key={desk.house.start_key}")
    return browser


def test_a_moment_of_a_film_leaves_as_a_clip_as_markers_and_as_a_masked_frame(cinema, examples, found_in):
    at = cinema.search(examples / "barack-obama-2010.jpg")
    candidates = found_in(CANDIDATES, cinema.get(at).text)
    pages = {one: cinema.get(f"{at}/candidates/{one}").text for one in candidates}
    (film,) = [one for one, page in pages.items() if "Cut the clip" in page]
    clip = cinema.post(f"{at}/candidates/{film}/clip", {"masking": "others", "seconds": "5"})
    assert clip.headers["content-type"] == "video/mp4"
    assert clip.content[4:8] == b"ftyp"
    for wrong in ({"masking": "none"}, {"masking": "others", "seconds": "0"}, {"masking": "others", "seconds": "601"}):
        assert cinema.post(f"{at}/candidates/{film}/clip", wrong).status_code == 422
    (still,) = set(candidates) - {film}
    assert "is a photograph" in cinema.post(f"{at}/candidates/{still}/clip", {"masking": "others"}).text
    assert cinema.post(f"{at}/markers", {"pick": candidates, "as": "edl"}).text.startswith("TITLE: Visavis search")
    assert json.loads(cinema.post(f"{at}/markers", {"pick": candidates, "as": "otio"}).text)["OTIO_SCHEMA"].startswith("Timeline")
    inside = files(cinema.post(f"{at}/copies", {"pick": [film], "how": "masked"}))
    frame = np.asarray(Image.open(io.BytesIO(next(body for name, body in inside.items() if name.endswith(".jpg")))))
    her = frame[int(frame.shape[0] * 0.5), int(frame.shape[1] * 0.75)]
    assert np.abs(her.astype(int) - 127).max() <= 8  # the grey of a mask, after JPEG
    left_out = json.loads(files(cinema.post(f"{at}/copies", {"pick": [film], "how": "originals"}))["contents.json"])
    assert [line["file"] for line in left_out["candidates"]] == [None]
