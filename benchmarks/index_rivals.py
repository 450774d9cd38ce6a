"""Other indexes on the same rows and probes: faiss Flat and IVF-SQ8 at every size, the graphs (faiss HNSW, usearch) up to a million."""

import gc
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks.index_gallery import DIM, K, row_store
from benchmarks.index_steps import BATCH, Numbers, anonymous, milliseconds
from visavis.domain.arrays import Vectors

GRAPHS_UP_TO = 1_000_000
_PORTION = 100_000
_QUERIES = 40
_IVF_LISTS, _IVF_PROBED = 1_024, 256
_LINKS, _BUILD, _EXPLORED = 16, 40, 1_024

Search = Callable[[Vectors], np.ndarray]
"""Probes in, keys out."""


def names(rows: int) -> list[str]:
    """Return which rivals are measured at a number of rows."""
    return [name for name in BUILDS if rows <= GRAPHS_UP_TO or name in {"faiss Flat", "faiss IVF-SQ8"}]


def rival(folder: Path, rows: int, name: str) -> Numbers:
    """Build with all cores, query with one."""
    import faiss

    data = np.load(folder / "probes.npz")
    probes, truth = data["probes"], data["truth all"]
    before, began = anonymous(), time.perf_counter()
    search = BUILDS[name](folder, rows)
    built = time.perf_counter() - began
    gc.collect()
    held = anonymous() - before
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    chosen = np.linspace(0, len(probes) - 1, _QUERIES).astype(np.int64)
    search(probes[:1])
    times = [milliseconds(lambda at=at: search(probes[at : at + 1])) for at in chosen]  # type: ignore[misc]
    batch = milliseconds(lambda: search(probes[:BATCH])) / BATCH
    found = np.array([len(np.intersect1d(search(probes[at : at + 1])[0], truth[at])) / K for at in chosen])
    faiss.omp_set_num_threads(threads)
    return {
        "query ms": float(np.median(times)),
        "batch ms": batch,
        "recall known": float(found[: _QUERIES // 2].mean()),
        "recall all": float(found.mean()),
        "bytes a row": held / rows,
        "rows added/s": rows / built,
    }


def stored(folder: Path, rows: int) -> Iterator[Vectors]:
    with row_store(folder) as store:
        for start in range(0, rows, _PORTION):
            yield store.read(np.arange(start + 1, min(start + _PORTION, rows) + 1))


def flat(folder: Path, rows: int) -> Search:
    import faiss

    index = faiss.IndexFlatIP(DIM)
    index.codes.resize(rows * DIM * 4)  # at once: growing would hold it twice
    room = faiss.rev_swig_ptr(index.codes.data(), rows * DIM * 4).view(np.float32).reshape(rows, DIM)
    for at, vectors in enumerate(stored(folder, rows)):
        room[at * _PORTION : at * _PORTION + len(vectors)] = vectors
    index.ntotal = rows
    return lambda probes: index.search(probes, K)[1] + 1


def ivf(folder: Path, rows: int) -> Search:
    import faiss

    lists = min(_IVF_LISTS, rows // 40)
    quantiser = faiss.IndexFlatIP(DIM)
    index = faiss.IndexIVFScalarQuantizer(quantiser, DIM, lists, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    for vectors in stored(folder, rows):
        if not index.is_trained:
            index.train(vectors)
        index.add(vectors)
    index.nprobe = max(1, lists * _IVF_PROBED // _IVF_LISTS)
    return lambda probes: index.search(probes, K)[1] + 1


def hnsw(folder: Path, rows: int) -> Search:
    import faiss

    index = faiss.IndexHNSWFlat(DIM, _LINKS, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = _BUILD
    for vectors in stored(folder, rows):
        index.add(vectors)
    index.hnsw.efSearch = _EXPLORED
    return lambda probes: index.search(probes, K)[1] + 1


def usearch(folder: Path, rows: int) -> Search:
    from usearch.index import Index

    index = Index(ndim=DIM, metric="ip", dtype="f16", connectivity=_LINKS, expansion_add=_BUILD, expansion_search=_EXPLORED)
    for at, vectors in enumerate(stored(folder, rows)):
        index.add(np.arange(len(vectors)) + at * _PORTION + 1, vectors)
    return lambda probes: np.atleast_2d(index.search(probes, K, threads=1).keys).astype(np.int64)


BUILDS: dict[str, Callable[[Path, int], Search]] = {"faiss Flat": flat, "faiss IVF-SQ8": ivf, "faiss HNSW": hnsw, "usearch": usearch}
