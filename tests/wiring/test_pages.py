"""A scan of several pages through the whole engine: found by page, read once, objected to and erased by page."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import visavis
from visavis.cli.output.page import write_page
from visavis.domain.identification import Candidate
from visavis.services.erasure import EraseQuestion
from visavis.wiring.archive import Archive

SHEETS = ("eileen-collins.jpg", "barack-obama-senate.jpg", "rishi-sunak.jpg")
PROBE = "barack-obama-2012.jpg"


def scan(examples: Path, *, scale: float = 1.0) -> bytes:
    """Return a TIFF: an empty sheet, and a portrait on each of three."""
    sheets = [Image.new("RGB", (300, 400), "white")]
    for name in SHEETS:
        with Image.open(examples / name) as photo:
            photo.thumbnail((480 * scale, 480 * scale))
            sheets.append(photo.convert("RGB"))
    stream = io.BytesIO()
    sheets[0].save(stream, "TIFF", save_all=True, append_images=sheets[1:], compression="tiff_deflate")
    return stream.getvalue()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, examples: Path) -> Iterator[Archive]:
    """An archive of one scan, and what was read of it."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "scans").mkdir()
    (folder / "scans" / "album.tif").write_bytes(scan(examples))
    with visavis.create(folder / "archive") as opened:
        opened.add_source(folder / "scans", profile="household", title="Scans")
        assert opened.ingest().outcomes == {"indexed": 1}
        yield opened


def found(archive: Archive, examples: Path, name: str) -> list[Candidate]:
    return list(archive.search(examples / name).candidates)


def by_page(archive: Archive) -> list[tuple[str, int]]:
    """Return (source, page) of every face that a search may show."""
    query = "SELECT s.source_number, f.at_ticks FROM searchable s JOIN face f ON f.number = s.face_number"
    return sorted(archive._session.records()._database.raw.execute(query).fetchall())


def test_a_face_is_found_on_its_page_shown_from_it_and_told_with_it(archive, examples):
    for page, name in enumerate(SHEETS, start=2):
        (candidate,) = found(archive, examples, name)
        assert (candidate.path, candidate.page, candidate.kind, candidate.moment) == ("album.tif", page, "photo", None)
        with Image.open(examples / name) as photo:
            photo.thumbnail((480, 480))
            np.testing.assert_array_equal(archive.original_opener()(candidate), np.array(photo.convert("RGB")))
        (own,) = [face for face in archive.why(examples / name, Path("album.tif")).faces if face.rank == 1]
        assert own.page == page
    page = io.StringIO()
    write_page(archive.search(examples / SHEETS[2]), archive.original_opener(), page)
    assert "album.tif, page 4" in page.getvalue()


def test_a_scan_that_has_not_changed_is_not_read_again_and_its_copy_is_known_by_its_content(archive, examples):
    again = archive.ingest()
    assert (again.unchanged, again.outcomes) == (1, {})
    folder = archive.sources()[0].roots[0].path
    copy = folder / "copy.tif"
    copy.write_bytes((folder / "album.tif").read_bytes())
    assert archive.ingest().outcomes == {"duplicate": 1}
    copy.unlink()
    archive.ingest(confirm_missing=True)
    assert [page for _, page in by_page(archive)] == [2, 3, 4]


def test_an_objection_takes_out_one_page_s_face_and_keeps_it_out_of_a_new_scan_of_it(tmp_path, examples):
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "album.tif").write_bytes(scan(examples))
    with visavis.create(tmp_path / "archive") as opened:
        opened.add_source(tmp_path / "scans", profile="household", title="Scans")
        opened.ingest()
        (candidate,) = opened.search(examples.parent / "probe" / PROBE).candidates
        report, erased = opened.suppressions.add(faces=[candidate.face_id], because="I never agreed")
        assert (report.faces, report.unseen, erased, candidate.page) == (1, 0, True, 3)
        assert by_page(opened) == [(1, 2), (1, 4)]
        (tmp_path / "again").mkdir()
        (tmp_path / "again" / "same bytes.tif").write_bytes(scan(examples))
        (tmp_path / "again" / "smaller.tif").write_bytes(scan(examples, scale=0.7))
        opened.add_source(tmp_path / "again", profile="household", title="Again")
        opened.ingest()
        assert by_page(opened) == [(1, 2), (1, 4), (2, 2), (2, 2), (2, 4), (2, 4)]
        (face,) = (one.face_id for one in opened.search(examples / SHEETS[0], sources=["Scans"]).candidates)
        opened.erasure.run(EraseQuestion(faces=(face,)))
        assert by_page(opened)[0] == (1, 4)
        (media,) = {one.media_id for one in opened.search(examples / SHEETS[2], sources=["Scans"]).candidates}
        opened.erasure.run(EraseQuestion(media=(media,)))
        assert {source for source, _ in by_page(opened)} == {2}
        assert opened.verify().problems == ()
