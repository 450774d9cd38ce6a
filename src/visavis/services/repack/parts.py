"""What photographs and films share on their way to another pack."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from visavis.domain.arrays import Landmarks5, Vectors
from visavis.domain.errors import UnreadablePicture
from visavis.domain.media import PixelSource
from visavis.records.repacking import Embedded
from visavis.records.waiting import FaceToMove, Original

BATCH = 48
"""Pictures, or faces of a film, in one transaction; of pictures as in ingest."""
CHANGED = "changed"
"""Why an original was not read whose file is not the one that its faces were found in; else the reason of the outcome."""

Answer = tuple[Vectors, np.ndarray[tuple[int], np.dtype[np.float32]]]
Embed = Callable[[Sequence[tuple[PixelSource, Sequence[Landmarks5]]]], list[Answer | UnreadablePicture]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What the law says of an original's templates: `rule` refuses them, or they end at `expires_at` (None: with their source)."""

    rule: str = ""
    expires_at: dt.datetime | None = None


class Admit(Protocol):
    """Asks the law before an original is decoded, and again before its templates are stored."""

    def __call__(self, source_number: int, path: str, *, step: str, kind: str, faces: int) -> Admission:
        """Return its answer; `step` is «decode» or «index», `kind` «photo» or «film», of which `faces` are the appearances."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The pack that is moved to, ready to embed; it is opened when it is first needed."""

    pack_id: str
    dim: int
    embed: Embed


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """New templates that are written together.

    Attributes
    ----------
    looked, refused : int
        Faces that were looked at for it, and of these those that the law refused.
    pictures : int
        Photographs, or films.
    """

    faces: Sequence[Embedded]
    looked: int
    pictures: int
    refused: int = 0


@dataclass(slots=True)
class Tally:
    """What a run has done so far."""

    templates: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)
    originals: list[str] = field(default_factory=list)

    def left_unread(self, original: Original, faces: int, why: str) -> None:
        """Count faces whose original could not be read."""
        self.unread[why] += faces
        if original.id not in self.originals[-1:]:
            self.originals.append(original.id)


def embedded(original: Original, faces: Sequence[FaceToMove], answer: Answer, admission: Admission) -> list[Embedded]:
    """Return the templates that a network gave for faces of one original."""
    return [
        Embedded(
            face_number=face.number,
            rotation_group_id=original.rotation_group_id,
            vector=vector,
            norm=float(norm),
            expires_at=admission.expires_at,
        )
        for face, vector, norm in zip(faces, *answer, strict=True)
    ]
