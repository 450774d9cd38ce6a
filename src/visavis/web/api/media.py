"""Pictures and films of a source, with the faces in them that may be shown."""

import asyncio
from typing import TYPE_CHECKING, Any

from pydantic import Field
from starlette.responses import Response

from visavis.domain.errors import InputError, RefusedError
from visavis.web.api.paging import Paged, behind, next_cursor
from visavis.web.api.routes import Call, Route, Told
from visavis.web.api.searches import BoxOut
from visavis.web.api.sources import one_of
from visavis.web.doors import Door, Who
from visavis.web.visit import NotThere

if TYPE_CHECKING:
    from visavis.wiring import Archive
    from visavis.wiring.pictures import PictureFace, SourcePicture, WholePicture


class FaceOut(Told):
    """A face that may be shown; of a film it stands for one appearance."""

    face_id: str
    box: BoxOut
    page: int | None
    at_s: float = Field(description="Seconds from the beginning of a film; 0 for stills.")


class MediaOut(Told):
    """A picture or film."""

    media_id: str
    source_id: str
    kind: str
    format: str
    width: int
    height: int
    captured_at: str | None
    path: str
    offline: bool
    faces: list[FaceOut]


class MediaListOut(Told):
    """A page of pictures."""

    items: list[MediaOut]
    next_cursor: str | None


async def listing(call: Call) -> MediaListOut:
    """List a source's pictures: one consultation leaf a page."""
    paged = call.filters(Paged)

    def read(archive: "Archive") -> MediaListOut:
        source = one_of(archive, call.ids["source_id"])
        archive.services.check("browse", source=source.id)
        page = archive.pictures.page(source.id, after=behind(paged, source.id), limit=paged.limit)
        items = [_told(one, source.id, call) for one in page.pictures]
        found = [*items, *items[-1:]] if page.next_after else items  # one more than is shown, as a list that goes on has
        return MediaListOut(items=items, next_cursor=next_cursor(found, paged, source.id, key=lambda one: one.media_id))

    answer: MediaListOut = await call.act(read)
    return answer


async def one(call: Call) -> MediaOut:
    """Return one picture: one consultation leaf."""

    def read(archive: "Archive") -> MediaOut:
        whole = _show(archive, call)
        return _told(whole.picture, whole.source.id, call)

    answer: MediaOut = await call.act(read)
    return answer


async def picture(call: Call) -> Response:
    """Give a picture, at the size of a screen."""
    whole, image = await _pixels(call, None)
    del whole
    return Response(await asyncio.to_thread(call.house.words.whole, image), media_type="image/jpeg")


async def face(call: Call) -> Response:
    """Cut a face from its original."""
    found, image = await _pixels(call, call.ids["face_id"])
    return Response(await asyncio.to_thread(call.house.words.crop, image, found.box), media_type="image/jpeg")


async def _pixels(call: Call, face_id: str | None) -> Any:
    def read(archive: "Archive") -> Any:
        return _show(archive, call), archive.pictures.opener()

    whole, opener = await call.act(read)
    wanted = next((one for one in whole.picture.faces if one.id == face_id), None)
    image = None if face_id and wanted is None else await asyncio.to_thread(opener, whole.picture, wanted)
    if image is None:
        raise NotThere("there is nothing at this address, or its original is out of reach", remedy="read the picture again")
    return wanted, image


def _show(archive: "Archive", call: Call) -> "WholePicture":
    """Return a picture; to a caller who may not see its source it is not there."""
    try:
        whole = archive.pictures.show(call.ids["media_id"])
        archive.services.check("browse", source=whole.source.id)
    except (InputError, RefusedError) as error:
        if isinstance(error, RefusedError) and error.rule not in ("browsed-in-case", "key-bounds"):
            raise
        raise NotThere(remedy="GET /v1/sources/{source_id}/media lists yours") from None
    return whole


def _told(picture: "SourcePicture", source_id: str, call: Call) -> MediaOut:
    return MediaOut(
        media_id=picture.id,
        source_id=source_id,
        kind=picture.kind,
        format=picture.format,
        width=picture.width,
        height=picture.height,
        captured_at=picture.captured_at,
        path=call.house.words.encodable(picture.path),
        offline=picture.offline,
        faces=[_face(one) for one in picture.faces],
    )


def _face(face: "PictureFace") -> FaceOut:
    box = face.box
    return FaceOut(
        face_id=face.id,
        box=BoxOut(left=box.left, top=box.top, width=box.width, height=box.height),
        page=face.page,
        at_s=0.0 if face.moment is None else float(face.moment.at_ticks * face.moment.time_base),
    )


def _route(path: str, name: str, says: str, handler: Any, answer: type[Told] | None, **more: Any) -> Route:
    door = Door(method="GET", path=path, who=Who.ROLE, act="browse", operation="consultation", key_act="browse")
    return Route(door=door, name=name, says=says, handler=handler, answer=answer, tag="media", **more)


_ONE = "/v1/media/{media_id}"
ROUTES: tuple[Route, ...] = (
    _route("/v1/sources/{source_id}/media", "list_media", "A source's pictures and films, with faces.", listing, MediaListOut, query=Paged),
    _route(_ONE, "get_media", "One of them.", one, MediaOut),
    _route(f"{_ONE}/picture.jpg", "get_picture", "It, at the size of a screen, without metadata.", picture, None, media="image/jpeg"),
    _route(f"{_ONE}/faces/{{face_id}}.jpg", "get_face", "One face of it, cut from the original.", face, None, media="image/jpeg"),
)
