"""The two faces of a candidate's page, each level and at one scale: where the searched one comes from, and how both are cut."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import Response

from visavis.domain.arrays import Landmarks5
from visavis.domain.errors import InputError
from visavis.domain.face import Quality
from visavis.domain.identification import Candidate
from visavis.domain.side_by_side import level, usual_landmarks
from visavis.web.doors import Door, Opening, Who
from visavis.web.hints import Hint, hints
from visavis.web.pages.results import PART, opener, shown_candidate
from visavis.web.pages.search import ShownBox, shown_box
from visavis.web.visit import NotThere, Visit

if TYPE_CHECKING:
    from visavis.wiring.review import Compared, PastResult

_KEPT = 20
"""Views of kept faces that a session remembers: finding their eyes takes a process a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """The searched face as the page has it.

    Attributes
    ----------
    view, whole : str
        Where it is shown level, and in its whole picture; empty = it is not kept.
    box : ShownBox or None
        Where it is in that, in pixels of a picture of `width` and `height`; None = it is the face alone.
    quality : Quality or None
        None = the photograph that it was measured in is gone.
    """

    view: str = ""
    whole: str = ""
    box: ShownBox | None = None
    width: int = 1
    height: int = 1
    quality: Quality | None = None

    @property
    def hints(self) -> tuple[Hint, ...]:
        """What to mind of it."""
        return () if self.quality is None else hints(self.quality)


def searched(visit: Visit, past: "PastResult", candidate: Candidate, compared: "Compared") -> Searched:
    """Return the searched face: of the photograph in memory, of the archive, or as it was kept with the search."""
    view = f"/searches/{past.search.id}/candidates/{candidate.candidate_id}/searched.jpg"
    opened = visit.here.searches[past.search.id]
    held = visit.here.probes.get(opened.probe_id)
    number = opened.before + candidate.probe_face
    if held is not None and number <= len(held.crops):
        place, own = held.place_of(number)
        picture = held.photos[place].picture
        face = picture.faces[own]
        height, width = picture.image_rgb.shape[:2]
        box = shown_box(face.box, number, width=width, height=height)
        whole = f"/probes/{held.id}/photos/{place + 1}.jpg"
        return Searched(view=view, whole=whole, box=box, width=width, height=height, quality=face.quality)
    if past.asked_face is not None:
        return Searched(view=view, quality=None if compared.asked is None else compared.asked.quality)
    kept = f"/searches/{past.search.id}/probes/{candidate.probe_face}.jpg"
    return Searched(view=view, whole=kept) if _kept(past, candidate) else Searched()


async def found_view(visit: Visit) -> Response:
    """Give the candidate's face level, at the scale of the searched one."""
    past, candidate = await shown_candidate(visit)
    compared = await visit.house.archive.act(visit.here.who, lambda archive: archive.review.measured(past, candidate))
    points = usual_landmarks(candidate.box) if compared.found is None else compared.found.landmarks_5x2
    return await _view(visit, candidate, points)


async def searched_view(visit: Visit) -> Response:
    """Give the searched face level."""
    past, candidate = await shown_candidate(visit)
    opened = visit.here.searches[past.search.id]
    held = visit.here.probes.get(opened.probe_id)
    number = opened.before + candidate.probe_face
    if held is not None and number <= len(held.crops):
        place, own = held.place_of(number)
        seen = held.photos[place].picture
        return _jpeg(await asyncio.to_thread(visit.house.words.level, seen.image_rgb, seen.faces[own].landmarks_5x2))
    if past.asked_face is not None:
        compared = await visit.house.archive.act(visit.here.who, lambda archive: archive.review.measured(past, candidate))
        box = past.asked_face.box
        return await _view(visit, past.asked_face, usual_landmarks(box) if compared.asked is None else compared.asked.landmarks_5x2)
    picture = _kept(past, candidate)
    if picture is None:
        raise NotThere("this face was not kept")
    return _jpeg(await _level_kept(visit, f"{past.search.id}/{candidate.probe_face}", picture))


def enlargement(points: Landmarks5, *, width: int, height: int) -> float:
    """Return how much larger than in its picture a face is shown; 0 = it can't be."""
    view = level(points, width=width, height=height)
    return 0.0 if view is None else view.enlarged


async def _view(visit: Visit, candidate: Candidate, points: Landmarks5) -> Response:
    original = await opener(visit)

    def work() -> bytes | None:
        image = original(candidate)
        return None if image is None else visit.house.words.level(image, points)

    jpeg = await asyncio.to_thread(work)
    if jpeg is None:
        raise NotThere("the original can't be reached now", remedy="see that its folder is there")
    return _jpeg(jpeg)


def _kept(past: "PastResult", candidate: Candidate) -> bytes | None:
    return next((saved.picture for saved in past.probes if saved.probe_face == candidate.probe_face and saved.picture), None)


async def _level_kept(visit: Visit, name: str, picture: bytes) -> bytes:
    """Return a kept face level: it is found anew in its crop, and where it isn't, it is shown as it was cut."""
    views = visit.here.views
    if name not in views:
        try:
            read = await asyncio.to_thread(visit.house.read, picture)
            middle = min(read.faces, key=lambda face: abs(face.box.left + face.box.width / 2 - 0.5) - face.box.width)
            views[name] = await asyncio.to_thread(visit.house.words.level, read.image_rgb, middle.landmarks_5x2)
        except InputError:
            views[name] = picture
        while len(views) > _KEPT:
            views.popitem(last=False)
    return views[name]


def _jpeg(body: bytes) -> Response:
    return Response(body, media_type="image/jpeg")


_HERE = "/searches/{search}/candidates/{candidate}"
OPENINGS: tuple[Opening, ...] = (
    (Door(method="GET", path=f"{_HERE}/found.jpg", who=Who.ROLE, act="review", because=PART), found_view),
    (Door(method="GET", path=f"{_HERE}/searched.jpg", who=Who.ROLE, act="review", because=PART), searched_view),
)
