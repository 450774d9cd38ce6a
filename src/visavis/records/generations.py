"""Row files and codes of one model pack are a *generation* of the archive; each has folders and a range of keys of its own.

Ranges never meet, so that an outbox entry, a doomed row or a tombstone always says which generation it is about.
"""

import shutil
from pathlib import Path

import numpy as np

from visavis.domain.arrays import Keys
from visavis.records.durable import sync_file, sync_folder, write_at
from visavis.records.row_format import SEGMENT_ROWS
from visavis.records.rows import RowStore

SEGMENTS = 50_000
"""Row files a generation may have: 3.3 · 10⁹ templates."""
_ZEROS = bytes(1 << 20)


def first_segment(generation: int) -> int:
    """Return the number of a generation's first row file."""
    return generation * SEGMENTS


def key_range(generation: int) -> tuple[int, int]:
    """Return the first and the last key that a generation's templates may have."""
    first = first_segment(generation) * SEGMENT_ROWS
    return first + 1, first + SEGMENTS * SEGMENT_ROWS


def within(keys: Keys, generation: int) -> Keys:
    """Return those of `keys`, (N,) int64, that belong to a generation."""
    first, last = key_range(generation)
    return keys[(keys >= first) & (keys <= last)]


def overwrite(stores: dict[int, RowStore], keys: Keys) -> None:
    """Overwrite rows in the generations that are still there; the files of the others were overwritten as a whole."""
    for generation, store in stores.items():
        here = within(np.asarray(keys, np.int64), generation)
        if len(here):
            store.overwrite(here)


def wipe_folder(folder: Path) -> None:
    """Overwrite every file of a folder with zeros, on the disk, and remove it. Twice is once."""
    if not folder.is_dir():
        return
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("r+b") as file:
            size = path.stat().st_size
            for start in range(0, size, len(_ZEROS)):
                write_at(file.fileno(), _ZEROS[: size - start], start)
            sync_file(file.fileno())
        path.unlink()
    shutil.rmtree(folder)
    sync_folder(folder.parent)
