"""What happens between a request and its answer: doubts, identity, more time, and people's word on each candidate."""

import datetime as dt
from collections.abc import Sequence

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError, RefusedError
from visavis.law.requests import ExtensionAsked, check_clock, check_lift, due_after
from visavis.law.rulebook import Rulebook
from visavis.law.rules import Rule
from visavis.records.archive import Records
from visavis.records.likened import candidate_of
from visavis.records.requests import RequestRecord


class Steps:
    """Takes steps. Each is a leaf; what people wrote is sealed with the request."""

    def __init__(self, records: Records, rules: Rulebook) -> None:
        self._records = records
        self._rules = rules

    def doubt(self, actor: Actor, wanted: str, why: str) -> None:
        """Note a reasonable doubt about who asks: only then may more be asked for (GDPR Art. 12(6)), and it is seen, never kept."""
        self._note(actor, wanted, "doubt", _said(why, "a doubt has its reasons"))

    def identity(self, actor: Actor, wanted: str, means: str) -> None:
        """Note how staff made sure that who asks is who is shown."""
        self._note(actor, wanted, "identity", _said(means, "say how it was made sure"))

    def extend(self, actor: Actor, wanted: str, reasons: str, *, told: dt.date | None = None) -> dt.date:
        """Take the pack's longer time, once, the person having been told; return the new day."""
        request = self._open_one(actor, wanted)
        told = told or self._today()
        asked = self._clock_event("extension", request, told, reasons)
        return self._move(actor, request, asked, note=reasons, told=told)

    def pause(self, actor: Actor, wanted: str, reasons: str, *, day: dt.date | None = None) -> dt.date:
        """Let its time stand still from the day on which the person was asked for something, where the pack knows that."""
        request = self._open_one(actor, wanted)
        asked = self._clock_event("pause", request, day or self._today(), reasons)
        return self._move(actor, request, asked, note=reasons, told=day or self._today())

    def resume(self, actor: Actor, wanted: str, *, day: dt.date | None = None) -> dt.date:
        """Let its time go on, from the day of the person's answer; return the new day."""
        request = self._open_one(actor, wanted)
        begun, today = request.pauses(self._today()), day or self._today()
        if len(request.took("pause")) <= len(request.took("resume")):
            raise InputError("its time does not stand still", remedy="visavis request show ID")
        spans = [*begun[:-1], (begun[-1][0], today)]
        told = next((step.day for step in request.took("extension")), None)
        due = due_after(self._rules.marked(request.policy), request.country, request.first_received, told=told, pauses=spans)
        with self._records.work(actor) as work:
            self._records.requests.step(work, request, "resume", day=today)
            self._records.requests.move(work, request, due)
            work.leaf("alteration", what="request-resume", request=request.id, due=due.isoformat())
        return due

    def judge(self, actor: Actor, wanted: str, candidates: Sequence[str], *, says: str) -> RequestRecord:
        """Confirm that candidates are who asks, or reject them (`confirmed`, `rejected`); no candidate named = every one that waits."""
        request = self._open_one(actor, wanted)
        chosen = [candidate_of(request.candidates, name) for name in candidates] or [one for one in request.candidates if not one.says]
        with self._records.work(actor) as work:
            self._records.likened.judge(work, [one.id for one in chosen], says)
            work.leaf("alteration", what="request-judged", request=request.id, says=says, candidates=len(chosen))
        return self._records.requests.one(request.id)

    def lift(self, actor: Actor, wanted: str, note: str) -> int:
        """End the restriction that a request brought, with a note; return how many faces are shown again."""
        request = self._records.requests.one(wanted)
        with self._records.noting_refusals(actor, "alteration", request=request.id, what="restriction-lifted"):
            check_lift(note)
        with self._records.work(actor) as work:
            free = self._records.corrections.lift(work, request.id)
            self._records.requests.step(work, request, "lifted", note=note)
            work.leaf("alteration", what="restriction-lifted", request=request.id, faces=len(free))
        return len(free)

    def _note(self, actor: Actor, wanted: str, act: str, text: str) -> None:
        request = self._open_one(actor, wanted)
        with self._records.work(actor) as work:
            self._records.requests.step(work, request, act, note=text)
            work.leaf("alteration", what=f"request-{act}", request=request.id)

    def _clock_event(self, event: str, request: RequestRecord, told: dt.date, reasons: str) -> ExtensionAsked:
        return ExtensionAsked(
            event=event,
            policy=self._rules.marked(request.policy),
            told=told,
            received=request.first_received,
            due_first=request.due_first,
            reasons=reasons,
            extended=bool(request.took("extension")),
        )

    def _move(self, actor: Actor, request: RequestRecord, asked: ExtensionAsked, *, note: str, told: dt.date) -> dt.date:
        with self._records.noting_refusals(actor, "alteration", request=request.id, what=f"request-{asked.event}"):
            check_clock(asked)
        due = request.due
        if asked.event == "extension":
            due = due_after(asked.policy, request.country, request.first_received, told=told, pauses=request.pauses(told))
        with self._records.work(actor) as work:
            self._records.requests.step(work, request, asked.event, note=note, day=told)
            self._records.requests.move(work, request, due)
            work.leaf("alteration", what=f"request-{asked.event}", request=request.id, told=told.isoformat(), due=due.isoformat())
        return due

    def _open_one(self, actor: Actor, wanted: str) -> RequestRecord:
        request = self._records.requests.one(wanted)
        with self._records.noting_refusals(actor, "alteration", request=request.id):
            if not request.open:
                raise RefusedError(f"request {request.id} is {request.state}", rule=Rule.REQUEST_OPEN, remedy="visavis request open")
        return request

    def _today(self) -> dt.date:
        return self._records.clock.now().date()


def _said(text: str, why: str) -> str:
    if not text.strip():
        raise InputError(why, remedy="in a sentence; it is sealed with the request")
    return text.strip()
