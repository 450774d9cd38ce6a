"""A clip of a candidate in a film, with other faces masked where the case or the person asks for it; and previews for a page."""

from visavis.services.clip.cut import ClipMade, ClipOrder, CutClip, Masking, span
from visavis.services.clip.preview import SECONDS as PREVIEW_S
from visavis.services.clip.preview import Preview
from visavis.services.clip.take import USUAL_S, ClipPlan, ClipRequest, FilmOriginals, TakeClip
from visavis.services.clip.watch import MASKED_S, Watching, WatchMoment

__all__ = [
    "MASKED_S",
    "PREVIEW_S",
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
    "WatchMoment",
    "Watching",
    "span",
]
