"""A search under its stable link: the grid, each whole picture, and the thumbnails, for members of its case only."""

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import Response

from visavis.domain.arrays import RgbImage
from visavis.domain.errors import InputError, RefusedError
from visavis.domain.identification import Candidate
from visavis.web.doors import Door, Opening, Who
from visavis.web.pages.search import boxes, may_hand_out
from visavis.web.sessions import OpenedSearch
from visavis.web.visit import NotThere, Visit

if TYPE_CHECKING:
    from visavis.wiring import Archive
    from visavis.wiring.review import PastResult

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
NOT_TOLD = ("case-member", "role-allowed", "person-needed")
"""Rules whose refusal would tell that there is such a search: who has no part in it learns what they would of one that never was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One candidate on the page, with its near-duplicates below it."""

    candidate: Candidate
    remarks: tuple[str, ...]
    others: tuple[Candidate, ...]


async def show(visit: Visit) -> Response:
    """Show a search: one consultation leaf."""
    session, words, search_id = visit.here, visit.house.words, _id(visit, "search")

    def look(archive: "Archive") -> "PastResult":
        archive.review.check_member(search_id)
        return archive.review.show(search_id)

    with none_the_wiser():
        past = await visit.house.archive.act(session.who, look)
    session.opened(search_id, OpenedSearch())
    opened = session.searches[search_id]
    probe = session.probes.get(opened.probe_id)
    several = words.several_faces(past.result)
    cards = [
        Card(candidate=best, remarks=words.remarks(best, several_faces=several), others=others)
        for best, others in words.folded(past.result.candidates)
    ]
    return visit.page(
        "search.html.j2",
        result=past.result,
        case=past.case,
        reason=past.search.reason,
        cards=cards,
        stamp=words.stamp(past.result),
        headline=words.headline(past.result),
        said=opened.made or past.result,
        probe=probe,
        probe_boxes=() if probe is None else boxes(probe.picture),
        picked=opened.picked,
        picks=may_hand_out(session),
        kept=[saved.probe_face for saved in past.probes if saved.picture],
    )


async def face(visit: Visit) -> Response:
    """Cut the candidate's face from its original."""
    return await _cut(visit, lambda image, candidate: visit.house.words.crop(image, candidate.box))


async def picture(visit: Visit) -> Response:
    """Give the candidate's whole picture, at the size of a screen."""
    return await _cut(visit, lambda image, _: visit.house.words.whole(image))


async def kept_probe(visit: Visit) -> Response:
    """Give the searched face as it was kept with the search."""
    past = await past_search(visit)
    found = next((saved.picture for saved in past.probes if str(saved.probe_face) == visit.request.path_params["number"]), None)
    if found is None:
        raise NotThere("this face was not kept")
    return Response(found, media_type="image/jpeg")


async def _cut(visit: Visit, cut: Callable[[RgbImage, Candidate], bytes]) -> Response:
    _, candidate = await shown_candidate(visit)
    original = await opener(visit)

    def work() -> bytes | None:
        image = original(candidate)
        return None if image is None else cut(image, candidate)

    jpeg = await asyncio.to_thread(work)
    if jpeg is None:
        raise NotThere("the original can't be reached now", remedy="see that its folder is there")
    return Response(jpeg, media_type="image/jpeg")


async def opener(visit: Visit) -> Callable[[Candidate], RgbImage | None]:
    """Return what decodes originals; it touches no record, and may be called from any thread."""
    return await visit.house.archive.act(visit.here.who, lambda archive: archive.original_opener())


async def shown_candidate(visit: Visit) -> "tuple[PastResult, Candidate]":
    """Return a candidate of a search whose page this session has opened."""
    candidate_id = _id(visit, "candidate")
    past = await past_search(visit)
    for candidate in past.result.candidates:
        if candidate.candidate_id == candidate_id:
            return past, candidate
    raise NotThere("there is nothing at this address", remedy="open the search again")


async def past_search(visit: Visit) -> "PastResult":
    """Return a search whose page this session has opened, as it may be shown now; that look is the one in the ledger."""
    search_id = _id(visit, "search")
    if search_id not in visit.here.searches:
        raise NotThere("there is nothing at this address", remedy="open the search first")

    def read(archive: "Archive") -> "PastResult":
        archive.review.check_member(search_id)
        return archive.review.read(search_id)

    with none_the_wiser():
        return await visit.house.archive.act(visit.here.who, read)


def _id(visit: Visit, name: str) -> str:
    said: str = visit.request.path_params[name]
    if not ID.fullmatch(said):
        raise NotThere("there is nothing at this address", remedy="start from the first page")
    return said


@contextmanager
def none_the_wiser() -> Iterator[None]:
    """Answer alike whether there is no such search or whether it is none of this person's business."""
    try:
        yield
    except RefusedError as error:
        if error.rule not in NOT_TOLD:
            raise
        raise NotThere("there is nothing at this address", remedy="start from the first page") from None
    except InputError:
        raise NotThere("there is nothing at this address", remedy="start from the first page") from None


PART = "part of a page that is in the ledger; closed until that page was opened"
OPENINGS: tuple[Opening, ...] = (
    (Door(method="GET", path="/searches/{search}", who=Who.ROLE, act="review", operation="consultation"), show),
    (Door(method="GET", path="/searches/{search}/probes/{number}.jpg", who=Who.ROLE, act="review", because=PART), kept_probe),
    (Door(method="GET", path="/searches/{search}/candidates/{candidate}/face.jpg", who=Who.ROLE, act="review", because=PART), face),
    (Door(method="GET", path="/searches/{search}/candidates/{candidate}/picture.jpg", who=Who.ROLE, act="review", because=PART), picture),
)
