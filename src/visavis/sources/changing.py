"""Changing originals: the one place that writes into a source's folder, and only for an erasure whose charter says so.

What lay in a file is overwritten before its blocks are given back. That reaches neither snapshots nor blocks that a drive has remapped.
"""

import hashlib
import os
import stat
from pathlib import Path

from visavis.domain.errors import UnreadablePicture
from visavis.domain.media import Reason

BLANK = ""
"""The digest of a file that holds nothing but zeros."""

_BLOCK = 1 << 20


def digest_of(root: Path, path: str) -> str:
    """Return the SHA-256 of a file below a root, of whatever size, hexadecimal; raises as :func:`put_in_place` does."""
    with _Held(root, path) as held:
        digest, blank = hashlib.sha256(), True
        while block := os.read(held.descriptor, _BLOCK):
            digest.update(block)
            blank = blank and not block.strip(b"\0")
        return BLANK if blank else digest.hexdigest()


def put_in_place(root: Path, path: str, content: bytes) -> None:
    """Give a file below a root other content, there as a whole or not at all, and overwrite what it held.

    Raises
    ------
    UnreadablePicture
        `not-allowed`: the folder is read-only, or the path leads out of it; `vanished`: it is not there.
    """
    with _Held(root, path) as held:
        draft = held.path.with_name(f".{held.path.name}.visavis")
        try:
            with draft.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.chmod(stat.S_IMODE(os.fstat(held.descriptor).st_mode))
            draft.replace(held.path)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        held.overwrite()


def take_away(root: Path, path: str) -> None:
    """Overwrite and remove a file below a root; raises as :func:`put_in_place` does."""
    with _Held(root, path) as held:
        held.overwrite()
        held.path.unlink()


class _Held:
    """A regular file below a root, open for writing: a link counts as what it leads to."""

    def __init__(self, root: Path, path: str) -> None:
        self._root = os.path.realpath(root)
        self._wanted = path

    def __enter__(self) -> "_Held":
        try:
            target = os.path.realpath(Path(self._root, self._wanted), strict=True)
            if not target.startswith(self._root.rstrip(os.sep) + os.sep):
                raise UnreadablePicture("the path leads out of the source", reason=Reason.NOT_ALLOWED)
            self.path = Path(target)
            self.descriptor = os.open(target, os.O_RDWR | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        except OSError as error:
            raise _told(error) from error
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        os.close(self.descriptor)
        if isinstance(error, OSError):
            raise _told(error) from error

    def overwrite(self) -> None:
        """Write zeros over every byte, on the disk when this returns."""
        status = os.fstat(self.descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UnreadablePicture("not a regular file", reason=Reason.NOT_ALLOWED)
        os.lseek(self.descriptor, 0, os.SEEK_SET)
        left = status.st_size
        while left:
            left -= os.write(self.descriptor, bytes(min(left, _BLOCK)))
        os.fsync(self.descriptor)


def _told(error: OSError) -> UnreadablePicture:
    gone = isinstance(error, (FileNotFoundError, NotADirectoryError))
    reason = Reason.VANISHED if gone else Reason.NOT_ALLOWED
    return UnreadablePicture(f"the system refused to change it: {error.strerror}", reason=reason)
