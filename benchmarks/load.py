"""Many people at the desk of a large archive while new pictures are read: `python -m benchmarks.load [--rows N] [--minutes M]`.

Three processes over loopback: `visavis serve`, the people (`benchmarks.load_users`), and `visavis ingest` of a folder that keeps growing.
The index alone is timed on the same archive before and after. Prints one JSON object.
"""

import argparse
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from benchmarks import pictures
from benchmarks.fresh import ONE_THREAD
from benchmarks.load_archive import bare_index, fill
from visavis.settings import Settings
from visavis.wiring.archive import open_archive

LINK = re.compile(r"http://\S+(/start\?key=\S+)")
START_SECONDS = 120
AT_A_TIME = 400
"""Pictures that arrive in the folder that is read; when they are read, as many come again."""
PHOTO = "rishi-sunak.jpg"


@dataclass
class Memory:
    """Resident memory of a process, MB, now and then."""

    pid: int
    every: float
    rss: list[float] = field(default_factory=list)
    own: list[float] = field(default_factory=list)
    """Without files that are mapped: those the kernel takes back when it wants."""
    _over: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        """Look until `stop`."""
        while True:
            said = dict(line.split(":", 1) for line in Path(f"/proc/{self.pid}/status").read_text(encoding="ascii").splitlines())
            self.rss.append(round(int(said["VmRSS"].split()[0]) / 1e3, 1))
            self.own.append(round(int(said["RssAnon"].split()[0]) / 1e3, 1))
            if self._over.wait(self.every):
                return

    def stop(self) -> None:
        """Look no more."""
        self._over.set()


def processor_seconds(pid: int) -> float:
    """Return the processor time that a process has used, all its threads together, without its children."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(place: Path) -> Iterator[tuple[int, str, str]]:
    """Start the desk; yield its process, its address and the start link's path. Ends it as a service manager would."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = place / "serve.log"
    words = ["-m", "visavis", "serve", "-a", str(place / "archive"), "--port", str(port)]
    with log.open("wb") as stream:
        process = subprocess.Popen([sys.executable, *words], stderr=stream, stdout=stream, env={**os.environ, **ONE_THREAD})
    try:
        yield process.pid, f"http://127.0.0.1:{port}", _link(process, log, f"http://127.0.0.1:{port}")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _link(process: "subprocess.Popen[bytes]", log: Path, origin: str) -> str:
    for _ in range(START_SECONDS * 10):
        time.sleep(0.1)
        found = LINK.search(log.read_text(encoding="utf-8", errors="replace"))
        if process.poll() is not None:
            break
        if found is not None:
            try:
                httpx.get(f"{origin}/healthz", timeout=START_SECONDS).raise_for_status()
            except httpx.ConnectError:
                continue
            return found[1]
    raise RuntimeError(log.read_text(encoding="utf-8", errors="replace")[-2000:])


@dataclass
class Ingest:
    """Pictures that come and are read all the while."""

    place: Path
    read: int = 0
    seconds: float = 0
    errors: list[str] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def go_on(self) -> None:
        """Read pictures until `stop`."""
        began, words = time.perf_counter(), ["-m", "visavis", "ingest", "--source", "fresh", "-a", str(self.place / "archive")]
        turn = time.time_ns() % 1_000_000_000  # no picture of an earlier run again
        while not self._over.is_set():
            turn += 1
            pictures.make_faces(self.place / "fresh" / f"{time.time_ns()}", AT_A_TIME, seed=turn)
            with subprocess.Popen(
                [sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **ONE_THREAD}
            ) as process:
                while process.poll() is None and not self._over.wait(0.2):
                    pass
                if process.poll() is None:
                    process.send_signal(signal.SIGINT)
                out, said = process.communicate()
            if process.returncode not in (0, 130):
                self.errors.append(said.decode(errors="replace")[-500:] or out.decode(errors="replace")[-500:])
        self.seconds = time.perf_counter() - began

    def stop(self) -> None:
        """Read no more."""
        self._over.set()


def measure(place: Path, *, rows: int, minutes: float, people: int, think: float) -> dict[str, Any]:
    """Fill an archive, and measure."""
    os.environ["XDG_CONFIG_HOME"] = str(place)
    if not (place / "archive").exists():
        began = time.perf_counter()
        fill(place, rows)
        sys.stderr.write(f"{rows:,} faces filled in {time.perf_counter() - began:.0f} s\n")
    numbers: dict[str, Any] = {"rows": rows, "minutes": minutes, "people": people, "think_s": think}
    numbers["load_average"] = [round(one, 2) for one in os.getloadavg()]
    bare = bare_index(place, 200)
    with open_archive(place / "archive", settings=Settings()) as archive:
        source = archive.source("made").id
    with served(place) as (pid, origin, start):
        ingest, memory = Ingest(place), Memory(pid, every=min(60.0, minutes * 10))
        beside = [threading.Thread(target=ingest.go_on), threading.Thread(target=memory.watch)]
        for thread in beside:
            thread.start()
        try:
            began = processor_seconds(pid)
            numbers |= _seen(_people(origin, start, source, people=people, seconds=minutes * 60, think=think), minutes * 60)
            used = processor_seconds(pid) - began
            numbers["server_processor_ms_a_search"] = round(used / max(1, numbers["searches"]) * 1e3, 1)
        finally:
            ingest.stop()
            memory.stop()
            for thread in beside:
                thread.join()
    bare = [*bare, *bare_index(place, 200)]
    with open_archive(place / "archive", settings=Settings()) as archive:
        ingest.read = sum(sum(one.outcomes.values()) for one in archive.status().sources if one.title == "fresh")
    numbers["ingest"] = {"files": ingest.read, "a_second": round(ingest.read / ingest.seconds, 1), "errors": ingest.errors}
    numbers["server_mb"] = {"every_s": memory.every, "resident": memory.rss, "own": memory.own}
    wall, processor = zip(*bare, strict=True)
    numbers["index_alone"] = {
        "ms": _percentiles(wall),
        "processor_ms": round(float(np.median(processor)) * 1e3, 1),
        "a_second": round(1 / float(np.mean(wall)), 1),
    }
    numbers["search_over_index_alone"] = {
        "p50": round(numbers["ms"]["p50"] / numbers["index_alone"]["ms"]["p50"], 1),
        "throughput": round(numbers["a_second"] / numbers["index_alone"]["a_second"], 3),
    }
    return numbers


def _people(origin: str, start: str, source: str, **options: float) -> dict[str, Any]:
    words = [f"--{name}={value}" for name, value in options.items()]
    photo = str(pictures.EXAMPLES / PHOTO)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load_users", origin, start, source, photo, *words], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _seen(seen: dict[str, Any], seconds: float) -> dict[str, Any]:
    whole = seen["whole"]
    return {
        "searches": len(whole),
        "a_second": round(len(whole) / seconds, 2),
        "errors": seen["errors"],
        "candidates_shown": seen["candidates"],
        "ms": _percentiles(whole),
        "ms_search": _percentiles(seen["search"]),
        "ms_page": _percentiles(seen["page"]),
    }


def _percentiles(seconds: Sequence[float]) -> dict[str, float]:
    if not seconds:
        return {"p50": float("nan"), "p95": float("nan"), "most": float("nan")}
    return {
        "p50": round(float(np.percentile(seconds, 50)) * 1e3, 1),
        "p95": round(float(np.percentile(seconds, 95)) * 1e3, 1),
        "most": round(max(seconds) * 1e3, 1),
    }


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--think", type=float, default=1.0, help="Seconds, on average, between a page and the next search.")
    parser.add_argument("--place", type=Path, help="Folder in which the archive is made, and found again; else one that is thrown away.")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        found = measure(asked.place or Path(place), rows=asked.rows, minutes=asked.minutes, people=asked.people, think=asked.think)
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
