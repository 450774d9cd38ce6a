"""A clip of a candidate in a film, with other faces masked where the case or the person asks for it; and previews for a page."""

from visavis.services.clip.cut import ClipMade, ClipOrder, CutClip, Masking, span
from visavis.services.clip.preview import Preview
from visavis.services.clip.take import USUAL_S, ClipPlan, ClipRequest, FilmOriginals, TakeClip

__all__ = [
    "USUAL_S",
    "ClipMade",
    "ClipOrder",
    "ClipPlan",
    "ClipRequest",
    "CutClip",
    "FilmOriginals",
    "Masking",
    "Preview",
    "TakeClip",
    "span",
]
