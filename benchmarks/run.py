"""All measurements, side by side: `make bench`, or `python -m benchmarks.run [--only PART …] [--full]`.

Prints a table (Markdown) and writes the same numbers as JSON to `benchmarks/results/`. Each chain runs in its own process, on one core
unless the line says otherwise; runs alternate (A B C A B C), so that whatever else the machine does disturbs all alike. A line gives the
median and, in brackets, the lowest and highest run. Ratios are formed within a round, where both saw the same machine.
"""

import argparse
import datetime as dt
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

import numpy as np

from benchmarks import fresh, pictures, video
from benchmarks.chains import Timing
from benchmarks.fresh import Spread, spread

RESULTS = Path(__file__).parent / "results"
# For dlib three whole batches: one of 12 files costs as many waits for the disk as one of 48.
WARM, FACES, DLIB_FACES, LARGE, TINY = 48, 300, 144, 24, 20_000
LIBRARIES = ("openvino", "onnxruntime", "opencv-python-headless", "dlib-bin", "faiss-cpu", "numpy", "av")
INT8, KERNELS = "visavis, int8 pack", "its kernels alone"
CLASSIC = {"OPENCV_FORCE_DNN_ENGINE": "1"}
"""OpenCV 4's inference engine, which OpenCV 5 still carries; the model files of the Zoo were published for it."""

Row = tuple[str, str, str]
"""What was measured, the number, the bar."""
Runs = dict[str, list[Timing]]


class Report:
    """Collects rows for the table and numbers for the JSON."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.numbers: dict[str, object] = {}

    def add(self, what: str, value: Spread | str, *, bar: str = "") -> None:
        """Add a row."""
        self.rows.append((what, str(value), bar))
        self.numbers[what] = [value.median, value.low, value.high] if isinstance(value, Spread) else value
        sys.stderr.write(f"{what}: {value}\n")

    def table(self) -> str:
        """Return the rows as Markdown."""
        return "\n".join(["| measured | value | bar |", "|---|---|---|", *(f"| {' | '.join(row)} |" for row in self.rows)])


def chain(name: str, warm_up: Path, folder: Path, *, cores: int = 1, workers: int = 1, env: Mapping[str, str] | None = None) -> Timing:
    words = ("-m", "benchmarks.chains", name, str(warm_up), str(folder), "--workers", str(workers))
    return Timing(**json.loads(fresh.run(*words, cores=cores, env=env).splitlines()[-1]))


def alternate(rounds: int, chains: Mapping[str, Callable[[], Timing]]) -> Runs:
    runs: Runs = {name: [] for name in chains}
    for _ in range(rounds):
        for name, once in chains.items():
            runs[name].append(once())
    return runs


def ratios(ours: list[Timing], theirs: list[Timing], *, clock: str = "seconds") -> Spread:
    """Return their time a face over ours, round by round."""
    return spread([(getattr(b, clock) / b.faces) / (getattr(a, clock) / a.faces) for a, b in zip(ours, theirs, strict=True)])


def ingest(report: Report, place: Path, rounds: int, *, lfw: Path) -> None:
    """Faces a second of ingest against OpenCV's chain and dlib's, one core each."""
    for name, count, seed in (("warm", WARM, 1), ("faces", FACES, 2), ("few", DLIB_FACES, 4)):
        pictures.make_faces(place / name, count, seed=seed)
    warm, folders = place / "warm", {"examples, 250 px": place / "faces"}
    if lfw.is_dir():
        folders["LFW, 250 px"] = some_of(lfw, place / "lfw", FACES)
    for data, folder in folders.items():
        runs = alternate(
            rounds,
            {
                "visavis": lambda folder=folder: chain("visavis", warm, folder),  # type: ignore[misc]
                INT8: lambda folder=folder: chain("visavis-int8", warm, folder),  # type: ignore[misc]
                KERNELS: lambda folder=folder: chain("kernels-int8", warm, folder),  # type: ignore[misc]
                "OpenCV 5": lambda folder=folder: chain("opencv", warm, folder),  # type: ignore[misc]
                "OpenCV, classic engine": lambda folder=folder: chain("opencv", warm, folder, env=CLASSIC),  # type: ignore[misc]
            },
        )
        for name, bar in (("OpenCV 5", "≥ 2.2"), ("OpenCV, classic engine", "")):
            compare(report, data, runs, name, "")
            compare(report, data, runs, name, bar, ours=INT8)
        over_kernels(report, data, runs)
        faces_a_second(report, data, runs)
    few = place / "few"
    runs = alternate(
        rounds,
        {
            "visavis": lambda: chain("visavis", warm, few),
            INT8: lambda: chain("visavis-int8", warm, few),
            "dlib": lambda: chain("dlib", warm, few),
        },
    )
    compare(report, "examples, 250 px", runs, "dlib", "")
    compare(report, "examples, 250 px", runs, "dlib", "≥ 11", ours=INT8)
    faces_a_second(report, f"examples, 250 px, {DLIB_FACES} of them", runs)


def over_kernels(report: Report, data: str, runs: Runs) -> None:
    """Print the whole over the sum of its kernels, run alone on the same core in the same round, and these."""
    for what, clock in (("", "seconds"), (", processor time", "cpu_seconds")):
        report.add(f"{INT8} over the sum of its kernels{what} ({data})", ratios(runs[KERNELS], runs[INT8], clock=clock), bar="≤ 1.25")
    for part in runs[KERNELS][0].parts:
        report.add(f"kernel: {part}, processor ms a picture ({data})", spread([one.parts[part] for one in runs[KERNELS]]))


def sizes(report: Report, place: Path, rounds: int) -> None:
    """Pictures of 640 × 640 and of 12 megapixels, against OpenCV's chain at the picture's own size."""
    pictures.make_faces(place / "warm", 16, seed=1)
    pictures.make_faces(place / "640", FACES // 3, seed=2, side=640)
    pictures.make_large(place / "large", LARGE // 3, seed=2)
    for data in ("640", "large"):
        folder = place / data
        runs = alternate(
            rounds,
            {
                INT8: lambda folder=folder: chain("visavis-int8", place / "warm", folder),  # type: ignore[misc]
                "OpenCV 5": lambda folder=folder: chain("opencv", place / "warm", folder),  # type: ignore[misc]
                "dlib": lambda folder=folder: chain("dlib", place / "warm", folder),  # type: ignore[misc]
            },
        )
        title = "640 × 640 px" if data == "640" else "12 megapixels"
        for other in ("OpenCV 5", "dlib"):
            compare(report, title, runs, other, "", ours=INT8)
        faces_a_second(report, title, runs)


def compare(report: Report, data: str, runs: Runs, other: str, bar: str, *, ours: str = "visavis") -> None:
    report.add(f"{ours} over {other}, faces/s ({data})", ratios(runs[ours], runs[other]), bar=bar)
    report.add(f"the same by processor time ({data})", ratios(runs[ours], runs[other], clock="cpu_seconds"))


def faces_a_second(report: Report, data: str, runs: Runs) -> None:
    for name, timings in runs.items():
        report.add(f"{name}, faces/s ({data})", spread([one.faces / one.seconds for one in timings]))
        report.add(f"{name}, processor ms a face ({data})", spread([one.cpu_seconds / one.faces * 1e3 for one in timings]))
        report.add(f"{name}, faces found in pictures ({data})", f"{timings[0].faces} in {timings[0].pictures}")


def some_of(source: Path, target: Path, count: int) -> Path:
    """Copy files of a folder, evenly spread, into one of its own."""
    paths = sorted(source.rglob("*.jpg"))
    target.mkdir()
    for path in paths[:: max(1, len(paths) // count)][:count]:
        (target / path.name).write_bytes(path.read_bytes())
    return target


def workers(report: Report, place: Path, rounds: int) -> None:
    """Two workers against one, on two cores."""
    pictures.make_faces(place / "warm", 2 * WARM, seed=1)
    pictures.make_faces(place / "faces", 2 * FACES, seed=2)
    runs = alternate(
        rounds,
        {
            f"{count} worker(s) on {cores} core(s)": lambda cores=cores, count=count: chain(  # type: ignore[misc]
                "visavis", place / "warm", place / "faces", cores=cores, workers=count
            )
            for cores, count in ((1, 1), (2, 1), (2, 2))
        },
    )
    one, one_of_two, two = runs.values()
    report.add("two workers on two cores over one on one, faces/s", ratios(two, one), bar="≥ 1.7")
    report.add("two workers over one, both on two cores, faces/s", ratios(two, one_of_two))
    for name, timings in runs.items():
        report.add(f"{name}, faces/s", spread([each.faces / each.seconds for each in timings]))


def large(report: Report, place: Path, rounds: int) -> None:
    """12-megapixel JPEGs on one core."""
    pictures.make_large(place / "warm", 4, seed=1)
    pictures.make_large(place / "large", LARGE, seed=2)
    size = sum(path.stat().st_size for path in (place / "large").iterdir()) / LARGE / 1e6
    timings = [chain("visavis", place / "warm", place / "large") for _ in range(rounds)]
    report.add(f"12-megapixel JPEGs of {size:.1f} MB, photos/s", spread([one.pictures / one.seconds for one in timings]), bar="≥ 10")
    report.add("the same, processor ms a photo", spread([one.cpu_seconds / one.pictures * 1e3 for one in timings]))


def unchanged(report: Report, place: Path, rounds: int, *, files: int) -> None:
    """A second ingest of files that have not changed, as a command, from start to end."""
    pictures.make_tiny(place / "tiny", files)
    archive = new_archive(place, place / "tiny")
    first = fresh.seconds("-m", "visavis", "ingest", "-a", archive, "--workers", "2")
    again = [fresh.seconds("-m", "visavis", "ingest", "-a", archive) for _ in range(rounds)]
    report.add(f"second ingest of {files:,} unchanged files, s", spread(again))
    report.add("the same, files/s", spread([files / each for each in again]))
    report.add(f"first ingest of {files:,} pictures of 24 px without a face, two workers, files/s", f"{files / first:,.0f}")


def new_archive(place: Path, folder: Path) -> str:
    archive = str(place / "archive")
    fresh.run("-m", "visavis", "init", archive)
    fresh.run("-m", "visavis", "source", "add", str(folder), "--profile", "household", "--title", "Bench", "-a", archive)
    return archive


def start(report: Report, place: Path, rounds: int) -> None:
    """From the start of a process to its answer."""
    archive = new_archive(place, pictures.EXAMPLES)
    fresh.run("-m", "visavis", "ingest", "-a", archive)
    probe = str(pictures.EXAMPLES / "rishi-sunak.jpg")
    commands = {
        "process start to search results (examples), s": ("-m", "visavis", "search", probe, "-a", archive, "--format", "json"),
        "visavis --help, s": ("-m", "visavis", "--help"),
        "import visavis, s": ("-c", "import visavis"),
        "python alone, s": ("-c", ""),
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds + 2):
        for name, words in commands.items():
            times[name].append(fresh.seconds(*words, cores=1))
    for name, values in times.items():
        report.add(name, spread(values))


def search(report: Report, _: Path, __: int) -> None:
    """Search at 200,000 templates, by `benchmarks.search`."""
    found = json.loads(fresh.run("-m", "benchmarks.search", "--rows", "200000", cores=1))
    report.numbers["search"] = found
    bars = {"recall_at_10": "≥ 0.995", "flat_over_ours": "≥ 8"}
    for name in ("flat_over_ours", "recall_at_10", "ms", "flat_ms", "resident_bytes_a_template", "start_to_first_answer_s"):
        report.add(f"search, 200,000 templates: {name}", f"{found[name]:,.4g}", bar=bars.get(name, ""))


def mixed(report: Report, _: Path, __: int) -> None:
    """10,000 pictures and two hours of video in one archive against pictures alone, by `benchmarks.mixed`."""
    found = json.loads(fresh.run("-m", "benchmarks.mixed", cores=1))
    report.numbers["mixed"] = found
    report.add("a search in pictures and film over pictures alone, processor time a row", spread(found["ratio_by_search"]), bar="≤ 1.1")
    for name, rows in found["rows"].items():
        report.add(f"{name}, {rows:,} templates: processor ms a search", f"{found['ms'][name]:.1f}")
    report.add("of the candidates listed there, in film", f"{found['listed']['mixed: film']:,} of {sum(found['listed'].values()) // 2:,}")


def law(report: Report, place: Path, rounds: int) -> None:
    """What ledger, vault and rotation cost, against plugs that do nothing: a search by `benchmarks.law`, and ingest."""
    found = json.loads(fresh.run("-m", "benchmarks.law", "--rows", "200000", cores=1))
    report.numbers["law"] = found
    for name, bar in (("with a photograph", "≤ 1.05"), ("with a template", "")):
        ours = found[name]
        report.add(f"a search {name}, processor time over null plugs'", spread(ours["ratio_by_round"]), bar=bar)
        report.add(f"a search {name}, processor ms (null plugs)", f"{ours['cpu_ms']:.1f} ({ours['null_cpu_ms']:.1f})")
    report.add("durable commits a search", f"{found['commits_a_search']:g}", bar="1")
    report.add("one durable commit, ms on the wall", f"{found['commit_ms']:.1f}")
    report.add("ingest: leaves a batch", f"{found['leaves_of_batches'] / found['batches']:g}", bar="1")
    pictures.make_faces(place / "warm", WARM, seed=1)
    pictures.make_faces(place / "faces", FACES, seed=2)
    runs = alternate(
        rounds,
        {
            "visavis": lambda: chain("visavis", place / "warm", place / "faces"),
            "null plugs": lambda: chain("visavis-null", place / "warm", place / "faces"),
        },
    )
    grown = ratios(runs["null plugs"], runs["visavis"], clock="cpu_seconds")
    report.add("ingest, processor time a face over null plugs'", grown, bar="≤ 1.05")


def load(report: Report, _: Path, __: int, *, minutes: float) -> None:
    """Fifty people at the desk of a million templates while pictures are read, by `benchmarks.load`."""
    found = json.loads(fresh.run("-m", "benchmarks.load", "--minutes", str(minutes)))
    report.numbers["load"] = found
    alone, memory = found["index_alone"], found["server_mb"]
    report.add("load: searches with their pages, a second (index alone)", f"{found['a_second']:g} ({alone['a_second']:g})")
    report.add("load: from the click to the page, p50 and p95, ms", f"{found['ms']['p50']:,.0f}, {found['ms']['p95']:,.0f}")
    report.add("load: index alone, p50 and p95, ms", f"{alone['ms']['p50']:,.0f}, {alone['ms']['p95']:,.0f}")
    report.add("load: the server's processor ms a search with its page", f"{found['server_processor_ms_a_search']:g}")
    report.add("load: errors", str(sum(found["errors"].values()) + len(found["ingest"]["errors"])), bar="0")
    report.add("load: pictures read meanwhile, a second", f"{found['ingest']['a_second']:g}")
    half = len(memory["own"]) // 2
    report.add(
        "load: the server's own memory, MB, half-way and at the end", f"{memory['own'][half]:,.0f}, {memory['own'][-1]:,.0f}", bar="flat"
    )


def multiplications() -> float:
    """Return the 10⁹ float32 multiply-adds a second that a matrix product reaches on one core; SFace needs 0.574 a face."""
    script = (
        "import numpy as np, time; a = np.ones((1024, 1024), np.float32); a @ a; t = []\n"
        "for _ in range(20): s = time.perf_counter(); a @ a; t.append(time.perf_counter() - s)\n"
        "print(1.024 ** 3 / min(t))"
    )
    return float(fresh.run("-c", script, cores=1))


def machine() -> dict[str, object]:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    named = {line.partition(":")[0].strip(): line.partition(":")[2].strip() for line in lines}
    return {
        "processor": named.get("model name", platform.machine()),
        "family and model": f"{named.get('cpu family')}/{named.get('model')}",
        "avx512f": "avx512f" in named.get("flags", ""),
        "cores": len(os.sched_getaffinity(0)),
        "load at start": os.getloadavg()[0],
        "float32 multiply-adds, 10⁹/s a core": round(multiplications(), 1),
        "python": platform.python_version(),
        **{name: version(name) for name in LIBRARIES},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure everything, side by side.")
    measurements: dict[str, Callable[[Report, Path, int], None]] = {
        "sizes": sizes,
        "ingest": lambda report, place, rounds: ingest(report, place, rounds, lfw=asked.lfw),
        "workers": workers,
        "large": large,
        "unchanged": lambda report, place, rounds: unchanged(report, place, rounds, files=100_000 if asked.full else TINY),
        "search": search,
        "mixed": mixed,
        "law": law,
        "start": start,
        "load": lambda report, place, rounds: load(report, place, rounds, minutes=asked.minutes),
        "video": lambda report, place, rounds: video.measure(report.add, place, rounds),
    }
    parts_of_others: dict[str, Callable[[Report, Path, int], None]] = {
        "film-speed": lambda report, place, rounds: video.quick(report.add, place, rounds)
    }
    parser.add_argument("--only", nargs="+", choices=[*measurements, *parts_of_others], default=list(measurements), metavar="PART")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--full", action="store_true", help="100,000 unchanged files, not 20,000.")
    parser.add_argument("--lfw", type=Path, default=Path("../shared/data/lfw-dev/images"), help="Measured too, if it is there.")
    parser.add_argument("--minutes", type=float, default=10, help="How long `load` lasts.")
    asked = parser.parse_args()
    report, began = Report(), time.perf_counter()
    report.numbers["machine"] = machine()
    for name in asked.only:
        with tempfile.TemporaryDirectory() as place:
            {**measurements, **parts_of_others}[name](report, Path(place), asked.rounds)
    report.numbers["seconds"] = round(time.perf_counter() - began)
    report.numbers["load at end"] = os.getloadavg()[0]
    RESULTS.mkdir(exist_ok=True)
    target = RESULTS / f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%SZ}.json"
    target.write_text(json.dumps(report.numbers, indent=1, ensure_ascii=False, default=np.generic.item), encoding="utf-8")
    sys.stdout.write(f"{report.table()}\n\n{json.dumps(report.numbers['machine'], ensure_ascii=False)}\n{target}\n")


if __name__ == "__main__":
    main()
