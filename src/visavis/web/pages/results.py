"""A search under its stable link: the grid, each whole picture, and the thumbnails, for members of its case only."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from visavis.domain.arrays import RgbImage
from visavis.domain.errors import VisavisError
from visavis.domain.identification import Candidate
from visavis.web.asked import id_in, nothing_here
from visavis.web.doors import Door, Opening, Who
from visavis.web.pages.cards import cards_of
from visavis.web.pages.search import may_hand_out, may_search, shown_photos
from visavis.web.sessions import OpenedSearch
from visavis.web.visit import NotThere, Visit

if TYPE_CHECKING:
    from visavis.wiring import Archive
    from visavis.wiring.review import PastResult

NOT_TOLD = ("case-member", "role-allowed", "person-needed")
"""Rules whose refusal would tell that there is such a search: who has no part in it learns what they would of one that never was."""
FIRST, NEXT = 24, 24
"""Cards on a page at first, and those that come when it is scrolled to its end."""


async def show(visit: Visit) -> Response:
    """Show a search: one consultation leaf. Without script, `?to=` says how many cards."""
    session, search_id = visit.here, id_in(visit, "search")

    def look(archive: "Archive") -> "PastResult":
        archive.review.check_member(search_id)
        return archive.review.show(search_id)

    with none_the_wiser():
        past = await visit.house.archive.act(session.who, look)
    session.opened(search_id, OpenedSearch())
    return results_page(visit, past, to=max(FIRST, _count(visit, "to")))


async def further(visit: Visit) -> Response:
    """Give the next cards of a page that is open."""
    past, after = await past_search(visit), _count(visit, "after")
    return visit.page("cards.html.j2", **_grid(visit, past, after=after, to=after + NEXT))


def results_page(visit: Visit, past: "PastResult", *, to: int = FIRST, error: VisavisError | None = None) -> Response:
    """Return the page of a search with its first cards."""
    session, words = visit.here, visit.words
    opened = session.searches[past.search.id]
    probe = session.probes.get(opened.probe_id)
    return visit.page(
        "search.html.j2",
        error=error,
        case=past.case,
        reason=past.search.reason,
        stamp=words.stamp(past.result),
        headline=words.headline(past.result),
        said=opened.made or past.result,
        probe=probe,
        photos=[] if probe is None else shown_photos(probe),
        picked=opened.picked,
        kept=list(dict.fromkeys(saved.probe_face for saved in past.probes if saved.picture)),
        photographed=any(saved.face_id is None for saved in past.probes),
        archived=sum(saved.face_id is not None for saved in past.probes),
        together=past.search.together,
        moments=len({one.together for one in past.result.candidates}),
        confirmed=any(one.decided == "same" for one in past.result.candidates),
        **_grid(visit, past, after=0, to=to),
    )


def _grid(visit: Visit, past: "PastResult", *, after: int, to: int) -> dict[str, Any]:
    """Return what the grid needs: cards from `after` to `to`, and where it goes on."""
    joined = {saved.face_id for saved in past.probes if saved.face_id}
    cards = cards_of(past.result, visit.words, joined)
    return {
        "result": past.result,
        "cards": cards[after:to],
        "masked": past.case.one_face,
        "may_add": may_search(visit.here),
        "picks": may_hand_out(visit.here),
        "after": to if to < len(cards) else 0,
        "left": min(NEXT, len(cards) - to),
    }


def _count(visit: Visit, name: str) -> int:
    said = visit.request.query_params.get(name, "")
    return int(said) if said.isascii() and said.isdigit() and len(said) <= 5 else 0


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
    candidate = await one_candidate(visit)
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
    past = await past_search(visit)
    return past, _among(past, id_in(visit, "candidate"))


async def one_candidate(visit: Visit) -> Candidate:
    """Return the same without reading the others: a page asks for dozens of pictures."""
    wanted = id_in(visit, "candidate")
    return _among(await past_search(visit, only=wanted), wanted)


def _among(past: "PastResult", wanted: str) -> Candidate:
    found = next((one for one in past.result.candidates if one.candidate_id == wanted), None)
    if found is None:
        raise NotThere(remedy="open the search again")
    return found


async def past_search(visit: Visit, *, only: str = "") -> "PastResult":
    """Return a search whose page this session has opened, as it may be shown now; that look is the one in the ledger."""
    search_id = id_in(visit, "search")
    if search_id not in visit.here.searches:
        raise NotThere(remedy="open the search first")

    def read(archive: "Archive") -> "PastResult":
        archive.review.check_member(search_id)
        return archive.review.read(search_id, only=only)

    with none_the_wiser():
        return await visit.house.archive.act(visit.here.who, read)


def none_the_wiser() -> AbstractContextManager[None]:
    """Answer alike whether there is no such search or whether it is none of this person's business."""
    return nothing_here(*NOT_TOLD)


PART = "part of a page that is in the ledger; closed until that page was opened"
OPENINGS: tuple[Opening, ...] = (
    (Door(method="GET", path="/searches/{search}", who=Who.ROLE, act="review", operation="consultation"), show),
    (Door(method="GET", path="/searches/{search}/cards", who=Who.ROLE, act="review", because=PART), further),
    (Door(method="GET", path="/searches/{search}/probes/{number}.jpg", who=Who.ROLE, act="review", because=PART), kept_probe),
    (Door(method="GET", path="/searches/{search}/candidates/{candidate}/face.jpg", who=Who.ROLE, act="review", because=PART), face),
    (Door(method="GET", path="/searches/{search}/candidates/{candidate}/picture.jpg", who=Who.ROLE, act="review", because=PART), picture),
)
