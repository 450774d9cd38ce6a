"""Looking through the pictures of a source: page by page, one whole with its faces, and a search with one of them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from starlette.responses import Response

from visavis.domain.arrays import RgbImage
from visavis.domain.errors import InputError, RefusedError, VisavisError
from visavis.web.asked import ID, id_in, nothing_here
from visavis.web.doors import FORM, Door, Opening, Who
from visavis.web.pages.results import PART
from visavis.web.pages.search import Choice, ShownBox, may_search, shown_box
from visavis.web.sessions import OpenedSearch
from visavis.web.visit import Form, NotThere, Visit

if TYPE_CHECKING:
    from visavis.wiring import Archive
    from visavis.wiring.pictures import PictureFace, PicturePage, SourcePicture, WholePicture
    from visavis.wiring.rights import ConsentDesk, Covering

THERE = "/sources/{source}/pictures"
_HERE = "/pictures/{picture}"
T = TypeVar("T")
NOT_TOLD = ("role-allowed", "person-needed", "browsed-in-case")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A picture among others, with numbered boxes in its own pixels."""

    picture: "SourcePicture"
    boxes: tuple[ShownBox, ...]


async def page(visit: Visit) -> Response:
    """Show a page of a source's pictures: one consultation leaf."""
    source_id, after = id_in(visit, "source"), visit.request.query_params.get("after", "")

    def look(archive: "Archive") -> "PicturePage":
        return archive.pictures.page(archive.pictures.source(source_id).id, after=after if ID.fullmatch(after) else "")

    found = await _looked(visit, look)
    visit.here.saw(picture.id for picture in found.pictures)
    tiles = [Tile(picture=picture, boxes=_boxes(picture)) for picture in found.pictures]
    return visit.page("pictures.html.j2", source=found.source, tiles=tiles, after=after, next_after=found.next_after)


async def whole(visit: Visit) -> Response:
    """Show one picture whole: one consultation leaf."""
    return await _whole(visit, None)


async def thumbnail(visit: Visit) -> Response:
    """Give a picture, or the frame of a film's first appearance, at the size of a screen."""
    picture = (await _read(visit)).picture
    return await _jpeg(visit, picture, None, visit.house.words.whole)


async def face(visit: Visit) -> Response:
    """Cut a face, with its surroundings, from its original."""
    picture = (await _read(visit)).picture
    number = visit.request.path_params["number"]
    if not (number.isascii() and number.isdigit() and 1 <= int(number[:5]) <= len(picture.faces)):
        raise NotThere("there is no such face", remedy="open the picture again")
    shown = picture.faces[int(number) - 1]
    return await _jpeg(visit, picture, shown, lambda image: visit.house.words.crop(image, shown.box))


async def search(visit: Visit) -> Response:
    """Search with a face of the picture, under a case."""
    picture, form = (await _read(visit)).picture, visit.form
    try:
        face_id = _picked(picture, form)
        found = await visit.house.archive.act(
            visit.here.who, lambda archive: archive.search(face_id=face_id, case_id=form.one("case") or None, reason=form.one("reason"))
        )
    except (InputError, RefusedError) as error:
        return await _whole(visit, error)
    visit.here.opened(found.search_id, OpenedSearch.of(found))
    return visit.go(f"/searches/{found.search_id}")


async def link(visit: Visit) -> Response:
    """Say that a face of the picture shows who gave a consent."""
    return await _said(visit, lambda consents, which, face: consents.link(which, [face]))


async def unlink(visit: Visit) -> Response:
    """Say that it does not."""
    return await _said(visit, lambda consents, which, face: consents.unlink(which, [face]))


async def _said(visit: Visit, say: "Callable[[ConsentDesk, str, str], int]") -> Response:
    picture, which = (await _read(visit)).picture, visit.form.one("consent")
    try:
        face_id = _picked(picture, visit.form)
        if not ID.fullmatch(which):
            raise InputError("no consent is picked", remedy="pick one")
        await visit.house.archive.act(visit.here.who, lambda archive: say(archive.consents, which, face_id))
    except (InputError, RefusedError) as error:
        return await _whole(visit, error)
    return visit.go(f"/pictures/{picture.id}")


def _picked(picture: "SourcePicture", form: Form) -> str:
    chosen = form.numbers("face")
    if len(chosen) != 1 or not 1 <= chosen[0] <= len(picture.faces):
        raise InputError("no face is picked", remedy="pick one")
    return picture.faces[chosen[0] - 1].id


async def _whole(visit: Visit, error: VisavisError | None) -> Response:
    picture_id = id_in(visit, "picture")
    # After a form that did not work the page is shown again; that it was looked at is in the ledger already.
    found = await _looked(visit, lambda archive: archive.pictures.read(picture_id) if error else archive.pictures.show(picture_id))
    visit.here.saw([picture_id])
    cases = await visit.house.archive.act(visit.here.who, lambda archive: _cases(archive, found.source.number))
    consents = await _consents(visit, found)
    form = visit.form
    return visit.page(
        "picture.html.j2",
        error=error,
        source=found.source,
        picture=found.picture,
        boxes=_boxes(found.picture),
        cases=cases,
        consents=consents,
        agreed={face: one.consent.person for one in consents for face in one.faces},
        may_search=may_search(visit.here),
        picked=form.numbers("face") if error else (1,) if len(found.picture.faces) == 1 else (),
        said={name: form.one(name) for name in ("case", "reason", "consent")},
    )


async def _consents(visit: Visit, whole: "WholePicture") -> "list[Covering]":
    """Return what a picture stands on, for who may link its faces."""
    picture, source = whole.picture, whole.source
    if source.profile != "consent" or not picture.faces or not visit.here.may("consent"):
        return []
    faces = [face.id for face in picture.faces]
    return await visit.house.archive.act(visit.here.who, lambda archive: archive.consents.covering(source.id, picture.path, faces))


async def _read(visit: Visit) -> "WholePicture":
    """Return a picture whose page this session has opened; that look is the one in the ledger."""
    picture_id = id_in(visit, "picture")
    if picture_id not in visit.here.pictures:
        raise NotThere(remedy="open the page of its source first")
    return await _looked(visit, lambda archive: archive.pictures.read(picture_id))


async def _looked(visit: Visit, look: "Callable[[Archive], T]") -> T:
    """Do a look; who may not know of a source learns what they would of one that never was."""
    with nothing_here(*NOT_TOLD):
        return await visit.house.archive.act(visit.here.who, look)


async def _jpeg(visit: Visit, picture: "SourcePicture", face: "PictureFace | None", cut: Callable[[RgbImage], bytes]) -> Response:
    opened = await visit.house.archive.act(visit.here.who, lambda archive: archive.pictures.opener())

    def work() -> bytes | None:
        image = opened(picture, face)
        return None if image is None else cut(image)

    jpeg = await asyncio.to_thread(work)
    if jpeg is None:
        raise NotThere("the original can't be reached now", remedy="see that its folder is there")
    return Response(jpeg, media_type="image/jpeg")


def _boxes(picture: "SourcePicture") -> tuple[ShownBox, ...]:
    """Return the numbered boxes of the picture that is shown: of a film those of its first appearance's frame, of pages the first's."""
    return tuple(
        shown_box(face.box, number, width=picture.width, height=picture.height)
        for number, face in enumerate(picture.faces, start=1)
        if (number == 1 if picture.kind == "film" else face.page in (None, 1))
    )


def _cases(archive: "Archive", source_number: int) -> list[Choice]:
    cases = [case for case in archive.cases.mine() if source_number in case.sources]
    return [Choice(id=case.id, title=case.title or f"{case.kind} case", note=f"{case.purpose}, {case.profile}") for case in cases]


OPENINGS: tuple[Opening, ...] = (
    (Door(method="GET", path=THERE, who=Who.ROLE, act="browse", operation="consultation"), page),
    (Door(method="GET", path=_HERE, who=Who.ROLE, act="browse", operation="consultation"), whole),
    (Door(method="GET", path=f"{_HERE}/picture.jpg", who=Who.ROLE, act="browse", because=PART), thumbnail),
    (Door(method="GET", path=f"{_HERE}/faces/{{number}}.jpg", who=Who.ROLE, act="browse", because=PART), face),
    (Door(method="POST", path=f"{_HERE}/search", who=Who.ROLE, act="search", operation="consultation", body_bytes=FORM), search),
    (Door(method="POST", path=f"{_HERE}/link", who=Who.ROLE, act="consent", operation="alteration", body_bytes=FORM), link),
    (Door(method="POST", path=f"{_HERE}/unlink", who=Who.ROLE, act="consent", operation="alteration", body_bytes=FORM), unlink),
)
