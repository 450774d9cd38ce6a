"""Looking through every file of an archive for what was planted there: as bytes, and in codes that faiss unpacks."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
import sqlalchemy as sa

from visavis.index.codes import Codebook
from visavis.records import tables
from visavis.records.archive import Records

NEAR = 0.9
"""Cosine from which an unpacked code counts as the planted vector; a code gives its vector back to 0.95."""


def halves(vector: np.ndarray) -> bytes:
    return vector.astype("<f2").tobytes()


@dataclass(frozen=True, kw_only=True)
class Planted:
    """What is really stored of some faces and files: (N, D) rows as they lie in the files, the same turned back, and sealed texts."""

    rows: np.ndarray
    plain: np.ndarray
    texts: tuple[bytes, ...]

    @classmethod
    def of_source(cls, records: Records, number: int) -> "Planted":
        """Read it from an open archive."""
        ask = records._database.ask
        query = (
            sa.select(tables.template.c.key, tables.template.c.transform_key_id)
            .select_from(tables.template.join(tables.face).join(tables.appearance).join(tables.media))
            .where(tables.media.c.source_number == number)
        )
        found = ask(query).all()
        rows = records.rows.read(np.array([row.key for row in found], np.int64))
        plain = [records.rotations.turn_back(row, entry.transform_key_id) for row, entry in zip(rows, found, strict=True)]
        paths = sa.select(tables.location.c.path).join(tables.root).where(tables.root.c.source_number == number)
        return cls(rows=rows, plain=np.array(plain), texts=tuple(ask(paths).scalars()))

    def found(self, folder: Path) -> dict[str, int]:
        """Return how many of each kind lie in any file."""
        contents = [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]
        unpacked = np.concatenate([np.empty((0, self.rows.shape[1]), np.float32), *unpacked_codes(folder, self.rows.shape[1])])
        return {
            "rows": sum(any(halves(row) in content for content in contents) for row in self.rows),
            "plain rows": sum(any(halves(row) in content for content in contents) for row in self.plain),
            "texts": sum(any(text in content for content in contents) for text in self.texts),
            "codes": near(unpacked, self.rows),
            "plain codes": near(unpacked, self.plain),
        }


def unpacked_codes(folder: Path, dim: int) -> Iterator[np.ndarray]:
    """Yield the vectors that the codes of each file under a folder stand for, as faiss decodes them."""
    book = Codebook(dim)
    quantiser = faiss.ProductQuantizer(dim, dim // 2, 4)
    faiss.copy_array_to_vector(np.tile(book._points, (dim // 2, 1)).ravel(), quantiser.centroids)
    for path in sorted(folder.rglob("*.codes")):
        codes = np.frombuffer(path.read_bytes(), np.uint8).reshape(-1, book.bytes_per_row)
        if len(codes):
            yield quantiser.decode(np.ascontiguousarray(codes))


def near(vectors: np.ndarray, planted: np.ndarray) -> int:
    """Return how many planted vectors have a vector near them."""
    if not len(vectors) or not len(planted):
        return 0
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    own = planted / np.linalg.norm(planted, axis=1, keepdims=True)
    return int(((own @ unit.T).max(axis=1) >= NEAR).sum())
