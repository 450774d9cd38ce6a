"""How a job reads on its pages: numbers, and words that the templates translate."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from visavis.domain.film import clock
from visavis.domain.jobs import JobProgress, JobState
from visavis.domain.speech import ENGLISH, Speech

if TYPE_CHECKING:
    from visavis.wiring import SourceRecord
    from visavis.wiring.jobs import JobRecord, Schedule

STATES: Mapping[str, str] = {
    "waiting": "Waiting",
    "running": "Running",
    "paused": "Paused",
    "done": "Done",
    "failed": "Failed",
    "stopped": "Stopped",
}
OUTCOMES: Mapping[str, str] = {
    "indexed": "its faces are searchable",
    "no-face": "read, and no face found",
    "duplicate": "the same bytes lie at another path",
    "paired": "the camera's picture of the same shot stands for it",
    "unfinished": "a film that is read in part; reading goes on",
    "unreadable": "damaged, or no picture",
    "truncated": "cut off",
    "empty": "no bytes",
    "too-large": "beyond a limit of the settings",
    "too-small": "under 16 pixels",
    "unsupported": "of a kind that is not read",
    "not-allowed": "the system refused to open it",
    "vanished": "gone when it was to be opened",
    "refused": "the charter says no",
    "crashed": "reading it ended a process; it was set aside",
}
SILENT_S = 120
"""Seconds after which a running job that says nothing is worth a remark: a stretch of a large film takes less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeLine:
    """How many files ended so; `says` is empty where nobody has words for it."""

    name: str
    says: str
    count: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """A source in the list: what may be asked for it.

    Attributes
    ----------
    busy : str
        Id of its job that is not over; empty = it has none.
    """

    id: str
    title: str
    state: str
    readable: bool
    rhythm: int | None
    hours: str
    busy: str

    @classmethod
    def of(cls, source: "SourceRecord", schedule: "Schedule | None", busy: str) -> Self:
        """Return the line of a source."""
        hours = "" if schedule is None or schedule.hours is None else str(schedule.hours)
        return cls(
            id=source.id,
            title=source.title,
            state=source.state,
            readable=source.signed_by is not None,
            rhythm=None if schedule is None else schedule.every_hours,
            hours=hours,
            busy=busy,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """A job as it is shown.

    Attributes
    ----------
    wanted : str
        What will be done after the batch in hand: empty, `pause` or `stop`.
    percent : int or None
        None = the folders are still being listed.
    out_of_hours : str
        The hours that it waits for; empty = it does not.
    silent_since : str
        When its process last said a word, where that is long ago; else empty.
    troubled : bool
        Whether some of its files might be read another time.
    """

    id: str
    source_id: str
    title: str
    state: str
    state_text: str
    open: bool
    wanted: str
    scheduled: bool
    retry_of: str
    read: str
    faces: str
    listed: str
    rate: str
    film: str
    film_speed: str
    left: str
    percent: int | None
    out_of_hours: str
    silent_since: str
    asked: str
    started: str
    ended: str
    detail: str
    outcomes: tuple[OutcomeLine, ...]
    troubled: bool

    @property
    def may(self) -> tuple[str, ...]:
        """What may be wished of it now."""
        if self.state == "running":
            return {"": ("pause", "stop"), "pause": ("resume", "stop"), "stop": ()}[self.wanted]
        after = {"waiting": ("pause", "stop"), "paused": ("resume", "stop"), "failed": ("resume", "retry")}
        return after.get(self.state, ("retry",))


def view_of(
    job: "JobRecord", progress: JobProgress | None, title: str, schedule: "Schedule | None", at: dt.datetime, speech: Speech = ENGLISH
) -> JobView:
    """Return how a job reads at a moment."""
    running = progress if job.state is JobState.RUNNING else None
    counts = (job.read, job.faces, job.outcomes) if progress is None else (progress.read, progress.faces, progress.outcomes)
    outcomes = _lines(counts[2], speech)
    share = None if progress is None else progress.share
    return JobView(
        id=job.id,
        source_id=job.source_id,
        title=title,
        state=job.state.value,
        state_text=STATES[job.state.value],
        open=job.open,
        wanted=job.wanted,
        scheduled=job.scheduled,
        retry_of=job.retry_of or "",
        read=speech.number(counts[0]),
        faces=speech.number(counts[1]),
        percent=None if share is None else int(share * 100),
        out_of_hours=_awaited(job, schedule, at),
        silent_since=moment(running.at, speech) if running and (at - running.at).total_seconds() > SILENT_S else "",
        asked=moment(job.asked_at, speech),
        started=moment(job.started_at, speech),
        ended=moment(job.ended_at, speech),
        detail=job.detail,
        outcomes=outcomes,
        troubled=any(line.name not in _FINE for line in outcomes),
        **_pace(progress, running, speech),
    )


def moment(at: dt.datetime | None, speech: Speech = ENGLISH) -> str:
    """Write a time to the minute; empty = there is none."""
    return "" if at is None else f"{speech.moment(at.astimezone(dt.UTC))} UTC"


_FINE = ("indexed", "no-face", "duplicate", "paired", "empty", "too-small", "unsupported")
"""Outcomes that reading once more would hardly change."""


def _pace(progress: JobProgress | None, running: JobProgress | None, speech: Speech) -> dict[str, str]:
    listed = film = rate = speed = left = ""
    if progress is not None and progress.files_total is not None:
        listed = f"{speech.number(progress.files_done)} / {speech.number(progress.files_total)}"
    if progress is not None and progress.film_total_s:
        film = f"{clock(progress.film_s)} / {clock(progress.film_total_s)}"
    if running is not None:
        rate = speech.number(running.files_per_s, 1)
        speed = speech.number(running.film_speed, 1) if running.film_total_s else ""
        left = "" if running.seconds_left is None else clock(running.seconds_left)
    return {"listed": listed, "film": film, "rate": rate, "film_speed": speed, "left": left}


def _lines(outcomes: Mapping[str, int], speech: Speech) -> tuple[OutcomeLine, ...]:
    ordered = sorted(outcomes.items(), key=lambda item: (-item[1], item[0]))
    return tuple(OutcomeLine(name=name, says=OUTCOMES.get(name, ""), count=speech.number(count)) for name, count in ordered if count)


def _awaited(job: "JobRecord", schedule: "Schedule | None", at: dt.datetime) -> str:
    hours = None if schedule is None or job.options.any_hour else schedule.hours
    return "" if job.state is not JobState.WAITING or hours is None or hours.hold(at) else str(hours)
