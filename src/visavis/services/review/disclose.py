"""What leaves the house: asked of the law before it is made, and on record before it is handed out."""

from dataclasses import dataclass

from visavis.domain.actor import Actor
from visavis.domain.errors import RefusedError
from visavis.domain.ids import CaseId, FaceId, SearchId, SourceId
from visavis.law.disclosure import check_disclosure
from visavis.law.policy import Profile
from visavis.law.roles import Act, check_role
from visavis.law.rulebook import Rulebook
from visavis.records.archive import Records
from visavis.records.cases import CaseRecord
from visavis.records.disclosures import Disclosure


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A file that is about to be handed out; `recipient` and `because` may be empty at home."""

    what: str
    case_id: CaseId
    search_id: SearchId | None
    recipient: str
    because: str
    sources: frozenset[SourceId]
    faces: frozenset[FaceId]


SHEET = "review-sheet"
"""A page that its own reviewer takes along to judge: who may review may have it, and it is on record as any other."""


class Disclose:
    """Checks and records exports."""

    def __init__(self, records: Records, rules: Rulebook) -> None:
        self._records = records
        self._rules = rules

    def check(self, actor: Actor, *, case_id: str | None, recipient: str, because: str, what: str = "") -> bool:
        """Return whether an export under a case would be a disclosure, before anything is searched.

        Parameters
        ----------
        case_id : str or None
            None = the case that a search without a case takes.

        Raises
        ------
        RefusedError
            The profile lets nothing out, or asks for a recipient and a reason; noted in the ledger.
        """
        case = self._case(case_id)
        if case is None:  # the search itself will be refused
            return False
        try:
            recorded = check_disclosure([profile_of(case, self._rules)], recipient=recipient, because=because)
            if recorded:
                check_role(actor, Act.REVIEW if what == SHEET else Act.DISCLOSE, profile=case.profile)
        except RefusedError as error:
            self._records.note_refusal(actor, "disclosure", error, case=case.id, purpose=case.purpose)
            raise
        return recorded

    def record(self, actor: Actor, export: Export, sha256: bytes) -> str:
        """Write the record of a disclosure and its leaf; return its id, `""` where the profile's exports are free."""
        if not self.check(actor, case_id=export.case_id, recipient=export.recipient, because=export.because, what=export.what):
            return ""
        made = Disclosure(
            case_id=export.case_id,
            search_id=export.search_id,
            what=export.what,
            sha256=sha256,
            recipient=export.recipient.strip(),
            because=export.because.strip(),
            person_id=actor.person_id,
            sources=tuple(sorted(export.sources)),
            faces=tuple(sorted(export.faces)),
        )
        with self._records.work(actor) as work:
            return self._records.disclosures.record(work, made)

    def _case(self, case_id: str | None) -> CaseRecord | None:
        if case_id is not None:
            return self._records.cases.one(case_id)
        shared = [case for case in self._records.cases.all() if case.kind == "shared" and case.closed_at is None]
        return min(shared, key=lambda case: case.purpose != "private", default=None)


def profile_of(case: CaseRecord, rules: Rulebook) -> Profile:
    """Return a case's profile as the pack has it that the case was opened under."""
    pack = rules.marked(case.policy) if case.policy else rules.governing(case.profile)
    return pack.profiles[case.profile]
