"""What a result list says of a face, and how it is read from a row."""

from dataclasses import dataclass
from typing import Any

from visavis.domain.face import Box, Quality
from visavis.domain.film import Moment
from visavis.domain.ids import FaceId, MediaId, SourceId
from visavis.records import tables
from visavis.records.film_tables import film
from visavis.records.films import FILM_TIMES


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """All that a result list says of one face. `moment` is of a film, None for a still; `dhash` is of the picture, or of the frame."""

    key: int
    face_number: int
    face_id: FaceId
    media_id: MediaId
    source_id: SourceId
    source_title: str
    offline: bool
    kind: str
    box: Box
    quality: Quality
    captured_at: str | None
    dhash: bytes
    path: str
    transform: int
    """The rotation under which its template lies; a similarity counts only if the probe lay under the same."""
    appearance_number: int
    moment: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFace:
    """A face of a picture as it is kept."""

    key: int
    transform: int
    box: Box
    quality: Quality
    appearance_number: int
    moment: Moment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GallerySize:
    """N, and how many templates a date filter left out for want of a date."""

    size: int
    undated: int


QUALITY = ("size_px", "yaw", "pitch", "roll", "sharpness", "exposure", "score", "norm")
TIMES = (
    tables.face.c.at_ticks,
    *(tables.appearance.c.number.label("appearance_number"), tables.appearance.c.start_ticks, tables.appearance.c.end_ticks),
    *FILM_TIMES,
)
"""When a face is seen; all but the appearance is empty for stills, which have no row of `film`."""
OF_FILM = film.c.media_number == tables.appearance.c.media_number


def box_of(row: Any) -> Box:
    """Read a face's box."""
    return Box(left=row.left, top=row.top, width=row.width, height=row.height)


def quality_of(row: Any) -> Quality:
    """Read a face's measures."""
    return Quality(**{name: getattr(row, name) for name in QUALITY})
