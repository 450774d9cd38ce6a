"""The desk of programs: their keys, what they may do, and cases that a burst of their probes froze."""

import datetime as dt
from collections.abc import Callable, Sequence

from visavis.domain.errors import RefusedError
from visavis.domain.ids import PersonId
from visavis.law.programs import ProgramAct, check_key
from visavis.law.rules import Rule
from visavis.records.cases import CaseRecord
from visavis.records.programs import ProgramRecord
from visavis.services.programs import AddKey, Caller, Facts, KeyRequest, LetIn, ReleaseCase, RevokeKey
from visavis.services.programs.keys import access_id
from visavis.wiring.session import Session, organisation

__all__ = ["Caller", "ProgramRecord", "ServiceDesk", "access_id"]

PER_HOUR, PER_DAY = 60, 500
ACTS = tuple(act.value for act in ProgramAct)


class ServiceDesk:
    """Programs of one archive. A key is named by its name, its id, or the end of it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> list[ProgramRecord]:
        """Return every key, revoked and ended ones too, oldest first; never a secret."""
        return self._session.records().programs.all()

    def state(self, program: ProgramRecord) -> str:
        """Return `open`, `ended` or `revoked`."""
        if program.revoked_at is not None:
            return "revoked"
        return "open" if self._session.clock.now() < program.until else "ended"

    def add(  # noqa: PLR0913 - what a key says, all keyword-only
        self,
        name: str,
        *,
        sources: Sequence[str],
        until: dt.date | None,
        case_id: str | None = None,
        per_hour: int = PER_HOUR,
        per_day: int = PER_DAY,
        acts: Sequence[str] = (ProgramAct.SEARCH.value,),
    ) -> tuple[ProgramRecord, str]:
        """Make a key as the owner who signed in; return its account, and the key itself, which is never shown again.

        Raises
        ------
        InputError
            No name or one that is taken, no such source, case or act.
        RefusedError
            Not an act of the actor's roles; or `key-terms`, `key-bounds`, `person-needed`.
        """
        request = KeyRequest(
            name=name,
            sources=tuple(sources),
            case_id=case_id or None,
            acts=tuple(acts),
            per_hour=per_hour,
            per_day=per_day,
            until=until,
        )
        records = self._session.records()
        return AddKey(records, self._session.rules).run(self._session.actor, request, profile=organisation(records))

    def revoke(self, name: str) -> ProgramRecord:
        """Let a program in no longer, from its next request on."""
        records = self._session.records()
        return RevokeKey(records).run(self._session.actor, name, profile=organisation(records))

    def authenticate(self, key: str) -> Caller:
        """Return the program of a key, for `Archive.acting_as`.

        Raises
        ------
        RefusedError
            `key-valid`, in the same words whatever was wrong.
        """
        return LetIn(self._session.records()).by_key(self._session.actor, key)

    def authenticate_signature(self, name: str, verify: Callable[[str], bool]) -> Caller:
        """Return the program of an access id (the key up to its last `_`), if `verify`, given its secret, finds a signature to be its.

        Raises
        ------
        RefusedError
            `key-valid`, in the same words whatever was wrong.
        """
        return LetIn(self._session.records()).by_signature(self._session.actor, name, verify)

    def check(self, act: str, *, source: str | None = None) -> None:
        """Ask whether the program that acts may do this, to that source; people pass.

        Raises
        ------
        InputError
            No such source.
        RefusedError
            `key-valid`, `key-bounds`; noted.
        """
        session = self._session
        records, actor = session.records(), session.actor
        program = Facts(records).of(actor)
        if program is None:
            return
        source_id = None if source is None else records.sources.one(source).id
        with records.noting_refusals(actor, "consultation", what="key-use"):
            check_key(program, at=session.clock.now(), act=ProgramAct(act), source_id=source_id)

    def sources(self) -> frozenset[int] | None:
        """Return the numbers of the sources that the program who acts is bound to; None = a person acts."""
        program = self._own()
        return None if program is None else program.sources

    def answering(self) -> PersonId | None:
        """Return who made the key of the program that acts, and answers for it; None = a person acts, or the machine's user made it."""
        program = self._own()
        return None if program is None else program.created_by

    def browsed(self) -> frozenset[int] | None:
        """Return the numbers of the sources that the program who acts may look through, under its case; None = a person acts."""
        program = self._own()
        if program is None:
            return None
        session = self._session
        case = None if program.case_id is None else session.records().cases.one(program.case_id)
        if ProgramAct.BROWSE not in program.acts or case is None or case.state(session.clock.now()) != "open":
            return frozenset()
        return program.sources & case.sources

    def _own(self) -> ProgramRecord | None:
        service_id = self._session.actor.service_id
        return None if service_id is None else self._session.records().programs.by_id(service_id)

    def refuse(self, operation: str) -> None:
        """Refuse the program that acts what is a person's, and note it as `operation`; `RefusedError` (`person-needed`)."""
        session = self._session
        with session.records().noting_refusals(session.actor, operation, what="key-use"):
            raise RefusedError("this is a person's, and no program's", rule=Rule.PERSON_NEEDED, remedy="sign in, and do it")

    def answer_of(self, name: str, body: bytes) -> str | None:
        """Return what was answered within a day to a request that comes again; `InputError` if its body differs."""
        return self._session.records().program_answers.of(name, body, self._session.clock.now())

    def keep_answer(self, name: str, body: bytes, answer: str) -> None:
        """Keep an answer for a day, should its request come again."""
        records = self._session.records()
        with records.work(self._session.actor) as work:
            records.program_answers.keep(work, name, body, answer)

    def wait_seconds(self, service_id: str) -> int:
        """Return in how many seconds a program may search again; 0 = now."""
        records, at = self._session.records(), self._session.clock.now()
        program = records.programs.one(service_id)
        return max(0, round((records.programs.free_at(program, at) - at).total_seconds()))

    def why_frozen(self, case: CaseRecord) -> str:
        """Return which burst of probes froze a case; empty if none did."""
        return self._session.records().program_looks.why_frozen(case)

    def release(self, case: str) -> CaseRecord:
        """Let a case go on that a burst froze."""
        return ReleaseCase(self._session.records()).run(self._session.actor, case)
