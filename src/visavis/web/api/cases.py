"""Cases, and who answers for them."""

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

from pydantic import Field

from visavis.web.api.paging import Paged, page_of
from visavis.web.api.routes import Asked, Call, Nothing, Route, Told
from visavis.web.api.searches import Id
from visavis.web.doors import FORM, Door, Who
from visavis.web.visit import NotThere

if TYPE_CHECKING:
    from visavis.wiring import Archive, CaseRecord


class CaseOut(Told):
    """A case; whom it seeks and why stands in the desk, for its members."""

    case_id: str
    title: str
    state: str = Field(description="open, waiting, frozen, expired or closed.")
    frozen_why: str = Field(description="Which burst of probes froze it; empty = none did.")
    kind: str
    profile: str
    purpose: str
    source_ids: list[str]
    searches_made: int
    max_searches: int | None
    max_candidates: int | None
    open_until: dt.date | None
    approvals_given: int
    approvals_needed: int
    reviewers_needed: int
    opened_at: dt.datetime


class CasesOut(Told):
    """A page of cases."""

    items: list[CaseOut]
    next_cursor: str | None


class CaseIn(Asked):
    """A case to be opened."""

    title: str = Field(min_length=1, max_length=500)
    purpose: str = Field(min_length=1, max_length=100)
    source_ids: list[Id] = Field(min_length=1, max_length=200)
    profile: str | None = Field(default=None, max_length=40)
    legal_reference: str = Field(default="", max_length=2_000)
    necessity: str = Field(default="", max_length=4_000)
    seeks: str = Field(default="", max_length=2_000)
    max_searches: int | None = Field(default=None, ge=1, le=10**6)
    max_candidates: int | None = Field(default=None, ge=1, le=10**6)
    open_until: dt.date | None = None
    standing: bool = False


class CaseMade(Told):
    """A case that was opened, or that something happened to."""

    case_id: str
    state: str


class WhyIn(Asked):
    """Why."""

    why: str = Field(default="", max_length=2_000, description="One line, kept with the case.")


async def cases(call: Call) -> CasesOut:
    """List the open cases that the caller has a part in; a key has one."""
    paged = call.filters(Paged)

    def read(archive: "Archive") -> CasesOut:
        found, cursor = page_of(_own(archive, call), paged, "cases", key=lambda case: case.id)
        return CasesOut(items=[_told(archive, case, call) for case in found], next_cursor=cursor)

    answer: CasesOut = await call.act(read)
    return answer


async def case(call: Call) -> CaseOut:
    """Return one of them."""

    def read(archive: "Archive") -> CaseOut:
        return _told(archive, _one(archive, call), call)

    answer: CaseOut = await call.act(read)
    return answer


async def open_case(call: Call) -> CaseMade:
    """Open a case."""
    said = call.asked(CaseIn)

    def make(archive: "Archive") -> CaseMade:
        case_id = archive.cases.open(
            title=said.title,
            purpose=said.purpose,
            sources=said.source_ids,
            profile=said.profile,
            legal_reference=said.legal_reference,
            necessity=said.necessity,
            seeks=said.seeks,
            max_searches=said.max_searches,
            max_candidates=said.max_candidates,
            open_until=said.open_until,
            standing=said.standing,
        )
        return CaseMade(case_id=case_id, state=archive.cases.state(archive.cases.one(case_id)))

    made: CaseMade = await call.act(make)
    return made


async def step(call: Call, name: str) -> CaseMade:
    """Approve, freeze, thaw, release or close a case."""
    case_id = call.ids["case_id"]
    why = call.body.why if isinstance(call.body, WhyIn) else ""

    def take(archive: "Archive") -> CaseMade:
        _known(archive, case_id)
        desk = archive.cases
        acts: dict[str, Callable[[], object]] = {
            "approve": lambda: desk.approve(case_id),
            "freeze": lambda: desk.freeze(case_id),
            "thaw": lambda: desk.thaw(case_id),
            "release": lambda: archive.services.release(case_id),
            "close": lambda: desk.close(case_id, why=why),
        }
        acts[name]()
        return CaseMade(case_id=case_id, state=desk.state(desk.one(case_id)))

    taken: CaseMade = await call.act(take)
    return taken


def _own(archive: "Archive", call: Call) -> "list[CaseRecord]":
    """Return the cases that the caller is told of: a program its own, whatever became of it."""
    if call.program is None:
        return archive.cases.mine()
    own = call.program.program.case_id
    return [one for one in archive.cases.all() if one.id == own]


def _one(archive: "Archive", call: Call) -> "CaseRecord":
    found = next((one for one in _own(archive, call) if one.id == call.ids["case_id"]), None)
    if found is None:
        raise NotThere(remedy="GET /v1/cases lists yours")
    return found


def _known(archive: "Archive", case_id: str) -> None:
    if not any(one.id == case_id for one in archive.cases.all()):
        raise NotThere(remedy="GET /v1/cases lists yours")


def _told(archive: "Archive", case: "CaseRecord", call: Call) -> CaseOut:
    ids = {source.number: source.id for source in archive.sources()}
    return CaseOut(
        case_id=case.id,
        title=call.house.words.encodable(case.title),
        state=archive.cases.state(case),
        frozen_why=archive.services.why_frozen(case),
        kind=case.kind,
        profile=case.profile,
        purpose=case.purpose,
        source_ids=sorted(ids[number] for number in case.sources if number in ids),
        searches_made=case.searches_made,
        max_searches=case.max_searches,
        max_candidates=case.max_candidates,
        open_until=case.open_until,
        approvals_given=len(case.approvals),
        approvals_needed=case.approvals_needed,
        reviewers_needed=case.reviewers_needed,
        opened_at=case.opened_at,
    )


def _step(name: str, act: str, says: str, *, operation: str = "alteration", body: type[Asked] = Nothing) -> Route:
    async def handler(call: Call) -> CaseMade:
        return await step(call, name)

    path = f"/v1/cases/{{case_id}}/{name}"
    door = Door(method="POST", path=path, who=Who.ROLE, act=act, operation=operation, body_bytes=FORM)
    return Route(door=door, name=f"{name}_case", says=says, handler=handler, answer=CaseMade, tag="cases", body=body)


ROUTES: tuple[Route, ...] = (
    Route(
        door=Door(method="GET", path="/v1/cases", who=Who.SIGNED_IN, because="the caller's own cases", key_act="any"),
        name="list_cases",
        says="The open cases that the caller has a part in; a key has one.",
        handler=cases,
        answer=CasesOut,
        tag="cases",
        query=Paged,
    ),
    Route(
        door=Door(method="GET", path="/v1/cases/{case_id}", who=Who.SIGNED_IN, because="the caller's own case", key_act="any"),
        name="get_case",
        says="One of them.",
        handler=case,
        answer=CaseOut,
        tag="cases",
    ),
    Route(
        door=Door(method="POST", path="/v1/cases", who=Who.ROLE, act="open-case", operation="set-up", body_bytes=4 * FORM),
        name="open_case",
        says="Open a case.",
        handler=open_case,
        answer=CaseMade,
        tag="cases",
        status=201,
        body=CaseIn,
    ),
    _step("approve", "approve-case", "Sign a case's terms as the person who signed in."),
    _step("freeze", "freeze", "Stop a case until the freeze is lifted."),
    _step("thaw", "freeze", "Let a case go on that a person froze."),
    _step("release", "freeze", "Let a case go on that a burst of probes froze."),
    _step("close", "close-case", "Close a case for good.", operation="erasure", body=WhyIn),
)
