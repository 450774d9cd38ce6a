"""The original behind a candidate, decoded for showing; nothing of it is kept."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

from visavis.decode.limits import FilmLimits, Limits
from visavis.decode.photo import open_photo
from visavis.domain.arrays import RgbImage
from visavis.domain.errors import UnreadablePicture
from visavis.domain.identification import Candidate
from visavis.records.archive import Records

SHOWN_SIDE = 1400
"""Longer side, pixels, at which originals are shown."""


class ShowOriginal:
    """Opens originals.

    Parameters
    ----------
    open_file, open_stream : callable
        (root, path below it) to a picture's bytes, and to a film as a seekable stream.
    """

    def __init__(
        self,
        records: Records,
        open_file: Callable[[Path, str], bytes],
        open_stream: Callable[[Path, str], AbstractContextManager[BinaryIO]],
        *,
        limits: Limits,
        film_limits: FilmLimits,
    ) -> None:
        self._open_file = open_file
        self._open_stream = open_stream
        self._limits = limits
        self._film_limits = film_limits
        self._roots = {source.id: [root.path for root in source.roots] for source in records.sources.all()}

    def run(self, candidate: Candidate) -> RgbImage | None:
        """Return the candidate's picture, or the frame of its best moment, upright RGB; None where its file can't be read now."""
        for root in self._roots.get(candidate.source_id, ()):
            try:
                if candidate.moment is None:
                    return open_photo(self._open_file(root, candidate.path), limits=self._limits).pixels(SHOWN_SIDE)
                return self._frame(root, candidate.path, candidate.moment.at_ticks)
            except UnreadablePicture:
                continue
        return None

    def _frame(self, root: Path, path: str, at_ticks: int) -> RgbImage:
        from visavis.decode.video.film import open_film

        with self._open_stream(root, path) as stream, open_film(stream, limits=self._film_limits) as film:
            return film.at(at_ticks, SHOWN_SIDE)
