"""A person's verdict on a candidate. Only people decide; the engine counts what they said."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError, RefusedError
from visavis.domain.ids import CandidateId
from visavis.domain.signing import Signer
from visavis.law.reviews import VERDICTS, check_reviewer, decided
from visavis.law.roles import Act, check_role
from visavis.records.archive import Records
from visavis.records.database import Work
from visavis.records.past import PastResult
from visavis.records.reviews import NewVerdict, Verdict
from visavis.services.review.bench import Bench, lay_out

NOT_THE_SAME = "not-the-same"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictRequest:
    """What a person says.

    Attributes
    ----------
    candidate : str
        Id, or its end.
    says : str
        `same`, `not-the-same` or `cannot-say`.
    grounds : str
        What was seen; may be empty at home only.
    because : str
        Why an earlier verdict is put aside: their own, or the standing «not the same» of this face. Empty = nothing is.
    """

    actor: Actor
    candidate: str
    says: str
    grounds: str
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """How a candidate stands after a verdict: `open` while another person has to judge it too."""

    verdict_id: str
    candidate_id: CandidateId
    stands: str
    given: int
    needed: int


class Decide:
    """Takes verdicts."""

    def __init__(self, records: Records, *, read: Callable[[str], PastResult], signer: Signer | None) -> None:
        self._records = records
        self._read = read
        self._signer = signer

    def run(self, request: VerdictRequest) -> Decision:
        """Write a verdict; a correction is a new verdict, and the old one stays.

        Raises
        ------
        InputError
            No such candidate, no grounds, or an earlier verdict without a reason to put it aside.
        RefusedError
            The case is not open, the person has not the role, or may not judge this candidate.
        """
        bench = lay_out(self._records, self._read, request.actor, request.candidate)
        self._check(request, bench)
        before = _stands(bench.said, bench.needed)
        after = _stands((*bench.others, request), bench.needed)
        new = NewVerdict(
            candidate_id=CandidateId(bench.candidate.candidate_id),
            person_id=request.actor.person_id,
            says=request.says,
            grounds=request.grounds.strip(),
            replaces=bench.mine.id if bench.mine else None,
            why_replaced=request.because.strip(),
        )
        with self._records.work(request.actor) as work:
            verdict_id = self._records.reviews.decide(work, new)
            bench.sign(self._records, work, self._signer, (verdict_id, new))
            self._exclude(work, bench, before, after)
            facts = {} if after == "open" else {"decided": after}  # what the first one said stays out of every log
            work.leaf(
                "alteration",
                what="verdict",
                verdict=verdict_id,
                candidate=new.candidate_id,
                search=bench.past.search.id,
                case=bench.past.case.id,
                purpose=bench.past.search.purpose,
                correction=bench.mine is not None,
                **facts,
            )
        given = len(bench.others) + 1
        return Decision(verdict_id=verdict_id, candidate_id=new.candidate_id, stands=after, given=given, needed=bench.needed)

    def _check(self, request: VerdictRequest, bench: Bench) -> None:
        try:
            self._check_reviewer(request.actor, bench)
        except RefusedError as error:
            self._records.note_refusal(request.actor, "alteration", error, what="verdict", **bench.facts())
            raise
        if request.says not in VERDICTS:
            raise InputError(f"«{request.says}» is no verdict", remedy=f"say one of {', '.join(VERDICTS)}")
        if not request.grounds.strip() and not bench.past.result.stamp:
            raise InputError("a verdict needs its grounds", remedy='--grounds "what you saw: ears, scar, hairline …"')
        put_aside = bench.mine is not None or (bench.candidate.decided == NOT_THE_SAME != request.says)
        if put_aside and not request.because.strip():
            raise InputError(
                "you have judged this candidate already" if bench.mine else "this face is decided: not the same",
                remedy='say why that is put aside: --because "…"',
            )

    def _check_reviewer(self, actor: Actor, bench: Bench) -> None:
        case = bench.past.case
        check_role(actor, Act.REVIEW, profile=case.profile)
        if actor.person_id is not None:
            check_reviewer(
                bench.others[0].person_id if bench.others else None,
                actor.person_id,
                bench.past.search.person_id,
                approvers=[approval.person_id for approval in case.approvals],
                reviewers_needed=bench.needed,
            )

    def _exclude(self, work: Work, bench: Bench, before: str, after: str) -> None:
        """Let «not the same» hang on the face itself, or take it off all of its appearance."""
        was_excluded = NOT_THE_SAME in (bench.candidate.decided, before)
        if after == "open" or (after == NOT_THE_SAME) == was_excluded:
            return
        subjects = bench.subjects(self._records)
        if after == NOT_THE_SAME:
            self._records.reviews.exclude(work, case_id=bench.past.case.id, subjects=subjects, anchor=bench.anchors.own)
        else:
            self._records.reviews.include_again(work, subjects=subjects, anchors=bench.anchors.every)


def _stands(said: Sequence[Verdict | VerdictRequest], needed: int) -> str:
    return decided([verdict.says for verdict in said], needed)
