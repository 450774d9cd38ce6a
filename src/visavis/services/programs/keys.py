"""API keys: made by an owner, shown once, revoked; and letting in whoever holds one."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from visavis.domain.actor import Actor, Role
from visavis.domain.errors import InputError, RefusedError
from visavis.domain.ids import ServiceId
from visavis.law.programs import KeyAsked, ProgramAct, check_key, check_terms
from visavis.law.reading import parse_charter
from visavis.law.roles import Act, check_role
from visavis.law.rulebook import Rulebook
from visavis.law.rules import Rule
from visavis.records.archive import Records
from visavis.records.cases import CaseRecord
from visavis.records.programs import NewProgram, ProgramRecord
from visavis.records.sources import SourceRecord
from visavis.services.programs.facts import Facts

KEY = re.compile(r"vis_([0-9a-f]{32})_([0-9a-f]{64})")
ACCESS_ID = re.compile(r"vis_([0-9a-f]{32})")
"""The first part of a key, which names it and is no secret: what signs requests as AWS does names itself by it."""
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRequest:
    """A key as it is asked for.

    Attributes
    ----------
    sources : tuple of str
        Ids or titles.
    case_id : str or None
        Id, end of an id, or title of the case that it searches under; None = it does not search.
    until : date or None
        Last day, UTC.
    """

    name: str
    sources: tuple[str, ...]
    case_id: str | None
    acts: tuple[str, ...]
    per_hour: int
    per_day: int
    until: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A program that came in with its key. It signs nothing."""

    actor: Actor
    program: ProgramRecord = field(repr=False)


class AddKey:
    """Makes keys."""

    def __init__(self, records: Records, rules: Rulebook) -> None:
        self._records = records
        self._rules = rules

    def run(self, actor: Actor, request: KeyRequest, *, profile: str | None) -> tuple[ProgramRecord, str]:
        """Make a service account; return it and its key, which is shown once.

        Parameters
        ----------
        profile : str or None
            Of a source that wants named persons, if the archive has one.

        Raises
        ------
        InputError
            No name or one that is taken, no such source, case or act.
        RefusedError
            Not an act of the actor's roles; or `key-terms`, `key-bounds`, `person-needed`.
        """
        name = " ".join(request.name.split())
        if not name or len(name) > LONGEST_NAME:
            raise InputError(f"a key has a name of 1 to {LONGEST_NAME} characters", remedy='visavis key add "Photo desk" --act search')
        sources = [self._records.sources.one(one) for one in request.sources]
        case = None if request.case_id is None else self._records.cases.one(request.case_id)
        asked = self._asked(request, sources, case)
        with self._records.noting_refusals(actor, "set-up", what="key-add"):
            check_role(actor, Act.ISSUE_KEY, profile=profile)
            check_terms(asked)
        new = NewProgram(
            name=name,
            sources=frozenset(source.number for source in sources),
            case_id=None if case is None else case.id,
            acts=tuple(sorted(asked.acts)),
            per_hour=request.per_hour,
            per_day=request.per_day,
            until=asked.until or asked.at,
        )
        with self._records.work(actor) as work:
            service_id, secret = self._records.programs.add(work, new)
        return self._records.programs.one(service_id), f"{access_id(service_id)}_{secret}"

    def _asked(self, request: KeyRequest, sources: Sequence[SourceRecord], case: CaseRecord | None) -> KeyAsked:
        at, until = self._records.clock.now(), request.until
        charters = [parse_charter(source.charter_toml, self._rules) for source in sources]
        named = () if case is None else (source.id for source in self._records.sources.all() if source.number in case.sources)
        return KeyAsked(
            acts=frozenset(_act(one) for one in request.acts),
            sources=frozenset(source.id for source in sources),
            until=None if until is None else dt.datetime.combine(until + dt.timedelta(days=1), dt.time(), dt.UTC),
            per_hour=request.per_hour,
            per_day=request.per_day,
            at=at,
            case_open=None if case is None else case.state(at) == "open",
            case_sources=frozenset(named),
            approvals=max((self._rules.of(one).profiles[one.profile].approvals for one in charters), default=0),
        )


class RevokeKey:
    """Takes a program's leave to come in."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def run(self, actor: Actor, name: str, *, profile: str | None) -> ProgramRecord:
        """Revoke a key: it opens nothing from the next request on, and its secret is destroyed.

        Raises
        ------
        InputError
            No such key, or it was revoked already.
        RefusedError
            It is not an act of the actor's roles.
        """
        with self._records.noting_refusals(actor, "set-up", what="key-revoke"):
            check_role(actor, Act.ISSUE_KEY, profile=profile)
        program = self._records.programs.one(name)
        if program.revoked_at is not None:
            raise InputError(f"this key was revoked on {program.revoked_at:%Y-%m-%d} already", remedy="visavis key list")
        with self._records.work(actor) as work:
            self._records.programs.revoke(work, program)
        return program


class LetIn:
    """Lets programs in, and says no in the same words whatever was wrong."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def by_key(self, by: Actor, text: str) -> Caller:
        """Return the program whose whole key this is.

        Raises
        ------
        RefusedError
            `key-valid`; noted, as an act of `by`, where there is such a key.
        """
        parts = KEY.fullmatch(text)
        if parts is None:
            raise _no()
        return self._let_in(by, parts[1], lambda program: program.holds(parts[2]))

    def by_signature(self, by: Actor, name: str, verify: Callable[[str], bool]) -> Caller:
        """Return the program of an access id, if `verify` finds that its secret made a signature; errors as for `by_key`."""
        parts = ACCESS_ID.fullmatch(name)
        if parts is None:
            raise _no()
        return self._let_in(by, parts[1], lambda program: verify(self._records.programs.secret(program)))

    def _let_in(self, by: Actor, hexadecimal: str, proves: Callable[[ProgramRecord], bool]) -> Caller:
        program = self._records.programs.by_id(_dashed(hexadecimal))
        if program is None:
            raise _no()
        with self._records.noting_refusals(by, "set-up", what="key-refused", service=program.id):
            try:
                check_key(Facts(self._records).of_record(program), at=self._records.clock.now())
            except RefusedError:
                raise _no() from None
            if not proves(program):
                raise _no()
        return Caller(actor=Actor(name=program.name, role=Role.SERVICE, service_id=program.id), program=program)


def access_id(service_id: ServiceId) -> str:
    """Return the part of a key that names it."""
    return f"vis_{service_id.replace('-', '')}"


def _dashed(hexadecimal: str) -> str:
    ends = (8, 12, 16, 20, 32)
    return "-".join(hexadecimal[start:end] for start, end in zip((0, *ends), ends, strict=False))


def _act(word: str) -> ProgramAct:
    try:
        return ProgramAct(word)
    except ValueError:
        raise InputError(f"no key is made for «{word}»", remedy="one of: " + ", ".join(ProgramAct)) from None


def _no() -> RefusedError:
    return RefusedError(
        "this key opens nothing here: it is wrong, was revoked, or is past its end",
        rule=Rule.KEY_VALID,
        remedy="ask an owner for another: visavis key add NAME --as PERSON",
    )
