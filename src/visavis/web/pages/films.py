"""A moment of a film, played: a few seconds made when somebody asks for them, in memory, and a look in the ledger."""

from typing import TYPE_CHECKING

from starlette.responses import Response

from visavis.web.doors import Door, Opening, Who
from visavis.web.pages.results import shown_candidate
from visavis.web.ranges import ranged
from visavis.web.visit import NotThere, Visit

if TYPE_CHECKING:
    from collections.abc import Callable

    from visavis.wiring import Archive


async def preview(visit: Visit) -> Response:
    """Give the seconds around a candidate's best moment, or the part of them that a player asks for."""
    past, candidate = await shown_candidate(visit)
    if candidate.moment is None:
        raise NotThere("this candidate is a photograph")
    session, previews, name = visit.here, visit.house.previews, candidate.candidate_id
    made = previews.kept(name) if name in session.watched else None
    if made is None:

        def ask(archive: "Archive") -> "Callable[[], bytes | None]":
            make = archive.clips.watch(past.search.id, name)

            def mp4() -> bytes | None:
                found = make()
                return None if found is None else found.mp4

            return mp4

        maker = await visit.house.archive.act(session.who, ask)
        session.watched.add(name)
        made = previews.kept(name) or await previews.make(name, maker)
    if made is None:
        raise NotThere("the film can't be reached now", remedy="see that its folder is there")
    return ranged(visit.request, made, "video/mp4")


OPENINGS: tuple[Opening, ...] = (
    (
        Door(
            method="GET",
            path="/searches/{search}/candidates/{candidate}/preview.mp4",
            who=Who.ROLE,
            act="review",
            operation="consultation",
        ),
        preview,
    ),
)
