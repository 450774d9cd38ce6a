"""Erasing and re-keying in files as they are: planted values, found before and not after, and kills between any two steps."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import rig
from byte_scan import Planted

from visavis.domain.clock import Clock
from visavis.index.files import check_files
from visavis.records import rotation

SEALING = ("seals-pending 1", "seals-checkpointed 1", "seals-written 1", "pages-sealed 1")
ERASING = (
    *(f"{step} 1" for step in ("rows-overwritten", "codes-written", "codes-switched", "codes-discarded", "codes-removed", "erased")),
    *(f"sql-committed {number}" for number in (1, 2, 3, 4, 5, 6)),
)
REKEYING = (
    *(f"{step} 1" for step in ("rekey-begun", "rows-written", "rows-synced", "rekey-moved", "rekey-overwritten", "rekey-added")),
    *(f"{step} 1" for step in ("codes-switched", "codes-removed", "rekey-left")),
    *("rekey-moved 2", "rekey-added 2", "sql-committed 5", "sql-committed 6"),
)
LOAN = 2
NONE = {"rows": 0, "plain rows": 0, "texts": 0, "codes": 0, "plain codes": 0}


def make(folder: Path, files: int = 90) -> Path:
    """An archive of two households, both read, of which the second ends with the year 2030; a third of the files has no face."""
    (folder / "keys").mkdir(parents=True)
    archive = rig.make_archive(folder / "archive", rig.fill(folder / "ours", files))
    for path in sorted(rig.fill(folder / "loan", files).iterdir()):
        path.write_bytes(path.read_bytes() + b" of the loan")
        path.rename(path.with_name(f"lent {path.name}"))
    with rig.QuickArchive(archive) as opened:
        opened.add_source(folder / "loan", profile="household", title="Loan")
        opened.ingest(workers=0)
        with opened._session.writing() as records:
            records._database.raw.execute("UPDATE source SET live_until = '2030-12-31' WHERE number = 2")
    return archive


def planted_in(archive: Path, source: int) -> Planted:
    with rig.QuickArchive(archive, clock=rig.Later()) as opened:
        return Planted.of_source(opened._session.records(), source)


def assert_sound(archive: Path, clock: Clock | None = None) -> None:
    with rig.QuickArchive(archive, clock=clock) as opened:
        assert opened.verify().problems == ()
    assert check_files(archive / "codes") == []


def expire(archive: Path) -> None:
    with rig.QuickArchive(archive, clock=rig.Later()) as opened:
        opened.retention.expire()


def rekey(archive: Path) -> None:
    with rig.QuickArchive(archive) as opened:
        opened.retention.rekey_templates()


def test_what_was_planted_is_found_before_expiry_and_in_no_file_after_it(tmp_path):
    archive = make(tmp_path / "one")
    loan, ours = planted_in(archive, LOAN), planted_in(archive, 1)
    count, before = len(loan.rows), loan.found(archive)
    assert count >= 80
    assert (before["rows"], before["texts"]) == (count, 90)
    assert before["codes"] >= 0.8 * count  # the rest waits in memory, in no file
    expire(archive)
    assert loan.found(archive) == NONE
    assert ours.found(archive)["rows"] == len(ours.rows)
    assert_sound(archive, rig.Later())


def test_no_plain_template_lies_in_any_file_and_the_same_scan_finds_them_without_a_rotation(tmp_path, monkeypatch):
    turned = make(tmp_path / "turned")
    found = planted_in(turned, 1).found(turned)
    assert found["rows"] == len(planted_in(turned, 1).rows)
    assert (found["plain rows"], found["plain codes"]) == (0, 0)
    monkeypatch.setattr(rotation, "matrix_of", lambda secret, number, dim: np.eye(dim, dtype=np.float32))
    plain = make(tmp_path / "plain")
    planted = planted_in(plain, 1)
    found = planted.found(plain)
    assert found["plain rows"] == len(planted.rows)
    assert found["plain codes"] >= 0.8 * len(planted.rows)


def test_after_re_keying_no_row_or_code_of_the_old_rotations_lies_in_any_file(tmp_path):
    archive = make(tmp_path / "one")
    old = [planted_in(archive, number) for number in (1, LOAN)]
    assert all(planted.found(archive)["rows"] == len(planted.rows) for planted in old)
    rekey(archive)
    for planted in old:
        found = planted.found(archive)
        assert (found["rows"], found["plain rows"], found["codes"], found["plain codes"]) == (0, 0, 0, 0)
    new = [planted_in(archive, number) for number in (1, LOAN)]
    for before, after in zip(old, new, strict=True):
        assert np.abs(before.plain - after.plain).max() < 2e-3
    assert_sound(archive)


@pytest.mark.parametrize("when", [*ERASING, *SEALING])
def test_an_expiry_killed_at_any_step_is_finished_by_the_next(tmp_path, killer: rig.Killer, template_archive, when):
    archive, loan = template_archive(tmp_path)
    killer.kill(archive, when, "expire")
    assert_sound(archive, rig.Later())
    expire(archive)
    assert loan.found(archive) == NONE
    assert_sound(archive, rig.Later())
    with rig.QuickArchive(archive, clock=rig.Later()) as opened:
        assert opened.source("Loan").state == "erased"
        receipts = opened._session.records().erasures.receipts()
        assert sum(receipt.faces for receipt in receipts) == len(loan.rows)
        assert all(receipt.done_at for receipt in receipts)


@pytest.mark.parametrize("when", [*REKEYING, *SEALING])
def test_a_re_keying_killed_at_any_step_answers_as_before_and_is_finished_by_the_next(tmp_path, killer: rig.Killer, template_archive, when):
    archive, _ = template_archive(tmp_path)
    old, kept = planted_in(archive, 1), rig.contents(archive)
    killer.kill(archive, when, "rekey")
    assert_faces_find_themselves(archive)
    assert_sound(archive)
    rekey(archive)
    rig.assert_equal(rig.contents(archive), kept)
    assert_faces_find_themselves(archive)
    found = old.found(archive)
    assert (found["rows"], found["codes"]) == (0, 0)
    assert_sound(archive)


def assert_faces_find_themselves(archive: Path) -> None:
    with rig.QuickArchive(archive) as opened:
        for face_id in rig.face_ids(opened)[:40:9]:
            found = opened.search(face_id=face_id, threshold=0.9)
            assert face_id in [candidate.face_id for candidate in found.candidates]
            assert found.gallery_size == len(rig.face_ids(opened))


@pytest.fixture(scope="module")
def template_archive(tmp_path_factory):
    """Return a function that copies one archive and tells what is stored of its loan; making it anew takes too long."""
    folder = tmp_path_factory.mktemp("erasing") / "made"
    made = make(folder)
    loan = planted_in(made, LOAN)

    def copy(to: Path) -> tuple[Path, Planted]:
        shutil.copytree(folder, to / "made")
        return to / "made" / "archive", loan

    return copy
