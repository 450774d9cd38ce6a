"""The index's folder: a manifest that names the files in force, and writes that survive a crash.

`manifest.json` is replaced whole (written aside, synced, renamed, folder synced), so a reader sees one generation or the next. New rows
and new filter columns are new files: they are written, the manifest switches, the old ones are overwritten with zeros and unlinked.
Rows that are removed are overwritten where they lie: the manifest first says which (`going`), and afterwards what the files' SHA-256
are now; whoever finds `going` finishes it. What a crash leaves beside the named files is removed by the next writer.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from visavis.domain.errors import DamageError
from visavis.index.columns import ROW_BYTES

MANIFEST = "manifest.json"
_ASIDE = "manifest.new"
_FORMAT = 2
_CHUNK = 1 << 20

Stamp = bytes
"""A manifest file's content; another stamp is another generation. (Inodes are used again, and times tick once in some milliseconds.)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentFiles:
    """One sealed segment.

    Attributes
    ----------
    rows : int
        Those that were overwritten included.
    codes, columns : str
        Its files.
    codes_sha256, columns_sha256 : str
        Not to be relied on while there are rows in `going`.
    sources : tuple of int
        Source numbers that occur in it, perhaps more, never fewer; `REMOVED` if rows were overwritten.
    going : tuple of int
        Positions of rows that are being overwritten.
    """

    rows: int
    codes: str
    codes_sha256: str
    columns: str
    columns_sha256: str
    sources: tuple[int, ...]
    going: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What is in force.

    Attributes
    ----------
    generation : int
        One more at each write.
    applied : int
        Last outbox number that the files hold.
    next_file : int
        Number of the next file; numbers of files in force are never used again.
    codebook : str
        Digest of the codebook behind the codes.
    """

    dim: int
    codebook: str
    generation: int = 0
    applied: int = 0
    next_file: int = 1
    segments: tuple[SegmentFiles, ...] = ()

    def names(self) -> set[str]:
        """Return the names of all files in force, the manifest's own left out."""
        return {name for segment in self.segments for name in (segment.codes, segment.columns)}

    def to_json(self) -> str:
        """Return the text of the file: the fields and a digest over them."""
        fields = {"format": _FORMAT, **asdict(self)}
        return json.dumps({**fields, "sha256": _digest(fields)}, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Manifest":
        """Read :meth:`to_json`'s text; `DamageError` if a byte of it is another."""
        try:
            fields = json.loads(text)
            told = fields.pop("sha256")
            if told != _digest(fields):
                raise _damaged("does not agree with its own digest")
            if fields.pop("format") != _FORMAT:
                raise _damaged("is of another version of Visavis")
            segments = tuple(
                SegmentFiles(**{**segment, "sources": tuple(segment["sources"]), "going": tuple(segment["going"])})
                for segment in fields.pop("segments")
            )
            manifest = cls(**fields, segments=segments)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _damaged("can't be read") from error
        if manifest.to_json() != text:
            raise _damaged("is not laid out as it was written")
        return manifest


class IndexFolder:
    """Reads and replaces the files of one index.

    Parameters
    ----------
    path : Path
        Must exist.
    step : callable
        Told the name of each durable step just after it: «codes-written», «codes-switched», «codes-overwritten», «codes-discarded».
    """

    def __init__(self, path: Path, step: Callable[[str], None]) -> None:
        self.path = path
        self._manifest = str(path / MANIFEST)
        self._step = step

    def stamp(self) -> Stamp | None:
        """Return what changes with each generation; None if there is no manifest yet."""
        try:
            descriptor = os.open(self._manifest, os.O_RDONLY)  # a third of `read_bytes`' time, and each search asks twice
        except FileNotFoundError:
            return None
        try:
            return b"".join(iter(lambda: os.read(descriptor, _CHUNK), b""))
        finally:
            os.close(descriptor)

    def manifest(self) -> Manifest | None:
        """Return the manifest in force; None in a folder that never had one."""
        try:
            return Manifest.from_json((self.path / MANIFEST).read_text(encoding="utf-8"))
        except UnicodeDecodeError as error:
            raise _damaged("can't be read") from error
        except FileNotFoundError:
            if any(self.path.glob("*.codes")):
                raise _damaged("is missing") from None
            return None

    def write(self, name: str, body: bytes) -> str:
        """Write a new file and sync it; return its SHA-256."""
        with (self.path / name).open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        self._step("codes-written")
        return hashlib.sha256(body).hexdigest()

    def overwrite(self, name: str, spans: Iterable[tuple[int, bytes]]) -> str:
        """Write over parts of a file, each given by its offset, and sync it; return the file's new SHA-256."""
        with (self.path / name).open("r+b") as file:
            for offset, body in spans:
                os.pwrite(file.fileno(), body, offset)
            os.fsync(file.fileno())
            found = hashlib.file_digest(file, "sha256").hexdigest()
        self._step("codes-overwritten")
        return found

    def switch(self, old: Manifest | None, new: Manifest) -> Manifest:
        """Put `new` in force; return it with its generation. Files that only `old` named are then to be discarded."""
        new = replace(new, generation=(old.generation if old else 0) + 1)
        self._sync_folder()  # the files that the manifest is about to name
        with (self.path / _ASIDE).open("w", encoding="utf-8") as file:
            file.write(new.to_json())
            file.flush()
            os.fsync(file.fileno())
        (self.path / _ASIDE).rename(self.path / MANIFEST)
        self._sync_folder()
        self._step("codes-switched")
        return new

    def discard(self, names: set[str]) -> None:
        """Overwrite files with zeros and unlink them, so that no code stays in a freed block."""
        for name in sorted(names):
            path = self.path / name
            with path.open("r+b") as file:
                left = path.stat().st_size
                while left > 0:
                    left -= file.write(bytes(min(left, _CHUNK)))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
        if names:
            self._sync_folder()
            self._step("codes-discarded")

    def strays(self, manifest: Manifest | None) -> set[str]:
        """Return names in the folder that are neither the manifest nor named by it."""
        known = {MANIFEST} | (manifest.names() if manifest else set())
        return {path.name for path in self.path.iterdir()} - known

    def clear(self, manifest: Manifest) -> None:
        """Discard what a crash left of our own making; what others put here stays, and :func:`check_files` names it."""
        self.discard({name for name in self.strays(manifest) if name == _ASIDE or name.endswith((".codes", ".columns"))})

    def _sync_folder(self) -> None:
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def check_files(path: Path) -> list[str]:
    """Compare every byte of an index's folder with its checksums.

    Parameters
    ----------
    path : Path
        The folder; need not exist.

    Returns
    -------
    list of str
        A problem each; empty: every file is as it was written and nothing lies beside them.
    """
    if not path.is_dir():
        return []
    folder = IndexFolder(path, lambda _step: None)
    try:
        manifest = folder.manifest()
    except DamageError as error:
        return [str(error)]
    problems = [f"codes/{name}: not named by the manifest" for name in sorted(folder.strays(manifest))]
    for segment in manifest.segments if manifest else ():
        if segment.going:
            problems.append(f"codes/{segment.codes}: a removal was cut short; the next process that writes finishes it")
            continue
        width = manifest.dim // 4 if manifest else 0
        problems += _check_file(path / segment.codes, segment.rows * width, segment.codes_sha256)
        problems += _check_file(path / segment.columns, segment.rows * ROW_BYTES, segment.columns_sha256)
    return problems


def wipe(path: Path) -> None:
    """Overwrite and unlink every file of an index, whatever its state: the first half of a rebuild. No process may have it open."""
    if path.is_dir():
        folder = IndexFolder(path, lambda _step: None)
        folder.discard({file.name for file in path.iterdir() if file.is_file()})


def _check_file(path: Path, size: int, sha256: str) -> list[str]:
    if not path.is_file():
        return [f"codes/{path.name}: missing"]
    if path.stat().st_size != size:
        return [f"codes/{path.name}: {path.stat().st_size} bytes, not {size}"]
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    return [] if found == sha256 else [f"codes/{path.name}: fails its SHA-256"]


def _digest(fields: dict[str, object]) -> str:
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def _damaged(what: str) -> DamageError:
    return DamageError(f"codes/{MANIFEST} {what}", remedy="run «visavis verify --repair» to make the codes anew")
