"""Search at 200,000 synthetic templates: `python -m benchmarks.search [--rows N] [--dim D]`. One thread; prints one JSON object.

The embedded index, its rows in row files with each checksum checked, against `faiss.IndexFlatIP` in the same process. Timings are in rounds
that alternate between the two (other programs disturb both alike), one query at a time; the ratio is that of the medians over rounds.
Start-up and memory are measured in fresh processes that open the index and search once.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy and faiss are imported
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from benchmarks.index_gallery import BATCH, FILTERS, PICTURES_EACH, K, SystemClock, clearance
from visavis.domain.arrays import Vectors
from visavis.domain.identification import Hits, IndexRows, Where
from visavis.index.codes import Codebook
from visavis.index.embedded import EmbeddedIndex, open_embedded
from visavis.records.rows import RowStore
from visavis.testing.templates import identity_centres, pictures_of, unit

PROBES = 1_000
ROUNDS = 7
QUERIES_A_ROUND = 60


def opened(folder: Path, dim: int, *, writable: bool) -> EmbeddedIndex:
    rows = RowStore(folder / "rows", dim=dim, pack_id="benchmark", writable=False)
    return open_embedded(folder / "codes", dim, rows.read, SystemClock(), writable=writable)


def make(folder: Path, rows: int, dim: int) -> tuple[Vectors, Vectors, np.ndarray, float]:
    """Write rows, fill an index; return the rows, the probes (half of them of people in the gallery), sources and seconds of adding."""
    rng = np.random.default_rng(20261122)
    centres = identity_centres(rows // PICTURES_EACH, dim, rng)
    vectors = np.concatenate([pictures_of(centres, rng) for _ in range(PICTURES_EACH)]).astype(np.float16)
    vectors32 = vectors.astype(np.float32)
    with RowStore(folder / "rows", dim=dim, pack_id="benchmark", writable=True) as store:
        store.append(vectors32)
        store.sync()
    draw = rng.random(len(vectors))
    source = np.select([draw < 0.01, draw < 0.11], [1, 2], 3).astype(np.int32)
    probes = np.concatenate([pictures_of(centres[: PROBES // 2], rng), identity_centres(PROBES // 2, dim, rng)])
    days = np.full(len(vectors), 700_000, np.int32)
    index = opened(folder, dim, writable=True)
    started = time.perf_counter()
    for seq, start in enumerate(range(0, len(vectors), BATCH), start=1):
        part = slice(start, start + BATCH)
        keys = np.arange(start + 1, min(start + BATCH, len(vectors)) + 1)
        index.add(IndexRows(keys=keys, vectors=vectors32[part], source=source[part], first_day=days[part], last_day=days[part]), seq)
    index.close()
    return vectors32, probes, source, time.perf_counter() - started


def query_ms(search: Callable[[Vectors], object], probes: Vectors) -> float:
    """Return the median of single queries, in milliseconds."""
    times = []
    for probe in probes:
        started = time.perf_counter()
        search(probe)
        times.append(time.perf_counter() - started)
    return float(np.median(times)) * 1e3


def recall(search: Callable[[Vectors], Hits], probes: Vectors, truth: np.ndarray) -> float:
    """Return the share of the true best that are among the hits."""
    found = [len(np.intersect1d(search(probe).keys, best)) for probe, best in zip(probes, truth, strict=True)]
    return sum(found) / truth.size


def first_answer(folder: Path, dim: int) -> None:
    """In a fresh process: open, search once, say how much memory that took."""
    book = Codebook(dim)
    book.scanner(book.encode(np.zeros((1, dim), np.float32)))  # the libraries' own memory is no template's
    before = resident()
    index = opened(folder, dim, writable=False)
    probe = unit(np.random.default_rng(1).standard_normal((1, dim)).astype(np.float32))[0]
    assert len(index.search(probe, K, None, clearance()).keys) == K
    print(json.dumps({"resident": resident() - before}))


def resident() -> int:
    """Return the bytes of this process's own memory (private pages; what is merely mapped from the row file is left out)."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))


def fresh(folder: Path, dim: int) -> tuple[float, int]:
    """Return seconds from process start to first answer, and bytes it took."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.search", "--dim", str(dim), "--first-answer", str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return time.perf_counter() - started, json.loads(done.stdout)["resident"]


def measure(folder: Path, rows: int, dim: int) -> dict[str, object]:
    import faiss

    vectors, probes, source, add_s = make(folder, rows, dim)
    people = len(vectors) // PICTURES_EACH
    genuine = (vectors[:people] * vectors[people : 2 * people]).sum(axis=1)
    impostor = (vectors[: people - 1] * vectors[1:people]).sum(axis=1)
    flat = faiss.IndexFlatIP(dim)
    flat.add(vectors)
    index, permit = opened(folder, dim, writable=False), clearance()

    def ours(probe: Vectors) -> Hits:
        return index.search(probe, K, None, permit)

    best = recall(ours, probes, flat.search(probes, K)[1] + 1)  # also maps the row file's pages, once for all that follows
    rounds = [
        (query_ms(lambda probe: flat.search(probe[None], K), some), query_ms(ours, some))
        for some in (probes[np.arange(i, i + QUERIES_A_ROUND * 16, 16) % len(probes)] for i in range(ROUNDS))
    ]
    flat_ms, ours_ms = np.median(rounds, axis=0)
    filtered = {}
    for name, number in FILTERS.items():
        where = Where(sources=frozenset({number}))
        there = np.flatnonzero(source == number)
        truth = there[np.argsort(-(probes @ vectors[there].T), axis=1)[:, :K]] + 1
        filtered[name] = {
            "rows": len(there),
            "recall_at_10": recall(lambda probe, where=where: index.search(probe, K, where, permit), probes, truth),  # type: ignore[misc]
            "ms": query_ms(lambda probe, where=where: index.search(probe, K, where, permit), probes[::5]),  # type: ignore[misc]
        }
    base_s, base_bytes = min(fresh(folder, dim) for _ in range(3))
    return {
        "rows": len(vectors),
        "dim": dim,
        "genuine_mean": float(genuine.mean()),
        "impostor_sd": float(impostor.std()),
        "added_per_s": len(vectors) / add_s,
        "recall_at_10": best,
        "ms": ours_ms,
        "flat_ms": flat_ms,
        "flat_over_ours": flat_ms / ours_ms,
        "flat_over_ours_by_round": [round(a / b, 1) for a, b in rounds],
        "filtered": filtered,
        "resident_bytes_a_template": base_bytes / len(vectors),
        "start_to_first_answer_s": base_s,
        "disk_bytes_a_template": sum(path.stat().st_size for path in (folder / "codes").iterdir()) / len(vectors),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--dim", type=int, default=128)
    parser.add_argument("--first-answer", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.first_answer:
        first_answer(asked.first_answer, asked.dim)
        return
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder), asked.rows, asked.dim), indent=1, default=float))


if __name__ == "__main__":
    main()
