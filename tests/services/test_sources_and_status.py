"""Adding, moving and looking over sources."""

from pathlib import Path

import pytest
from archive_forge import ACTOR, Picture, at_cosine

from visavis.domain.errors import CharterInvalid, InputError, RefusedError
from visavis.records.sources import SourceRecord
from visavis.services.move_source import MoveSource
from visavis.services.sources import SourceRequest
from visavis.services.status import ArchiveStatus, Status


def add(made, folder: Path, **asked: object) -> SourceRecord:
    return made.add(SourceRequest(actor=ACTOR, folder=folder, **asked))


def status(made) -> ArchiveStatus:
    return Status(made.records, vault="null").run()


@pytest.fixture
def pictures(tmp_path):
    (tmp_path / "pictures" / "inner").mkdir(parents=True)
    return tmp_path / "pictures"


def test_a_household_needs_a_title_and_nothing_else(made, pictures):
    source = add(made, pictures, profile="household", title="Family", exclude=("*.tif", "old/"))
    assert (source.title, source.profile, source.state, source.live_from) == ("Family", "household", "live", made.clock.at.date())
    assert [root.path for root in source.roots] == [pictures]
    assert source.exclude == ("*.tif", "old/")


@pytest.mark.parametrize(
    ("asked", "remedy"),
    [
        ({}, "--profile household"),
        ({"profile": "household"}, "--profile household"),
        ({"profile": "household", "title": ""}, "--profile household"),
        ({"title": "Family"}, "--profile household"),
        ({"profile": "archive"}, "source charter --profile archive"),
        ({"profile": "household", "title": "Family", "charter": Path("charter.toml")}, "--profile household"),
        ({"title": "Family", "charter": Path("charter.toml")}, "--profile household"),
    ],
    ids=repr,
)
def test_a_source_needs_either_a_household_s_title_or_a_charter(made, pictures, asked, remedy):
    with pytest.raises(InputError) as caught:
        add(made, pictures, **asked)
    assert remedy in caught.value.remedy
    assert made.records.sources.all() == []


def test_a_folder_that_is_none_is_an_input_error(made, tmp_path):
    (tmp_path / "file.jpg").write_bytes(b"")
    for folder in (tmp_path / "absent", tmp_path / "file.jpg"):
        with pytest.raises(InputError, match="not a folder"):
            add(made, folder, profile="household", title="Family")


def test_a_folder_is_added_once_however_it_is_spelled(made, pictures, tmp_path):
    add(made, pictures, profile="household", title="Family")
    (tmp_path / "link").symlink_to(pictures)
    for folder in (pictures, pictures / "inner" / "..", tmp_path / "link"):
        with pytest.raises(InputError, match="source already"):
            add(made, folder, profile="household", title="Again")


def test_the_archive_and_its_originals_do_not_lie_one_inside_the_other(made, tmp_path):
    for folder in (tmp_path, made.records.folder.path, made.records.folder.rows):
        with pytest.raises(InputError, match="one inside the other"):
            add(made, folder, profile="household", title="Family")


def test_a_charter_that_lacks_something_is_refused_with_every_problem_at_once(made, pictures, tmp_path):
    (tmp_path / "charter.toml").write_text('profile = "archive"\ntitle = "Museum"\n')
    with pytest.raises(CharterInvalid) as caught:
        add(made, pictures, charter=tmp_path / "charter.toml")
    assert {"purposes", "dpia", "controller"} <= {field.partition(".")[0] for field, _ in caught.value.problems}
    assert made.records.sources.all() == []


def test_a_charter_that_is_not_there_is_an_input_error(made, pictures, tmp_path):
    with pytest.raises(InputError):
        add(made, pictures, charter=tmp_path / "absent.toml")


def test_a_charter_that_has_ended_is_refused(made, pictures, tmp_path):
    made.archive("Museum")
    text = (tmp_path / "Museum.toml").read_text().replace("valid_from = 2026-01-01", "valid_from = 2025-01-01\nvalid_to = 2026-11-21")
    (tmp_path / "ended.toml").write_text(text)
    with pytest.raises(RefusedError) as caught:
        add(made, pictures, charter=tmp_path / "ended.toml")
    assert caught.value.rule == "charter-in-dates"


def test_a_moved_source_is_found_at_its_new_place_and_nothing_is_read_again(made, tmp_path):
    source = made.household()
    keys = made.put(source, Picture(path="a.jpg", vectors=(at_cosine(0.9),)))
    with made.records.work(ACTOR) as work:
        made.records.sources.mark_root(work, source.roots[0], offline_why="the folder is not there")
    (tmp_path / "moved").mkdir()
    MoveSource(made.records).run(ACTOR, "Family", tmp_path / "moved")
    (found,) = made.search().candidates
    assert (found.path, found.offline) == ("a.jpg", False)
    (root,) = made.records.sources.one("Family").roots
    assert (root.path, root.offline_since, root.offline_why) == (tmp_path / "moved", None, "")
    assert made.records.gallery.high_water() == max(keys)


def test_a_source_does_not_move_to_what_is_no_folder_nor_from_what_it_has_not(made, tmp_path):
    made.household()
    moved = tmp_path / "moved"
    moved.mkdir()
    with pytest.raises(InputError, match="not a folder"):
        MoveSource(made.records).run(ACTOR, "Family", tmp_path / "absent")
    with pytest.raises(InputError, match="has these folders"):
        MoveSource(made.records).run(ACTOR, "Family", moved, root=tmp_path / "never")
    with pytest.raises(InputError, match="no source"):
        MoveSource(made.records).run(ACTOR, "Nobody", moved)


def test_a_source_does_not_move_onto_another_or_around_the_archive(made, tmp_path):
    made.household("One")
    other = made.household("Two")
    with pytest.raises(InputError, match="source already"):
        MoveSource(made.records).run(ACTOR, "One", other.roots[0].path)
    with pytest.raises(InputError, match="one inside the other"):
        MoveSource(made.records).run(ACTOR, "One", tmp_path)


def test_the_folder_that_moved_may_be_named_as_people_write_it(made, tmp_path):
    root = made.household().roots[0].path
    (tmp_path / "moved").mkdir()
    MoveSource(made.records).run(ACTOR, "Family", tmp_path / "moved", root=root / ".." / root.name)
    assert made.records.sources.one("Family").roots[0].path == tmp_path / "moved"


def test_status_counts_files_by_outcome_and_faces_that_a_search_would_see(made):
    source = made.household()
    made.put(source, Picture(path="a.jpg", vectors=(at_cosine(0.9), at_cosine(0.1))), Picture(path="b.jpg"))
    made.sql("UPDATE face SET state = 'suppressed' WHERE number = 1")
    found = status(made)
    (one,) = found.sources
    assert (one.outcomes, one.searchable, one.read_through) == ({"indexed": 1, "no-face": 1}, 1, True)
    assert found.notices == []
    assert found.bytes > 0


def test_status_says_what_was_not_read_to_its_end_and_what_is_offline(made):
    source = made.household()
    with made.records.work(ACTOR) as work:
        made.records.sources.mark_root(work, source.roots[0], offline_why="the folder is empty")
    unread, offline = status(made).notices
    assert "visavis ingest" in unread
    assert "the folder is empty" in offline
