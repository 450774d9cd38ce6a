"""Folders that the operator opened: a person walks down in them and picks one, without ever writing a path.

A place is written as the number of an opened folder and a digest of the name of each folder below it, so that an address tells no name
and can lead nowhere that was not listed. Links are not followed, and what is hidden is not there.
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from visavis.domain.errors import InputError
from visavis.sources.ignore import is_litter

DEEPEST = 40
MOST_SHOWN = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """One folder as it is shown.

    Attributes
    ----------
    place : str
        Empty = above the opened folders.
    trail, folders : tuple of (str, str)
        Place and name of the folders above it, outermost first, this one included, and of those in it.
    pictures : int
        Files in it, not below it, whose name promises a picture or a film.
    path : Path or None
        None above the opened folders: there is nothing to pick.
    """

    place: str
    trail: tuple[tuple[str, str], ...]
    folders: tuple[tuple[str, str], ...]
    pictures: int
    path: Path | None


class OpenedFolders:
    """Opened folders.

    Parameters
    ----------
    roots : sequence of Path
        Absolute.
    wanted : callable
        Whether a file's name promises something that can be read.
    """

    def __init__(self, roots: Sequence[Path] = (), *, wanted: Callable[[str], bool] = lambda _: True) -> None:
        self._roots = tuple(root.resolve() for root in roots)
        self._wanted = wanted

    def __bool__(self) -> bool:
        return bool(self._roots)

    def at(self, place: str) -> Shelf:
        """Return what lies at a place.

        Raises
        ------
        InputError
            There is no such place now.
        """
        if not place:
            tops = tuple((str(number), root.name or str(root)) for number, root in enumerate(self._roots))
            return Shelf(place="", trail=(), folders=tops, pictures=0, path=None)
        path, trail = self._walked(place)
        folders, pictures = [], 0
        for entry in _entries(path):
            if _is_folder(entry):
                folders.append((f"{place}.{_digest(entry.name)}", entry.name))
            elif self._wanted(entry.name):
                pictures += 1
        return Shelf(
            place=place, trail=trail, folders=tuple(sorted(folders, key=lambda one: one[1])[:MOST_SHOWN]), pictures=pictures, path=path
        )

    def _walked(self, place: str) -> tuple[Path, tuple[tuple[str, str], ...]]:
        first, *steps = place.split(".")
        if not (first.isascii() and first.isdigit() and len(first) <= 4 and int(first) < len(self._roots)) or len(steps) > DEEPEST:
            raise _nothing()
        root = self._roots[int(first)]
        path, trail, here = root, [(first, root.name or str(root))], first
        for step in steps:
            name = next((entry.name for entry in _entries(path) if _digest(entry.name) == step and _is_folder(entry)), None)
            if name is None:
                raise _nothing()
            path, here = path / name, f"{here}.{step}"
            trail.append((here, name))
        if path.resolve() != path:  # a link has taken a folder's place since
            raise _nothing()
        return path, tuple(trail)


def _entries(path: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(path) as listing:
            yield from (entry for entry in listing if not is_litter(entry.name))
    except OSError:
        raise InputError("this folder can't be listed now", remedy="see that its drive is there, and that the desk may read it") from None


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _digest(name: str) -> str:
    return hashlib.sha256(os.fsencode(name)).hexdigest()[:20]


def _nothing() -> InputError:
    return InputError("there is no such folder among those that the desk may show", remedy="go down from the first one again")
