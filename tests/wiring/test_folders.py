"""Where the pictures of a new source may come from: options win over settings, and uploads lie beside the archive."""

import os

import pytest

from visavis.domain.errors import InputError
from visavis.settings import Settings
from visavis.wiring.folders import folders


def test_opened_folders_are_separated_as_in_path(tmp_path, monkeypatch):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    monkeypatch.setenv("VISAVIS_PHOTOS", os.pathsep.join([str(tmp_path / "a"), str(tmp_path / "b"), ""]))
    assert [name for _, name in folders(tmp_path / "archive", Settings()).opened.at("").folders] == ["a", "b"]
    said = folders(tmp_path / "archive", Settings(), photos=(tmp_path / "b",))
    assert [name for _, name in said.opened.at("").folders] == ["b"]


def test_a_folder_that_is_none_is_not_opened(tmp_path):
    with pytest.raises(InputError, match="is not a folder"):
        folders(tmp_path / "archive", Settings(), photos=(tmp_path / "none",))


def test_uploads_lie_beside_the_archive_or_where_they_are_wanted(tmp_path, monkeypatch):
    folders(tmp_path / "archive", Settings()).uploads.begin()
    assert (tmp_path / "archive-uploads").is_dir()
    monkeypatch.setenv("VISAVIS_UPLOADS", str(tmp_path / "else"))
    folders(tmp_path / "archive", Settings()).uploads.begin()
    assert (tmp_path / "else").is_dir()
    folders(tmp_path / "archive", Settings(), uploads=tmp_path / "third").uploads.begin()
    assert (tmp_path / "third").is_dir()


def test_what_no_name_promises_to_be_a_picture_is_not_counted(tmp_path):
    for name in ("a.jpg", "b.nef", "c.mxf", "d.txt", ".e.jpg"):
        (tmp_path / name).write_bytes(b"x")
    assert folders(tmp_path / "archive", Settings(), photos=(tmp_path,)).opened.at("0").pictures == 3
