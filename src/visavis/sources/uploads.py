"""Files that are handed in: written in pieces to a folder of their own, under names of our making, and gone again unless they are kept.

What a file is, ingest tells from its bytes. A ZIP is unpacked here, flat: its paths lead nowhere, its links are passed over, and it may
not grow beyond the bounds, whatever its headers say.
"""

import contextlib
import os
import shutil
import stat
import unicodedata
import uuid
import zipfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from visavis.domain.errors import InputError, SetupError

STAGED = ".handed-in-"
_PIECE = 1 << 20
_NAME_BYTES = 120
_END, _END_BYTES = b"PK\5\6", 22
_LOCATOR, _LOCATOR_BYTES = b"PK\6\7", 20
_DIRECTORY_BYTES = 32 << 20
"""Bytes of a ZIP's list of files that are read at most: a lying one would fill the memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What one upload may bring: files, bytes of all of them unpacked, bytes of each, and how far a file of a ZIP may grow."""

    files: int = 20_000
    bytes: int = 8 << 30
    file_bytes: int = 4 << 30
    growth: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What an upload brought; `left_out` = files that are no pictures or films by their names, or lead elsewhere."""

    files: int
    bytes: int
    left_out: int


class UploadPlace:
    """The folder under which uploads are kept, one folder each. Nothing else may lie there.

    Parameters
    ----------
    folder : Path
        Made when first needed.
    wanted : callable
        Whether a file's name promises something that can be read.
    """

    def __init__(self, folder: Path, *, wanted: Callable[[str], bool], bounds: Bounds | None = None) -> None:
        self._folder = folder
        self._wanted = wanted
        self._coming: set[str] = set()
        self.bounds = bounds or Bounds()

    def begin(self) -> "Upload":
        """Open an upload, which no `sweep` takes until it `came`; `SetupError` where nothing can be written."""
        upload_id = uuid.uuid4().hex
        self._coming.add(upload_id)
        try:
            folder = self._staged(upload_id)
            folder.mkdir(mode=0o700, parents=True)
        except OSError as error:
            self.came(upload_id)
            raise SetupError(f"uploads can't be kept: {error.strerror}", remedy="name a folder on a local disk: --uploads DIR") from None
        return Upload(upload_id, folder, wanted=self._wanted, bounds=self.bounds)

    def came(self, upload_id: str) -> None:
        """Note that nothing more comes: from now on whoever holds an upload names it to `sweep`."""
        self._coming.discard(upload_id)

    def keep(self, upload_id: str) -> Path:
        """Give an upload its lasting place, and return it; `InputError` if it is gone."""
        place = self._folder / upload_id
        try:
            self._staged(upload_id).rename(place)
        except OSError:
            raise InputError("the uploaded pictures are no longer there", remedy="upload them again") from None
        return place.resolve()

    def give_back(self, upload_id: str) -> None:
        """Take `keep` back: the pictures became no source."""
        with contextlib.suppress(OSError):
            (self._folder / upload_id).rename(self._staged(upload_id))

    def drop(self, upload_id: str) -> None:
        """Remove an upload that was not kept."""
        shutil.rmtree(self._staged(upload_id), ignore_errors=True)

    def sweep(self, held: Callable[[], Collection[str]] = tuple) -> None:
        """Remove what has come and was neither kept nor dropped, but for what somebody holds: its session has ended."""
        with contextlib.suppress(OSError):
            for entry in list(self._folder.iterdir()):
                upload_id = entry.name.removeprefix(STAGED)
                # in this order: what came a moment ago is held by now
                if entry.name.startswith(STAGED) and upload_id not in self._coming and upload_id not in held():
                    shutil.rmtree(entry, ignore_errors=True)

    def _staged(self, upload_id: str) -> Path:
        if not (len(upload_id) == 32 and upload_id.isalnum()):
            raise InputError("there is no such upload", remedy="upload the pictures again")
        return self._folder / f"{STAGED}{upload_id}"


class Upload:
    """One upload on its way; `close` it, or `drop` it at its place."""

    def __init__(self, upload_id: str, folder: Path, *, wanted: Callable[[str], bool], bounds: Bounds) -> None:
        self.id = upload_id
        self._folder = folder
        self._wanted = wanted
        self._bounds = bounds
        self._taken: set[str] = set()
        self._bytes = self._files = self._left_out = 0

    @property
    def received(self) -> Received:
        """What has come until now."""
        return Received(files=self._files, bytes=self._bytes, left_out=self._left_out)

    @contextlib.contextmanager
    def file(self, name: str) -> Iterator[Callable[[bytes], None]]:
        """Take a file: what is yielded is called with its pieces. A ZIP is unpacked at its end.

        Raises
        ------
        InputError
            It breaks a bound, or is a ZIP that can't be unpacked. `SetupError` where the disk is full.
        """
        packed = name.casefold().endswith(".zip")
        if not packed and not self._wanted(name):
            self._left_out += 1
            yield lambda _: None
            return
        path = self._folder / (".packed" if packed else self._name(name))
        with _told(), path.open("xb") as file:
            yield self._writer(file, count=not packed)
        if packed:
            with _told():
                self._unpack(path)
                path.unlink()
        else:
            self._files += 1

    def _writer(self, file: BinaryIO, *, count: bool, most: int | None = None) -> Callable[[bytes], None]:
        if count and self._files >= self._bounds.files:
            raise _too_much(f"more than {self._bounds.files:,} files")
        limit, written = min(most or self._bounds.file_bytes, self._bounds.file_bytes), 0

        def write(piece: bytes) -> None:
            nonlocal written
            written += len(piece)
            if written > limit:
                raise _too_much("a file that is larger than it may be, or grows beyond measure when unpacked")
            if count:
                self._bytes += len(piece)
            if self._bytes > self._bounds.bytes:
                raise _too_much(f"more than {self._bounds.bytes >> 30} GiB")
            file.write(piece)

        return write

    def _unpack(self, path: Path) -> None:
        try:
            _check_list(path, self._bounds.files)
            with zipfile.ZipFile(path) as packed:
                for item in packed.infolist():
                    self._take(packed, item)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
            raise InputError(
                "the ZIP can't be unpacked", remedy="pack it anew, without a password, or send the files themselves"
            ) from error

    def _take(self, packed: zipfile.ZipFile, item: zipfile.ZipInfo) -> None:
        if item.is_dir():
            return
        hidden = any(part.startswith((".", "__MACOSX")) for part in item.filename.replace("\\", "/").split("/"))
        if stat.S_ISLNK(item.external_attr >> 16) or hidden or not self._wanted(item.filename):
            self._left_out += 1
            return
        most = max(_PIECE, item.compress_size * self._bounds.growth)
        with packed.open(item) as opened, (self._folder / self._name(item.filename)).open("xb") as file:
            write = self._writer(file, count=True, most=most)
            while piece := opened.read(_PIECE):
                write(piece)
        self._files += 1

    def _name(self, said: str) -> str:
        name = safe_name(said)
        stem, dot, ending = name.rpartition(".")
        number = 1
        while name.casefold() in self._taken:
            number += 1
            name = f"{stem} ({number}){dot}{ending}" if dot else f"{ending} ({number})"
        self._taken.add(name.casefold())
        return name


def safe_name(said: str) -> str:
    """Return a name for a file whose sender called it `said`: the last part of it, without anything that a file system may act on."""
    last = unicodedata.normalize("NFC", said.replace("\\", "/").rpartition("/")[2])
    plain = "".join(sign for sign in last if sign.isprintable() and sign not in '<>:"|?*').strip(" .")
    stem, dot, ending = plain.rpartition(".")
    if not dot:
        stem, ending = plain, ""
    ending = _cut(ending, 16)
    return f"{_cut(stem, _NAME_BYTES) or 'picture'}{dot}{ending}"


def _cut(text: str, size: int) -> str:
    return os.fsencode(text)[:size].decode(errors="ignore").strip()


def _check_list(path: Path, most: int) -> None:
    """Raise unless the end of a ZIP says that its list of files is short; a ZIP64's is not asked for."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _END_BYTES - _LOCATOR_BYTES - 65_535))
        tail = file.read()
    end = tail.rfind(_END)
    if end < 0 or len(tail) - end < _END_BYTES:
        raise zipfile.BadZipFile
    count, listed = int.from_bytes(tail[end + 10 : end + 12], "little"), int.from_bytes(tail[end + 12 : end + 16], "little")
    if count > most or listed > _DIRECTORY_BYTES or tail[max(0, end - _LOCATOR_BYTES) : end].startswith(_LOCATOR):
        raise _too_much(f"more than {most:,} files in a ZIP, or one in the format ZIP64")


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SetupError(f"the upload can't be written: {error.strerror}", remedy="make room on its disk, and send it again") from None


def _too_much(what: str) -> InputError:
    return InputError(f"the upload brings {what}", remedy="send less at a time, or let the operator open the folder: serve --photos DIR")
