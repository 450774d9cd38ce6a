"""Films that are read in stretches: killed, cut short, moved, changed, damaged; each loses at most a stretch, and nothing comes twice."""

from pathlib import Path

import numpy as np
import pytest
import rig
from cinema_forge import SECOND

LONG = 300.0
SEEN = ((2, 100, 1, 0.1), (40, 43, 2, 0.6), (61.2, 61.9, 3, 0.6), (99, 299, 4, 0.6), (200, 260, 1, 0.1))
TRUTH = ((2, 100), (40, 43), (61.2, 61.9), (99, 299), (200, 260))


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    rig.film(tmp_path / "pictures" / "long.mp4", LONG, SEEN)
    return tmp_path / "pictures"


def spans(film: rig.KeptFilm) -> list[tuple[float, float]]:
    return [(start / SECOND, round((end + 0.04 * SECOND) / SECOND, 2)) for start, end, _ in film.appearances]


def near(found: list[tuple[float, float]], truth=TRUTH) -> bool:
    return len(found) == len(truth) and np.allclose(found, truth, atol=0.05)


def ingest(archive: Path, **asked: object) -> rig.QuickArchive:
    with rig.QuickArchive(archive) as opened:
        opened.report = opened.ingest(workers=0, **asked)
        return opened


def assert_same(one: Path, other: Path) -> None:
    mine, theirs = rig.films(one), rig.films(other)
    assert mine.keys() == theirs.keys()
    for path, film in mine.items():
        twin = theirs[path]
        assert (film.reason, film.detail, film.faces, film.stretches, film.frames) == (
            twin.reason, twin.detail, twin.faces, twin.stretches, twin.frames,
        )  # fmt: skip
        assert film.appearances == twin.appearances
        np.testing.assert_allclose(film.vectors, twin.vectors, atol=2e-3)


def test_each_appearance_of_a_film_is_one_however_many_stretches_it_goes_through(tmp_path, pictures):
    archive = rig.make_archive(tmp_path / "archive", pictures)
    report = ingest(archive).report
    film = rig.films(archive)["long.mp4"]
    assert near(spans(film))
    assert (film.reason, film.faces, film.stretches, film.detail) == ("indexed", 5, 20, "")
    assert report.outcomes == {"indexed": 1}
    rig.assert_sound(archive)


def test_a_film_that_is_killed_again_and_again_goes_on_where_it_was_and_ends_as_one_that_never_was(tmp_path, killer):
    pictures = tmp_path / "pictures"
    coming_and_going = tuple((start, start + 27, number, 0.1 + 0.2 * (number % 3)) for number, start in enumerate(range(1, 590, 9)))
    rig.film(pictures / "long.mp4", 620, coming_and_going)
    undisturbed, archive = (rig.make_archive(tmp_path / name, pictures) for name in ("undisturbed", "killed"))
    ingest(undisturbed)
    read = 0
    for step in ("rows-written", "rows-synced", "sql-committed", "index-added", "pages-sealed"):
        for number in (1, 2):
            reached = killer.kill(archive, f"{step} {number}")
            film = rig.films(archive).get("long.mp4")
            now = 0 if film is None else film.stretches
            assert now >= read + reached.count("index-added"), "what was committed is never read again"
            read = now
    rig.assert_sound(archive)
    resumed = ingest(archive)
    assert 0 < 15.0 * read == min(resumed.analyser.stretches)
    assert_same(archive, undisturbed)
    rig.assert_sound(archive)


def test_a_film_that_is_half_read_is_found_and_said_to_be_so_and_not_digested_again(tmp_path, pictures, killer):
    archive = rig.make_archive(tmp_path / "archive", pictures)
    killer.kill(archive, "index-added 5")
    with rig.QuickArchive(archive) as opened:
        (source,) = opened.status().sources
        assert source.outcomes == {"unfinished": 1}
        assert source.searchable == 3
        assert any("1 film" in line and "1:15" in line for line in opened.status().notices)
        (record,) = opened.outcomes()
        assert record.detail == "read to 0:01:15 of 0:05:00"
        opened.analyser._films._digest = None
        opened.ingest(workers=0)
        assert opened.analyser.stretches[0] == 75.0
        (source,) = opened.status().sources
        assert source.outcomes == {"indexed": 1}
        assert not any("film" in line for line in opened.status().notices)


def test_an_unchanged_film_is_not_read_again_a_changed_one_is_and_the_same_one_at_another_path_is_known(tmp_path, pictures):
    archive = rig.make_archive(tmp_path / "archive", pictures)
    ingest(archive)
    again = ingest(archive)
    assert (again.analyser.stretches, again.report.unchanged) == ([], 1)
    (pictures / "copy.mov").write_bytes((pictures / "long.mp4").read_bytes())
    copied = ingest(archive)
    assert copied.analyser.stretches == []
    assert {path: film.reason for path, film in rig.films(archive).items()} == {"long.mp4": "indexed", "copy.mov": "duplicate"}
    (pictures / "long.mp4").unlink()
    moved = ingest(archive)
    assert moved.analyser.stretches == []
    assert {path: film.reason for path, film in rig.films(archive).items()} == {"copy.mov": "indexed"}
    rig.film(pictures / "copy.mov", 30, ((1, 20, 7, 0.1),))
    ingest(archive)
    assert near(spans(rig.films(archive)["copy.mov"]), ((1, 20),))
    rig.assert_sound(archive)


def test_twins_that_are_met_in_one_run_are_read_once(tmp_path, pictures):
    (pictures / "twin.mp4").write_bytes((pictures / "long.mp4").read_bytes())
    archive = rig.make_archive(tmp_path / "archive", pictures)
    read = ingest(archive)
    assert len(read.analyser.stretches) == 20
    assert {film.reason for film in rig.films(archive).values()} == {"indexed", "duplicate"}
    assert {film.faces for film in rig.films(archive).values()} == {5}


def test_a_half_read_film_that_was_moved_goes_on_from_its_new_place(tmp_path, pictures, killer):
    archive = rig.make_archive(tmp_path / "archive", pictures)
    killer.kill(archive, "index-added 5")
    (pictures / "long.mp4").rename(pictures / "moved.mp4")
    moved = ingest(archive)
    assert moved.analyser.stretches[0] == 75.0
    assert near(spans(rig.films(archive)["moved.mp4"]))
    assert rig.films(archive)["moved.mp4"].reason == "indexed"


def test_what_of_a_film_ends_its_worker_or_is_damaged_is_left_out_and_nothing_else(tmp_path):
    pictures = tmp_path / "pictures"
    rig.film(pictures / "a.mp4", LONG, SEEN, deadly=[3], broken=[10])
    rig.film(pictures / "b.mp4", 60, ((1, 50, 9, 0.3),))
    archive = rig.make_archive(tmp_path / "archive", pictures)
    with rig.QuickArchive(archive) as opened:
        opened.ingest(workers=2)
    films = rig.films(archive)
    assert films["a.mp4"].lost_s == 30.0
    assert films["a.mp4"].detail == "30 s of 0:05:00 are damaged and left out"
    assert near(spans(films["a.mp4"]), ((2, 45), (40, 43), (60, 100), (61.2, 61.9), (99, 150), (165, 299), (200, 260)))
    assert near(spans(films["b.mp4"]), ((1, 50),))
    rig.assert_sound(archive)


def test_two_workers_give_the_same_as_none(tmp_path, pictures):
    rig.film(pictures / "other.mkv", 50, ((1, 49, 9, 0.3),), unsaid=True)
    rig.fill(pictures, 6)
    one, other = (rig.make_archive(tmp_path / name, pictures) for name in ("one", "other"))
    ingest(one)
    with rig.QuickArchive(other) as opened:
        opened.ingest(workers=2)
    assert_same(one, other)
    assert rig.films(other)["other.mkv"].stretches == 5, "the fifth is where a film ends that does not say how long it is"


def test_a_film_without_a_readable_frame_is_unreadable_and_one_without_a_face_says_so(tmp_path):
    pictures = tmp_path / "pictures"
    rig.film(pictures / "broken.mp4", 45, SEEN, broken=[0, 1, 2])
    rig.film(pictures / "empty.mp4", 45)
    (pictures / "none.mp4").write_bytes(b"no film at all")
    archive = rig.make_archive(tmp_path / "archive", pictures)
    report = ingest(archive).report
    assert report.outcomes == {"unreadable": 2, "no-face": 1}
    assert list(rig.films(archive)) == ["empty.mp4"]
    assert ingest(archive).report.unchanged == 3


def test_a_film_that_is_missing_is_hidden_and_comes_back_unread(tmp_path, pictures):
    rig.fill(pictures, 20)
    archive = rig.make_archive(tmp_path / "archive", pictures)
    ingest(archive)
    with rig.QuickArchive(archive) as opened:
        before = opened.status().sources[0].searchable
    (pictures / "long.mp4").rename(tmp_path / "away.mp4")
    assert ingest(archive).report.missing == 1
    with rig.QuickArchive(archive) as opened:
        assert opened.status().sources[0].searchable == before - 5
    (tmp_path / "away.mp4").rename(pictures / "long.mp4")
    back = ingest(archive)
    assert (back.analyser.stretches, back.report.returned) == ([], 1)


def test_a_film_that_goes_out_of_reach_while_it_is_read_is_read_on_when_it_is_back(tmp_path, pictures):
    archive = rig.make_archive(tmp_path / "archive", pictures)
    with rig.QuickArchive(archive) as opened:
        part = opened.analyser._part

        def pulled(film, start, end, sampling):
            if start >= 60 * SECOND:
                raise OSError(5, "the drive is gone")
            return part(film, start, end, sampling)

        opened.analyser._films._find_tracks = pulled
        opened.ingest(workers=0)
        (record,) = opened.outcomes()
        assert (record.reason, record.detail) == ("unfinished", "not-allowed: the system refused to read it: the drive is gone")
    ingest(archive)
    assert near(spans(rig.films(archive)["long.mp4"]))


def test_progress_tells_seconds_of_film(tmp_path, pictures):
    archive = rig.make_archive(tmp_path / "archive", pictures)
    events = []
    with rig.QuickArchive(archive) as opened:
        opened.ingest(workers=0, progress=events.append)
    assert [event.film_s for event in events if event.film_s] == [15.0 * number for number in range(1, 21)] + [300.0] * (
        sum(event.film_s == 300.0 for event in events) - 1
    )
    assert events[-1].film_total_s == 300.0
    assert events[-1].files_done == 1
