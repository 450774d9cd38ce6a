"""Sources, and what became of their files."""

import datetime as dt
from typing import TYPE_CHECKING

from pydantic import Field

from visavis.domain.media import Reason
from visavis.web.api.paging import Paged, behind, next_cursor, page_of
from visavis.web.api.routes import Call, Route, Told
from visavis.web.doors import Door, Who
from visavis.web.visit import NotThere

if TYPE_CHECKING:
    from visavis.wiring import Archive, SourceRecord


class SourceOut(Told):
    """A source; its folders are told nobody over HTTP."""

    source_id: str
    title: str
    profile: str
    state: str = Field(description="draft, live, frozen, expired or erased.")
    live_from: dt.date | None
    live_until: dt.date | None
    charter_version: int
    policy: str
    offline: bool = Field(description="A folder of it was out of reach when last looked at.")


class SourcesOut(Told):
    """A page of sources."""

    items: list[SourceOut]
    next_cursor: str | None


class OutcomesPaged(Paged):
    """Which files."""

    reason: Reason | None = Field(default=None, description="Only those that ended so.")


class OutcomeOut(Told):
    """What became of one file."""

    path: str
    reason: Reason
    detail: str
    faces: int
    missing: bool
    read_at: dt.datetime


class OutcomesOut(Told):
    """A page of outcomes."""

    items: list[OutcomeOut]
    next_cursor: str | None


async def sources(call: Call) -> SourcesOut:
    """List the sources that the caller may know of."""
    paged = call.filters(Paged)

    def read(archive: "Archive") -> SourcesOut:
        found, cursor = page_of(visible(archive), paged, "sources", key=lambda source: source.id)
        return SourcesOut(items=[_told(source, call) for source in found], next_cursor=cursor)

    answer: SourcesOut = await call.act(read)
    return answer


async def source(call: Call) -> SourceOut:
    """Return one of them."""
    answer: SourceOut = await call.act(lambda archive: _told(one_of(archive, call.ids["source_id"]), call))
    return answer


async def outcomes(call: Call) -> OutcomesOut:
    """List a source's files in order of their reading, with what became of each."""
    paged = call.filters(OutcomesPaged)

    def read(archive: "Archive") -> OutcomesOut:
        own = one_of(archive, call.ids["source_id"])
        first = int(behind(paged, own.id) or 0)
        every = archive.outcomes(source=own.id, reason=paged.reason)
        found = [(str(number), one) for number, one in enumerate(every) if first <= number <= first + paged.limit]
        cursor = next_cursor(found, paged, own.id, key=lambda pair: str(int(pair[0]) + 1))
        words = call.house.words
        items = [
            OutcomeOut(
                path=words.encodable(one.path),
                reason=one.reason,
                detail=words.encodable(one.detail),
                faces=one.faces,
                missing=one.missing,
                read_at=one.read_at,
            )
            for _, one in found[: paged.limit]
        ]
        return OutcomesOut(items=items, next_cursor=cursor)

    answer: OutcomesOut = await call.act(read)
    return answer


def visible(archive: "Archive") -> "list[SourceRecord]":
    """Return the sources that who acts may know of: a program those that its key names, a person those that the law lets them see."""
    bound = archive.services.sources()
    if bound is None:
        return archive.pictures.sources()
    return [source for source in archive.sources() if source.number in bound]


def one_of(archive: "Archive", source_id: str) -> "SourceRecord":
    """Return one of them; `NotThere`, in the same words whether it is another's or nobody's."""
    found = next((source for source in visible(archive) if source.id == source_id), None)
    if found is None:
        raise NotThere(remedy="GET /v1/sources lists yours")
    return found


def _told(source: "SourceRecord", call: Call) -> SourceOut:
    return SourceOut(
        source_id=source.id,
        title=call.house.words.encodable(source.title),
        profile=source.profile,
        state=source.state,
        live_from=source.live_from,
        live_until=source.live_until,
        charter_version=source.charter_version,
        policy=source.policy,
        offline=source.offline,
    )


_OWN = "the sources that the caller may know of"
ROUTES: tuple[Route, ...] = (
    Route(
        door=Door(method="GET", path="/v1/sources", who=Who.SIGNED_IN, because=_OWN, key_act="any"),
        name="list_sources",
        says="The sources that the caller may know of; a key, those that it names.",
        handler=sources,
        answer=SourcesOut,
        tag="sources",
        query=Paged,
    ),
    Route(
        door=Door(method="GET", path="/v1/sources/{source_id}", who=Who.SIGNED_IN, because=_OWN, key_act="any"),
        name="get_source",
        says="One of them.",
        handler=source,
        answer=SourceOut,
        tag="sources",
    ),
    Route(
        door=Door(
            method="GET",
            path="/v1/sources/{source_id}/files",
            who=Who.ROLE,
            act="add-source",
            because="files and their outcomes, as `visavis outcomes` lists them",
            key_act="ingest",
        ),
        name="list_files",
        says="A source's files, with what became of each.",
        handler=outcomes,
        answer=OutcomesOut,
        tag="sources",
        query=OutcomesPaged,
    ),
)
