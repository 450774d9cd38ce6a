"""Films that FFmpeg reads."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from visavis.decode.limits import FilmLimits
from visavis.decode.orientation import UPRIGHT, swaps_sides
from visavis.decode.video import deinterlace, streams
from visavis.decode.video.base import Film, FilmFrame
from visavis.decode.video.frame import Converter, DecodedFrame, Shape
from visavis.decode.video.reader import Decoded, Reader
from visavis.domain.errors import UnreadablePicture
from visavis.domain.film import FilmFacts


class ContainerFilm(Film):
    """A film in a container; the doors are those of `base.Film`.

    Parameters
    ----------
    source : binary stream
        Seekable; stays open.
    demuxer : str
        From `demuxers.container_of`.
    file_name : str
        A date in it is the last resort.
    """

    def __init__(self, source: BinaryIO, demuxer: str, file_name: str, limits: FilmLimits, threads: int) -> None:
        super().__init__()
        self._converter = Converter()
        self._reader = Reader(source, demuxer, limits, threads)
        self.closing.callback(self._reader.close)
        try:
            self._shape = _shape(self._reader.first.frame, self._reader.stream)
            self.facts = self._read_facts(demuxer, file_name, limits)
        except UnreadablePicture:
            self.close()
            raise

    def _read_facts(self, demuxer: str, file_name: str, limits: FilmLimits) -> FilmFacts:
        container, stream = self._reader.container, self._reader.stream
        facts = FilmFacts(
            format=streams.format_of(container, demuxer),
            codec=stream.codec_context.codec.canonical_name,
            width=self._shape.width,
            height=self._shape.height,
            time_base=stream.time_base,
            duration_ticks=streams.duration(container, stream),
            rate=streams.constant_rate(stream),
            timecode=streams.timecode(container, stream, self._reader.first.frame),
            metadata=streams.metadata(container, stream, file_name),
        )
        limits.check_frame(facts.width, facts.height)
        limits.check_length(float((facts.duration_ticks or 0) * facts.time_base))
        return facts

    @property
    def damaged(self) -> int:
        """Frames of the stretches read so far that are missing."""
        return self._reader.damaged

    def frames(
        self, start_ticks: int = 0, end_ticks: int | None = None, *, key_frames_only: bool = False, apart_ticks: int = 0
    ) -> Iterator[FilmFrame]:
        """Read one stretch."""
        before: Decoded | None = None
        this: Decoded | None = None
        for after in self._reader.stretch(start_ticks, end_ticks, key_frames_only=key_frames_only, apart_ticks=apart_ticks):
            if this is not None:
                yield self._frame(before, this, after)
            before, this = this, after
        if this is not None:
            yield self._frame(before, this, None)

    def run(self, start_ticks: int, end_ticks: int) -> Iterator[FilmFrame]:
        """Read from the last key frame at or before `start_ticks`: somebody looks once more at what was counted before."""
        counted = self._reader.damaged
        try:
            for frame in self.frames(self._reader.key_before(start_ticks)):
                if frame.ticks > end_ticks:
                    return
                yield frame
        finally:
            self._reader.damaged = counted

    def _frame(self, before: Decoded | None, this: Decoded, after: Decoded | None) -> DecodedFrame:
        def progressive() -> Any:
            return deinterlace.progressive(before and before.frame, this.frame, after and after.frame)

        woven = progressive if this.frame.interlaced_frame else None
        return DecodedFrame(this.frame, this.ticks, shape=self._shape, converter=self._converter, progressive=woven)


def _shape(frame: Any, stream: Any) -> Shape:
    orientation = _orientation(frame)
    aspect = float(stream.sample_aspect_ratio or 1)
    # The larger side grows: no pixel is thrown away.
    width, height = (round(frame.width * aspect), frame.height) if aspect >= 1 else (frame.width, round(frame.height / aspect))
    if swaps_sides(orientation):
        width, height = height, width
    return Shape(width=width, height=height, orientation=orientation)


def _orientation(frame: Any) -> int:
    """Return the EXIF orientation that a display matrix (ISO 14496-12, 9 numbers of 16.16) stands for; turns in between are rounded."""
    block = frame.side_data.get("DISPLAYMATRIX")
    if block is None:
        return UPRIGHT
    raw = bytes(block)
    a, b, _, c, d = (int.from_bytes(raw[at : at + 4], "little", signed=True) for at in range(0, 20, 4))
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return {(True, True): 1, (False, True): 2, (False, False): 3, (True, False): 4}[a >= 0, d >= 0]
    return {(True, True): 5, (True, False): 6, (False, False): 7, (False, True): 8}[b >= 0, c >= 0]
