"""Objections through the whole engine: real pictures, real faces, and the same pictures coming again."""

import io
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageEnhance
from typer.testing import CliRunner

import visavis
from visavis.cli.app import app
from visavis.domain.errors import InputError
from visavis.domain.progress import IngestProgress
from visavis.services.suppress import NOT_CAUGHT
from visavis.wiring.archive import Archive

GROUP, PORTRAIT = "group-composite.jpg", "barack-obama-senate.jpg"
OTHERS = 3
"""People in the group besides the one who objects."""


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return visavis.create(tmp_path_factory.mktemp("objections") / "archive")


@pytest.fixture(scope="module")
def archive(empty: Archive, examples: Path) -> Iterator[Archive]:
    """An archive of one group picture, in which one person has objected."""
    photos = empty.folder.parent / "photos"
    photos.mkdir()
    shutil.copy(examples / GROUP, photos)
    empty.add_source(photos, profile="household", title="Family")
    empty.ingest()
    (found,) = empty.search(examples.parent / "probe" / "barack-obama-2012.jpg").candidates
    report, erased = empty.suppressions.add(faces=[found.face_id], because="I never agreed")
    assert (report.faces, report.unseen, len(report.ids), erased) == (1, 0, 1, True)
    yield empty
    empty.close()


def changed(image: Image.Image, variant: str) -> Image.Image:
    width, height = image.size
    cut = {
        "left": (width // 5, 0, width, height),
        "right": (0, 0, width - width // 12, height),
        "top": (0, height // 6, width, height),
        "all round": (width // 10, height // 10, width - width // 10, height - height // 10),
    }
    if variant in cut:
        return image.crop(cut[variant])
    if variant == "brighter":
        return ImageEnhance.Brightness(image).enhance(1.1)
    scale = {"smaller": 0.6, "larger": 2.0}.get(variant, 1.0)
    return image.resize((round(width * scale), round(height * scale)), Image.Resampling.LANCZOS)


VARIANTS = ("smaller", "larger", "left", "right", "top", "all round", "brighter", "saved at 40")


@pytest.fixture(scope="module")
def again(archive: Archive, examples: Path) -> Archive:
    """The same archive after every variant of the picture, and its very bytes, came in another source."""
    folder = archive.folder.parent / "again"
    folder.mkdir()
    shutil.copy(examples / GROUP, folder / "same bytes.jpg")
    with Image.open(examples / GROUP) as image:
        for variant in VARIANTS:
            changed(image, variant).save(folder / f"{variant}.jpg", quality=40 if variant == "saved at 40" else 85)
    archive.add_source(folder, profile="household", title="Again")
    archive.ingest()
    return archive


def faces_of(archive: Archive) -> dict[str, int]:
    return {record.path: record.faces for record in archive.outcomes(source="Again")}


@pytest.fixture
def probe(examples: Path) -> Path:
    return examples.parent / "probe" / "barack-obama-2012.jpg"


@pytest.mark.parametrize("variant", ["same bytes", *VARIANTS])
def test_the_face_gets_no_template_in_any_copy_and_the_others_do(variant, again):
    assert faces_of(again)[f"{variant}.jpg"] == OTHERS


@pytest.mark.finding("Austria")
def test_no_search_finds_the_person_in_any_copy_and_every_other_is_found(again, probe, examples):
    assert {found.path for found in again.search(probe, sources=["Family", "Again"]).candidates} == set()
    collins = again.search(examples / "eileen-collins.jpg").candidates
    assert {found.path for found in collins} == {GROUP, "same bytes.jpg", *(f"{variant}.jpg" for variant in VARIANTS)}


def test_nothing_of_the_face_is_stored_with_a_copy_not_even_where_it_lies(again):
    ask = again._session.records()._database.raw.execute
    assert ask("SELECT count(*) FROM face").fetchone() == ask("SELECT count(*) FROM template").fetchone()
    in_groups = "SELECT count(*) FROM face JOIN appearance a ON a.number = appearance_number JOIN media m ON m.number = media_number "
    assert ask(in_groups + "JOIN source s ON s.number = m.source_number WHERE s.number < 3").fetchone() == (OTHERS * (2 + len(VARIANTS)),)
    assert set(ask("SELECT DISTINCT state FROM face")) == {("plain",)}


def test_another_photograph_of_the_person_comes_in_as_the_text_for_the_person_says(again, probe, examples):
    folder = again.folder.parent / "other"
    folder.mkdir()
    shutil.copy(examples / PORTRAIT, folder)
    again.add_source(folder, profile="household", title="Other")
    again.ingest()
    assert [found.path for found in again.search(probe).candidates] == [PORTRAIT]
    assert "another photograph of you" in NOT_CAUGHT


def test_the_totals_tell_sources_of_five_and_more_and_never_a_file(again):
    told = {total.title: total.faces for total in again.suppressions.totals()}
    assert told == {"Family": None, "Again": 1 + len(VARIANTS)}
    listed = CliRunner().invoke(app, ["suppress", "list", "--archive", str(again.folder)]).output
    assert "Again: 9 faces" in listed
    assert "Family: fewer than five faces" in listed
    assert ".jpg" not in listed


def test_no_outcome_says_that_a_face_was_left_out(again):
    assert {(record.reason.value, record.detail) for record in again.outcomes(source="Again")} == {("indexed", "")}


def test_an_objection_without_a_reason_or_a_face_or_to_an_unknown_one_is_refused(again):
    for asked in ({"because": " ", "urls": ["example.org/a.jpg"]}, {"because": "mine"}, {"because": "mine", "faces": ["nobody"]}):
        with pytest.raises(InputError):
            again.suppressions.add(**asked)


def test_the_command_takes_out_and_lifts_and_says_what_it_cannot_catch(examples, probe, tmp_path):
    run = CliRunner().invoke
    photos = tmp_path / "photos"
    photos.mkdir()
    shutil.copy(examples / PORTRAIT, photos)
    with visavis.create(tmp_path / "archive") as made:
        made.add_source(photos, profile="household", title="Family")
        made.ingest()
        (found,) = made.search(probe).candidates
    asked = ["--candidate", found.candidate_id, "--because", "I never agreed", "--archive", str(tmp_path / "archive")]
    told = json.loads(run(app, ["suppress", "add", *asked, "--format", "json"]).output)
    assert (told["faces"], told["erased"], told["for_the_person"]) == (1, True, NOT_CAUGHT)
    with visavis.open(tmp_path / "archive") as opened:
        assert opened.search(probe).candidates == ()
    lift = run(app, ["suppress", "lift", *told["suppressions"], "--because", "at their wish", "--archive", str(tmp_path / "archive")])
    assert lift.output == "lifted; the face comes back only with a file that is read anew\n"
    with Image.open(examples / PORTRAIT) as image:
        image.save(photos / "again.jpg", quality=80)
    with visavis.open(tmp_path / "archive") as opened:
        opened.ingest()
        assert [found.path for found in opened.search(probe).candidates] == ["again.jpg"]


@pytest.mark.parametrize(("option", "value"), [("urls", "https://Press.Example/2026/a.jpg"), ("assets", "AFP-1234")])
def test_a_picture_named_by_url_or_asset_id_stores_no_face_when_it_comes(option, value, examples, tmp_path):
    folder = tmp_path / "photos" / "press.example" / "2026"
    folder.mkdir(parents=True)
    with Image.open(examples / PORTRAIT) as image:
        said = io.BytesIO()
        xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        xmp += b'rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:identifier="afp-1234"/></rdf:RDF></x:xmpmeta>'
        image.save(said, "JPEG", quality=90, xmp=xmp)
    (folder / "a.jpg").write_bytes(said.getvalue())
    with visavis.create(tmp_path / "archive") as made:
        made.suppressions.add(because="mine", **{option: [value]})
        made.add_source(tmp_path / "photos", profile="household", title="Press")
        assert made.ingest().faces == 0
        assert {record.reason.value for record in made.outcomes()} == {"no-face"}


def test_an_objection_that_comes_while_pictures_are_read_without_a_look_at_likeness_is_heard(tmp_path, examples, probe, monkeypatch):
    known, coming = tmp_path / "known", tmp_path / "coming"
    for folder in (known, coming):
        folder.mkdir()
    shutil.copy(examples / GROUP, known)
    with visavis.create(tmp_path / "archive") as archive, visavis.open(tmp_path / "archive") as other:
        archive.add_source(known, profile="household", title="Known")
        archive.ingest()
        (found,) = archive.search(probe).candidates
        for place, name in enumerate(("landscape", "eileen-collins", "rishi-sunak")):
            shutil.copy(examples / f"{name}.jpg", coming / f"{place}.jpg")
        with Image.open(examples / GROUP) as image:
            changed(image, "smaller").save(coming / "3.jpg")
        archive.add_source(coming, profile="household", title="Coming")
        parts = archive._parts
        monkeypatch.setattr(archive, "_parts", lambda *given: replace(parts(*given), batch_files=1))
        objected = []

        def progress(now: IngestProgress) -> None:
            if now.files_done == 3 and not objected:  # the group is being read by now, and nobody has objected to anything
                objected.append(other.suppressions.add(faces=[found.face_id], because="I never agreed"))

        archive.ingest(sources=["Coming"], progress=progress)
        assert len(objected) == 1
        faces = {record.path: record.faces for record in archive.outcomes(source="Coming")}
        assert faces == {"0.jpg": 0, "1.jpg": 1, "2.jpg": 1, "3.jpg": OTHERS}
