"""What is measured of one gallery; each step runs in a process of its own."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from benchmarks.index_gallery import DIM, FILTERS, K, clearance, index_rows, opened, row_store, where
from visavis.domain.arrays import Vectors
from visavis.domain.identification import Hits
from visavis.index.codes import Codebook
from visavis.index.columns import ROW_BYTES
from visavis.index.files import check_files
from visavis.testing.templates import identity_centres, unit

ROUNDS = 7
QUERIES_A_ROUND = 30
BATCH = 64
INSERTED_A_SECOND, INSERTED_AT_ONCE = 5_000, 500
IDLE_S, BUSY_S = 10.0, 25.0
REMOVED_ROWS = 1_000

Numbers = dict[str, float]


def milliseconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1e3


def single(search: Callable[[Vectors], object], probes: Vectors) -> float:
    """Return the median of single queries, ms."""
    return float(np.median([milliseconds(lambda probe=probe: search(probe)) for probe in probes]))  # type: ignore[misc]


def recalls(hits: list[Hits], truth: np.ndarray) -> tuple[float, float]:
    """Return the shares of the true best that were found: by probes of known people, and by all."""
    found = np.array([len(np.intersect1d(one.keys, best)) / len(best) for one, best in zip(hits, truth, strict=True)])
    return float(found[: len(found) // 2].mean()), float(found.mean())


def query(folder: Path, rows: int, threads: int) -> Numbers:
    """Times and recall; times in rounds that alternate with reading as many bytes as there are in the codes."""
    data = np.load(folder / "probes.npz")
    probes, permit, index = data["probes"], clearance(), opened(folder, threads=threads)
    batches = [probes[start : start + BATCH] for start in range(0, len(probes), BATCH)]
    known, every = recalls([hits for some in batches for hits in index.search_each(some, K, None, permit)], data["truth all"])
    codes = np.full(rows * DIM // 32, 0x5A5A, np.uint64)  # D / 4 bytes a row
    rounds = []
    for start in range(ROUNDS):
        some = probes[np.arange(start, start + QUERIES_A_ROUND * 16, 16) % len(probes)]
        batch = milliseconds(lambda: index.search_each(probes[:BATCH], K, None, permit)) / BATCH
        read = float(np.median([milliseconds(codes.sum) for _ in range(9)]))
        rounds.append((read, single(lambda probe: index.search(probe, K, None, permit), some), batch))
    numbers = dict(zip(("read ms", "query ms", "batch ms"), np.median(rounds, axis=0).tolist(), strict=True))
    numbers |= {f"{what} / read": float(np.median([row[at] / row[0] for row in rounds])) for what, at in (("query", 1), ("batch", 2))}
    numbers |= {"recall known": known, "recall all": every}
    with ThreadPoolExecutor(threads) as pool:
        parts = np.array_split(codes, threads)
        numbers["read by all ms"] = float(np.median([milliseconds(lambda: list(pool.map(np.sum, parts))) for _ in range(30)]))
    for name in FILTERS:
        only = where(name)
        numbers[f"{name} first ms"] = milliseconds(lambda only=only: index.search(probes[0], K, only, permit))  # type: ignore[misc]
        numbers[f"{name} ms"] = single(lambda probe, only=only: index.search(probe, K, only, permit), probes[::5])  # type: ignore[misc]
        numbers[f"{name} / read"] = numbers[f"{name} ms"] / numbers["read ms"]
        hits = [hits for some in batches for hits in index.search_each(some, K, only, permit)]
        numbers[f"{name} recall"] = recalls(hits, data[f"truth {name}"])[1]
    return numbers


def first_answer(folder: Path, rows: int) -> Numbers:
    """Open and search once; how much memory of its own (private pages, not those of mapped files) that took, and with both filters."""
    book = Codebook(DIM)
    book.scanner(book.encode(np.zeros((1, DIM), np.float32)))  # the libraries' own memory is no template's
    before = anonymous()
    index, permit = opened(folder), clearance()
    probe = unit(np.random.default_rng(1).standard_normal((1, DIM)).astype(np.float32))[0]
    assert len(index.search(probe, K, None, permit).keys) == K
    answered, searched = time.time(), anonymous()
    for name in FILTERS:
        index.search(probe, K, where(name), permit)
    return {
        "answered at": answered,
        "bytes a row": (searched - before) / rows,
        "bytes a row, filters kept": (anonymous() - before) / rows,
    }


def anonymous() -> int:
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))


def insert(folder: Path, _rows: int) -> Numbers:
    """One thread searches without a pause; after a while another one writes rows, syncs them and adds them to the same index."""
    index, permit = opened(folder, writable=True), clearance()
    probes = np.load(folder / "probes.npz")["probes"]
    index.search(probes[0], K, None, permit)
    stop, inserted = threading.Event(), 0

    def write() -> None:
        nonlocal inserted
        rng, began = np.random.default_rng(7), time.perf_counter()
        with row_store(folder, writable=True) as store:
            while not stop.is_set():
                vectors = identity_centres(INSERTED_AT_ONCE, DIM, rng)
                keys, _ = store.append(vectors)
                store.sync()
                index.add(index_rows(keys, vectors, np.full(len(keys), 3, np.int32)), int(keys[-1]))
                inserted += len(keys)
                stop.wait(max(0.0, inserted / INSERTED_A_SECOND - (time.perf_counter() - began)))

    def searching(seconds: float) -> np.ndarray:
        times: list[float] = []
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            times.append(milliseconds(lambda: index.search(probes[len(times) % len(probes)], K, None, permit)))
        return np.array(times)

    idle = searching(IDLE_S)
    writer = threading.Thread(target=write)
    began = time.perf_counter()
    writer.start()
    busy = searching(BUSY_S)
    stop.set()
    writer.join()
    took = time.perf_counter() - began
    percent = {f"{name} p{p} ms": float(np.percentile(times, p)) for name, times in (("idle", idle), ("busy", busy)) for p in (50, 99)}
    return {**percent, "busy / idle p99": percent["busy p99 ms"] / percent["idle p99 ms"], "inserted/s": inserted / took}


def remove(folder: Path, rows: int) -> Numbers:
    """Remove rows from all over the gallery: from the row files and from the index; then look for their bytes in every file."""
    keys = np.sort(np.random.default_rng(3).choice(rows, REMOVED_ROWS, replace=False) + 1)
    index, permit = opened(folder, writable=True), clearance()
    with row_store(folder, writable=True) as store:
        codes = Codebook(DIM).encode(store.read(keys))
        probe = store.read(keys[:1])[0]
        assert index.search(probe, 1, None, permit).keys[0] == keys[0]
        began = time.perf_counter()
        store.overwrite(keys)
        overwritten = time.perf_counter()
        assert index.remove(keys, 2**40).removed == REMOVED_ROWS
        done = time.perf_counter()
        assert not store.read(keys).any()
    assert keys[0] not in index.search(probe, K, None, permit).keys
    index.close()
    left = sum(planted(file, codes.view("<u8")[:, 0], codes.shape[1] // 8) for file in (folder / "codes").glob("*.codes"))
    left += sum(named(file, keys) for file in (folder / "codes").glob("*.columns"))
    assert check_files(folder / "codes") == []
    return {"removal s": done - began, "rows overwritten s": overwritten - began, "codes gone s": done - overwritten, "left": left}


def planted(file: Path, heads: np.ndarray, words: int) -> int:
    """Return how many codes of a file begin like one of those (64 bits of 256)."""
    return int(np.isin(np.fromfile(file, "<u8")[::words], heads).sum())


def named(file: Path, keys: np.ndarray) -> int:
    """Return how many rows of a file have one of these keys."""
    return int(np.isin(np.fromfile(file, "<i8", count=file.stat().st_size // ROW_BYTES), keys).sum())
