"""The original behind a candidate, decoded for showing; nothing of it is kept."""

from visavis.decode.originals import OriginalPixels
from visavis.domain.arrays import RgbImage
from visavis.domain.errors import UnreadablePicture
from visavis.domain.identification import Candidate
from visavis.records.archive import Records

SHOWN_SIDE = 1400
"""Longer side, pixels, at which originals are shown."""


class ShowOriginal:
    """Opens originals."""

    def __init__(self, records: Records, originals: OriginalPixels) -> None:
        self._originals = originals
        self._roots = {source.id: [root.path for root in source.roots] for source in records.sources.all()}

    def run(self, candidate: Candidate) -> RgbImage | None:
        """Return the candidate's picture, or the frame of its best moment, upright RGB; None where its file can't be read now."""
        at_ticks = None if candidate.moment is None else candidate.moment.at_ticks
        for root in self._roots.get(candidate.source_id, ()):
            try:
                return self._originals.read(root, candidate.path, at_ticks=at_ticks, longer_side=SHOWN_SIDE)
            except UnreadablePicture:
                continue
        return None
