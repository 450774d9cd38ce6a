"""A slip taken back: one's own verdict, before another person has seen the candidate, and before anything rests on it."""

from collections.abc import Callable

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError
from visavis.domain.ids import CandidateId
from visavis.domain.signing import Signer
from visavis.law.reviews import UNDO_WITHIN, UndoAsked, check_undo
from visavis.law.roles import Act, check_role
from visavis.records.archive import Records
from visavis.records.looks import Since, Watched
from visavis.records.past import PastResult
from visavis.records.reviews import WITHDRAWN, NewVerdict, Verdict
from visavis.services.review.bench import Bench, lay_out


class Undo:
    """Takes verdicts back. What was said stays on record, and that it was taken back."""

    def __init__(self, records: Records, *, read: Callable[[str], PastResult], signer: Signer | None) -> None:
        self._records = records
        self._read = read
        self._signer = signer

    def run(self, actor: Actor, candidate: str) -> CandidateId:
        """Take back this person's verdict on a candidate, named by its id or the end of it.

        Raises
        ------
        InputError
            No such candidate, or no verdict of this person on it.
        RefusedError
            `verdict-unseen`: it may only be corrected now; the case is not open, or the person has not the role.
        """
        bench = lay_out(self._records, self._read, actor, candidate)
        mine = self._checked(actor, bench)
        new = NewVerdict(
            candidate_id=CandidateId(bench.candidate.candidate_id),
            person_id=actor.person_id,
            says=WITHDRAWN,
            grounds="",
            replaces=mine.id,
        )
        with self._records.work(actor) as work:
            withdrawal = self._records.reviews.decide(work, new)
            bench.sign(self._records, work, self._signer, (withdrawal, new))
            self._records.reviews.exclude_as_before(work, subjects=bench.subjects(self._records), anchors=bench.anchors.every, at=mine.at)
            work.leaf(
                "alteration", what="verdict-withdrawn", verdict=withdrawal, withdraws=mine.id, search=bench.past.search.id, **bench.facts()
            )
        return new.candidate_id

    def possible(self, actor: Actor, candidate: str) -> bool:
        """Whether `run` would take a verdict back now; nothing is noted."""
        bench = lay_out(self._records, self._read, actor, candidate)
        if bench.mine is None:
            return False
        asked = self._asked(actor, bench, bench.mine)
        return not (asked.judged or asked.seen or asked.used) and asked.age <= UNDO_WITHIN

    def _checked(self, actor: Actor, bench: Bench) -> Verdict:
        with self._records.noting_refusals(actor, "alteration", what="verdict-withdrawn", **bench.facts()):
            check_role(actor, Act.REVIEW, profile=bench.past.case.profile)
            if bench.mine is None:
                raise InputError("you have no verdict on this candidate to take back", remedy="visavis review list --as PERSON")
            check_undo(self._asked(actor, bench, bench.mine))
        return bench.mine

    def _asked(self, actor: Actor, bench: Bench, mine: Verdict) -> UndoAsked:
        age = self._records.clock.now() - mine.at
        watched = Watched(
            candidate_id=CandidateId(bench.candidate.candidate_id), search_id=bench.past.search.id, case_id=bench.past.case.id
        )
        since = self._records.looks.since(mine.id, watched, actor) if age <= UNDO_WITHIN else Since(seen=False, used=False)
        return UndoAsked(age=age, judged=bool(bench.others), seen=since.seen, used=since.used)
