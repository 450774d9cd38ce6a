"""Are the codes in the files those that the living rows give? Both ways to the same hash, or a row is in one and not in the other."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from visavis.domain.arrays import Keys
from visavis.index.base import RowReader
from visavis.index.codes import Codebook, Codes
from visavis.index.columns import REMOVED, ROW_BYTES, Columns
from visavis.index.files import IndexFolder, SegmentFiles

_ROWS = 16_384


def content_hashes(folder: Path, dim: int, read_rows: RowReader, living: Sequence[int]) -> tuple[str, str]:
    """Return the SHA-256 of what the index's files hold, and of what they would hold were they made anew from the living rows.

    Keys and codes are hashed, in order of the keys. Rows that came since the last sealing are in no file yet and in neither hash.

    Parameters
    ----------
    folder : Path
        Of the index.
    dim : int
    read_rows : RowReader
    living : sequence of int
        Keys of every template that there is, ascending.
    """
    codebook, here = Codebook(dim), IndexFolder(folder, lambda _step: None)
    manifest = here.manifest()
    parts = [_segment(folder, files, codebook) for files in (manifest.segments if manifest else ())]
    keys = np.concatenate([np.empty(0, np.int64), *(part[0] for part in parts)])
    codes = np.concatenate([np.empty((0, codebook.bytes_per_row), np.uint8), *(part[1] for part in parts)])
    order = np.argsort(keys)
    stored = _hash(keys[order], codes[order])
    every = np.array(living, np.int64)
    kept = every[np.isin(every, keys)]
    anew = [codebook.encode(read_rows(kept[start : start + _ROWS])) for start in range(0, len(kept), _ROWS)]
    return stored, _hash(kept, np.concatenate([codes[:0], *anew]))


def _segment(folder: Path, files: SegmentFiles, codebook: Codebook) -> tuple[Keys, Codes]:
    columns = np.fromfile(folder / files.columns, np.uint8, count=files.rows * ROW_BYTES)
    codes = np.fromfile(folder / files.codes, np.uint8).reshape(files.rows, codebook.bytes_per_row)
    here = Columns.over(columns, files.rows)
    living = here.source != REMOVED
    return np.array(here.keys[living], np.int64), codes[living]


def _hash(keys: Keys, codes: Codes) -> str:
    digest = hashlib.sha256(np.ascontiguousarray(keys, "<i8").tobytes())
    digest.update(np.ascontiguousarray(codes).tobytes())
    return digest.hexdigest()
