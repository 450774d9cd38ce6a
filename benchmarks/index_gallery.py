"""A gallery of any size in a folder: row files, an index, probes and the true answers. Made portion by portion, never held as a whole.

Portion `p` is made from the seed `(SEED, p)`, so its identities can be made again without its rows: that is where probes of known people
come from. Half of the probes are of people who are not there.
"""

import datetime as dt
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from visavis.domain.actor import Actor
from visavis.domain.arrays import Keys, Vectors
from visavis.domain.clearance import Clearance
from visavis.domain.identification import IndexRows, Where
from visavis.domain.ids import CaseId
from visavis.index.embedded import EmbeddedIndex, Upkeep, open_embedded
from visavis.records.rows import RowStore
from visavis.testing.templates import identity_centres, pictures_of

DIM = 128
K = 10
SEED = 20261122
PICTURES_EACH = 5
PORTION = 10_000
BATCH = 10_000
PROBES = 500
"""Half of them of people in the gallery."""

FILTERS = {"1 %": 1, "10 %": 2}
"""Source numbers; source 3 holds the rest."""


class SystemClock:
    """The time of this machine."""

    def now(self) -> dt.datetime:
        """Return it, in UTC."""
        return dt.datetime.now(dt.UTC)


def clearance() -> Clearance:
    return Clearance(
        actor=Actor(name="benchmark"),
        case_id=CaseId("benchmark"),
        purpose="benchmark",
        policy="none",
        sources=frozenset({1, 2, 3}),
        max_candidates=None,
        least_similarity=-1.0,
        not_after=dt.datetime.now(dt.UTC) + dt.timedelta(hours=2),
    ).sealed()


def where(name: str) -> Where:
    return Where(sources=frozenset({FILTERS[name]}))


def row_store(folder: Path, *, writable: bool = False) -> RowStore:
    return RowStore(folder / "rows", dim=DIM, pack_id="benchmark", writable=writable)


def opened(folder: Path, *, writable: bool = False, threads: int = 1) -> EmbeddedIndex:
    return open_embedded(folder / "codes", DIM, row_store(folder).read, SystemClock(), writable=writable, upkeep=Upkeep(threads=threads))


def index_rows(keys: Keys, vectors: Vectors, source: np.ndarray) -> IndexRows:
    day = np.full(len(keys), 700_000, np.int32)
    return IndexRows(keys=keys, vectors=vectors, source=source, first_day=day, last_day=day)


def portions(rows: int) -> Iterator[tuple[Keys, Vectors, np.ndarray]]:
    """Yield keys, vectors at the precision of the row files, and source numbers."""
    for number, start in enumerate(range(0, rows, PORTION)):
        rng = np.random.default_rng([SEED, number])
        centres = identity_centres(PORTION // PICTURES_EACH, DIM, rng)
        vectors = np.concatenate([pictures_of(centres, rng) for _ in range(PICTURES_EACH)]).astype(np.float16).astype(np.float32)
        draw = rng.random(PORTION)
        source = np.select([draw < 0.01, draw < 0.11], [1, 2], 3).astype(np.int32)
        yield np.arange(start + 1, start + PORTION + 1), vectors, source


def probes(rows: int) -> Vectors:
    """Return the probes: (PROBES, DIM), the first half of people in the gallery, evenly from all of it."""
    rng = np.random.default_rng([SEED, rows, 1])
    last = rows // PORTION - 1
    chosen = np.unique(np.linspace(0, last, PROBES // 2).astype(np.int64), return_counts=True)
    known = [
        identity_centres(PORTION // PICTURES_EACH, DIM, np.random.default_rng([SEED, number]))[:count]
        for number, count in zip(*(part.tolist() for part in chosen), strict=True)
    ]
    return np.concatenate([pictures_of(np.concatenate(known), rng), identity_centres(PROBES // 2, DIM, rng)])


class Truth:
    """The `K` best so far, of every probe and of every filter.

    Parameters
    ----------
    asked : (P, DIM) float32
    """

    def __init__(self, asked: Vectors) -> None:
        self._probes = asked
        self._best = {name: (np.full((len(asked), K), -2, np.float32), np.zeros((len(asked), K), np.int64)) for name in ("all", *FILTERS)}

    def look(self, keys: Keys, vectors: Vectors, source: np.ndarray) -> None:
        """Compare every probe with some more rows."""
        import faiss

        for name, (similarity, found) in self._best.items():
            here = np.flatnonzero(source == FILTERS[name]) if name in FILTERS else np.arange(len(keys))
            near, places = faiss.knn(self._probes, vectors[here], K, metric=faiss.METRIC_INNER_PRODUCT)
            both, those = np.hstack([similarity, near]), np.hstack([found, keys[here[places]]])
            order = np.argsort(-both, axis=1)[:, :K]
            self._best[name] = np.take_along_axis(both, order, 1), np.take_along_axis(those, order, 1)

    def keys(self) -> dict[str, np.ndarray]:
        """Return the keys of the best: (P, K) for «all» and for each filter."""
        return {name: found for name, (_, found) in self._best.items()}


def make(folder: Path, rows: int) -> dict[str, float]:
    """Write rows, index, probes and truth; return how fast rows were written and added."""
    asked = probes(rows)
    truth, written_s, added_s = Truth(asked), 0.0, 0.0
    genuine, impostor = [], []
    index = opened(folder, writable=True)
    with row_store(folder, writable=True) as store:
        for seq, (keys, vectors, source) in enumerate(portions(rows), start=1):
            began = time.perf_counter()
            store.append(vectors)
            store.sync()
            written = time.perf_counter()
            index.add(index_rows(keys, vectors, source), seq)
            added_s, written_s = added_s + time.perf_counter() - written, written_s + written - began
            truth.look(keys, vectors, source)
            people = PORTION // PICTURES_EACH
            genuine.append((vectors[:people] * vectors[people : 2 * people]).sum(axis=1).mean())
            impostor.append((vectors[: people - 1] * vectors[1:people]).sum(axis=1).std())
    began = time.perf_counter()
    index.close()
    added_s += time.perf_counter() - began
    arrays: dict[str, Any] = {"probes": asked, **{f"truth {name}": keys for name, keys in truth.keys().items()}}
    np.savez(folder / "probes.npz", **arrays)
    return {
        "rows added/s": rows / added_s,
        "rows written and synced/s": rows / written_s,
        "genuine mean": float(np.mean(genuine)),
        "impostor sd": float(np.mean(impostor)),
    }
