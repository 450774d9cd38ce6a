"""Notices to the people in a source's pictures (GDPR Arts 13, 14): public, as a page and for programs."""

import json
from typing import TYPE_CHECKING

from starlette.responses import Response

from visavis.web.doors import Door, Opening, Who
from visavis.web.visit import NotThere, Visit

if TYPE_CHECKING:
    from visavis.wiring.public import Paper


async def notice(visit: Visit) -> Response:
    """Show the notice of a source."""
    paper = await _paper(visit)
    return visit.page("notice.html.j2", paper=paper, source=visit.request.path_params["source"], open_page=visit.house.rights_page)


async def notice_json(visit: Visit) -> Response:
    """Give it to a program, as `visavis paper notice` does."""
    from visavis.wiring.public import paper_document

    text = json.dumps(paper_document(await _paper(visit)), indent=2, sort_keys=True, allow_nan=False) + "\n"
    return Response(text, media_type="application/json")


async def _paper(visit: Visit) -> "Paper":
    wanted = visit.request.path_params["source"]
    paper = await visit.house.archive.act(None, lambda archive: archive.public.notice(wanted))
    if paper is None:
        raise NotThere
    return paper


_PUBLIC = "what the charter says, of no person"
OPENINGS: tuple[Opening, ...] = (
    (Door(method="GET", path="/notices/{source}", who=Who.ANYBODY, because=_PUBLIC), notice),
    (Door(method="GET", path="/notices/{source}/notice.json", who=Who.ANYBODY, because=_PUBLIC), notice_json),
)
