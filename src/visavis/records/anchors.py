"""A face's anchor: where in which bytes it is. It outlives re-ingest and a change of model, so decisions hang on it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

import sqlalchemy as sa

from visavis.domain.errors import DamageError
from visavis.domain.face import Box

SAME_OVERLAP = 0.5
"""Two detectors' boxes of one face overlap by more; neighbours in a group picture by less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """One face of one picture.

    Attributes
    ----------
    picture : str
        SHA-256 of the file in hexadecimal, a slash, the page (from 1, 0 = there is one only) or time.
    box : Box
        As ratios of the picture.
    """

    picture: str
    box: Box

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an anchor as the column `face.anchor` holds it; `DamageError` for anything else."""
        picture, _, sides = text.rpartition("/")
        try:
            left, top, width, height = map(float, sides.split(","))
        except ValueError as error:
            raise DamageError(f"«{text[:80]}» is no anchor of a face", remedy="visavis verify") from error
        return cls(picture=picture, box=Box(left=left, top=top, width=width, height=height))

    def same_face(self, other: "Anchor") -> bool:
        """Whether both name one face, be it that another detector drew the box a little differently."""
        return self.picture == other.picture and self.box.overlap(other.box) >= SAME_OVERLAP


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceAnchors:
    """Where a face is, and where every face of its appearance is, itself among them: what is decided of one holds for all."""

    source_number: int
    own: str
    every: tuple[str, ...]


def same_face(anchors: Collection[str], other: Anchor) -> bool:
    """Whether one of these anchors names the face that the other does."""
    return any(Anchor.parse(text).same_face(other) for text in anchors)


def on_anchors(table: sa.Table, anchors: Collection[str]) -> sa.ColumnElement[bool]:
    """Select the rows of a table that hang on these anchors; its index is on their pictures."""
    pictures = {Anchor.parse(anchor).picture for anchor in anchors}
    return sa.and_(table.c.picture.in_(sorted(pictures)), table.c.anchor.in_(sorted(anchors)))
