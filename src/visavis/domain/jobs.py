"""Jobs: long work that an archive is asked for and that runs by itself, and the hours in which it may."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from zoneinfo import ZoneInfo

from visavis.domain.errors import InputError
from visavis.domain.film import Sampling


class JobState(StrEnum):
    """How a job stands. The value is stored, and stable."""

    WAITING = "waiting"
    """For its turn, for its hours, or for the desk to be open."""
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


OPEN = frozenset({JobState.WAITING, JobState.RUNNING, JobState.PAUSED})
"""States of a job that is not over; a source has one such job at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOptions:
    """How a job reads.

    Attributes
    ----------
    workers : int
        Processes that analyse.
    thorough : bool
        Look for 20-pixel faces in large photographs, slowly.
    sampling : Sampling or None
        How closely films are looked at; None = as the setting says.
    retry : bool
        Read again what could not be read, though the file is the same.
    any_hour : bool
        Outside the hours of its source too.
    """

    workers: int = 1
    thorough: bool = False
    sampling: Sampling | None = None
    retry: bool = False
    any_hour: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """A part of each day, by the clocks of a time zone; past midnight if it ends before it begins.

    Attributes
    ----------
    since, until : time
        From the first on, up to before the second.
    zone : str
        Name in the IANA data base, `Europe/Paris`.
    """

    since: dt.time
    until: dt.time
    zone: str

    def __post_init__(self) -> None:
        if self.since == self.until:
            raise InputError("hours that end when they begin are none, or all", remedy="write two times, 19:00 and 07:00")
        try:
            ZoneInfo(self.zone)
        except (OSError, ValueError, KeyError):  # no file of that name is a KeyError, no name at all a ValueError, a folder an OSError
            raise InputError(f"there is no time zone «{self.zone[:40]}»", remedy="write its name as Europe/Paris, or UTC") from None

    def hold(self, at: dt.datetime) -> bool:
        """Whether a moment lies in them; the hour that a clock shows twice in autumn counts both times."""
        now = at.astimezone(ZoneInfo(self.zone)).time()
        if self.since < self.until:
            return self.since <= now < self.until
        return now >= self.since or now < self.until

    def __str__(self) -> str:
        return f"{self.since:%H:%M}-{self.until:%H:%M} {self.zone}"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobProgress:
    """How far a job is, as its process last said.

    Attributes
    ----------
    at : datetime
        UTC.
    files_done, files_total : int, int or None
        Of the listing that is under way, files that were read before included; the total is None until the folders were listed.
    read, faces : int
        Files read and templates made since the job was asked for, over all its runs.
    files_per_s, film_speed : float
        In the last minute: files a second, seconds of film a second.
    film_s, film_total_s : float
        Seconds of film that were read in this run, and of those films that it has met.
    outcomes : mapping of str to int
        Files read since the job was asked for, by outcome.
    """

    at: dt.datetime
    files_done: int
    files_total: int | None
    read: int
    faces: int
    files_per_s: float = 0.0
    film_s: float = 0.0
    film_total_s: float = 0.0
    film_speed: float = 0.0
    outcomes: Mapping[str, int] = field(default_factory=dict)

    @property
    def share(self) -> float | None:
        """How much is done, 0 to 1; None = nobody knows yet. Where films are read, they are what takes the time."""
        if self.film_total_s > 0:
            return min(1.0, self.film_s / self.film_total_s)
        if self.files_total is None:
            return None
        return 1.0 if self.files_total == 0 else min(1.0, self.files_done / self.files_total)

    @property
    def seconds_left(self) -> float | None:
        """How long it may take yet; None = nobody knows."""
        if self.film_total_s > 0:
            return (self.film_total_s - self.film_s) / self.film_speed if self.film_speed > 0 else None
        if self.files_total is None or self.files_per_s <= 0:
            return None
        return max(0, self.files_total - self.files_done) / self.files_per_s
