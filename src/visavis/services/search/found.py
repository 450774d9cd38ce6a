"""One found face on its way through a search, before it is recorded."""

from dataclasses import dataclass

from visavis.records.shown import Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A face that may be shown; `score` is what it is ranked by: the cosine, or the adjusted similarity.

    Attributes
    ----------
    probe_face : int
        The searched face that it resembles.
    together : int
        Number of the picture or moment in which all searched faces are seen, from 1; 0 = that was not asked.
    """

    shown: Shown
    similarity: float
    probe_face: int
    score: float
    together: int = 0
