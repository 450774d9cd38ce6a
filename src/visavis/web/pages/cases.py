"""Cases: which there are for this person, opening one, its terms and what was done under it, its end."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.responses import Response

from visavis.domain.errors import InputError, RefusedError, VisavisError
from visavis.web.asked import day, id_in, nothing_here, several, whole
from visavis.web.doors import FORM, Door, Opening, Who
from visavis.web.pages.search import may_search
from visavis.web.visit import Form, Visit
from visavis.wiring.accounts import roles_for

if TYPE_CHECKING:
    from visavis.wiring import Archive
    from visavis.wiring.cases import CaseView

NOT_TOLD = ("case-file", "person-needed")
"""Rules whose refusal would tell that there is such a case."""
FIELDS = ("title", "purpose", "legal", "necessity", "seeks", "searches", "top", "until")


async def all_cases(visit: Visit) -> Response:
    """List the cases whose terms this person may read."""
    views = await visit.house.archive.act(visit.here.who, lambda archive: archive.cases.readable())
    going = [view for view in views if view.state in ("open", "waiting", "frozen")]
    return visit.page(
        "cases.html.j2",
        going=going,
        ended=[view for view in views if view not in going],
        today=visit.house.clock.now().date(),
        may_open=may(visit, "open-case"),
    )


async def new(visit: Visit) -> Response:
    """Ask what a case says, with what each field is for."""
    return await _form(visit, None)


async def open_case(visit: Visit) -> Response:
    """Open a case, and go to its page."""
    form = visit.form
    try:
        limits = whole(form.one("searches")), whole(form.one("top"))
        until = day(form.one("until"))
        case_id = await visit.house.archive.act(
            visit.here.who,
            lambda archive: archive.cases.open(
                title=form.one("title"),
                purpose=form.one("purpose"),
                sources=several(form, "source"),
                legal_reference=form.one("legal"),
                necessity=form.one("necessity"),
                seeks=form.one("seeks"),
                max_searches=limits[0],
                max_candidates=limits[1],
                open_until=until,
                standing=form.one("kind") == "standing",
            ),
        )
    except (InputError, RefusedError) as error:
        return await _form(visit, error)
    return visit.go(f"/cases/{case_id}")


async def show(visit: Visit) -> Response:
    """Show a case's terms and state; for its members what was done under it."""
    return await _page(visit, None)


async def freeze(visit: Visit) -> Response:
    """Stop a case at once."""
    return await _do(visit, lambda archive, case_id: archive.cases.freeze(case_id))


async def thaw(visit: Visit) -> Response:
    """Let a frozen case go on."""
    return await _do(visit, lambda archive, case_id: archive.cases.thaw(case_id))


async def close(visit: Visit) -> Response:
    """Close a case for good, after its box was ticked: what dies with it can't be brought back."""
    why, sure = visit.form.one("why"), bool(visit.form.one("sure"))

    def act(archive: "Archive", case_id: str) -> None:
        if not sure:
            raise InputError("closing destroys the searched faces that lie with the case", remedy="tick that you know it")
        archive.cases.close(case_id, why=why)

    return await _do(visit, act)


def may(visit: Visit, act: str) -> bool:
    """Whether an act is one of this person's roles; whether it is allowed now, the law says when it is done."""
    who = visit.here.who
    return who is None or bool(who.actor.roles & roles_for(act))


async def _do(visit: Visit, what: "Callable[[Archive, str], object]") -> Response:
    case_id = id_in(visit, "case")
    await _view(visit)  # who may not read it learns nothing from an act either
    try:
        await visit.house.archive.act(visit.here.who, lambda archive: what(archive, case_id))
    except (InputError, RefusedError) as error:
        return await _page(visit, error)
    return visit.go(f"/cases/{case_id}")


async def _view(visit: Visit) -> "tuple[CaseView, dict[str, str], dict[int, str]]":
    """Return a case with the names of people and titles of sources in it."""
    case_id = id_in(visit, "case")

    def read(archive: "Archive") -> "tuple[CaseView, dict[str, str], dict[int, str]]":
        view = archive.cases.view(case_id)
        names = {str(who.id): who.name for who in archive.people.all()}
        return view, names, {source.number: source.title for source in archive.sources()}

    with nothing_here(*NOT_TOLD):
        return await visit.house.archive.act(visit.here.who, read)


async def _page(visit: Visit, error: VisavisError | None) -> Response:
    view, names, titles = await _view(visit)
    case = view.case
    return visit.page(
        "case.html.j2",
        error=error,
        view=view,
        case=case,
        names=names,
        sources=[titles[number] for number in sorted(case.sources) if number in titles],
        today=visit.house.clock.now().date(),
        may_search=view.member and may_search(visit.here),
        may_report=view.member and view.state in ("open", "waiting") and case.kind != "shared" and may(visit, "disclose"),
        may_approve=may(visit, "approve-case"),
        may_freeze=may(visit, "freeze"),
        may_close=may(visit, "close-case") and case.kind != "shared",
    )


async def _form(visit: Visit, error: VisavisError | None) -> Response:
    form = visit.form if error else Form()

    def ask(archive: "Archive") -> list[tuple[str, str, str, tuple[str, ...]]]:
        return [
            (source.id, source.title, source.profile, archive.charters.purposes(source))
            for source in archive.sources()
            if source.state == "live"
        ]

    sources = await visit.house.archive.act(visit.here.who, ask)
    return visit.page(
        "case_new.html.j2",
        error=error,
        sources=sources,
        purposes=sorted({purpose for *_, purposes in sources for purpose in purposes}),
        said={name: form.one(name) for name in FIELDS},
        chosen=several(form, "source"),
        kind=form.one("kind") or "case",
    )


_TERMS = "terms of a case; each look at a search has a leaf of its own"
_HERE = "/cases/{case}"
OPENINGS: tuple[Opening, ...] = (
    (Door(method="GET", path="/cases", who=Who.ROLE, act="read-case", because=_TERMS), all_cases),
    (Door(method="GET", path="/cases/new", who=Who.ROLE, act="open-case", because="an empty form"), new),
    (Door(method="POST", path="/cases", who=Who.ROLE, act="open-case", operation="set-up", body_bytes=FORM), open_case),
    (Door(method="GET", path=_HERE, who=Who.ROLE, act="read-case", because=_TERMS), show),
    (Door(method="POST", path=f"{_HERE}/freeze", who=Who.ROLE, act="freeze", operation="alteration", body_bytes=FORM), freeze),
    (Door(method="POST", path=f"{_HERE}/thaw", who=Who.ROLE, act="freeze", operation="alteration", body_bytes=FORM), thaw),
    (Door(method="POST", path=f"{_HERE}/close", who=Who.ROLE, act="close-case", operation="erasure", body_bytes=FORM), close),
)
