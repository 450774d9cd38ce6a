import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import rig

from visavis.domain.errors import InputError
from visavis.domain.identification import SearchResult
from visavis.records import tables


class Bench:
    """A source of pictures and its archive."""

    def __init__(self, folder: Path, files: int) -> None:
        self.source = rig.fill(folder / "pictures", files)
        self.away = folder / "away"
        self.folder = rig.make_archive(folder / "archive", self.source)
        self.archive = rig.QuickArchive(self.folder)

    def ingest(self, **options: bool):
        """Return the report, the files opened and the files analysed."""
        self.archive.opened.clear()
        self.archive.analyser.analysed.clear()
        report = self.archive.ingest(workers=0, **options)
        return report, list(self.archive.opened), list(self.archive.analyser.analysed)

    def reasons(self) -> dict[str, str]:
        return {path: "missing" if kept.missing else kept.reason for path, kept in rig.contents(self.folder).items()}

    def search(self, path: str) -> SearchResult:
        """Search with the first face of a file that is in the archive."""
        face = next(iter(self.faces(path)))
        return self.archive.search(face_id=face, top=None, threshold=-1.0)

    def faces(self, path: str) -> list[str]:
        records = self.archive._session.records()
        number = records.files.media_by_path(1, [path])[path]
        return rig.face_ids(self.archive, tables.appearance.c.media_number == number)

    def searchable(self) -> int:
        return sum(source.searchable for source in self.archive.status().sources)


@pytest.fixture
def bench(tmp_path: Path):
    bench = Bench(tmp_path, 30)
    bench.ingest()
    yield bench
    bench.archive.close()


def test_a_second_run_opens_nothing(bench: Bench) -> None:
    report, opened, _ = bench.ingest()
    assert (opened, report.unchanged, report.outcomes) == ([], 30, {})


def test_a_source_is_read_without_being_written(bench: Bench) -> None:
    def stamps() -> dict[Path, tuple[int, int]]:
        return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in [bench.source, *bench.source.iterdir()]}

    before = stamps()
    bench.source.chmod(0o555)
    (bench.source / "00001.jpg").chmod(0o444)
    os.utime(bench.source / "00001.jpg", ns=(1, 1))
    before |= {bench.source / "00001.jpg": (1, before[bench.source / "00001.jpg"][1])}
    report, opened, analysed = bench.ingest()
    bench.source.chmod(0o755)
    assert (opened, analysed, report.offline) == (["00001.jpg"], [], ())
    assert stamps() == before


@pytest.mark.parametrize("empty_folder_in_its_place", [False, True])
def test_an_unmounted_source_loses_nothing(bench: Bench, empty_folder_in_its_place: bool) -> None:
    before = bench.reasons()
    bench.source.rename(bench.away)
    if empty_folder_in_its_place:
        bench.source.mkdir()
    report, _, _ = bench.ingest()
    assert len(report.offline) == 1
    assert report.missing == 0
    assert bench.reasons() == before
    assert bench.searchable() == 30
    result = bench.search("00002.jpg")
    assert len(result.candidates) == 30
    assert all(candidate.offline for candidate in result.candidates)
    if empty_folder_in_its_place:
        bench.source.rmdir()
    bench.away.rename(bench.source)
    report, opened, _ = bench.ingest()
    assert (opened, report.offline, report.unchanged) == ([], (), 30)
    assert bench.reasons() == before
    assert not any(candidate.offline for candidate in bench.search("00002.jpg").candidates)


def test_files_that_are_confirmed_missing_hide_their_faces(bench: Bench) -> None:
    for path in list(bench.source.iterdir())[:20]:
        path.unlink()
    report, _, _ = bench.ingest()
    assert len(report.offline) == 1
    assert bench.searchable() == 30
    report, _, _ = bench.ingest(confirm_missing=True)
    assert (report.missing, report.offline) == (20, ())
    assert sum(reason == "missing" for reason in bench.reasons().values()) == 20
    report, _, _ = bench.ingest()
    assert (report.missing, report.offline) == (0, ())


def test_an_unreachable_source_is_never_confirmed_missing(bench: Bench) -> None:
    bench.source.rename(bench.away)
    report, _, _ = bench.ingest(confirm_missing=True)
    assert (report.missing, len(report.offline)) == (0, 1)
    assert bench.searchable() == 30


def test_an_emptied_source_may_be_confirmed_missing(bench: Bench) -> None:
    for path in bench.source.iterdir():
        path.unlink()
    report, _, _ = bench.ingest(confirm_missing=True)
    assert (report.missing, report.offline) == (30, ())
    assert bench.searchable() == 0


def test_a_few_lost_files_are_hidden_and_come_back_without_being_read(bench: Bench) -> None:
    before = bench.reasons()
    bench.away.mkdir()
    lost = ["00002.jpg", "00005.jpg", "00003.jpg"]
    for name in lost:
        (bench.source / name).rename(bench.away / name)
    report, _, _ = bench.ingest()
    assert (report.missing, report.offline) == (3, ())
    assert bench.searchable() == 30 - 4
    assert bench.reasons() == before | dict.fromkeys(lost, "missing")
    for name in lost:
        (bench.away / name).rename(bench.source / name)
    report, opened, _ = bench.ingest()
    assert (report.returned, opened) == (3, [])
    assert bench.searchable() == 30
    assert bench.reasons() == before


def test_a_folder_with_other_pictures_in_its_place_is_taken_for_offline(bench: Bench) -> None:
    bench.source.rename(bench.away)
    bench.source.mkdir()
    for number in range(400):
        (bench.source / f"other-{number}.jpg").write_bytes(b"f other %d" % number)
    report, _, _ = bench.ingest()
    assert len(report.offline) == 1
    assert bench.searchable() == 430


def test_moved_files_are_recognised_and_not_analysed_again(bench: Bench) -> None:
    (bench.source / "deep").mkdir()
    for path in sorted(bench.source.glob("*.jpg")):
        path.rename(bench.source / "deep" / f"new-{path.name}")
    report, opened, analysed = bench.ingest()
    assert (len(opened), analysed, report.missing, report.offline) == (30, [], 0, ())
    assert bench.searchable() == 30
    reasons = bench.reasons()
    assert set(reasons) == {f"deep/new-{number:05d}.jpg" for number in range(30)}
    assert set(reasons.values()) == {"indexed", "no-face"}
    assert report.outcomes == {"indexed": 20, "no-face": 10}


def test_files_that_swap_their_names_keep_their_faces(bench: Bench) -> None:
    one, two, aside = (bench.source / name for name in ("00001.jpg", "00002.jpg", "aside"))
    one.rename(aside)
    two.rename(one)
    aside.rename(two)
    os.utime(one, ns=(5, 5))
    os.utime(two, ns=(5, 5))
    _, _, analysed = bench.ingest()
    assert analysed == []
    assert (bench.reasons()["00001.jpg"], bench.reasons()["00002.jpg"]) == ("indexed", "indexed")
    assert len(bench.faces("00001.jpg")) == 2
    assert bench.searchable() == 30


def test_a_copy_is_a_duplicate_until_it_is_the_only_one(bench: Bench) -> None:
    shutil.copy(bench.source / "00002.jpg", bench.source / "copy.jpg")
    report, _, analysed = bench.ingest()
    assert (analysed, report.outcomes) == ([], {"duplicate": 1})
    (bench.source / "00002.jpg").unlink()
    bench.ingest()
    assert bench.reasons()["copy.jpg"] == "indexed"
    assert "00002.jpg" not in bench.reasons()
    assert bench.searchable() == 30


def test_two_new_copies_in_one_batch_are_analysed_once(bench: Bench) -> None:
    (bench.source / "x1.jpg").write_bytes(b"f twins")
    (bench.source / "x2.jpg").write_bytes(b"f twins")
    report, _, analysed = bench.ingest()
    assert analysed == ["x1.jpg"]
    assert report.outcomes == {"indexed": 1, "duplicate": 1}


def test_two_new_copies_of_a_broken_file_are_both_broken(bench: Bench) -> None:
    (bench.source / "x1.jpg").write_bytes(b"broken")
    (bench.source / "x2.jpg").write_bytes(b"broken")
    report, _, _ = bench.ingest()
    assert report.outcomes == {"unreadable": 2}


def test_changed_content_is_another_picture(bench: Bench) -> None:
    (bench.source / "00002.jpg").write_bytes(b"f changed")
    _, _, analysed = bench.ingest()
    assert analysed == ["00002.jpg"]
    assert bench.searchable() == 29
    (bench.source / "00002.jpg").write_bytes(b"ff-2")
    _, _, analysed = bench.ingest()
    assert analysed == []
    assert bench.searchable() == 30


def test_a_touched_file_is_read_but_not_analysed(bench: Bench) -> None:
    before = bench.reasons()
    os.utime(bench.source / "00002.jpg", ns=(5, 5))
    _, opened, analysed = bench.ingest()
    assert (opened, analysed) == (["00002.jpg"], [])
    assert bench.reasons() == before


def test_a_moved_source_is_not_read_again(bench: Bench) -> None:
    bench.source.rename(bench.away)
    bench.archive.move_source("Pictures", bench.away)
    report, opened, _ = bench.ingest()
    assert (opened, report.unchanged, report.offline) == ([], 30, ())
    with pytest.raises(InputError):
        bench.archive.move_source("Nobody", bench.away)


def test_a_raw_file_is_read_when_its_camera_picture_goes_and_left_when_it_comes_back(bench: Bench) -> None:
    (bench.source / "shot.cr2").write_bytes(b"f raw")
    (bench.source / "shot.jpg").write_bytes(b"f shot")
    bench.ingest()
    assert bench.reasons()["shot.cr2"] == "paired"
    (bench.source / "shot.jpg").rename(bench.away)
    bench.ingest()
    assert (bench.reasons()["shot.cr2"], bench.reasons()["shot.jpg"]) == ("indexed", "missing")
    assert bench.searchable() == 31
    bench.away.rename(bench.source / "shot.jpg")
    bench.ingest()
    assert (bench.reasons()["shot.cr2"], bench.reasons()["shot.jpg"]) == ("paired", "indexed")
    assert bench.searchable() == 31


def test_search_goes_on_while_ingest_runs(tmp_path: Path) -> None:
    bench = Bench(tmp_path, 60)
    sizes, notices = [], []

    def step(name: str) -> None:
        if name == "index-added":
            with rig.QuickArchive(bench.folder) as fresh:
                result = fresh.search(face_id=rig.face_ids(fresh)[0], top=None, threshold=-1.0)
            following = standing.search(face_id=rig.face_ids(standing)[0], top=None, threshold=-1.0)
            assert [c.face_id for c in following.candidates] == [c.face_id for c in result.candidates]
            assert np.allclose([c.similarity for c in following.candidates], [c.similarity for c in result.candidates])
            sizes.append(result.gallery_size)
            notices.append(result.notices)

    with rig.QuickArchive(bench.folder) as standing, rig.QuickArchive(bench.folder, step=step) as writing:
        writing.ingest(workers=0)
        assert sizes == sorted(sizes)
        assert sizes[-1] == 60
        assert all(any("read" in notice for notice in told) for told in notices)
        assert not any("read" in notice for notice in standing.search(face_id=rig.face_ids(standing)[0]).notices)
    rig.assert_sound(bench.folder)


def test_search_goes_on_while_another_process_ingests(tmp_path: Path) -> None:
    bench = Bench(tmp_path, 500)
    script = "import sys; from pathlib import Path; import rig\nwith rig.QuickArchive(Path(sys.argv[1])) as a: a.ingest(workers=0)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    sizes = []
    with subprocess.Popen([sys.executable, "-c", script, str(bench.folder)], env=environment) as ingest:
        while ingest.poll() is None:
            if faces := rig.face_ids(bench.archive):
                sizes.append(len(bench.archive.search(face_id=faces[0], top=None, threshold=-1.0).candidates))
    assert ingest.returncode == 0
    assert sizes == sorted(sizes)
    assert len(set(sizes)) > 2
    assert len(bench.archive.search(face_id=faces[0], top=None, threshold=-1.0).candidates) == 499
    bench.archive.close()
    rig.assert_sound(bench.folder)
