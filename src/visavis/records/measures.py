"""What was measured of a stored face, and where its eyes, nose and mouth are: for laying it beside another."""

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import sqlalchemy as sa

from visavis.domain.arrays import Landmarks5
from visavis.domain.face import Quality
from visavis.domain.ids import FaceId
from visavis.records import tables
from visavis.records.database import Database
from visavis.records.files import chunks
from visavis.records.shown import QUALITY, quality_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One face.

    Attributes
    ----------
    landmarks_5x2 : (5, 2) float32
        Ratios of the upright picture.
    """

    landmarks_5x2: Landmarks5 = field(repr=False)
    quality: Quality


class Measures:
    """Queries about them. Whether a face may be shown is not asked here."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, faces: Collection[FaceId]) -> dict[FaceId, Measured]:
        """Return the measures of faces; one that is not kept is not in the answer."""
        face = tables.face
        found: dict[FaceId, Measured] = {}
        for chunk in chunks(sorted(set(faces))):
            query = sa.select(face.c.id, face.c.landmarks, *(face.c[name] for name in QUALITY)).where(face.c.id.in_(chunk))
            for row in self._database.ask(query):
                points = np.frombuffer(row.landmarks, "<f4").reshape(5, 2)
                found[FaceId(row.id)] = Measured(landmarks_5x2=points, quality=quality_of(row))
        return found
