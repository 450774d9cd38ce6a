"""Pictures of a request: the photograph that its person gave, its faces, whom it was likened to; and the one search with it."""

import asyncio
from collections.abc import Callable

from starlette.responses import Response

from visavis.domain.arrays import RgbImage
from visavis.domain.errors import InputError, VisavisError
from visavis.domain.face import Box
from visavis.web.asked import id_in
from visavis.web.doors import FORM, UPLOAD, Door, Opening, Who
from visavis.web.pages.requests import asked, request_page
from visavis.web.pages.search import boxes
from visavis.web.sessions import GivenPhoto
from visavis.web.visit import NotThere, Visit


async def take(visit: Visit) -> Response:
    """Read a photograph that the person gave: the one that came by the public page, or one that came another way."""
    request_id, form = id_in(visit, "request"), visit.form
    try:
        data = form.file or await _sent(visit, form.one("given"))
        if not data:
            raise InputError("no photograph was sent", remedy="choose the one that the person gave")
        picture = await asyncio.to_thread(visit.house.read, data)
    except NotThere:
        raise
    except VisavisError as error:
        return await request_page(visit, error)
    await asked(visit, lambda archive: archive.requests.one(request_id))
    for other in visit.here.requests:  # one at a time is held in memory
        visit.here.requests[other] = None
    visit.here.requests[request_id] = GivenPhoto(picture=picture, whole=visit.house.words.whole(picture.image_rgb))
    return visit.go(f"/requests/{request_id}/faces")


async def faces(visit: Visit) -> Response:
    """Show the numbered faces, and ask which is the person's."""
    return _faces(visit, None)


async def search(visit: Visit) -> Response:
    """Search every source with the picked face, for this request and nothing else."""
    request_id, photo = id_in(visit, "request"), _given(visit)
    try:
        numbers = visit.form.numbers("face")
        await asked(visit, lambda archive: archive.requests.look_by_photo(request_id, [photo.picture], faces=numbers))
    except NotThere:
        raise
    except VisavisError as error:
        return _faces(visit, error)
    visit.here.requests[request_id] = None
    return visit.go(f"/requests/{request_id}")


async def given(visit: Visit) -> Response:
    """Give the photograph whose faces are to be picked from."""
    return Response(_given(visit).whole, media_type="image/jpeg")


async def sent(visit: Visit) -> Response:
    """Give a photograph that came with a message."""
    return _jpeg(await _sent(visit, visit.request.path_params["number"]))


async def probe(visit: Visit) -> Response:
    """Give a face that was searched with."""
    _opened(visit)
    request_id = id_in(visit, "request")
    found = await asked(visit, lambda archive: archive.requests.pictures(request_id).probes)
    return _jpeg(_numbered(found, visit.request.path_params["number"]))


async def face(visit: Visit) -> Response:
    """Cut a candidate's face from its original."""
    return await _cut(visit, visit.house.words.crop)


async def picture(visit: Visit) -> Response:
    """Give a candidate's whole picture, at the size of a screen."""
    return await _cut(visit, lambda image, _: visit.house.words.whole(image))


async def _cut(visit: Visit, cut: Callable[[RgbImage, Box], bytes]) -> Response:
    _opened(visit)
    request_id, candidate = id_in(visit, "request"), id_in(visit, "candidate")
    shown = await asked(visit, lambda archive: archive.requests.candidate(request_id, candidate))
    if shown is None:
        raise NotThere(remedy="open the request again")

    def work() -> bytes:
        image = shown.open()
        return b"" if image is None else cut(image, shown.box)

    return _jpeg(await asyncio.to_thread(work))


async def _sent(visit: Visit, number: str) -> bytes:
    _opened(visit)
    request_id = id_in(visit, "request")
    found = await asked(visit, lambda archive: archive.requests.pictures(request_id).photos)
    return _numbered(found, number)


def _numbered(found: tuple[bytes, ...], number: str) -> bytes:
    if not (number.isascii() and number.isdigit() and 1 <= int(number[:4]) <= len(found)):
        return b""
    return found[int(number[:4]) - 1]


def _jpeg(jpeg: bytes) -> Response:
    if not jpeg:
        raise NotThere("the picture can't be reached now", remedy="see that its folder is there")
    return Response(jpeg, media_type="image/jpeg")


def _opened(visit: Visit) -> None:
    """Let nobody see a picture of a request whose page they have not opened: that look is the one in the ledger."""
    if id_in(visit, "request") not in visit.here.requests:
        raise NotThere(remedy="open the request first")


def _given(visit: Visit) -> GivenPhoto:
    photo = visit.here.requests.get(id_in(visit, "request"))
    if photo is None:
        raise NotThere("no photograph is in memory", remedy="open the request, and choose it again")
    return photo


def _faces(visit: Visit, error: VisavisError | None) -> Response:
    photo = _given(visit)
    height, width = photo.picture.image_rgb.shape[:2]
    return visit.page(
        "request_faces.html.j2",
        error=error,
        request=id_in(visit, "request"),
        boxes=boxes(photo.picture),
        width=width,
        height=height,
    )


_HERE = "/requests/{request}"
_PART = "part of a page that is in the ledger; closed until that page was opened"
_MEMORY = "in memory, of this session; the search is in the ledger"


def _get(path: str, act: str = "answer-request", because: str = _PART) -> Door:
    return Door(method="GET", path=f"{_HERE}/{path}", who=Who.ROLE, act=act, because=because)


OPENINGS: tuple[Opening, ...] = (
    (Door(method="POST", path=f"{_HERE}/photos", who=Who.ROLE, act="search-for-request", because=_MEMORY, body_bytes=UPLOAD), take),
    (_get("faces", "search-for-request", _MEMORY), faces),
    (_get("faces/photo.jpg", "search-for-request", _MEMORY), given),
    (
        Door(method="POST", path=f"{_HERE}/search", who=Who.ROLE, act="search-for-request", operation="consultation", body_bytes=FORM),
        search,
    ),
    (_get("photos/{number}.jpg"), sent),
    (_get("probes/{number}.jpg"), probe),
    (_get("candidates/{candidate}/face.jpg"), face),
    (_get("candidates/{candidate}/picture.jpg"), picture),
)
