"""Each gate of the law, found in the code: it refuses its scenario, and the scenario is not refused by it once the gate is taken out.

`python tests/law/test_gates.py` writes docs/law/gates.md again.
"""

import dataclasses
import datetime as dt
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import visavis.law
from visavis.domain.actor import Actor, Role
from visavis.domain.errors import RefusedError
from visavis.domain.ids import CaseId, PersonId, ServiceId, SourceId
from visavis.domain.orders import Appeal, Terms
from visavis.law.admit import FaceFacts, ItemFacts, Step, admit, admit_face
from visavis.law.amending import Amendment, check_amendment
from visavis.law.approvals import check_approval
from visavis.law.browsing import Browsing, check_browsing
from visavis.law.calibration import SourceMeasured
from visavis.law.cases import CaseDraft, check_draft
from visavis.law.charter import Charter, check_transition, check_usable
from visavis.law.clear import clear, clear_calibration, clear_rights
from visavis.law.disclosure import ClipAsked, check_clip, check_disclosure
from visavis.law.erasure import HoldAsked, check_certificate, check_hold
from visavis.law.erasure import check_second as check_second_of_erasure
from visavis.law.facts import Approval, Approver, CaseFacts, SourceFacts
from visavis.law.file_signs import Sign, Unanswered, check_answered
from visavis.law.gates import Gate
from visavis.law.invitations import FactorReset, Invited, check_factor_reset, check_invitation
from visavis.law.labels import check_label
from visavis.law.membership import check_member, check_reader
from visavis.law.orders import Claim, Erasing, Evidence, check_claim, check_erasing, check_second, check_thaw
from visavis.law.programs import KeyAsked, ProgramAct, ProgramFacts, check_burst, check_key, check_terms
from visavis.law.requests import (
    EndAsked,
    ExtensionAsked,
    Kind,
    RefusalAsked,
    RequestFacts,
    RightsSearch,
    check_answer,
    check_clock,
    check_close,
    check_lift,
    check_refusal,
    check_sent,
)
from visavis.law.reviews import UndoAsked, check_reviewer, check_undo
from visavis.law.roles import Act, check_role, check_roles
from visavis.law.rulebook import Rulebook
from visavis.law.rules import Rule
from visavis.law.search_gates import SearchRequest

AT = dt.datetime(2026, 6, 10, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
ADA, BOB, CYD = PersonId("ada"), PersonId("bob"), PersonId("cyd")
PAGE = Path(__file__).parents[2] / "docs" / "law" / "gates.md"


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.iter_modules(visavis.law.__path__):
        yield importlib.import_module(f"visavis.law.{found.name}")


def tuples() -> dict[str, tuple[Gate[Any], ...]]:
    """Return every tuple of gates of the law by name."""
    return {name: value for module in modules() for name, value in vars(module).items() if name.endswith("_GATES")}


GATES = [(name, gate.rule) for name, gates in sorted(tuples().items()) for gate in gates]


@dataclasses.dataclass(frozen=True)
class Kit:
    """What scenarios are made of: lawful facts, in which each scenario changes one thing."""

    rules: Rulebook
    chartered: Callable[..., Charter]

    def source(self, profile: str = "archive", *, state: str = "live", change: dict | None = None, **charter: object) -> SourceFacts:
        whole = dataclasses.replace(self.chartered(profile, **charter), **(change or {}))
        return SourceFacts(id=SourceId("s"), number=1, state=state, charter=whole, standing_case=CaseId("desk"), measured=True)

    def case(self, source: SourceFacts, **facts: object) -> CaseFacts:
        kind = {"police": "case", "tracing": "case", "household": "shared", "trial": "shared"}.get(source.charter.profile, "standing")
        usual = {
            "id": CaseId("desk"),
            "kind": kind,
            "profile": source.charter.profile,
            "purpose": source.charter.purposes[0],
            "sources": frozenset({source.id}),
            "opened_at": AT - 30 * DAY,
            "opened_by": ADA,
            "approvals": (approval(BOB), approval(CYD)),
        }
        return CaseFacts(**{**usual, **facts})

    def search(self, source: SourceFacts, case: CaseFacts | None, *, rules: Rulebook | None = None, **asked: object) -> None:
        usual = {"actor": Actor(name="ada", person_id=ADA), "floor": 0.3, "reason": "Box 12"}
        clear(SearchRequest(**{**usual, **asked}), [source], case, rules or self.rules, at=AT)

    def asked(self, source: SourceFacts, **asked: object) -> None:
        self.search(source, self.case(source), **asked)

    def taken_in(self, source: SourceFacts, *, kind: str = "photo", before: int = 0, order: str = "", consents: int = 1) -> None:
        facts = ItemFacts(source_state=source.state, kind=kind, pictures_before=before, order=order, consents=consents)
        refusal = admit(source.charter, self.rules, at=AT, step=Step.DECODE, facts=facts)
        if refusal:
            raise RefusedError(refusal.detail, rule=refusal.rule)

    def face_taken_in(self, *, suppressed: bool) -> None:
        refusal = admit_face(FaceFacts(suppressed=suppressed))
        if refusal:
            raise RefusedError(refusal.detail, rule=refusal.rule)

    def opened(self, source: SourceFacts, **draft: object) -> None:
        usual = {
            "profile": source.charter.profile,
            "purpose": source.charter.purposes[0],
            "title": "Portraits",
            "sources": (source.id,),
            "legal_reference": "art. 44",
            "necessity": "undated",
            "seeks": "unknown person",
        }
        check_draft(CaseDraft(**{**usual, **draft}), [source], self.rules, at=AT)

    def approved(self, profile: str = "police", *, by: Approver | None = None, people: int = 3, **facts: object) -> None:
        source = self.source(profile)
        case = self.case(source, **{"approvals": (), **facts})
        check_approval(case, by or approver(BOB), people=people, at=AT, policy=self.rules.of(source.charter))

    @property
    def registering(self) -> Rulebook:
        """The rules with a pack whose country asks for a registration beforehand."""
        return self.rules.joined_by(b'name = "qc"\nversion = "1"\nextends = "eu 2026-11-22"\nprior_registration = ["FR"]\n')


def sought(kit: Kit, **changes: object) -> None:
    """Search for a request with a photograph."""
    clerk = Actor(name="cleo", person_id=CYD, role=Role.CLERK)
    usual = {"actor": clerk, "request_id": "r", "policy": kit.rules.pack("eu").mark, "open": True, "searched": False, "floor": 0.3}
    clear_rights(RightsSearch(**{**usual, **changes}), [1], kit.rules, at=AT)


def browsed(kit: Kit, **changes: object) -> None:
    """Look through a museum's source."""
    ines = Actor(name="ines", person_id=CYD, role=Role.INVESTIGATOR)
    usual = {"actor": ines, "state": "live", "charter": kit.chartered("archive"), "in_case": True, "at": AT}
    check_browsing(Browsing(**{**usual, **changes}))


def measured(kit: Kit, **changes: object) -> None:
    """Measure a museum's source."""
    usual = {"actor": Actor(name="ada", person_id=ADA), "source_id": "s", "state": "live", "profile": "archive"}
    clear_calibration([SourceMeasured(**{**usual, **changes})], frozenset({1}), kit.rules, at=AT)


def asked_for(kind: Kind = Kind.ACCESS, **changes: object) -> RequestFacts:
    return RequestFacts(**{"id": "r", "kind": kind, "open": True, "looked": True, "confirmed": 1, "identity": True, **changes})


def refused(**changes: object) -> None:
    usual = {"actor": Actor(name="cleo", person_id=CYD), "facts": asked_for(), "reasons": "asked yesterday", "remedies": "CNIL; court"}
    check_refusal(RefusalAsked(**{**usual, **changes}))


def later(kit: Kit, **changes: object) -> None:
    usual = {"event": "extension", "told": AT.date(), "received": AT.date(), "due_first": dt.date(2026, 7, 10), "reasons": "many pictures"}
    check_clock(ExtensionAsked(**{**usual, "policy": kit.rules.pack("eu"), **changes}))


def terms(*appeals: Appeal) -> Terms:
    return Terms(notified=AT.date(), due=AT.date() + 60 * DAY, appeals=appeals)


def held(**changes: object) -> None:
    """Ask for a hold of six months, the longest."""
    usual = {"legal": "Code de procédure, art. 77", "until": dt.date(2026, 12, 10), "at": AT.date(), "asked_by": ADA}
    check_hold(HoldAsked(**{**usual, **changes}))


def approver(who: PersonId, *, key: bytes = b"", created_at: dt.datetime = AT - 90 * DAY, **facts: object) -> Approver:
    usual = {"person_id": who, "role": Role.OWNER, "public_key": key or who.encode(), "created_by": None}
    return Approver(**{**usual, "created_at": created_at, **facts})


def approval(who: PersonId, **facts: object) -> Approval:
    return Approval(approver=approver(who, **facts), at=AT - DAY, self_approved=False)


def program(**changes: object) -> ProgramFacts:
    """Return a photo desk's program, which searches the usual source under the usual case."""
    usual = {
        "id": ServiceId("desk's"),
        "sources": frozenset({SourceId("s")}),
        "case_id": CaseId("desk"),
        "acts": frozenset({ProgramAct.SEARCH}),
        "until": AT + 30 * DAY,
        "per_hour": 60,
        "per_day": 500,
    }
    return ProgramFacts(**{**usual, **changes})


def by_program(kit: Kit, profile: str = "archive", **changes: object) -> None:
    """Search as a program."""
    acting = program(**changes)
    actor = Actor(name="photo desk", role=Role.SERVICE, service_id=acting.id)
    kit.asked(kit.source(profile), actor=actor, program=acting)


def key(**changes: object) -> None:
    """Ask for a key to search with."""
    usual = {
        "acts": frozenset({ProgramAct.SEARCH}),
        "sources": frozenset({SourceId("s")}),
        "until": AT + 30 * DAY,
        "per_hour": 60,
        "per_day": 500,
        "at": AT,
        "case_open": True,
        "case_sources": frozenset({SourceId("s")}),
    }
    check_terms(KeyAsked(**{**usual, **changes}))


OVER = {"valid_to": dt.date(2026, 6, 9)}
Scenario = Callable[[Kit], None]

# What each gate refuses: (tuple, rule) to a sentence and the act.
SCENARIOS: dict[tuple[str, Rule], tuple[str, Scenario]] = {
    # ---- a source is added, its charter signed
    ("USABLE_GATES", Rule.PROFILE_USABLE): (
        "a test set is added as a source",
        lambda kit: check_usable(kit.chartered("evaluation"), kit.rules, at=AT),
    ),
    ("USABLE_GATES", Rule.CHARTER_IN_DATES): (
        "a charter that ended yesterday is added",
        lambda kit: check_usable(kit.chartered("archive", **OVER), kit.rules, at=AT),
    ),
    ("USABLE_GATES", Rule.DPIA_SIGNED): (
        "an archive is added without an impact assessment",
        lambda kit: check_usable(kit.source(change={"dpia": ""}).charter, kit.rules, at=AT),
    ),
    ("USABLE_GATES", Rule.PRIOR_REGISTRATION): (
        "an archive of a country that asks for a registration is added without one",
        lambda kit: check_usable(kit.source(change={"policy": "qc"}).charter, kit.registering, at=AT),
    ),
    ("CHARTER_GATES", Rule.CHARTER_LIFE): (
        "an expired source goes live again",
        lambda _: check_transition("expired", "live", signed_by=ADA),
    ),
    ("CHARTER_GATES", Rule.CHARTER_SIGNED): ("a draft goes live unsigned", lambda _: check_transition("draft", "live")),
    ("FILE_GATES", Rule.ANSWER_GIVEN): (
        "files that a downloader left are added, and nobody answers for them",
        lambda _: check_answered(Unanswered(signs=[Sign.SIDECAR], remedy="visavis source answer SOURCE")),
    ),
    ("AMEND_GATES", Rule.PROFILE_KEPT): (
        "an archive becomes a household",
        lambda _: check_amendment(Amendment(old="archive", new="household")),
    ),
    # ---- a person
    ("PERSON_GATES", Rule.ROLES_APART): (
        "the data-protection officer is to be an investigator too",
        lambda _: check_roles([Role.OFFICER, Role.INVESTIGATOR]),
    ),
    ("ROLE_GATES", Rule.PERSON_NEEDED): (
        "the machine's user opens a case of an archive",
        lambda _: check_role(Actor(name="ada"), Act.OPEN_CASE, profile="archive"),
    ),
    ("ROLE_GATES", Rule.ROLE_ALLOWED): (
        "the auditor signs a charter",
        lambda _: check_role(Actor(name="ada", person_id=ADA, role=Role.AUDITOR), Act.SIGN_CHARTER, profile="archive"),
    ),
    # ---- a picture is taken in
    ("ADMIT_GATES", Rule.PROFILE_USABLE): ("a picture of a test set", lambda kit: kit.taken_in(kit.source("evaluation"))),
    ("ADMIT_GATES", Rule.SOURCE_LIVE): ("a picture of a draft", lambda kit: kit.taken_in(kit.source(state="draft"))),
    ("ADMIT_GATES", Rule.ORDER_STOPS): (
        "a picture of unknown jurisdiction while an order for France stands",
        lambda kit: kit.taken_in(kit.source(), order="order 1"),
    ),
    ("ADMIT_GATES", Rule.CHARTER_IN_DATES): ("a picture after the charter's end", lambda kit: kit.taken_in(kit.source(**OVER))),
    ("ADMIT_GATES", Rule.PHOTO_OR_FILM): ("a stream", lambda kit: kit.taken_in(kit.source(), kind="stream")),
    ("ADMIT_GATES", Rule.SOURCE_SIZE): (
        "picture 2,001 of a trial",
        lambda kit: kit.taken_in(kit.source("trial", valid_from=dt.date(2026, 6, 1), valid_to=dt.date(2026, 6, 14)), before=2000),
    ),
    ("ADMIT_GATES", Rule.CONSENT_GIVEN): (
        "a picture of guests of whom nobody has consented",
        lambda kit: kit.taken_in(kit.source("consent"), consents=0),
    ),
    ("FACE_GATES", Rule.NOT_OBJECTED): (
        "a face that its person has objected to comes again",
        lambda kit: kit.face_taken_in(suppressed=True),
    ),
    # ---- a source is searched
    ("SOURCE_GATES", Rule.PROFILE_USABLE): ("a test set is searched", lambda kit: kit.asked(kit.source("evaluation"))),
    ("SOURCE_GATES", Rule.SOURCE_LIVE): ("a frozen source is searched", lambda kit: kit.asked(kit.source(state="frozen"))),
    ("SOURCE_GATES", Rule.CHARTER_IN_DATES): ("a source is searched after its charter", lambda kit: kit.asked(kit.source(**OVER))),
    ("SOURCE_GATES", Rule.DPIA_SIGNED): (
        "an archive is searched without an impact assessment",
        lambda kit: kit.asked(kit.source(change={"dpia": ""})),
    ),
    ("SOURCE_GATES", Rule.PRIOR_REGISTRATION): (
        "an archive is searched without the registration that its country asks for",
        lambda kit: kit.asked(kit.source(change={"policy": "qc"}), rules=kit.registering),
    ),
    ("SOURCE_GATES", Rule.CASE_NEEDED): ("an archive is searched without a case", lambda kit: kit.search(kit.source(), None)),
    ("SOURCE_GATES", Rule.SOURCE_IN_CASE): (
        "a source is searched under a case that does not name it",
        lambda kit: kit.search(source := kit.source(), kit.case(source, sources=frozenset({SourceId("other")}))),
    ),
    ("SOURCE_GATES", Rule.PROFILE_OF_CASE): (
        "an archive is searched under a case of profile consent",
        lambda kit: kit.search(source := kit.source(), kit.case(source, profile="consent")),
    ),
    ("SOURCE_GATES", Rule.PURPOSE_ALLOWED): (
        "an archive is searched for what neither its charter nor the table allows",
        lambda kit: kit.search(source := kit.source(), kit.case(source, purpose="journalism")),
    ),
    # ---- a search
    ("SEARCH_GATES", Rule.PERSON_NEEDED): (
        "an archive is searched by the machine's user",
        lambda kit: kit.asked(kit.source(), actor=Actor(name="ada")),
    ),
    ("SEARCH_GATES", Rule.ROLE_ALLOWED): (
        "the data-protection officer searches",
        lambda kit: kit.asked(kit.source(), actor=Actor(name="ada", person_id=ADA, role=Role.OFFICER)),
    ),
    ("SEARCH_GATES", Rule.CASE_OPEN): (
        "a search under a closed case",
        lambda kit: kit.search(source := kit.source(), kit.case(source, closed_at=AT - DAY)),
    ),
    ("SEARCH_GATES", Rule.CASE_KIND): (
        "the police search under a standing case",
        lambda kit: kit.search(source := kit.source("police"), kit.case(source, kind="standing")),
    ),
    ("SEARCH_GATES", Rule.CASE_APPROVED): (
        "the police search under a case that one person approved",
        lambda kit: kit.search(source := kit.source("police"), kit.case(source, approvals=(approval(BOB),))),
    ),
    ("SEARCH_GATES", Rule.CASE_RENEWED): (
        "a search under a standing case of the year before last",
        lambda kit: kit.search(source := kit.source(), kit.case(source, opened_at=AT - 500 * DAY)),
    ),
    ("SEARCH_GATES", Rule.SEARCHES_LEFT): (
        "search 6 of a case for 5",
        lambda kit: kit.search(source := kit.source(), kit.case(source, max_searches=5, searches_made=5)),
    ),
    ("SEARCH_GATES", Rule.CANDIDATES_CAPPED): (
        "51 candidates under a case for 50",
        lambda kit: kit.search(source := kit.source(), kit.case(source, max_candidates=50), candidates=51),
    ),
    ("SEARCH_GATES", Rule.ONE_FACE): (
        "a tracing service searches for two faces at once",
        lambda kit: kit.asked(kit.source("tracing"), probe_faces=2),
    ),
    ("SEARCH_GATES", Rule.PROBES_CAPPED): (
        "a household searches for a list of people",
        lambda kit: kit.asked(kit.source("household"), probe_faces=51),
    ),
    ("SEARCH_GATES", Rule.REASON_GIVEN): (
        "a search under a standing case says nothing of its reason",
        lambda kit: kit.asked(kit.source(), reason=" "),
    ),
    ("SOURCE_GATES", Rule.GALLERY_MEASURED): (
        "the police search pictures on which nobody measured how often strangers score high",
        lambda kit: kit.asked(dataclasses.replace(kit.source("police"), measured=False)),
    ),
    ("SEARCH_GATES", Rule.SIMILARITY_FLOOR): (
        "a threshold under the floor",
        lambda kit: kit.asked(kit.source(), threshold=0.29),
    ),
    # ---- a program
    ("KEY_TERMS_GATES", Rule.KEY_TERMS): ("a key without an end", lambda _: key(until=None)),
    ("KEY_TERMS_GATES", Rule.KEY_BOUNDS): ("a key for a source that its case does not name", lambda _: key(case_sources=frozenset())),
    ("KEY_TERMS_GATES", Rule.PERSON_NEEDED): ("a key to search for the police", lambda _: key(approvals=2)),
    ("KEY_GATES", Rule.KEY_VALID): ("a revoked key comes in", lambda _: check_key(program(revoked_at=AT - DAY), at=AT)),
    ("KEY_GATES", Rule.KEY_BOUNDS): (
        "a key for searching has a source read",
        lambda _: check_key(program(), at=AT, act=ProgramAct.INGEST),
    ),
    ("SOURCE_GATES", Rule.KEY_BOUNDS): ("a program searches a source that its key does not name", lambda kit: by_program(kit, sources=())),
    ("SEARCH_GATES", Rule.KEY_VALID): ("a program searches after its key's end", lambda kit: by_program(kit, until=AT)),
    ("SEARCH_GATES", Rule.KEY_BOUNDS): ("a program searches under another case", lambda kit: by_program(kit, case_id=CaseId("other"))),
    ("SEARCH_GATES", Rule.KEY_RATE): ("search 61 of a program within the hour", lambda kit: by_program(kit, made_hour=60)),
    ("BURST_GATES", Rule.NO_CAMERA): (
        "a script searches with a camera's frames, one every half a minute",
        lambda _: check_burst([AT - DAY * number / 2880 for number in range(8)], at=AT),
    ),
    # ---- strangers are measured
    ("CALIBRATION_GATES", Rule.PERSON_NEEDED): (
        "the machine's user measures an archive",
        lambda kit: measured(kit, actor=Actor(name="ada")),
    ),
    ("CALIBRATION_GATES", Rule.ROLE_ALLOWED): (
        "an investigator measures an archive",
        lambda kit: measured(kit, actor=Actor(name="ada", person_id=ADA, role=Role.INVESTIGATOR)),
    ),
    ("CALIBRATION_GATES", Rule.SOURCE_LIVE): ("a frozen source is measured", lambda kit: measured(kit, state="frozen")),
    # ---- a case is opened
    ("CASE_GATES", Rule.CASE_KIND): ("a standing case for the police", lambda kit: kit.opened(kit.source("police"), kind="standing")),
    ("CASE_GATES", Rule.CASE_GROUNDS): ("a case that names no law", lambda kit: kit.opened(kit.source(), legal_reference="")),
    ("CASE_GATES", Rule.SOURCE_LIVE): ("a case over a draft", lambda kit: kit.opened(kit.source(state="draft"))),
    ("CASE_GATES", Rule.PROFILE_OF_CASE): (
        "a case of profile consent over an archive",
        lambda kit: kit.opened(kit.source(), profile="consent"),
    ),
    ("CASE_GATES", Rule.PURPOSE_ALLOWED): ("a case for another purpose", lambda kit: kit.opened(kit.source(), purpose="journalism")),
    ("CASE_GATES", Rule.CASE_LIMITS): ("a police case for 51 searches", lambda kit: kit.opened(kit.source("police"), max_searches=51)),
    # ---- a case is approved
    ("APPROVAL_GATES", Rule.ROLE_ALLOWED): ("an investigator approves", lambda kit: kit.approved(by=approver(BOB, role=Role.INVESTIGATOR))),
    ("APPROVAL_GATES", Rule.CASE_OPEN): ("a closed case is approved", lambda kit: kit.approved(closed_at=AT - DAY)),
    ("APPROVAL_GATES", Rule.ONE_KEY_ONCE): (
        "one key approves under two names",
        lambda kit: kit.approved(by=approver(CYD, key=b"bob"), approvals=(approval(BOB),)),
    ),
    ("APPROVAL_GATES", Rule.APPROVER_APART): ("who asked approves", lambda kit: kit.approved(by=approver(ADA))),
    ("APPROVAL_GATES", Rule.APPROVER_KNOWN): (
        "an approver whom the requester added an hour ago",
        lambda kit: kit.approved(by=approver(BOB, created_by=ADA, created_at=AT - DAY / 24)),
    ),
    # ---- an authority's order
    ("CLAIM_GATES", Rule.CLAIM_EVIDENCE): (
        "a source whose charter says FR is claimed to be of DE by its charter",
        lambda _: check_claim(Claim(places=("DE",), evidence=Evidence.CHARTER, because="", charter_places=("FR",), charter_place="none")),
    ),
    ("SECOND_GATES", Rule.CLAIM_SECONDED): ("who made a late claim bears it out", lambda _: check_second(BOB, BOB)),
    ("ERASE_GATES", Rule.ORDER_SUSPENDED): (
        "an order erases while an appeal suspends it",
        lambda _: check_erasing(Erasing(terms=terms(Appeal(since=AT.date(), until=None, suspends=True)), today=AT.date(), requests=())),
    ),
    ("ERASE_GATES", Rule.REQUESTS_FIRST): (
        "an order erases what an open access request asks for",
        lambda _: check_erasing(Erasing(terms=terms(), today=AT.date(), requests=("request 7",))),
    ),
    ("THAW_GATES", Rule.ORDER_FREEZES): ("a source is thawed while an order covers all of it", lambda _: check_thaw(["order 1"])),
    # ---- looking through a source
    ("BROWSE_GATES", Rule.SOURCE_LIVE): ("the pictures of a frozen source are looked through", lambda kit: browsed(kit, state="frozen")),
    ("BROWSE_GATES", Rule.CHARTER_IN_DATES): (
        "pictures are looked through before their charter begins",
        lambda kit: browsed(kit, at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC)),
    ),
    ("BROWSE_GATES", Rule.BROWSED_IN_CASE): (
        "an investigator without a case looks through a source",
        lambda kit: browsed(kit, in_case=False),
    ),
    # ---- after a search
    ("REVIEW_GATES", Rule.REVIEWER_APART): ("the same person judges twice", lambda _: check_reviewer(BOB, BOB, ADA)),
    ("UNDO_GATES", Rule.VERDICT_UNSEEN): (
        "a verdict is taken back after another reviewer has opened the candidate",
        lambda _: check_undo(UndoAsked(age=DAY / 24, judged=False, seen=True, used=False)),
    ),
    ("MEMBER_GATES", Rule.CASE_MEMBER): (
        "an investigator opens the link to a search of somebody else's case",
        lambda _: check_member(Actor(name="Bob", role=Role.INVESTIGATOR, person_id=BOB), kind="case", involved={ADA}),
    ),
    ("READER_GATES", Rule.CASE_FILE): (
        "an investigator asks for the terms of somebody else's case",
        lambda _: check_reader(Actor(name="Bob", role=Role.INVESTIGATOR, person_id=BOB), kind="case", involved={ADA}),
    ),
    ("INVITATION_GATES", Rule.INVITED): (
        "an invitation is used after four days",
        lambda _: check_invitation(Invited(at=AT, until=AT - DAY, spent=False, by_able=True)),
    ),
    ("FACTOR_GATES", Rule.FACTOR_APART): (
        "an owner resets their own second factor in the desk",
        lambda _: check_factor_reset(FactorReset(actor=ADA, person=ADA, on_machine=False)),
    ),
    ("LABEL_GATES", Rule.LABEL_CATALOGUE): (
        "a face of a source that is not catalogued gets a name",
        lambda kit: check_label(kit.source(change={"purposes": ("research",)}).charter, decided="same", candidate="c"),
    ),
    ("LABEL_GATES", Rule.LABEL_DECIDED): (
        "a candidate that nobody has decided on gets a name",
        lambda kit: check_label(kit.chartered("archive"), decided="open", candidate="c"),
    ),
    ("LABEL_GATES", Rule.LABEL_CORRECTED): (
        "a name that was corrected away is given to the same face again",
        lambda kit: check_label(kit.chartered("archive"), decided="same", candidate="c", corrected=True),
    ),
    # ---- a request of a person
    ("RIGHTS_GATES", Rule.PERSON_NEEDED): (
        "the machine's user searches every source for a request",
        lambda kit: sought(kit, actor=Actor(name="ada", role=Role.CLERK)),
    ),
    ("RIGHTS_GATES", Rule.ROLE_ALLOWED): (
        "the owner, who is no rights clerk, searches every source for a request",
        lambda kit: sought(kit, actor=Actor(name="ada", person_id=ADA)),
    ),
    ("RIGHTS_GATES", Rule.REQUEST_OPEN): ("a search for a request that is answered", lambda kit: sought(kit, open=False)),
    ("RIGHTS_GATES", Rule.ONE_PROBE_SET): ("a second photograph for one request", lambda kit: sought(kit, searched=True)),
    ("CLOCK_GATES", Rule.CLOCK_EVENT_KNOWN): (
        "a clock is paused under a pack that knows no pause",
        lambda kit: later(kit, event="pause"),
    ),
    ("CLOCK_GATES", Rule.EXTENSION_TOLD): (
        "a person is told of an extension after the first month",
        lambda kit: later(kit, told=dt.date(2026, 7, 11)),
    ),
    ("ANSWER_GATES", Rule.REQUEST_OPEN): ("a closed request is answered", lambda _: check_answer(asked_for(open=False))),
    ("ANSWER_GATES", Rule.REQUEST_LOOKED): (
        "«nothing held» is answered, and nobody has looked",
        lambda _: check_answer(asked_for(looked=False, confirmed=0)),
    ),
    ("ANSWER_GATES", Rule.CANDIDATES_JUDGED): (
        "an answer is sent with a candidate that nobody has judged",
        lambda _: check_answer(asked_for(pending=1)),
    ),
    ("ANSWER_GATES", Rule.IDENTITY_RECORDED): (
        "pictures are sent, and nobody wrote down how the person was made sure of",
        lambda _: check_answer(asked_for(identity=False)),
    ),
    ("SENT_GATES", Rule.CARRIED_OUT): (
        "an erasure is called done without a certificate",
        lambda _: check_sent(asked_for(Kind.ERASURE)),
    ),
    ("REFUSAL_GATES", Rule.PERSON_NEEDED): ("a program refuses a request", lambda _: refused(actor=Actor(name="cron"))),
    ("REFUSAL_GATES", Rule.REQUEST_OPEN): ("an answered request is refused", lambda _: refused(facts=asked_for(open=False))),
    ("REFUSAL_GATES", Rule.REFUSAL_REASONED): ("a refusal names no authority to complain to", lambda _: refused(remedies=" ")),
    ("CLOSE_GATES", Rule.REQUEST_DONE): (
        "a request is closed that nobody answered",
        lambda _: check_close(EndAsked(request_id="r", decided=False)),
    ),
    ("LIFT_GATES", Rule.RESTRICTION_NOTED): ("a restriction is lifted without a word", lambda _: check_lift(" ")),
    # ---- erasing for good
    ("HOLD_GATES", Rule.PERSON_NEEDED): ("nobody asks for a hold", lambda _: held(asked_by=None)),
    ("HOLD_GATES", Rule.HOLD_GROUNDS): ("a hold without a law", lambda _: held(legal=" ")),
    ("HOLD_GATES", Rule.HOLD_ENDS): ("a hold for six months and a day", lambda _: held(until=dt.date(2026, 12, 11))),
    ("TWO_PEOPLE_GATES", Rule.SECOND_PERSON): ("who asked for a hold puts it in force", lambda _: check_second_of_erasure(ADA, ADA)),
    ("CERTIFICATE_GATES", Rule.ERASURE_CHECKED): (
        "an erasure of which a check failed is certified",
        lambda _: check_certificate([{"check": "a", "passed": True}, {"check": "b", "passed": False}]),
    ),
    ("CLIP_GATES", Rule.OTHERS_MASKED): (
        "a clip of a police case in which other people are seen",
        lambda _: check_clip(ClipAsked(one_face=True, masked=False)),
    ),
    ("DISCLOSURE_GATES", Rule.EXPORT_ALLOWED): (
        "a trial's results are exported",
        lambda kit: check_disclosure([kit.rules.profile("trial")], recipient="Bob", because="to see"),
    ),
    ("DISCLOSURE_GATES", Rule.RECIPIENT_NAMED): (
        "an archive's results are exported to nobody named",
        lambda kit: check_disclosure([kit.rules.profile("archive")], recipient="", because="to see"),
    ),
}


# Rules that are asked where the fact is found, not at a gate.
BESIDE = {
    Rule.CHARTER_WHOLE: "tests/law/test_reading.py::test_a_charter_without_any_one_compulsory_field_is_refused_naming_that_field",
    Rule.SIGNED_IN: "tests/services/test_permission.py::test_a_wrong_passphrase_lets_nobody_act",
    Rule.SOMETHING_TO_SEARCH: "tests/law/test_clear.py::test_where_several_rules_leave_nothing_each_source_has_its_reason",
    Rule.CLOCK_SET_BACK: "tests/services/test_ledger.py::test_a_clock_set_back_before_the_last_act_is_noticed_and_a_corrected_one_is_not",
    Rule.RESTORE_REPLAYED: "tests/faults/test_backups.py::test_a_restored_archive_stays_closed_while_it_is_not_known_what_was_erased",
    Rule.PACK_SIGNED: "tests/law/test_policy.py::test_a_local_pack_that_was_changed_after_signing_is_refused",
}


@pytest.fixture(scope="session")
def kit(rules, chartered) -> Kit:
    return Kit(rules, chartered)


def refused_by(scenario: Scenario, kit: Kit) -> str | None:
    try:
        scenario(kit)
    except RefusedError as error:
        return error.rule
    return None


def ids(gate: tuple[str, Rule]) -> str:
    return f"{gate[0]}-{gate[1]}"


@pytest.mark.parametrize("gate", GATES, ids=ids)
def test_each_gate_refuses_its_scenario_by_its_rule(gate, kit):
    assert gate in SCENARIOS, "this gate has no scenario: write one"
    assert refused_by(SCENARIOS[gate][1], kit) == gate[1]


@pytest.mark.parametrize("gate", GATES, ids=ids)
def test_without_its_gate_the_scenario_is_not_refused_by_that_rule(gate, kit, monkeypatch):
    name, rule = gate
    fewer = tuple(one for one in tuples()[name] if one.rule != rule)
    for module in modules():
        if hasattr(module, name):
            monkeypatch.setattr(module, name, fewer)
    assert refused_by(SCENARIOS[gate][1], kit) != rule


def test_no_scenario_is_left_over_and_no_gate_stands_twice():
    assert len(GATES) == len(set(GATES))
    assert set(SCENARIOS) == set(GATES)


@pytest.mark.parametrize("profile", ["household", "consent", "archive", "tracing", "police"])
def test_what_the_scenarios_change_is_lawful_unchanged(profile, kit):
    source = kit.source(profile)
    kit.taken_in(source)
    kit.asked(source)
    kit.opened(source)
    kit.approved(profile)
    check_usable(source.charter, kit.rules, at=AT)
    check_transition("draft", "live", signed_by=ADA)
    check_answered(Unanswered(signs=[], remedy=""))
    check_amendment(Amendment(old=profile, new=profile))
    check_reviewer(BOB, CYD, ADA)
    check_undo(UndoAsked(age=DAY / 24, judged=False, seen=False, used=False))
    check_disclosure([kit.rules.profile(profile)], recipient="Bob", because="asked")


def page() -> str:
    """Write docs/law/gates.md from the code and the scenarios."""
    titles = {
        "PERSON_GATES": "A person is added",
        "ROLE_GATES": "A person acts",
        "USABLE_GATES": "A source is added, or its charter signed",
        "FILE_GATES": "A folder's files speak against its charter",
        "AMEND_GATES": "A charter is changed",
        "CHARTER_GATES": "A charter takes a step in its life",
        "ADMIT_GATES": "A picture is taken in (asked before decoding and before its templates are added)",
        "FACE_GATES": "A face of a picture is stored (asked in the transaction that stores it)",
        "SOURCE_GATES": "A source is searched (a source that is refused is left out; if none is left, the search is refused)",
        "SEARCH_GATES": "A search",
        "CALIBRATION_GATES": "It is measured on a source's pictures how often strangers score high",
        "KEY_TERMS_GATES": "A program gets a key",
        "KEY_GATES": "A program comes in, or acts",
        "BURST_GATES": "A program's probe is compared with those before it",
        "CASE_GATES": "A case is opened",
        "APPROVAL_GATES": "A case is approved",
        "CLAIM_GATES": "A jurisdiction is claimed",
        "SECOND_GATES": "A claim that came after an order is borne out",
        "ERASE_GATES": "An order erases",
        "THAW_GATES": "A frozen source is thawed",
        "MEMBER_GATES": "A search is opened by its link",
        "READER_GATES": "The terms of a case are read",
        "INVITATION_GATES": "An invitation is used",
        "FACTOR_GATES": "A second factor is reset",
        "REVIEW_GATES": "A verdict is given",
        "UNDO_GATES": "A verdict is taken back",
        "LABEL_GATES": "A decision becomes a label",
        "DISCLOSURE_GATES": "A result leaves the house",
        "RIGHTS_GATES": "A photograph that a person gave is searched for their request",
        "CLOCK_GATES": "The day by which a request is answered is moved",
        "ANSWER_GATES": "A request is answered",
        "SENT_GATES": "An answer says that it was carried out",
        "REFUSAL_GATES": "A request is refused",
        "CLOSE_GATES": "A request is closed",
        "LIFT_GATES": "A restriction is lifted",
        "HOLD_GATES": "A hold is asked for",
        "TWO_PEOPLE_GATES": "A hold or a certificate takes a second person",
        "CERTIFICATE_GATES": "An erasure is certified",
    }
    lines = [
        "# Gates",
        "",
        "Every gate of the law, in the order in which it is asked. This page is made from the code: `python tests/law/test_gates.py`.",
        "Each scenario is refused by its rule, `tests/law/test_gates.py::test_each_gate_refuses_its_scenario_by_its_rule`, and with the",
        "gate taken out it is not, `tests/law/test_gates.py::test_without_its_gate_the_scenario_is_not_refused_by_that_rule`.",
        "A gate without a scenario fails the first. Random histories are held against the invariants in `tests/law/test_histories.py`.",
    ]
    found = tuples()
    for name in sorted(found, key=lambda name: list(titles).index(name) if name in titles else len(titles)):
        lines += ["", f"## {titles.get(name, name)}", "", "| rule | it asks that | scenario that it refuses |", "|---|---|---|"]
        lines += [f"| `{gate.rule}` | {gate.rule.says} | {SCENARIOS[name, gate.rule][0]} |" for gate in found[name]]
    lines += ["", "## Rules beside the gates", "", "| rule | it asks that | test |", "|---|---|---|"]
    lines += [f"| `{rule}` | {rule.says} | `{test}` |" for rule, test in BESIDE.items()]
    return "\n".join(lines) + "\n"


def test_every_rule_stands_at_a_gate_or_beside_them_with_its_test():
    assert {rule for _, rule in GATES} | set(BESIDE) == set(Rule)
    assert not {rule for _, rule in GATES} & set(BESIDE)


def test_the_page_of_gates_is_what_the_code_says():
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python tests/law/test_gates.py"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
