"""The photographs of a probe: read in a process of their own, held in memory for one session; faces that were missed, boxed by hand."""

import asyncio
import secrets
from dataclasses import replace

from starlette.responses import Response

from visavis.domain.errors import InputError
from visavis.domain.face import Box
from visavis.web.doors import FORM, UPLOAD, Door, Opening, Who
from visavis.web.pages.asking import BOX_SIDES
from visavis.web.pages.search import ask_again, held
from visavis.web.sessions import HeldPhoto, HeldProbe
from visavis.web.visit import MOST_FILES, NotThere, Visit

MOST_BY_HAND = 20
"""Boxes that may be drawn on one photograph."""


async def take(visit: Visit) -> Response:
    """Read one photograph, or several of one person."""
    photos, problems = await _read(visit)
    if not photos:
        raise InputError(problems[0], remedy="use another photograph, or another file of it")
    probe = HeldProbe(id=secrets.token_urlsafe(16), photos=photos, problems=problems)
    visit.here.hold(probe)
    return visit.go(f"/probes/{probe.id}")


async def add(visit: Visit) -> Response:
    """Add photographs of the same person to a probe."""
    probe = held(visit, visit.request.path_params["probe"])
    photos, problems = await _read(visit)
    if len(probe.photos) + len(photos) > MOST_FILES:
        raise InputError(f"a probe has {MOST_FILES} photographs at most", remedy="leave the weakest out")
    visit.here.hold(replace(probe, photos=(*probe.photos, *photos), problems=problems))
    return visit.go(f"/probes/{probe.id}")


async def picture(visit: Visit) -> Response:
    """Give a whole photograph; the first one also without a number."""
    probe = held(visit, visit.request.path_params["probe"])
    return Response(probe.photos[_number(visit, "photo", len(probe.photos)) - 1].whole, media_type="image/jpeg")


async def face(visit: Visit) -> Response:
    """Give one face, numbered through all photographs."""
    crops = held(visit, visit.request.path_params["probe"]).crops
    return Response(crops[_number(visit, "number", len(crops)) - 1], media_type="image/jpeg")


async def draw(visit: Visit) -> Response:
    """Look for a face in the box that a person drew, and number it like the others."""
    probe = held(visit, visit.request.path_params["probe"])
    place = _number(visit, "photo", len(probe.photos)) - 1
    photo = probe.photos[place]
    try:
        box = _drawn(visit)
        if len(photo.by_hand) >= MOST_BY_HAND:
            raise InputError(f"{MOST_BY_HAND} boxes were drawn on this photograph", remedy="pick among them")
        found = await asyncio.to_thread(visit.house.within, photo.data, box)
    except InputError as error:
        return await ask_again(visit, probe, error)
    faces = (*photo.picture.faces, found)
    number = len(faces)
    drawn = replace(
        photo,
        picture=replace(photo.picture, faces=faces),
        crops=(*photo.crops, visit.house.words.crop(photo.picture.image_rgb, found.box)),
        by_hand=photo.by_hand | {number},
    )
    visit.here.hold(replace(probe, photos=(*probe.photos[:place], drawn, *probe.photos[place + 1 :]), problems=()))
    return visit.go(f"/probes/{probe.id}?face={probe.before(place) + number}")


async def _read(visit: Visit) -> tuple[tuple[HeldPhoto, ...], tuple[str, ...]]:
    """Return the photographs of the form that can be read, and what was wrong with the others."""
    if not visit.form.files:
        raise InputError("no photograph was sent", remedy="choose one, drop it on the page, or paste it")
    photos, problems, words = [], [], visit.house.words
    for number, data in enumerate(visit.form.files, start=1):
        try:
            seen = await asyncio.to_thread(visit.house.read, data, faceless=True)
        except InputError as error:
            if len(visit.form.files) == 1:
                raise
            problems.append(f"photograph {number} was left out: {error}")
            continue
        crops = tuple(words.crop(seen.image_rgb, one.box) for one in seen.faces)
        photos.append(HeldPhoto(picture=seen, whole=words.whole(seen.image_rgb), data=data, crops=crops))
    return tuple(photos), tuple(problems)


def _drawn(visit: Visit) -> Box:
    """Return the box of the form, whose fields are per cent of the photograph's sides."""
    try:
        left, top, width, height = (float(visit.form.one(side)) / 100 for side in BOX_SIDES)
    except ValueError:
        raise InputError("the box that was drawn has no four numbers", remedy="draw it on the photograph, or fill in all four") from None
    return Box(left=left, top=top, width=width, height=height)


def _number(visit: Visit, name: str, most: int) -> int:
    """Return a number from 1 that is a part of the address."""
    said: str = visit.request.path_params.get(name, "1")
    if not said.isascii() or not said.isdigit() or not 1 <= int(said[:4]) <= most:
        raise NotThere("there is no such picture in this probe")
    return int(said[:4])


_OWN = "in memory, of this session; the search is in the ledger"
OPENINGS: tuple[Opening, ...] = (
    (Door(method="POST", path="/probes", who=Who.ROLE, act="search", because=_OWN, body_bytes=UPLOAD), take),
    (Door(method="POST", path="/probes/{probe}/photos", who=Who.ROLE, act="search", because=_OWN, body_bytes=UPLOAD), add),
    (Door(method="GET", path="/probes/{probe}/photos/{photo}.jpg", who=Who.ROLE, act="search", because=_OWN), picture),
    (Door(method="POST", path="/probes/{probe}/photos/{photo}/box", who=Who.ROLE, act="search", because=_OWN, body_bytes=FORM), draw),
    (Door(method="GET", path="/probes/{probe}/faces/{number}.jpg", who=Who.ROLE, act="search", because=_OWN), face),
)
