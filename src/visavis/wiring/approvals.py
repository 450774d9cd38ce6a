"""What waits for a signature, gathered over everything that takes one, with all that the signature covers."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from visavis.domain.errors import InputError
from visavis.domain.ids import PersonId
from visavis.law.roles import ACTS, Act
from visavis.ledger.certificate import WHAT as CERTIFICATE
from visavis.records.cases import CaseRecord
from visavis.services.cases import ReadCases
from visavis.services.erasure import CertifyErasure
from visavis.wiring import build
from visavis.wiring.session import Session

if TYPE_CHECKING:
    from visavis.records.archive import Records

RENEW_BEFORE = dt.timedelta(days=60)
"""So long before its year is over a standing case is offered for renewal."""

Term = tuple[str, tuple[str, ...]]
"""(what it is, lines of what it says)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One thing that waits for a signature.

    Attributes
    ----------
    kind : str
        `case`, `renewal`, `charter`, `hold`, `certificate`, `claim`.
    asked_by : PersonId or None
        Who asked, or signed first; None = nobody is recorded.
    own : bool
        Who acts asked for it, or signed first: somebody else has to sign.
    refusable : bool
        A refusal ends it; what is not refusable has no force until it is signed.
    """

    kind: str
    id: str
    title: str
    asked_by: PersonId | None
    asked_at: dt.datetime
    terms: tuple[Term, ...]
    own: bool = False
    refusable: bool = False

    @property
    def seal(self) -> str:
        """A digest of everything above that is signed: what was shown is what is signed."""
        said = json.dumps([self.kind, self.id, self.title, self.terms], ensure_ascii=True)
        return hashlib.sha256(said.encode()).hexdigest()


class ApprovalDesk:
    """What waits in one archive for the signature of who acts."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> list[Waiting]:
        """Return what waits and is within who acts' roles, oldest first; what they asked for themselves too, marked."""
        held = self._session.actor.roles or frozenset({self._session.actor.role})
        able = frozenset(act for role in held for act in ACTS[role])
        found = [one for acts, gather in self._gatherers() if able & acts for one in gather(able)]
        return sorted(found, key=lambda one: (one.asked_at, one.id))

    def one(self, kind: str, wanted: str) -> Waiting:
        """Return one of them; `InputError` if nothing such waits for who acts."""
        found = next((one for one in self.all() if (one.kind, one.id) == (kind, wanted)), None)
        if found is None:
            raise InputError("nothing such waits for your signature", remedy="see what does: /approvals")
        return found

    def _gatherers(self) -> tuple[tuple[frozenset[Act], Callable[[frozenset[Act]], Iterator[Waiting]]], ...]:
        return (
            (frozenset({Act.APPROVE_CASE}), self._cases),
            (frozenset({Act.APPROVE_CASE, Act.OPEN_CASE}), self._renewals),
            (frozenset({Act.SIGN_CHARTER}), self._charters),
            (frozenset({Act.HOLD}), self._holds),
            (frozenset({Act.CERTIFY}), self._certificates),
            (frozenset({Act.CLAIM_JURISDICTION}), self._claims),
        )

    @property
    def _me(self) -> PersonId | None:
        return self._session.actor.person_id

    def _records(self) -> "Records":
        return self._session.records()

    def _cases(self, _: frozenset[Act]) -> Iterator[Waiting]:
        now = self._session.clock.now()
        for case in self._records().cases.all():
            if case.state(now) == "waiting" and not any(given.person_id == self._me for given in case.approvals):
                yield self._of_case("case", case, refusable=True, own=case.opened_by == self._me)

    def _renewals(self, able: frozenset[Act]) -> Iterator[Waiting]:
        reading = ReadCases(self._records(), self._session.rules)
        now = self._session.clock.now()
        for case in self._records().cases.all():
            due = reading.renewal_due(case)
            act = Act.APPROVE_CASE if case.approvals_needed else Act.OPEN_CASE
            if due is None or act not in able or case.state(now) != "open" or now.date() + RENEW_BEFORE < due:
                continue
            own = bool(case.approvals_needed) and case.opened_by == self._me
            yield self._of_case("renewal", case, refusable=False, own=own, more=(("To be renewed by", (due.isoformat(),)),))

    def _of_case(self, kind: str, case: CaseRecord, *, refusable: bool, own: bool, more: tuple[Term, ...] = ()) -> Waiting:
        titles = {source.number: source.title for source in self._records().sources.all()}
        terms: tuple[tuple[str, object], ...] = (
            ("Purpose", case.purpose),
            ("Legal reference", case.legal_reference),
            ("Necessity", case.necessity),
            ("Seeks", case.seeks),
            ("Sources", tuple(titles[number] for number in sorted(case.sources) if number in titles)),
            ("Profile", case.profile),
            ("Kind", case.kind),
            ("Most searches", case.max_searches),
            ("Most candidates a search", case.max_candidates),
            ("Last day", case.open_until),
            ("Approvals needed", case.approvals_needed),
            ("Reviewers needed", case.reviewers_needed),
            ("One face a search", "yes" if case.one_face else "no"),
            ("A reason for each search", "yes" if case.reason_needed else "no"),
            ("Rules", case.policy),
            *more,
        )
        return Waiting(
            kind=kind,
            id=case.id,
            title=case.title,
            asked_by=case.opened_by,
            asked_at=case.renewed_at or case.opened_at if kind == "renewal" else case.opened_at,
            terms=tuple((label, _lines(value)) for label, value in terms),
            own=own,
            refusable=refusable,
        )

    def _charters(self, _: frozenset[Act]) -> Iterator[Waiting]:
        book = self._records().charters
        for source in self._records().sources.all():
            version = next((one for one in reversed(book.versions(source)) if one.signed_by is None), None)
            if version is None or source.state == "erased":
                continue
            unanswered = tuple(f"{one.rule}: {one.count} of {one.looked_at} files" for one in book.unanswered(source))
            terms: list[Term] = [
                ("Version", (str(version.version),)),
                ("Rules", _lines(version.policy)),
                ("SHA-256", (version.sha256,)),
                ("Charter", tuple(version.toml.splitlines())),
            ]
            if unanswered:
                terms.append(("To be answered first", unanswered))
            yield Waiting(kind="charter", id=source.id, title=source.title, asked_by=None, asked_at=version.added_at, terms=tuple(terms))

    def _holds(self, _: frozenset[Act]) -> Iterator[Waiting]:
        for hold in self._records().holds.all():
            if hold.state == "asked":
                terms: tuple[Term, ...] = (
                    ("Law, order or proceedings", _lines(hold.legal)),
                    ("Pictures", (str(hold.pictures),)),
                    ("Last day", (hold.until.isoformat(),)),
                )
                own = hold.asked_by == self._me
                yield Waiting(
                    kind="hold",
                    id=hold.id,
                    title=hold.legal,
                    asked_by=hold.asked_by,
                    asked_at=hold.asked_at,
                    terms=terms,
                    own=own,
                    refusable=not own,
                )

    def _certificates(self, _: frozenset[Act]) -> Iterator[Waiting]:
        records = self._records()
        for run in records.erasure_runs.all():
            if run.state != "checked":
                continue
            signers = [one.person_id for one in records.signatures.of(CERTIFICATE, run.id)]
            text = CertifyErasure(records, build.ledger_signer(records), software=_software()).text(run)
            yield Waiting(
                kind="certificate",
                id=run.id,
                title=run.ground,
                asked_by=signers[0] if signers else None,
                asked_at=run.checked_at or run.begun_at,
                terms=tuple((name, _told(value)) for name, value in text.items()),
                own=self._me in signers,
            )

    def _claims(self, _: frozenset[Act]) -> Iterator[Waiting]:
        titles = {source.number: source.title for source in self._records().sources.all()}
        for claim in self._records().claims.all():
            if claim.in_force_at is None:
                title = titles.get(claim.source_number, "")
                terms: tuple[Term, ...] = (
                    ("Source", _lines(title)),
                    ("Where its people live", claim.places),
                    ("Folders", _lines(claim.folder or "*")),
                    ("Evidence", _lines(claim.evidence)),
                    ("What the evidence is", _lines(claim.because)),
                )
                own = claim.made_by == self._me
                yield Waiting(kind="claim", id=claim.id, title=title, asked_by=claim.made_by, asked_at=claim.made_at, terms=terms, own=own)


def _software() -> "dict[str, str]":
    from visavis.wiring.erasure import software

    return dict(software())


def _lines(value: object) -> tuple[str, ...]:
    if value is None or value == "":
        return ("—",)
    return tuple(str(one) for one in value) if isinstance(value, tuple) else (str(value),)


def _told(value: object) -> tuple[str, ...]:
    """Return a part of a document as lines."""
    if isinstance(value, list):
        return tuple(line for one in value for line in _told(one)) or ("—",)
    if isinstance(value, dict):
        return (
            ", ".join(f"{name}: {json.dumps(one, ensure_ascii=False) if not isinstance(one, str) else one}" for name, one in value.items()),
        )
    return (str(value),)
