"""Runs a measurement in a fresh process on chosen cores, one thread to a library."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, lowest and highest of several runs."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        digits = 2 if self.median < 10 else 1 if self.median < 1000 else 0
        return f"{self.median:,.{digits}f} ({self.low:,.{digits}f} to {self.high:,.{digits}f})"


def spread(values: Sequence[float]) -> Spread:
    """Return the spread of some values."""
    return Spread(statistics.median(values), min(values), max(values))


def run(*words: str, cores: int | None = None, env: Mapping[str, str] | None = None) -> str:
    """Run this Python with some arguments to its end; return what it printed.

    Parameters
    ----------
    words : str
        Arguments to the interpreter.
    cores : int or None
        How many of the cores that this process may use, the first ones; None = all.
    env : mapping or None
        Added to the environment.

    Raises
    ------
    RuntimeError
        The process failed; the message ends with what it said.
    """
    chosen = sorted(os.sched_getaffinity(0))[:cores]
    done = subprocess.run(
        ["taskset", "--cpu-list", ",".join(map(str, chosen)), sys.executable, *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **ONE_THREAD, **(env or {})},
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr[-2000:]}")
    return done.stdout


def seconds(*words: str, cores: int | None = None) -> float:
    """Return how long a fresh process takes from start to end."""
    began = time.perf_counter()
    run(*words, cores=cores)
    return time.perf_counter() - began
