"""What may be asked: the parameters of each act under Amazon's names, and no other. What can't be done is refused by its name."""

import base64
import binascii
import json
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.alias_generators import to_pascal

from visavis.web.aws.answers import Wrong

Name = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9_.\-]+$", min_length=1, max_length=255)]
External = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9_.\-:]+$", min_length=1, max_length=255)]
Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
Filter = Literal["NONE", "AUTO", "LOW", "MEDIUM", "HIGH"]
Count = Annotated[int, Field(ge=1, le=4096, strict=True)]
IMAGE_BYTES = 5 << 20
"""Of a picture, as Amazon has it."""
INVALID = "InvalidParameterException"
M = TypeVar("M", bound="Asked")


class Asked(BaseModel):
    """Parameters: nothing but what is declared."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_pascal, validate_by_alias=True, validate_by_name=False)


class Image(Asked):
    """A picture."""

    sent: str | None = Field(default=None, alias="Bytes")
    s3_object: Any = None

    def data(self) -> bytes:
        """Return its bytes.

        Raises
        ------
        Wrong
            None were sent, they are no base64, or too many; or they are said to lie in S3.
        """
        if self.s3_object is not None:
            raise Wrong("S3Object is not read: this server fetches nothing", kind="InvalidS3ObjectException", remedy="send Bytes")
        try:
            data = base64.b64decode(self.sent or "", validate=True)
        except (binascii.Error, ValueError):
            raise Wrong("Image.Bytes is no base64", kind=INVALID) from None
        if not data:
            raise Wrong("Image.Bytes is empty", kind=INVALID)
        if len(data) > IMAGE_BYTES:
            raise Wrong(f"the picture is larger than {IMAGE_BYTES} bytes", kind="ImageTooLargeException", remedy="send a smaller copy")
        return data


class OfCollection(Asked):
    """CreateCollection, DescribeCollection."""

    collection_id: Name


class Index(OfCollection):
    """IndexFaces; DetectionAttributes and QualityFilter change nothing."""

    image: Image
    external_image_id: External | None = None
    detection_attributes: list[str] = []
    max_faces: Annotated[int, Field(ge=1, strict=True)] | None = None
    quality_filter: Filter = "AUTO"


class Searching(OfCollection):
    """What both searches say."""

    max_faces: Count = 50
    face_match_threshold: Annotated[float, Field(ge=0, le=100)] | None = None


class SearchByImage(Searching):
    """SearchFacesByImage; QualityFilter changes nothing."""

    image: Image
    quality_filter: Filter = "NONE"


class Search(Searching):
    """SearchFaces."""

    face_id: Id


class Listing(OfCollection):
    """ListFaces."""

    next_token: Annotated[str, StringConstraints(max_length=255)] | None = None
    max_results: Count = 1_000


class Delete(OfCollection):
    """DeleteFaces."""

    face_ids: Annotated[list[Id], Field(min_length=1, max_length=4096)]


def read(model: type[M], body: bytes) -> M:
    """Read what was asked.

    Raises
    ------
    Wrong
        It is no JSON object, a parameter can't be used, or is not taken here: by its name.
    """
    try:
        said = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise Wrong("the body is no JSON", kind="SerializationException") from None
    if not isinstance(said, dict):
        raise Wrong("the body is no JSON object", kind="SerializationException")
    try:
        return model.model_validate(said)
    except ValidationError as error:
        wrong = [_told(one["type"], ".".join(str(part) for part in one["loc"]), one["msg"]) for one in _errors(error)]
        raise Wrong("; ".join(wrong)[:1_000], kind=INVALID, remedy="docs/reference/rekognition.md lists what is taken") from None


def _errors(error: ValidationError) -> Any:
    return error.errors(include_url=False, include_context=False, include_input=False)[:20]


def _told(kind: str, field: str, message: str) -> str:
    return f"{field[:100]} is not taken here" if kind == "extra_forbidden" else f"{field[:100]}: {message[:200]}"
