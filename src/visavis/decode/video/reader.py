"""Packets and frames of one video stream: seeking, the rule of stretches, and damage that is passed over."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from visavis.decode.limits import FilmLimits
from visavis.decode.video import demuxers, library, streams
from visavis.decode.video.losses import Losses
from visavis.decode.video.sparing import Sparing
from visavis.domain.errors import UnreadablePicture
from visavis.domain.media import Reason

_BACK_SECONDS = (0, 2, 10, 60)  # how far before the place asked for a seek is tried, when it lands behind it
_REORDERED_SECONDS = 1  # no codec shows a frame later than this after frames that are decoded behind it
_CHUNK_HEAD = 8  # bytes: the index names where a chunk begins, a packet where its data do
_STEADY = {"avi", "mxf", "mpegts", "mpeg"}  # of tapes, cameras and broadcasters: every frame is there
_RUN_UP_SECONDS = 10  # encoders refresh a picture that has no key frames within their longest distance of key frames, 250 frames by habit
_FAILURES = 200  # reads in a row that gave no packet: the rest is lost


@dataclass(frozen=True, slots=True)
class Decoded:
    """A frame of the decoder (av.VideoFrame), and its time from the film's first frame."""

    frame: Any
    ticks: int


@dataclass(slots=True)
class _Span:
    """A stretch whose ends settle as packets pass by: `first` is its first frame's time, `last` that of the first frame after it."""

    start: int
    end: int | None
    first: int | None = None
    last: int | None = None

    def pass_by(self, ticks: int | None, *, key: bool) -> None:
        if ticks is None or not key:
            return
        if self.first is None and ticks >= self.start:
            self.first = ticks
        if self.last is None and self.end is not None and ticks >= self.end:
            self.last = ticks

    @property
    def is_empty(self) -> bool:
        return self.first is not None and self.last is not None and self.last <= self.first

    def holds(self, ticks: int) -> bool:
        return self.first is not None and ticks >= self.first and not self.is_over(ticks)

    def is_over(self, ticks: int) -> bool:
        """Whether the stretch is over at a moment."""
        return self.last is not None and ticks >= self.last


@dataclass(frozen=True, slots=True)
class _Ahead:
    """The packets that were read beyond a stretch's end, from its last key frame on: the next stretch goes on with them, without a seek."""

    start: int
    packets: list[Any | None]


def _is_end(packet: Any) -> bool:
    """Whether it is the one behind the last, which asks the decoder for the frames that it keeps back."""
    return not packet.size and packet.dts is None


class Reader:
    """Reads one video stream out of a container.

    Parameters
    ----------
    source : binary stream
        Seekable; stays open.
    demuxer : str
        From `demuxers.container_of`.
    limits : FilmLimits
    threads : int
        That the decoder may use.

    Attributes
    ----------
    container, stream : av.container.InputContainer, av.VideoStream
    first : Decoded
        The first frame that can be decoded; all times are counted from it.
    damaged : int
        Frames of the stretches read so far that are missing.

    Raises
    ------
    UnreadablePicture
    """

    def __init__(self, source: BinaryIO, demuxer: str, limits: FilmLimits, threads: int) -> None:
        self._source, self._demuxer, self._limits, self._threads = source, demuxer, limits, threads
        self._av = library.load()
        self._origin = 0
        self.damaged = 0
        self._ahead: _Ahead | None = None
        self._unread: deque[Any | None] = deque()
        self._seekable = not demuxers.lacks_its_index(source, demuxer)
        self._open()
        try:
            self.first = self._first_frame()
        except UnreadablePicture:
            self.close()
            raise
        self._origin = self.first.ticks
        self.first = Decoded(self.first.frame, 0)
        rate = streams.constant_rate(self.stream)
        self._period = float(1 / (rate * self.stream.time_base)) if rate else None

    def close(self) -> None:
        """Give FFmpeg's memory back."""
        self.container.close()

    def stretch(self, start: int, end: int | None, *, key_frames_only: bool = False, apart_ticks: int = 0) -> Iterator[Decoded]:
        """Yield the frames from the first key frame at or after `start` to the first one at or after `end`, in order of time.

        Parameters
        ----------
        start, end : int or None
            Ticks from the film's first frame; at 0 or before, the film's beginning; None = its end.
        key_frames_only : bool
            The others are not even decoded.
        apart_ticks : int
            Every second frame may be left out where none is built upon it and those that remain are no further apart than this.
        """
        span = _Span(start, end, first=0 if start <= 0 else None)
        period = None if key_frames_only else self._period
        # Two woven fields are parted by the help of the neighbours.
        spares = period and 2 * period <= apart_ticks and not self.first.frame.interlaced_frame
        losses = Losses(period, may_pause=self._demuxer not in _STEADY, sparing=Sparing(period) if period and spares else None)
        shown = -1
        try:
            for found in self._led_in(span, losses, key_frames_only=key_frames_only):
                if span.is_over(found.ticks):
                    break
                if not span.holds(found.ticks):
                    continue
                if found.ticks <= shown:
                    losses.count += 1
                    continue
                if found.frame.is_corrupt:
                    losses.report()
                    continue
                losses.frame(found.ticks, due=span.first)
                shown = found.ticks
                yield found
            if span.first is not None and not span.is_empty:
                losses.end(span.last if span.last is not None else streams.own_duration(self.container, self.stream), due=span.first)
        finally:
            self.stream.codec_context.skip_frame = "DEFAULT"
            self.damaged += losses.count

    def key_before(self, ticks: int) -> int:
        """Return the time of a key frame at or before `ticks`; 0 if none is found."""
        for packet in self._from(ticks):
            at = self._ticks_of(packet)
            if packet is not None and at is not None and packet.is_keyframe:
                return at if at <= ticks else 0
        return 0

    def _led_in(self, span: _Span, losses: Losses, *, key_frames_only: bool) -> Iterator[Decoded]:
        """Decode a span; with a run-up where its first frame is whole only after others, as in films without true key frames."""
        frames = self._decoded(span, losses, span.start, key_frames_only=key_frames_only)
        first = next((one for one in frames if span.holds(one.ticks)), None)
        if first is None:
            return
        if first.frame.is_corrupt and span.start > 0:
            frames = self._decoded(span, losses, first.ticks - int(_RUN_UP_SECONDS / self.stream.time_base), key_frames_only=False)
        else:
            yield first
        yield from frames

    def _decoded(self, span: _Span, losses: Losses, start: int, *, key_frames_only: bool) -> Iterator[Decoded]:
        """Decode from the first key frame of a span on (from an earlier one if `start` lies before it), beyond its end."""
        ahead = _Ahead(span.end or 0, [])
        for packet in self._from(start):
            at = self._ticks_of(packet)
            span.pass_by(at, key=bool(packet and packet.is_keyframe))
            if span.last is not None:
                ahead.packets.append(packet)
                self._ahead = ahead
            if span.is_empty:
                return
            if span.first is None or (key_frames_only and packet and not packet.is_keyframe and not _is_end(packet)):
                continue
            self.stream.codec_context.skip_frame = "NONREF" if losses.may_spare(at) else "DEFAULT"
            frames = self._decode(packet)
            if frames is None and (at is None or span.holds(at)):
                losses.report()
            yield from frames or ()

    def _decode(self, packet: Any | None) -> list[Decoded] | None:
        """Return the frames that a packet brings forth, None if it can't be read or decoded."""
        if packet is None:
            return None
        try:
            if not packet.size and not _is_end(packet):
                return []  # AVI's way to show the frame before once more
            frames = self.stream.codec_context.decode(None if _is_end(packet) else packet)
        except self._av.FFmpegError:
            return None
        times = ((frame, frame.pts if frame.pts is not None else frame.dts) for frame in frames)
        return [Decoded(frame, time - self._origin) for frame, time in times if time is not None]

    def _ticks_of(self, packet: Any | None) -> int | None:
        time = packet and (packet.pts if packet.pts is not None else packet.dts)
        return None if time is None else int(time) - self._origin

    def _from(self, start: int) -> Iterator[Any | None]:
        """Yield packets from one that lies before the first key frame at or after `start`."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None and ahead.start == start:
            self.stream.codec_context.flush_buffers()
            self._unread.extendleft(reversed(ahead.packets))
            yield from self._packets()
            return
        if start > 0 and self._seekable:
            for back in _BACK_SECONDS:
                packets = self._sought(start - int(back / self.stream.time_base))
                first = next((one for one in packets if self._ticks_of(one) is not None), None)
                if self._lies_before(start, first):
                    yield first
                    yield from packets
                    return
        if not self._fresh:
            self._open()
        yield from self._packets()

    def _lies_before(self, start: int, packet: Any | None) -> bool:
        """Whether no key frame at or after `start` can have been passed over, if `packet` is the first one after a seek."""
        at = self._ticks_of(packet)
        if packet is None or at is None:
            return False
        return (packet.is_keyframe and at <= start) or at <= start - _REORDERED_SECONDS / self.stream.time_base

    def _sought(self, ticks: int) -> Iterator[Any | None]:
        """Return the packets from about a moment on, none where the container can't seek."""
        self._fresh = False
        self._unread.clear()
        try:
            self.container.seek(max(0, ticks) + self._origin, stream=self.stream)
        except self._av.FFmpegError:
            return iter(())
        return self._packets()

    def _packets(self) -> Iterator[Any | None]:
        """Yield packets up to the end, which is one without bytes; None for what can't be read."""
        self._fresh = False
        while self._unread:
            packet = self._unread.popleft()
            yield packet
            if packet is not None and _is_end(packet):
                return
        failures = 0
        while failures < _FAILURES:
            try:
                for packet in self.container.demux(self.stream):
                    failures = 0
                    self._retime(packet)
                    yield packet
                    if _is_end(packet):  # PyAV goes on to the ends of streams that it does not know, where some appeared on the way
                        return
            except self._av.FFmpegError:
                failures += 1
                yield None
            else:
                return

    def _retime(self, packet: Any) -> None:
        """Give a packet the time that AVI's index has for its place: its frames are counted, and behind a hole the count is wrong."""
        at = self._indexed.get(packet.pos)
        if at is not None and packet.dts is not None and at != packet.dts:
            packet.pts = None if packet.pts is None else packet.pts + at - packet.dts
            packet.dts = at

    def _first_frame(self) -> Decoded:
        for packet in self._packets():
            for found in self._decode(packet) or ():
                if not found.frame.is_corrupt:
                    return found
        raise UnreadablePicture(f"{self._demuxer}: no frame can be decoded", reason=Reason.UNREADABLE)

    def _open(self) -> None:
        """Open from the beginning of the file; another time if it was opened before."""
        self._source.seek(0)
        self._unread.clear()
        # `max_pixels` bounds each frame, also where a stream changes its size midway; decoders round sizes up to whole blocks.
        # No protocol may be used: there is only this stream.
        pixels = {"max_pixels": str(self._limits.pixels * 5 // 4)}
        options = {**pixels, "protocol_whitelist": "", "format_whitelist": self._demuxer}
        try:
            self.container = self._av.open(self._source, format=self._demuxer, options=options, metadata_errors="replace")
        except self._av.FFmpegError as error:
            if self._seekable:
                raise UnreadablePicture(f"{self._demuxer}: {type(error).__name__}", reason=Reason.UNREADABLE) from error
            raise UnreadablePicture(f"{self._demuxer}: cut short, its index is missing", reason=Reason.TRUNCATED) from error
        self.stream = streams.best_video(self.container)
        self._limits.check_frame(self.stream.width, self.stream.height)
        for other in self.container.streams:
            if other.index != self.stream.index:
                other.discard = self._av.stream.Discard.all
        context = self.stream.codec_context
        context.options = pixels
        context.thread_count = self._threads
        context.thread_type = "AUTO" if self._threads > 1 else "NONE"
        context.flags |= self._av.codec.context.Flags.output_corrupt  # so that they are seen and counted
        entries = self.stream.index_entries if self._demuxer == "avi" else ()
        self._indexed = {entry.pos + _CHUNK_HEAD: entry.timestamp for entry in entries}
        self._fresh = True
