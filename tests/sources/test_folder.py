import os
import socket
import subprocess
from pathlib import Path

import pytest

from visavis.domain.errors import InputError, SetupError, UnreadablePicture
from visavis.domain.media import Reason
from visavis.sources.base import FoundFile, Unlisted
from visavis.sources.folder import FolderSource
from visavis.testing.source_contract import SourceContract


def write(root, files):
    for path, data in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def paths(source):
    return [found.path for found in source.discover() if isinstance(found, FoundFile)]


def unlisted(source):
    return {found.path: found.reason for found in source.discover() if isinstance(found, Unlisted)}


def reason_of_opening(source, path):
    with pytest.raises(UnreadablePicture) as caught:
        source.open(path)
    return caught.value.reason


class TestFolderKeepsTheContract(SourceContract):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path):
        self._root = tmp_path

    def source_with(self, files):
        write(self._root, files)
        return FolderSource(self._root)


def test_a_folders_files_come_by_name_before_the_folders_in_it(tmp_path):
    write(tmp_path, {"b.jpg": b"1", "a/z.jpg": b"1", "a/b/c.jpg": b"1", "c/a.jpg": b"1"})
    assert paths(FolderSource(tmp_path)) == ["b.jpg", "a/z.jpg", "a/b/c.jpg", "c/a.jpg"]


def test_hidden_files_and_litter_are_passed_over(tmp_path):
    write(
        tmp_path, {"Thumbs.db": b"1", "@eaDir/a.jpg": b"1", ".AppleDouble/a.jpg": b"1", "._a.jpg": b"1", ".git/a.jpg": b"1", "a.jpg": b"1"}
    )
    assert paths(FolderSource(tmp_path)) == ["a.jpg"]
    assert unlisted(FolderSource(tmp_path)) == {}


def test_excluded_patterns_are_left_out(tmp_path):
    write(tmp_path, {"keep/a.jpg": b"1", "keep/a.tmp.jpg": b"1", "private/a.jpg": b"1", "x/private/b.jpg": b"1"})
    assert paths(FolderSource(tmp_path, ["/private/", "*.tmp.jpg"])) == ["keep/a.jpg", "x/private/b.jpg"]


def test_an_ignore_file_speaks_for_its_own_folder_and_what_is_below(tmp_path):
    write(tmp_path, {"a/.visavisignore": b"# ours\nsecret*\n!secret-but-shown.jpg\n", "a/secret.jpg": b"1", "a/b/secret.jpg": b"1"})
    write(tmp_path, {"a/secret-but-shown.jpg": b"1", "secret.jpg": b"1"})
    assert paths(FolderSource(tmp_path)) == ["secret.jpg", "a/secret-but-shown.jpg"]


def test_the_deepest_ignore_file_decides(tmp_path):
    write(tmp_path, {".visavisignore": b"*.png", "a/.visavisignore": b"!*.png", "a/x.png": b"1", "x.png": b"1"})
    assert paths(FolderSource(tmp_path)) == ["a/x.png"]


def test_a_folder_whose_ignore_file_is_no_text_is_left_out_and_says_so(tmp_path):
    write(tmp_path, {"a/.visavisignore": b"\xff\xfe\x00", "a/x.png": b"1", "b.png": b"1"})
    source = FolderSource(tmp_path)
    assert paths(source) == ["b.png"]
    assert unlisted(source) == {"a": Reason.UNREADABLE}


def test_a_bad_exclude_pattern_is_the_callers_mistake(tmp_path):
    with pytest.raises(InputError):
        FolderSource(tmp_path, ["!"])


def test_a_loop_of_links_ends(tmp_path):
    write(tmp_path, {"a/x.jpg": b"1"})
    (tmp_path / "a" / "loop").symlink_to(tmp_path, target_is_directory=True)
    source = FolderSource(tmp_path)
    assert paths(source) == ["a/x.jpg"]
    assert unlisted(source) == {"a/loop": Reason.UNSUPPORTED}


def test_links_to_files_inside_are_followed_and_others_told(tmp_path):
    root = tmp_path / "root"
    write(root, {"x.jpg": b"inside"})
    (tmp_path / "outside.jpg").write_bytes(b"outside")
    (root / "in.jpg").symlink_to("x.jpg")
    (root / "out.jpg").symlink_to(tmp_path / "outside.jpg")
    (root / "broken.jpg").symlink_to("nowhere.jpg")
    (root / "self.jpg").symlink_to("self.jpg")
    source = FolderSource(root)
    assert paths(source) == ["in.jpg", "x.jpg"]
    assert unlisted(source) == {"broken.jpg": Reason.VANISHED, "out.jpg": Reason.NOT_ALLOWED, "self.jpg": Reason.NOT_ALLOWED}
    assert source.open("in.jpg") == b"inside"
    assert reason_of_opening(source, "out.jpg") == Reason.NOT_ALLOWED


def test_pipes_and_sockets_are_never_opened(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe.jpg")
    monkeypatch.chdir(tmp_path)  # a socket's path is limited to 108 bytes
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.jpg")
        source = FolderSource(tmp_path)
        assert unlisted(source) == {"pipe.jpg": Reason.UNSUPPORTED, "socket.jpg": Reason.UNSUPPORTED}
        assert reason_of_opening(source, "pipe.jpg") == Reason.UNSUPPORTED
        assert reason_of_opening(source, "socket.jpg") == Reason.NOT_ALLOWED


def test_names_with_newlines_and_bytes_that_are_no_utf8_open(tmp_path):
    names = [b"new\nline.jpg", b"latin-\xe9t\xe9.jpg"]
    for name in names:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(name)
    source = FolderSource(tmp_path)
    assert {os.fsencode(path): source.open(path) for path in paths(source)} == {name: name for name in names}


def test_a_folder_nested_deeper_than_pythons_calls_is_listed(tmp_path):
    depth = 1_200
    folder = os.open(tmp_path, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=folder)
        below = os.open("d", os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = below
    os.close(os.open("x.jpg", os.O_CREAT | os.O_WRONLY, dir_fd=folder))
    os.close(folder)
    try:
        assert paths(FolderSource(tmp_path)) == ["d/" * depth + "x.jpg"]
    finally:
        subprocess.run(["rm", "-r", tmp_path / "d"], check=True)  # pytest's own clean-up recurses


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_folders_and_files_that_may_not_be_read_are_told(tmp_path):
    write(tmp_path, {"a/x.jpg": b"1", "b.jpg": b"1"})
    (tmp_path / "a").chmod(0)
    (tmp_path / "b.jpg").chmod(0)
    source = FolderSource(tmp_path)
    try:
        assert unlisted(source) == {"a": Reason.NOT_ALLOWED}
        assert reason_of_opening(source, "b.jpg") == Reason.NOT_ALLOWED
    finally:
        (tmp_path / "a").chmod(0o700)


def test_what_the_system_refuses_is_told(tmp_path, monkeypatch):
    write(tmp_path, {"a/x.jpg": b"1", "b.jpg": b"1"})
    scandir, system_open = os.scandir, os.open

    def refusing_scandir(path):
        if str(path).endswith("a"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    def refusing_open(path, *args, **kwargs):
        if str(path).endswith("b.jpg"):
            raise PermissionError(13, "Permission denied")
        return system_open(path, *args, **kwargs)

    monkeypatch.setattr(os, "scandir", refusing_scandir)
    monkeypatch.setattr(os, "open", refusing_open)
    source = FolderSource(tmp_path)
    assert unlisted(source) == {"a": Reason.NOT_ALLOWED}
    assert reason_of_opening(source, "b.jpg") == Reason.NOT_ALLOWED


def test_a_file_over_the_limit_is_too_large_but_its_head_can_be_read(tmp_path):
    write(tmp_path, {"a.jpg": b"12345"})
    source = FolderSource(tmp_path, max_file_bytes=4)
    assert reason_of_opening(source, "a.jpg") == Reason.TOO_LARGE
    assert source.open("a.jpg", head=2) == b"12"


def test_a_root_that_is_not_there_is_offline_not_empty(tmp_path):
    with pytest.raises(SetupError):
        FolderSource(tmp_path / "unmounted").discover()


def test_reading_changes_nothing_in_the_folder(tmp_path):
    write(tmp_path, {"a/x.jpg": b"1"})
    (tmp_path / "a").chmod(0o500)
    before = [(entry, entry.stat().st_mtime_ns) for entry in sorted(tmp_path.rglob("*"))]
    source = FolderSource(tmp_path)
    assert [source.open(path) for path in paths(source)] == [b"1"]
    assert [(entry, entry.stat().st_mtime_ns) for entry in sorted(tmp_path.rglob("*"))] == before
    (tmp_path / "a").chmod(0o700)
