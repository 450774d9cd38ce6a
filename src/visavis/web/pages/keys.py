"""API keys of programs: what there are, making one, revoking one, what it calls its sources, and cases that a burst of probes froze."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import Response

from visavis.domain.errors import InputError, RefusedError, VisavisError
from visavis.web.asked import ID, day, id_in
from visavis.web.doors import FORM, Door, Opening, Who
from visavis.web.visit import Form, Visit

if TYPE_CHECKING:
    from visavis.wiring import Archive, SourceRecord

ACTS = {
    "search": "Search, and read what it found",
    "ingest": "Have its sources read",
    "browse": "List pictures and faces of its sources",
    "erase": "Erase faces of its sources, in your name",
}
LONGEST_DAYS = 365
STATES = {"open": "open", "ended": "past its end", "revoked": "revoked"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCollection:
    """What a program that asks as Amazon Rekognition is asked calls a source; `folder` empty = it takes no pictures."""

    name: str
    source: str
    folder: str
    created: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownKey:
    """A key on the page."""

    id: str
    name: str
    state: str
    case: str
    sources: "tuple[SourceRecord, ...]"
    collections: tuple[ShownCollection, ...]
    acts: tuple[str, ...]
    per_hour: int
    per_day: int
    last_day: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCase:
    """A case on the page; `why` is the burst that froze it, empty = none did."""

    id: str
    title: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shelf:
    keys: tuple[ShownKey, ...]
    cases: tuple[ShownCase, ...]
    frozen: tuple[ShownCase, ...]
    sources: tuple[tuple[str, str], ...]


async def show(visit: Visit) -> Response:
    """Show the keys, and the form for another."""
    return await _page(visit, None)


async def add(visit: Visit) -> Response:
    """Make a key; this page shows it, and no other ever does."""
    form = visit.form
    try:
        until, (per_hour,), (per_day,) = day(form.one("until")), _one(form, "per_hour"), _one(form, "per_day")
        key = await visit.house.archive.act(
            visit.here.who,
            lambda archive: archive.services.add(
                form.one("name"),
                sources=[source for source in form.fields.get("source", []) if ID.fullmatch(source)],
                case_id=form.one("case") or None,
                until=until,
                per_hour=per_hour,
                per_day=per_day,
                acts=form.fields.get("act", []),
            )[1],
        )
    except (InputError, RefusedError) as error:
        return await _page(visit, error)
    return await _page(visit, None, key=key)


async def revoke(visit: Visit) -> Response:
    """Let a program in no longer."""
    key = id_in(visit, "key")
    await visit.house.archive.act(visit.here.who, lambda archive: archive.services.revoke(key))
    return visit.go("/keys")


async def allow(visit: Visit) -> Response:
    """Let a program call a source by a name, as its CollectionId."""
    key, form = id_in(visit, "key"), visit.form
    name, source, folder = (form.one(field) for field in ("collection", "called", "folder"))
    try:
        await visit.house.archive.act(
            visit.here.who, lambda archive: archive.collections.allow(name, key=key, source=source, folder=folder or None)
        )
    except (InputError, RefusedError) as error:
        return await _page(visit, error)
    return visit.go("/keys")


async def forbid(visit: Visit) -> Response:
    """Let a program call a source so no longer."""
    key, name = id_in(visit, "key"), visit.form.one("collection")
    await visit.house.archive.act(visit.here.who, lambda archive: archive.collections.forbid(name, key=key))
    return visit.go("/keys")


async def release(visit: Visit) -> Response:
    """Let a case go on that a burst froze."""
    case = id_in(visit, "case")
    await visit.house.archive.act(visit.here.who, lambda archive: archive.services.release(case))
    return visit.go("/keys")


async def _page(visit: Visit, error: VisavisError | None, *, key: str = "") -> Response:
    shelf = await visit.house.archive.act(visit.here.who, _gather)
    form = visit.form if error else Form()
    today = visit.house.clock.now().date()
    names = ("name", "case", "until", "per_hour", "per_day", "collection", "called", "folder")
    usual = {"until": (today + dt.timedelta(days=90)).isoformat(), "per_hour": "60", "per_day": "500"}
    return visit.page(
        "keys.html.j2",
        error=error,
        key=key,
        shelf=shelf,
        acts=ACTS,
        states=STATES,
        said={name: form.one(name) or usual.get(name, "") for name in names},
        calling=visit.request.path_params.get("key", "") if error else "",
        chosen=form.fields.get("source", []) if error else [],
        chosen_acts=form.fields.get("act", []) if error else ["search"],
        first_day=today.isoformat(),
        last_day=(today + dt.timedelta(days=LONGEST_DAYS)).isoformat(),
    )


def _gather(archive: "Archive") -> _Shelf:
    sources = {source.number: source for source in archive.sources()}
    every_collection = archive.collections.all()
    every = archive.cases.all()
    names = {case.id: case.title or f"{case.kind} case" for case in every}
    keys = tuple(
        ShownKey(
            id=one.id,
            name=one.name,
            state=archive.services.state(one),
            case=names.get(one.case_id, "") if one.case_id else "",
            sources=tuple(sources[number] for number in sorted(one.sources) if number in sources),
            collections=tuple(
                ShownCollection(
                    name=called.name,
                    source=sources[called.source_number].title,
                    folder=called.folder,
                    created=called.created_at is not None,
                )
                for called in every_collection
                if called.service_id == one.id
            ),
            acts=one.acts,
            per_hour=one.per_hour,
            per_day=one.per_day,
            last_day=(one.until - dt.timedelta(seconds=1)).date(),
        )
        for one in reversed(archive.services.all())
    )
    shown = tuple(ShownCase(id=case.id, title=names[case.id], why=archive.services.why_frozen(case)) for case in every)
    open_ids = {case.id for case in every if archive.cases.state(case) == "open"}
    return _Shelf(
        keys=keys,
        cases=tuple(case for case in shown if case.id in open_ids),
        frozen=tuple(case for case in shown if case.why),
        sources=tuple((source.id, source.title) for source in sources.values() if source.state == "live"),
    )


def _one(form: Form, name: str) -> tuple[int]:
    said = form.one(name)
    if not (said.isascii() and said.isdigit() and len(said) <= 6):
        raise InputError(f"«{said[:20]}» is no number of searches", remedy="write a whole number")
    return (int(said),)


OPENINGS: tuple[Opening, ...] = (
    (Door(method="GET", path="/keys", who=Who.ROLE, act="issue-key", because="names and limits of keys, never a secret"), show),
    (Door(method="POST", path="/keys", who=Who.ROLE, act="issue-key", operation="set-up", body_bytes=FORM), add),
    (Door(method="POST", path="/keys/{key}/revoke", who=Who.ROLE, act="issue-key", operation="set-up", body_bytes=FORM), revoke),
    (Door(method="POST", path="/keys/{key}/collections", who=Who.ROLE, act="issue-key", operation="set-up", body_bytes=FORM), allow),
    (Door(method="POST", path="/keys/{key}/forbid", who=Who.ROLE, act="issue-key", operation="set-up", body_bytes=FORM), forbid),
    (Door(method="POST", path="/keys/cases/{case}/release", who=Who.ROLE, act="freeze", operation="alteration", body_bytes=FORM), release),
)
