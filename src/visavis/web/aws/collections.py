"""Collections: created, described, listed, and faces erased from them."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from visavis.domain.errors import InputError
from visavis.web.aws.acts import Call, Shape, face_of
from visavis.web.aws.answers import Wrong
from visavis.web.aws.asked import Delete, Listing, OfCollection, read

if TYPE_CHECKING:
    from visavis.wiring import Archive
    from visavis.wiring.collections import Described
    from visavis.wiring.pictures import PictureFace, SourcePicture

PICTURES = 1_000
"""Looked at for one page."""
_TOKEN = re.compile(r"([0-9a-f-]{36})?\.([0-9]{1,9})", re.ASCII)


async def create(call: Call) -> Shape:
    """Create a collection that an owner allowed."""
    said = read(OfCollection, call.body)

    def act(archive: "Archive") -> str:
        try:
            archive.collections.create(said.collection_id)
        except InputError as error:
            raise Wrong(str(error), kind="ResourceAlreadyExistsException", remedy=error.remedy) from error
        return archive.collections.pack

    return {"StatusCode": 200, "CollectionArn": call.arn(said.collection_id), "FaceModelVersion": await call.act(act)}


async def describe(call: Call) -> Shape:
    """Describe a collection."""
    said = read(OfCollection, call.body)
    found: Described = await call.act(lambda archive: archive.collections.describe(said.collection_id))
    made = found.collection.created_at
    return {
        "FaceCount": found.faces,
        "FaceModelVersion": found.pack,
        "CollectionARN": call.arn(said.collection_id),
        "CreationTimestamp": 0.0 if made is None else made.timestamp(),
        "UserCount": 0,
    }


async def listing(call: Call) -> Shape:
    """List faces, picture by picture: one consultation leaf a page."""
    said = read(Listing, call.body)
    after, skip = _place(said.next_token)

    def act(archive: "Archive") -> Shape:
        _, source = archive.collections.find(said.collection_id)
        archive.services.check("browse", source=source.id)
        page = archive.pictures.page(source.id, after=after, limit=min(PICTURES, said.max_results))
        shown, token = _cut(page.pictures, after, skip, said.max_results)
        scores = archive.collections.faces(source, [face.id for _, face in shown])
        faces = [
            face_of(
                face_id=face.id,
                media_id=picture.id,
                box=face.box,
                score=scores[face.id].score if face.id in scores else None,
                path=picture.path,
            )
            for picture, face in shown
        ]
        token = token or (f"{page.next_after}.0" if page.next_after else "")
        return {"Faces": faces, "FaceModelVersion": archive.collections.pack, **({"NextToken": token} if token else {})}

    return await call.act(act)


async def delete(call: Call) -> Shape:
    """Erase faces for good, in the name of who made the key."""
    said = read(Delete, call.body)
    wanted = list(dict.fromkeys(said.face_ids))
    gone = await call.act_aside(lambda archive: archive.collections.erase(said.collection_id, wanted))
    left = [{"FaceId": face, **({} if face in gone else {"Reasons": ["FACE_NOT_FOUND"]})} for face in wanted if not gone.get(face)]
    return {"DeletedFaces": [face for face in wanted if gone.get(face)], "UnsuccessfulFaceDeletions": left}


def _place(token: str | None) -> tuple[str, int]:
    """Return behind which picture a page begins, and how many faces of the next one were listed already."""
    found = _TOKEN.fullmatch(token or ".0")
    if found is None:
        raise Wrong("NextToken is none of ours", kind="InvalidPaginationTokenException", remedy="begin again without one")
    return found[1] or "", int(found[2])


def _cut(pictures: "Sequence[SourcePicture]", after: str, skip: int, most: int) -> "tuple[list[tuple[SourcePicture, PictureFace]], str]":
    """Return the faces of a page, and where the next begins if it begins within these pictures; empty = behind them."""
    shown: list[tuple[SourcePicture, PictureFace]] = []
    for picture in pictures:
        faces = picture.faces[skip:]
        room = most - len(shown)
        shown += [(picture, face) for face in faces[:room]]
        if len(faces) > room:
            return shown, f"{after}.{skip + room}"
        after, skip = picture.id, 0
    return shown, ""
