"""Opened folders: a person goes down in them by digests of names, and nowhere else."""

import pytest

from visavis.domain.errors import InputError
from visavis.sources.opened import OpenedFolders


@pytest.fixture
def shelf(tmp_path):
    root, outside = tmp_path / "root", tmp_path / "outside"
    (root / "a" / "b").mkdir(parents=True)
    (root / ".hidden").mkdir()
    (root / "@eaDir").mkdir()
    outside.mkdir()
    (root / "link").symlink_to(outside, target_is_directory=True)
    (root / "one.jpg").write_bytes(b"x")
    (root / "notes.txt").write_bytes(b"x")
    return root


@pytest.fixture
def opened(shelf):
    return OpenedFolders([shelf], wanted=lambda name: name.endswith(".jpg"))


def test_a_person_goes_down_and_up_again(opened, shelf):
    top = opened.at("")
    assert (top.path, top.folders) == (None, (("0", "root"),))
    root = opened.at("0")
    assert [name for _, name in root.folders] == ["a"]
    assert (root.path, root.pictures) == (shelf, 1)
    a = opened.at(root.folders[0][0])
    b = opened.at(a.folders[0][0])
    assert b.path == shelf / "a" / "b"
    assert [name for _, name in b.trail] == ["root", "a", "b"]
    assert opened.at(b.trail[1][0]) == a


@pytest.mark.parametrize("place", ["1", "-1", "0.", "0.x", "..", "0/a", "²", "00000", "0" + ".a" * 41])
def test_a_place_that_was_not_listed_is_none(opened, place):
    with pytest.raises(InputError, match="no such folder"):
        opened.at(place)


def test_a_link_that_takes_a_folders_place_after_it_was_listed_leads_nowhere(opened, shelf, tmp_path):
    place = opened.at("0").folders[0][0]
    (shelf / "a" / "b").rmdir()
    (shelf / "a").rmdir()
    (shelf / "a").symlink_to(tmp_path / "outside", target_is_directory=True)
    with pytest.raises(InputError):
        opened.at(place)


def test_what_is_gone_is_told(opened, shelf):
    shelf.rename(shelf.parent / "moved")
    with pytest.raises(InputError, match="can't be listed"):
        opened.at("0")


def test_without_opened_folders_there_is_nothing():
    assert OpenedFolders().at("").folders == ()
