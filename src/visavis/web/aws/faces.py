"""Faces: read into a collection, and searched in it."""

import asyncio
import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from visavis.domain.errors import InputError, NoFaceInProbe
from visavis.domain.identification import SearchResult
from visavis.web.aws.acts import Call, Shape, box_of, face_of, hundred
from visavis.web.aws.answers import NotNow, Wrong
from visavis.web.aws.asked import INVALID, Index, Search, SearchByImage, Searching, read

if TYPE_CHECKING:
    from visavis.domain.face import AnalysedFace
    from visavis.wiring import Archive
    from visavis.wiring.collections import StoredIn, Taken

PATIENCE_S = 50.0
"""How long an answer waits for ingest: SDKs give up after 60 seconds, and ask again after a ThrottlingException."""
LOOK_EVERY_S = 0.5
SEARCH_ID = "x-visavis-search-id"
"""A header of the answer: Amazon's shape has no place for it, and a person judges the search under it."""


async def index(call: Call) -> Shape:
    """Put a picture into a collection's folder, and wait until ingest has read it."""
    said = read(Index, call.body)
    data = said.image.data()
    await call.act(lambda archive: archive.collections.find(said.collection_id))
    seen = await asyncio.to_thread(call.house.read, data, faceless=True)
    if said.max_faces is not None and len(seen.faces) > said.max_faces:
        raise Wrong(
            f"the picture shows {len(seen.faces)} faces, and all of a picture are read or none: MaxFaces {said.max_faces} can't be kept",
            kind=INVALID,
            remedy="send a crop, or leave MaxFaces out",
        )
    faces: Sequence[StoredIn] = ()
    if seen.faces:
        faces = await _read_in(call, said, data)
    version = await call.act(lambda archive: archive.collections.pack)
    return {"FaceRecords": [_record(one, said.external_image_id) for one in faces], "FaceModelVersion": version, "UnindexedFaces": []}


async def by_image(call: Call) -> Shape:
    """Search with the largest face of a photograph."""
    said = read(SearchByImage, call.body)
    data = said.image.data()
    await call.act(lambda archive: archive.collections.find(said.collection_id))
    try:
        probe = await asyncio.to_thread(call.house.read, data)
    except NoFaceInProbe as error:
        raise Wrong("there are no faces in the image. Should be at least 1", kind=INVALID, remedy=error.remedy) from error
    number = largest(probe.faces)
    face = probe.faces[number - 1]
    found = await _search(call, said, "SearchFacesByImage", probe, faces=(number,))
    return {"SearchedFaceBoundingBox": box_of(face.box), "SearchedFaceConfidence": hundred(face.quality.score), **found}


async def by_face(call: Call) -> Shape:
    """Search with a face of the collection."""
    said = read(Search, call.body)
    return {"SearchedFaceId": said.face_id, **await _search(call, said, "SearchFaces", face_id=said.face_id)}


def largest(faces: "Sequence[AnalysedFace]") -> int:
    """Return the number of the face with the largest box, from 1."""
    sizes = [face.quality.size_px for face in faces]
    return sizes.index(max(sizes)) + 1


async def _search(call: Call, said: Searching, act: str, *photos: Any, **which: Any) -> Shape:
    def search(archive: "Archive") -> Shape:
        _, source = archive.collections.find(said.collection_id)
        asked = which.get("face_id")
        if asked is not None and not archive.collections.faces(source, [asked]):
            raise InputError("there is no such face in this collection", remedy="ListFaces")
        scale = archive.collections.scale()
        found = archive.search(
            *photos,
            **which,
            top=said.max_faces + (asked is not None),
            threshold=archive.collections.threshold(said.face_match_threshold),
            sources=[source.id],
            reason=f"{act}, collection {said.collection_id}",
        )
        others = [one for one in found.candidates if one.face_id != asked][: said.max_faces]
        scores = archive.collections.faces(source, [one.face_id for one in others])
        matches = [
            {
                "Similarity": round(scale.of_cosine(one.similarity), 4),
                "Face": face_of(
                    face_id=one.face_id,
                    media_id=one.media_id,
                    box=one.box,
                    score=scores[one.face_id].score if one.face_id in scores else None,
                    path=one.path,
                ),
            }
            for one in others
        ]
        call.told.update(_beside(found))
        return {"FaceMatches": matches, "FaceModelVersion": found.pack}

    return await call.act(search)


def _beside(found: SearchResult) -> dict[str, str]:
    return {SEARCH_ID: found.search_id}


async def _read_in(call: Call, said: Index, data: bytes) -> "Sequence[StoredIn]":
    """Put a picture where ingest finds it, have it read, and return its faces."""
    given, job = said.external_image_id or "", ""
    taken: Taken = await call.act(lambda archive: archive.collections.put(said.collection_id, data, given))
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE_S
    while loop.time() < end:
        look = functools.partial(_look, taken=taken, job=job)
        faces, job = await call.act(look)
        if faces is not None:
            return faces
        await asyncio.sleep(LOOK_EVERY_S)
    raise NotNow("the picture is kept, and is not read yet", remedy="ask again: it is not put there twice")


def _look(archive: "Archive", *, taken: "Taken", job: str) -> "tuple[Sequence[StoredIn] | None, str]":
    return archive.collections.read(taken, job)


def _record(one: "StoredIn", given: str | None) -> Shape:
    face: Shape = {"FaceId": one.id, "BoundingBox": box_of(one.box), "ImageId": one.media_id, "Confidence": hundred(one.score)}
    if given:
        face["ExternalImageId"] = given
    return {"Face": face, "FaceDetail": {"BoundingBox": box_of(one.box), "Confidence": hundred(one.score)}}
