"""A folder and what lies below it, read-only.

Links to folders are not followed, for they may form loops; links to files are, while their target stays inside the root.
Pipes, sockets and devices are never opened: they would block.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from visavis.domain.errors import InputError, SetupError, UnreadablePicture
from visavis.domain.media import Reason
from visavis.sources.base import FoundFile, Unlisted
from visavis.sources.ignore import IGNORE_FILE, IgnoreRules, is_litter

_MAX_FILE_BYTES = 512 * 2**20  # the same as the decoders' limit: more is read by nobody
_MAX_IGNORE_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class _Below:
    """A folder to go down into."""

    folder: str
    rules: IgnoreRules


class FolderSource:
    """The files below a folder: those of each folder together, by name, then those of the folders in it.

    Parameters
    ----------
    root : Path
        Need not be writable; may lie on a network drive.
    exclude : sequence of str
        Patterns in gitignore syntax, relative to the root. A `.visavisignore` in any folder adds its own for what is below.
    max_file_bytes : int, optional
        Larger files are listed but not read.
    """

    def __init__(self, root: Path, exclude: Sequence[str] = (), *, max_file_bytes: int = _MAX_FILE_BYTES) -> None:
        self._root = os.path.realpath(root)
        self._max_file_bytes = max_file_bytes
        try:
            self._rules = IgnoreRules(exclude)
        except ValueError as error:
            raise InputError(f"an exclude pattern can't be read: {error}", remedy="Write it in the syntax of .gitignore files.") from error

    def discover(self) -> Iterator[FoundFile | Unlisted]:
        """List the files, as :meth:`visavis.sources.base.Source.discover` promises."""
        if not Path(self._root).is_dir():
            raise SetupError(
                f"the folder {self._root} can't be reached",
                remedy="Connect the drive, or move the source: visavis source move",
            )
        return self._walk()

    def open(self, path: str, *, head: int | None = None) -> bytes:
        """Read a file, as :meth:`visavis.sources.base.Source.open` promises."""
        with self.stream(path) as file:
            return self._read(file, head)

    def stream(self, path: str) -> BinaryIO:
        """Open a file, as :meth:`visavis.sources.base.Source.stream` promises."""
        try:
            target = os.path.realpath(Path(self._root, path), strict=True)
            if not self._is_inside(target):
                raise UnreadablePicture("the path leads out of the source", reason=Reason.NOT_ALLOWED)
            # Not blocking: should a pipe have taken the file's place since it was listed, opening it must not wait for a writer.
            descriptor = os.open(target, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                os.close(descriptor)
                raise UnreadablePicture("not a regular file", reason=Reason.UNSUPPORTED)
            return os.fdopen(descriptor, "rb")
        except (FileNotFoundError, NotADirectoryError) as error:
            raise UnreadablePicture("listed, but gone when it was opened", reason=Reason.VANISHED) from error
        except (OSError, ValueError) as error:
            raise _refused(error) from error

    def _read(self, file: BinaryIO, head: int | None) -> bytes:
        try:
            if head is not None:
                return file.read(head)
            size = os.fstat(file.fileno()).st_size
            data = file.read(self._max_file_bytes + 1) if size <= self._max_file_bytes else None
        except OSError as error:
            raise _refused(error) from error
        if data is None or len(data) > self._max_file_bytes:
            raise UnreadablePicture(f"{size:,} bytes; the limit is {self._max_file_bytes:,}", reason=Reason.TOO_LARGE)
        return data

    def _is_inside(self, target: str) -> bool:
        return target.startswith(self._root.rstrip(os.sep) + os.sep)

    def _walk(self) -> Iterator[FoundFile | Unlisted]:
        """Go down folder by folder; a stack of our own, since folders nest deeper than Python's calls may."""
        stack = [self._list("", self._rules)]
        while stack:
            found = next(stack[-1], None)
            if found is None:
                stack.pop()
            elif isinstance(found, _Below):
                stack.append(self._list(found.folder, found.rules))
            else:
                yield found

    def _list(self, folder: str, rules: IgnoreRules) -> Iterator["FoundFile | Unlisted | _Below"]:
        """List the files of one folder by name, then the folders in it. `folder` is empty or ends in a slash."""
        try:
            with os.scandir(Path(self._root, folder)) as listing:
                entries = sorted(listing, key=lambda entry: entry.name, reverse=True)
        except OSError as error:
            yield _unlisted(folder.rstrip("/") or ".", error)
            return
        inner = self._rules_below(folder, entries, rules)
        if isinstance(inner, Unlisted):
            # Without its patterns a folder would give away what the operator excluded.
            yield inner
            return
        below: list[_Below] = []
        while entries:
            entry = entries.pop()  # each keeps what was asked of it, and a folder may hold very many
            found = None if is_litter(entry.name) else self._look_at(entry, folder + entry.name, inner)
            if isinstance(found, _Below):
                below.append(found)
            elif found is not None:
                yield found
        yield from below

    def _look_at(self, entry: os.DirEntry[str], path: str, rules: IgnoreRules) -> "FoundFile | Unlisted | _Below | None":
        try:
            is_folder = entry.is_dir(follow_symlinks=False)
            if rules.ignores(path, is_folder=is_folder):
                return None
            return _Below(path + "/", rules) if is_folder else self._offer(entry, path)
        except OSError as error:
            return _unlisted(path, error)

    def _offer(self, entry: os.DirEntry[str], path: str) -> FoundFile | Unlisted:
        status = entry.stat()
        if entry.is_symlink():
            if stat.S_ISDIR(status.st_mode):
                detail = "a link to a folder is not followed; add its target as a folder of its own"
                return Unlisted(path=path, reason=Reason.UNSUPPORTED, detail=detail)
            if not self._is_inside(os.path.realpath(entry.path)):
                return Unlisted(path=path, reason=Reason.NOT_ALLOWED, detail="the link leads out of the source")
        if not stat.S_ISREG(status.st_mode):
            return Unlisted(path=path, reason=Reason.UNSUPPORTED, detail="not a regular file")
        return FoundFile(path=path, size=status.st_size, mtime_ns=status.st_mtime_ns)

    def _rules_below(self, folder: str, entries: Sequence[os.DirEntry[str]], rules: IgnoreRules) -> IgnoreRules | Unlisted:
        if all(entry.name != IGNORE_FILE for entry in entries):
            return rules
        try:
            lines = self.open(folder + IGNORE_FILE, head=_MAX_IGNORE_BYTES).decode("utf-8").splitlines()
            return rules.below(folder, lines)
        except (UnreadablePicture, ValueError) as error:
            detail = f"its {IGNORE_FILE} can't be read ({error}), so the folder is left out"
            return Unlisted(path=folder.rstrip("/") or ".", reason=Reason.UNREADABLE, detail=detail)


def _refused(error: OSError | ValueError) -> UnreadablePicture:
    said = error.strerror if isinstance(error, OSError) else "the path holds a NUL"
    return UnreadablePicture(f"the system refused to read it: {said}", reason=Reason.NOT_ALLOWED)


def _unlisted(path: str, error: OSError) -> Unlisted:
    gone = isinstance(error, FileNotFoundError)
    detail = f"the system refused to list it: {error.strerror}"
    return Unlisted(path=path, reason=Reason.VANISHED if gone else Reason.NOT_ALLOWED, detail=detail)
