"""Searches: with a photograph or a face of the archive, and read again."""

import asyncio
import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, StringConstraints
from starlette.responses import Response

from visavis.domain.errors import InputError
from visavis.domain.identification import ProbePicture, SearchResult
from visavis.web.api.routes import Asked, Call, Route, Told
from visavis.web.doors import Door, Who
from visavis.web.pages.results import none_the_wiser
from visavis.web.visit import NotThere

if TYPE_CHECKING:
    from visavis.domain.identification import Candidate
    from visavis.wiring import Archive
    from visavis.wiring.review import PastResult

Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
SEARCH_BODY = 56 << 20
"""Bytes: a photograph of 40 MiB in base64, and the rest."""
MOST = 1_000


class SearchIn(Asked):
    """What to search with: a photograph (`photo_base64`, or the part `photo` of a form), `face_id` or `confirmed`: one of them."""

    case_id: Id | None = Field(default=None, description="A key searches under its own; without one the household's is taken.")
    reason: str = Field(default="", max_length=2_000, description="One line, kept with the search.")
    photo_base64: str | None = Field(default=None, max_length=SEARCH_BODY, description="The photograph: any format that the desk reads.")
    face_id: Id | None = Field(default=None, description="A face of the archive instead of a photograph.")
    confirmed: Id | None = Field(default=None, description="A search of the same case: the mean of its faces that people decided.")
    faces: list[Annotated[int, Field(ge=1, le=10_000)]] = Field(
        default=[], max_length=1_000, description="Numbers of the faces, from 1, left to right and top to bottom."
    )
    all_faces: bool = False
    top: int | None = Field(default=50, ge=1, le=MOST, description="Candidates at most; null = all at or above the threshold.")
    threshold: float | None = Field(default=None, ge=-1, le=1, description="Least cosine.")
    expected_false_hits: float | None = Field(
        default=None, gt=0, le=1e6, description="Instead of a threshold: how many strangers are expected at or above it."
    )
    ranking: Literal["cosine", "cohort"] | None = None
    source_id: list[Id] = Field(default=[], max_length=200, description="Only these sources.")
    since: dt.date | None = Field(default=None, description="Capture date, included.")
    until: dt.date | None = Field(default=None, description="Capture date, included.")


class BoxOut(Told):
    """Ratios of the upright picture; may reach beyond it."""

    left: float
    top: float
    width: float
    height: float


class ProbeFaceOut(Told):
    """A face of the probe."""

    number: int
    box: BoxOut
    picked: bool
    weak: list[str]


class PhotoOut(Told):
    """A probe photograph as it was read."""

    name: str
    faces: list[ProbeFaceOut]


class ProbeOut(Told):
    """What was searched with; empty where a search is read again."""

    photos: list[PhotoOut]


class ExpectedOut(Told):
    """How many strangers are expected at or above the threshold."""

    count: float
    interval: list[float]
    own_pictures: bool
    rests_on: str
    probes: list[str]
    ranked_by: str


class CandidateOut(Told):
    """A lead, not an identification."""

    rank: int
    candidate_id: str
    face_id: str
    media_id: str
    source_id: str
    source_title: str
    group: str
    kind: str
    similarity: float
    path: str
    captured_at: str | None
    start_s: float
    end_s: float
    at_s: float
    timecode: str | None
    page: int | None
    box: BoxOut
    probe_face: int
    weak: list[str]
    offline: bool
    decided: str | None
    labels: list[str]
    strangers: float | None
    adjusted: float | None
    together: int | None


class SearchOut(Told):
    """The answer to a search: the keys of `visavis search --format json`."""

    search_id: str
    case_id: str
    at: str
    probe: ProbeOut
    gallery_size: int
    threshold: float
    threshold_trial: str
    pack: str
    undated_left_out: int
    expected_false_hits: str
    expected: ExpectedOut | None
    purpose: str
    policy: str
    signed_by: list[str]
    stamp: str
    notices: list[str]
    candidates: list[CandidateOut]


async def search(call: Call) -> SearchOut:
    """Search."""
    said = call.asked(SearchIn)
    photos: tuple[ProbePicture, ...] = ()
    if call.photo:
        photos = (await asyncio.to_thread(call.house.read, call.photo),)
    elif said.face_id is None and said.confirmed is None:
        raise InputError("there is nothing to search with", remedy="send a photograph, face_id or confirmed: one of the three")
    found: SearchResult = await call.act(
        lambda archive: archive.search(
            *photos,
            faces=tuple(dict.fromkeys(said.faces)),
            all_faces=said.all_faces,
            face_id=said.face_id,
            confirmed=said.confirmed,
            top=said.top,
            threshold=said.threshold,
            expected_false_hits=said.expected_false_hits,
            ranking=said.ranking,
            sources=said.source_id,
            since=said.since,
            until=said.until,
            case_id=said.case_id,
            reason=said.reason,
        )
    )
    return told(call, found)


async def show(call: Call) -> SearchOut:
    """Read a search again, as far as it may be shown now."""
    return await again(call, call.ids["search_id"])


async def again(call: Call, search_id: str) -> SearchOut:
    """Read a search again: one consultation leaf."""

    def look(archive: "Archive") -> "PastResult":
        archive.review.check_member(search_id)
        return archive.review.show(search_id)

    with none_the_wiser():
        past: PastResult = await call.act(look)
    return told(call, past.result)


async def face(call: Call) -> Response:
    """Cut a candidate's face from its original."""
    search_id, candidate_id = call.ids["search_id"], call.ids["candidate_id"]

    def look(archive: "Archive") -> "tuple[PastResult, Any]":
        archive.review.check_member(search_id)
        return archive.review.show(search_id), archive.original_opener()

    with none_the_wiser():
        past, opener = await call.act(look)
    wanted: Candidate | None = next((one for one in past.result.candidates if one.candidate_id == candidate_id), None)
    image = None if wanted is None else await asyncio.to_thread(opener, wanted)
    if wanted is None or image is None:
        raise NotThere("there is nothing at this address, or its original is out of reach", remedy="read the search again")
    return Response(await asyncio.to_thread(call.house.words.crop, image, wanted.box), media_type="image/jpeg")


def told(call: Call, found: SearchResult) -> SearchOut:
    """Return a search as it is answered."""
    return SearchOut.model_validate(call.house.words.document(found))


_ONE = "/v1/searches/{search_id}"
ROUTES: tuple[Route, ...] = (
    Route(
        door=Door(
            method="POST",
            path="/v1/searches",
            who=Who.ROLE,
            act="search",
            operation="consultation",
            body_bytes=SEARCH_BODY,
            key_act="search",
        ),
        name="search",
        says="Search for a face; candidates are leads, not identifications.",
        handler=search,
        answer=SearchOut,
        tag="searches",
        status=201,
        body=SearchIn,
        upload=True,
        again=again,
        kept=lambda answer: str(answer.search_id),
    ),
    Route(
        door=Door(method="GET", path=_ONE, who=Who.ROLE, act="review", operation="consultation", key_act="search"),
        name="get_search",
        says="Read a search again, as far as it may be shown now; a key reads its own.",
        handler=show,
        answer=SearchOut,
        tag="searches",
    ),
    Route(
        door=Door(
            method="GET",
            path=f"{_ONE}/candidates/{{candidate_id}}/face.jpg",
            who=Who.ROLE,
            act="review",
            operation="consultation",
            key_act="search",
        ),
        name="get_candidate_face",
        says="A candidate's face, cut from its original, without metadata.",
        handler=face,
        answer=None,
        tag="searches",
        media="image/jpeg",
    ),
)
