"""How far a long run has come, and how fast it goes."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

WINDOW_S = 60.0
"""Seconds: a second run flies past unchanged files first; an average over the whole run would promise too much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestProgress:
    """State of one ingest run; each event replaces the one before.

    Attributes
    ----------
    files_done : int
        Files with an outcome, unchanged ones included.
    files_total : int or None
        None until the folders have been listed.
    faces : int
        Templates made in this run.
    bytes_done : int
        Bytes of the files done.
    seconds : float
        Since the run began, by a clock that never goes back.
    film_s, film_total_s : float
        Seconds of film that were read, and of those films that were met so far.
    outcomes : mapping of str to int
        Files read in this run, by outcome as it was when they were read: which of two copies is the picture is settled later.
    """

    files_done: int
    files_total: int | None
    faces: int
    bytes_done: int
    seconds: float
    film_s: float = 0.0
    film_total_s: float = 0.0
    outcomes: Mapping[str, int] = field(default_factory=dict)


class Pace:
    """How fast a run goes now: over its last minute."""

    def __init__(self) -> None:
        self._window: deque[IngestProgress] = deque()

    @property
    def last(self) -> IngestProgress | None:
        """The newest event; None = there was none."""
        return self._window[-1] if self._window else None

    def take(self, event: IngestProgress) -> None:
        """Take the newest event."""
        self._window.append(event)
        while len(self._window) > 2 and event.seconds - self._window[1].seconds >= WINDOW_S:
            self._window.popleft()

    def rate(self, what: Literal["files_done", "film_s"]) -> float:
        """Return what was done a second within the window."""
        if not self._window:
            return 0.0
        first, last = self._window[0], self._window[-1]
        if last.seconds > first.seconds:
            return float(getattr(last, what) - getattr(first, what)) / (last.seconds - first.seconds)
        return float(getattr(last, what)) / last.seconds if last.seconds > 0 else 0.0
