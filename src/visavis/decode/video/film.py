"""The door: a seekable stream in, a film out whose frames come by the rule of stretches."""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from visavis.decode.limits import FilmLimits
from visavis.decode.orientation import UPRIGHT, swaps_sides
from visavis.decode.video import deinterlace, streams
from visavis.decode.video.demuxers import SNIFF_BYTES, container_of
from visavis.decode.video.frame import DecodedFrame, FilmFrame, Shape
from visavis.decode.video.reader import Decoded, Reader
from visavis.domain.arrays import RgbImage
from visavis.domain.errors import UnreadablePicture
from visavis.domain.film import FilmFacts
from visavis.domain.media import Reason

_DEFAULT_LIMITS = FilmLimits()


def open_film(source: BinaryIO | Path, *, file_name: str = "", limits: FilmLimits = _DEFAULT_LIMITS, threads: int = 1) -> "Film":
    """Open a film by what its bytes are, whatever the file is called, and decode its first frame.

    Parameters
    ----------
    source : binary stream or Path
        A stream must be seekable, and stays open when the film is closed.
    file_name : str
        Last part of the path; a date in it is the last resort.
    limits : FilmLimits, optional
    threads : int
        That the decoder may use.

    Returns
    -------
    Film
        A context manager.

    Raises
    ------
    UnreadablePicture
        With the :class:`~visavis.domain.media.Reason` to store: empty, unreadable, truncated, too-large, too-small, unsupported.
    SetupError
        PyAV is not installed.
    """
    if isinstance(source, Path):
        stream = source.open("rb")
        try:
            return Film(stream, file_name or source.name, limits, threads, owned=True)
        except BaseException:
            stream.close()
            raise
    return Film(source, file_name, limits, threads)


class Film:
    """A film that was found within the limits; made by :func:`open_film`.

    Attributes
    ----------
    facts : FilmFacts
    """

    def __init__(self, source: BinaryIO, file_name: str, limits: FilmLimits, threads: int, *, owned: bool = False) -> None:
        self._source, self._owned = source, owned
        limits.check_file(source.seek(0, 2))
        source.seek(0)
        demuxer = container_of(source.read(SNIFF_BYTES))
        if demuxer is None:
            raise UnreadablePicture("not a film in any container that is read", reason=Reason.UNREADABLE)
        self._reader = Reader(source, demuxer, limits, threads)
        try:
            self._shape = _shape(self._reader.first.frame, self._reader.stream)
            self.facts = self._read_facts(demuxer, file_name, limits)
        except BaseException:
            self._reader.close()
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

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give back memory, and the file if `open_film` opened it."""
        self._reader.close()
        if self._owned:
            self._source.close()

    @property
    def damaged(self) -> int:
        """Frames of the stretches read so far that could not be decoded."""
        return self._reader.damaged

    def frames(self, start_ticks: int = 0, end_ticks: int | None = None, *, key_frames_only: bool = False) -> Iterator[FilmFrame]:
        """Read one stretch: from the first key frame at or after `start_ticks` to the first one at or after `end_ticks`, in order of time.

        One stretch at a time: asking for another, or for a picture by :meth:`at`, ends this one.

        Parameters
        ----------
        start_ticks : int
            0 or less: from the first frame, whatever it is.
        end_ticks : int or None
            None = to the end of the film.
        key_frames_only : bool
            The others are not even decoded.

        Yields
        ------
        FilmFrame
            Later than the one before. Frames that can't be decoded are passed over, and counted in `damaged`.
        """
        before: Decoded | None = None
        this: Decoded | None = None
        for after in self._reader.stretch(start_ticks, end_ticks, key_frames_only=key_frames_only):
            if this is not None:
                yield self._frame(before, this, after)
            before, this = this, after
        if this is not None:
            yield self._frame(before, this, None)

    def span(self, start_ticks: int, end_ticks: int) -> Iterator[FilmFrame]:
        """Yield the frames that are shown from one moment to another, both included, wherever key frames lie."""
        for frame in self.frames(self._reader.key_before(start_ticks), None):
            if frame.ticks > end_ticks:
                return
            if frame.ticks >= start_ticks:
                yield frame

    def at(self, ticks: int, longer_side: int | None = None) -> RgbImage:
        """Decode the frame that is shown at a moment: the last one at or before it.

        Raises
        ------
        UnreadablePicture
            No frame there can be decoded.
        """
        counted = self._reader.damaged
        found = None
        for frame in self.frames(max(0, self._reader.key_before(ticks)), None):
            if found is not None and frame.ticks > ticks:
                break
            found = frame
            if frame.ticks >= ticks:
                break
        self._reader.damaged = counted
        if found is None:
            raise UnreadablePicture("the film has no frame there", reason=Reason.UNREADABLE)
        return found.rgb(longer_side)

    def _frame(self, before: Decoded | None, this: Decoded, after: Decoded | None) -> DecodedFrame:
        def progressive() -> Any:
            return deinterlace.progressive(before and before.frame, this.frame, after and after.frame)

        woven = progressive if this.frame.interlaced_frame else None
        return DecodedFrame(this.frame, this.ticks, key=bool(this.frame.key_frame), shape=self._shape, progressive=woven)


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
