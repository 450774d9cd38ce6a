"""A person's verdict on a candidate. Only people decide; the engine counts what they said."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError, RefusedError
from visavis.domain.identification import Candidate
from visavis.domain.ids import CandidateId
from visavis.domain.signing import Signer
from visavis.law.reviews import VERDICTS, check_reviewer, decided
from visavis.law.roles import Act, check_role
from visavis.records.anchors import FaceAnchors
from visavis.records.archive import Records
from visavis.records.database import Work
from visavis.records.past import PastResult
from visavis.records.reviews import NewVerdict, Verdict, standing

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


@dataclass(frozen=True, slots=True)
class _Bench:
    """The candidate on the table, and who has said something of it."""

    past: PastResult
    candidate: Candidate
    anchors: FaceAnchors
    said: tuple[Verdict, ...]
    mine: Verdict | None

    @property
    def needed(self) -> int:
        return max(1, self.past.case.reviewers_needed)

    @property
    def others(self) -> list[Verdict]:
        return [verdict for verdict in self.said if verdict is not self.mine]


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
        bench = self._bench(request)
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
            self._sign_it(work, verdict_id, new, bench)
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

    def _bench(self, request: VerdictRequest) -> _Bench:
        wanted = self._records.searches.candidate(request.candidate)
        past = self._read(wanted.search_id)
        found = next((candidate for candidate in past.result.candidates if candidate.candidate_id == wanted.id), None)
        if found is None:
            raise InputError("this candidate may not be shown now", remedy=f"visavis search-show {past.search.id} says why")
        said = tuple(standing(past.verdicts.get(wanted.id, [])))
        mine = next((verdict for verdict in said if verdict.person_id == request.actor.person_id), None)
        (anchors,) = self._records.searches.anchors([wanted.face_number]).values()
        return _Bench(past, found, anchors, said, mine)

    def _check(self, request: VerdictRequest, bench: _Bench) -> None:
        try:
            self._check_reviewer(request.actor, bench)
        except RefusedError as error:
            facts = {"candidate": bench.candidate.candidate_id, "case": bench.past.case.id, "purpose": bench.past.search.purpose}
            self._records.note_refusal(request.actor, "alteration", error, what="verdict", **facts)
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

    def _check_reviewer(self, actor: Actor, bench: _Bench) -> None:
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

    def _sign_it(self, work: Work, verdict_id: str, new: NewVerdict, bench: _Bench) -> None:
        if self._signer is None or new.person_id is None:
            return
        facts = {
            "candidate": new.candidate_id,
            "search": bench.past.search.id,
            "case": bench.past.case.id,
            "says": new.says,
            "grounds": new.grounds,
            "replaces": new.replaces,
            "because": new.why_replaced,
        }
        statement, signature = self._signer.statement("verdict", verdict_id, facts, at=work.at)
        self._records.signatures.add(
            work, what="verdict", object_id=verdict_id, person_id=new.person_id, statement=statement, signature=signature
        )

    def _exclude(self, work: Work, bench: _Bench, before: str, after: str) -> None:
        """Let «not the same» hang on the face itself, or take it off all of its appearance."""
        was_excluded = NOT_THE_SAME in (bench.candidate.decided, before)
        if after == "open" or (after == NOT_THE_SAME) == was_excluded:
            return
        subjects = self._subjects(bench)
        if after == NOT_THE_SAME:
            self._records.reviews.exclude(work, case_id=bench.past.case.id, subjects=subjects, anchor=bench.anchors.own)
        else:
            self._records.reviews.include_again(work, subjects=subjects, anchors=bench.anchors.every)

    def _subjects(self, bench: _Bench) -> frozenset[bytes]:
        """Return whom the face does not show: the one person of a case, or the searched faces where a case serves many searches."""
        case = bench.past.case
        if case.kind == "case":
            return frozenset({self._records.reviews.subject_of_case(case.id)})
        return frozenset(probe.subject for probe in bench.past.probes if probe.probe_face == bench.candidate.probe_face)


def _stands(said: Sequence[Verdict | VerdictRequest], needed: int) -> str:
    return decided([verdict.says for verdict in said], needed)
