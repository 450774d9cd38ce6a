"""Programs: what a service account is bound to, and when its probes look like what a camera sees."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from visavis.domain.ids import CaseId, ServiceId, SourceId
from visavis.law.gates import Gate, No, pass_all
from visavis.law.rules import Rule


class ProgramAct(StrEnum):
    """What a key may be made for. No program judges, approves, signs, answers or hands anything out."""

    SEARCH = "search"
    """Search under its case, and read what its own searches found."""
    INGEST = "ingest"
    """Have its sources read."""
    BROWSE = "browse"
    """List the pictures and faces of its sources."""
    ERASE = "erase"
    """Order the erasure of faces of its sources, in the name of who made the key."""


LONGEST_KEY = dt.timedelta(days=366)
"""A year, and the day of a leap year."""
LOOKED_BACK = 8
"""Probes that a new one is compared with: some frames between two that are alike, or other pictures mixed in, make no difference."""
BURSTS: tuple[tuple[dt.timedelta, int], ...] = ((dt.timedelta(minutes=10), 8), (dt.timedelta(hours=24), 60))
"""So many probes that are alike within such a time are a burst: a camera that is asked about every minute, or every twenty all day long.
A person who sends one photograph again with other filters, or eight of one portrait session, stays below."""


# ---- a key is made -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyAsked:
    """A key that is to be made.

    Attributes
    ----------
    until : datetime or None
        Its end, UTC; None = nobody named one.
    case_open : bool or None
        Whether its case is open; None = it has none.
    approvals : int
        Most persons who approve a case of its sources' profiles.
    sources, case_sources : frozenset of SourceId
        What it names, and what its case names.
    """

    acts: frozenset[ProgramAct]
    sources: frozenset[SourceId]
    until: dt.datetime | None
    per_hour: int
    per_day: int
    at: dt.datetime
    case_open: bool | None = None
    case_sources: frozenset[SourceId] = frozenset()
    approvals: int = 0


def _terms(asked: KeyAsked) -> No | None:
    if asked.until is None or not asked.at < asked.until <= asked.at + LONGEST_KEY:
        return No("a key ends within a year, on a day that is named", "--until DAY")
    if not 1 <= asked.per_hour <= asked.per_day:
        return No("a key says how many searches it makes an hour, and a day: no fewer", "--per-hour 60 --per-day 500")
    if not asked.sources or not asked.acts:
        return No("a key names its sources and what it is for", "--source SOURCE --act search")
    return None


def _case(asked: KeyAsked) -> No | None:
    if not {ProgramAct.SEARCH, ProgramAct.BROWSE} & asked.acts:
        return None
    if not asked.case_open:
        return No("a key that searches or browses belongs to an open case", "--case CASE; `visavis case list` shows the open ones")
    if not asked.sources <= asked.case_sources:
        return No("the key names a source that its case does not", "leave it out, or name a case that has it")
    return None


def _by_people(asked: KeyAsked) -> No | None:
    return _people_search(asked.approvals) if ProgramAct.SEARCH in asked.acts else None


def _people_search(approvals: int) -> No | None:
    """Refuse programs where each case is approved: there each search is a person's (LED Art. 25(1): the log says who consulted)."""
    if not approvals:
        return None
    return No("where people approve each case, people make each search: no program does", "search as a person: visavis search --as PERSON")


KEY_TERMS_GATES: tuple[Gate[KeyAsked], ...] = (
    Gate(Rule.KEY_TERMS, _terms),
    Gate(Rule.KEY_BOUNDS, _case),
    Gate(Rule.PERSON_NEEDED, _by_people),
)
"""The first that says no refuses the key."""


def check_terms(asked: KeyAsked) -> None:
    """Ask whether a key may be made; `RefusedError` (`key-terms`, `key-bounds`, `person-needed`)."""
    pass_all(KEY_TERMS_GATES, asked)


# ---- a key is used -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramFacts:
    """A service account as it stands now.

    Attributes
    ----------
    case_id : CaseId or None
        The one case that it searches under.
    until : datetime
        Its end, UTC.
    made_hour, made_day : int
        Searches that it made within the last hour, within the last 24.
    """

    id: ServiceId
    sources: frozenset[SourceId]
    case_id: CaseId | None
    acts: frozenset[ProgramAct]
    until: dt.datetime
    per_hour: int
    per_day: int
    revoked_at: dt.datetime | None = None
    made_hour: int = 0
    made_day: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyUsed:
    """A use of a key; `act` and `source_id` are what it is used for, None = only to come in."""

    program: ProgramFacts
    at: dt.datetime
    act: ProgramAct | None = None
    source_id: SourceId | None = None


def _valid(used: KeyUsed) -> No | None:
    if used.program.revoked_at is None and used.at < used.program.until:
        return None
    return No("this key was revoked, or is past its end", "ask an owner for another: visavis key add NAME --as PERSON")


def _bounds(used: KeyUsed) -> No | None:
    if used.act is not None and used.act not in used.program.acts:
        return No(f"this key is not for «{used.act}»", "ask an owner for a key with this act: visavis key add NAME --act ACT --as PERSON")
    if used.source_id is not None and used.source_id not in used.program.sources:
        return No("this key does not name that source", "")
    return None


KEY_GATES: tuple[Gate[KeyUsed], ...] = (Gate(Rule.KEY_VALID, _valid), Gate(Rule.KEY_BOUNDS, _bounds))


def check_key(program: ProgramFacts, *, at: dt.datetime, act: ProgramAct | None = None, source_id: SourceId | None = None) -> None:
    """Ask whether a program may do this now; `RefusedError` (`key-valid`, `key-bounds`)."""
    pass_all(KEY_GATES, KeyUsed(program=program, at=at, act=act, source_id=source_id))


def source_of_key(program: ProgramFacts | None, source_id: SourceId) -> No | None:
    """Refuse a source that a key does not name; None = let pass, people too."""
    if program is None or source_id in program.sources:
        return None
    return No("the key does not name it")


def valid_key(program: ProgramFacts | None, at: dt.datetime) -> No | None:
    """Refuse a key that was revoked or is past its end."""
    return None if program is None else _valid(KeyUsed(program=program, at=at))


def case_of_key(program: ProgramFacts | None, case_id: CaseId, at: dt.datetime) -> No | None:
    """Refuse a key that is not for searching, and any other case than its own."""
    if program is None:
        return None
    if case_id != program.case_id:
        return No("a key searches under its own case only", "leave the case out, or name the key's")
    return _bounds(KeyUsed(program=program, at=at, act=ProgramAct.SEARCH))


def rate_of_key(program: ProgramFacts | None) -> No | None:
    """Refuse one search more than a key may make an hour, or a day."""
    if program is None:
        return None
    for made, most, period in ((program.made_hour, program.per_hour, "an hour"), (program.made_day, program.per_day, "a day")):
        if made >= most:
            return No(f"the key makes {most} searches {period}, and has made them", "wait; the answer over HTTP says how long")
    return None


def by_people(program: ProgramFacts | None, approvals: Sequence[int]) -> No | None:
    """Refuse a program where cases are approved."""
    return None if program is None else _people_search(max(approvals, default=0))


# ---- bursts --------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class BurstAsked:
    """Probes of programs under one case that resembled one of the `LOOKED_BACK` before them, the present one included: their times."""

    alike: Sequence[dt.datetime]
    at: dt.datetime


def _burst(asked: BurstAsked) -> No | None:
    for period, most in BURSTS:
        count = sum(asked.at - one < period for one in asked.alike)
        if count >= most:
            return No(
                f"{count} nearly identical probes in {_told(period)} are what a camera sees, and no live camera is searched "
                "(AI Act Art. 5(1)(h)): the case is frozen",
                "a person looks what sent them, and lets the case go on: visavis key release CASE --as PERSON",
            )
    return None


def _told(period: dt.timedelta) -> str:
    minutes = int(period.total_seconds()) // 60
    return f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours"


BURST_GATES: tuple[Gate[BurstAsked], ...] = (Gate(Rule.NO_CAMERA, _burst),)


def check_burst(alike: Sequence[dt.datetime], *, at: dt.datetime) -> None:
    """Ask whether the probes of a case are a burst; `RefusedError` (`no-camera`), upon which the caller freezes the case."""
    pass_all(BURST_GATES, BurstAsked(alike=alike, at=at))
