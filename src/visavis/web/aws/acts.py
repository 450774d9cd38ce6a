"""What is asked of one collection, and the shapes that answer it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from visavis.domain.face import Box
from visavis.web.house import House
from visavis.wiring.collections import given_name
from visavis.wiring.services import Caller

if TYPE_CHECKING:
    from visavis.wiring import Archive

T = TypeVar("T")
Shape = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One signed request; `told` takes headers for the answer."""

    house: House
    who: Caller
    region: str
    body: bytes = field(repr=False)
    told: dict[str, str] = field(default_factory=dict)

    async def act(self, what: "Callable[[Archive], T]") -> T:
        """Do something of milliseconds in the archive, as the program."""
        return await self.house.archive.act(self.who, what)

    async def act_aside(self, what: "Callable[[Archive], T]") -> T:
        """Do something of seconds, out of everybody's way."""
        return await self.house.back.act(self.who, what)

    def arn(self, name: str) -> str:
        """Return the name of a collection in Amazon's form; its account is the program's."""
        return f"aws:rekognition:{self.region}:{self.who.program.id}:collection/{name}"


Act = Callable[[Call], Awaitable[Shape]]


def box_of(box: Box) -> Shape:
    """Return a box: ratios of the upright picture."""
    return {"Width": box.width, "Height": box.height, "Left": box.left, "Top": box.top}


def face_of(*, face_id: str, media_id: str, box: Box, score: float | None, path: str) -> Shape:
    """Return a face of a collection; `path` says what its picture was given, `score` is the detector's."""
    shape: Shape = {"FaceId": face_id, "BoundingBox": box_of(box), "ImageId": media_id}
    if given := given_name(path):
        shape["ExternalImageId"] = given
    if score is not None:
        shape["Confidence"] = hundred(score)
    return shape


def hundred(score: float) -> float:
    """Return a detector's score as Amazon's Confidence: how sure it is that a face is there, and nothing about whose."""
    return round(min(1.0, max(0.0, score)) * 100, 4)
