"""The index from ten thousand to ten million rows: `python -m benchmarks.index [--rows N] [--without-rivals]`.

At each power of ten up to N: 128 values, five pictures a person, made portion by portion (`index_gallery`). Each step (`index_steps`,
`index_rivals`) runs in a process of its own. Queries and batches are measured on one core, in rounds that alternate with reading as many
bytes from memory as the codes have; «two cores» again with two threads. Results go to `benchmarks/results/index.json`, charts
(`index_charts`) to `docs/images/`, tables (`index_page`) to `docs/performance.md`. Ten million take 4 GB of disk, and 9 GB of memory for
faiss Flat with the rows in the page cache; the graphs at a million take most of the time.
"""

import argparse
import datetime as dt
import json
import os
import platform
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from benchmarks import fresh, index_charts, index_gallery, index_page, index_rivals, index_steps

RESULTS = Path(__file__).parent / "results" / "index.json"
Numbers = dict[str, float]


def step(name: str, folder: Path, rows: int, *, cores: int | None = None, threads: int = 1) -> Numbers:
    """Run one step in a fresh process."""
    words = ("-m", "benchmarks.index", "--step", name, "--folder", str(folder), "--rows", str(rows), "--threads", str(threads))
    started = time.perf_counter()
    # The libraries' own threads are for making the truth and for building rivals; Visavis holds faiss to one a call.
    env = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "2") if name == "make" or name in index_rivals.BUILDS else None
    numbers: Numbers = json.loads(fresh.run(*words, cores=cores, env=env).splitlines()[-1])
    sys.stderr.write(f"{rows:>10,} {name} x{threads}: {time.perf_counter() - started:.0f} s {json.dumps(numbers)}\n")
    return numbers


def one_step(name: str, folder: Path, rows: int, threads: int) -> object:
    if name == "make":
        return index_gallery.make(folder, rows)
    if name == "query":
        return index_steps.query(folder, rows, threads)
    if name in index_rivals.BUILDS:
        return index_rivals.rival(folder, rows, name)
    return getattr(index_steps, name)(folder, rows)


def size(folder: Path, rows: int, *, rivals: bool) -> dict[str, object]:
    """Measure everything at one number of rows."""
    ours = step("make", folder, rows)
    ours |= step("query", folder, rows, cores=1)
    two = step("query", folder, rows, cores=2, threads=2)
    ours |= {f"two cores, {name}": two[name] for name in ("query ms", "batch ms", "batch / read")}
    ours["one core / two"] = ours["query ms"] / two["query ms"]
    ours["reading, one core / two"] = two["read ms"] / two["read by all ms"]
    firsts = []
    for _ in range(3):
        started, first = time.time(), step("first_answer", folder, rows)
        firsts.append(first.pop("answered at") - started)
        ours |= first
    ours["start to first answer s"] = sorted(firsts)[1]
    theirs = {name: step(name, folder, rows) for name in index_rivals.names(rows)} if rivals else {}
    ours["codes, bytes a row on disk"] = sum(file.stat().st_size for file in (folder / "codes").iterdir()) / rows
    ours |= step("insert", folder, rows)
    ours |= step("remove", folder, rows)
    return {"rows": rows, "visavis": ours, "rivals": theirs}


def machine() -> dict[str, object]:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    named = {line.partition(":")[0].strip(): line.partition(":")[2].strip() for line in lines}
    return {
        "processor": named.get("model name", platform.machine()),
        "cores": len(os.sched_getaffinity(0)),
        "memory GiB": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "load at start": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "faiss-cpu", "usearch")},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the index from 10,000 rows on.")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--without-rivals", action="store_true")
    parser.add_argument("--only-largest", action="store_true", help="No curve.")
    parser.add_argument("--folder", type=Path, help="Where the galleries are made; else a temporary one.")
    parser.add_argument("--step", help=argparse.SUPPRESS)
    parser.add_argument("--threads", type=int, default=1, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.step:
        print(json.dumps(one_step(asked.step, asked.folder, asked.rows, asked.threads)))
        return
    sizes = [asked.rows] if asked.only_largest else [rows for rows in (10**4, 10**5, 10**6) if rows < asked.rows] + [asked.rows]
    began = time.perf_counter()
    found: dict[str, object] = {"date": f"{dt.datetime.now(dt.UTC):%Y-%m-%d}", "machine": machine(), "command": " ".join(sys.argv[1:])}
    measured = []
    for rows in sizes:
        with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
            measured.append(size(Path(folder), rows, rivals=not asked.without_rivals))
    found |= {"sizes": measured, "seconds": round(time.perf_counter() - began)}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    index_charts.draw(found)
    index_page.write(found)
    print(f"{index_page.tables(found)}\n{RESULTS}, {index_page.PAGE}")


if __name__ == "__main__":
    main()
