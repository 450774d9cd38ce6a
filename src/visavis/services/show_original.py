"""The original behind a candidate, decoded for showing; nothing of it is kept."""

from collections.abc import Callable
from pathlib import Path

from visavis.decode.limits import Limits
from visavis.decode.photo import open_photo
from visavis.domain.arrays import RgbImage
from visavis.domain.errors import UnreadablePicture
from visavis.domain.identification import Candidate
from visavis.records.archive import Records

SHOWN_SIDE = 1400
"""Longer side, pixels, at which originals are shown."""


class ShowOriginal:
    """Opens originals."""

    def __init__(self, records: Records, open_file: Callable[[Path, str], bytes], limits: Limits) -> None:
        self._open_file = open_file
        self._limits = limits
        self._roots = {source.id: [root.path for root in source.roots] for source in records.sources.all()}

    def run(self, candidate: Candidate) -> RgbImage | None:
        """Return the candidate's picture, upright RGB, or None where its file can't be reached or read now."""
        for root in self._roots.get(candidate.source_id, ()):
            try:
                return open_photo(self._open_file(root, candidate.path), limits=self._limits).pixels(SHOWN_SIDE)
            except UnreadablePicture:
                continue
        return None
