"""The probe under each rotation below which the sources' templates lie: templates of two rotations never compare."""

from dataclasses import dataclass, field, replace

from visavis.domain.arrays import Vectors
from visavis.domain.clearance import Clearance
from visavis.domain.identification import Where
from visavis.records.rotation import Rotations


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnedProbe:
    """A probe under one rotation, and where to search with it.

    Attributes
    ----------
    vector : (D,) float32
    transform : int
        Number of the rotation. A hit counts only if its template lies under the same one: while templates are re-keyed, a source has
        rows under two.
    where : Where
        The filter, narrowed to the sources of this rotation.
    """

    vector: Vectors = field(repr=False)
    transform: int
    where: Where


def turned(rotations: Rotations, vector: Vectors, where: Where, clearance: Clearance) -> list[TurnedProbe]:
    """Return the probe once for each rotation of the sources that both the clearance and the filter let through."""
    sources = clearance.sources if where.sources is None else clearance.sources & where.sources
    return [
        TurnedProbe(vector=rotations.turn(vector, number), transform=number, where=replace(where, sources=below))
        for number, below in rotations.under(sources).items()
    ]
