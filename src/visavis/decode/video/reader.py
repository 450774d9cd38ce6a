"""Packets and frames of one video stream: seeking, the rule of stretches, and damage that is passed over."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from visavis.decode.limits import FilmLimits
from visavis.decode.video import library
from visavis.decode.video.streams import best_video
from visavis.domain.errors import UnreadablePicture
from visavis.domain.media import Reason

_BACK_SECONDS = (0, 2, 10, 60)  # how far before the place asked for a seek is tried, when it lands behind it
_REORDERED_SECONDS = 1  # no codec shows a frame later than this after frames that are decoded behind it
_FAILURES = 200  # reads in a row that gave no packet: the rest is lost


@dataclass(frozen=True, slots=True)
class Decoded:
    """A frame of the decoder (av.VideoFrame), and its time from the film's first frame."""

    frame: Any
    ticks: int


class Reader:
    """Reads one video stream out of a container.

    Parameters
    ----------
    source : binary stream
        Seekable; stays open.
    container : str
        The demuxer's name.
    limits : FilmLimits
    threads : int
        That the decoder may use.

    Attributes
    ----------
    origin : int
        The first frame's presentation time, ticks of the stream.
    damaged : int
        Frames that could not be decoded, since it was opened.
    """

    def __init__(self, source: BinaryIO, container: str, limits: FilmLimits, threads: int) -> None:
        self._source, self._name, self._limits, self._threads = source, container, limits, threads
        self._av = library.load()
        self.damaged = 0
        self._open()
        self.origin = 0
        self.first = self._first_frame()
        self.origin = self.first.ticks

    def _open(self) -> None:
        """Open from the beginning of the file; another time if it was opened before."""
        self._source.seek(0)
        # `max_pixels` bounds every frame, also where a stream changes its size midway. No protocol is allowed: there is only this stream.
        options = {"max_pixels": str(self._limits.pixels), "protocol_whitelist": "", "format_whitelist": self._name}
        try:
            self.container = self._av.open(self._source, format=self._name, options=options, metadata_errors="replace")
        except (self._av.FFmpegError, ValueError) as error:
            raise UnreadablePicture(f"{self._name}: {type(error).__name__}", reason=Reason.UNREADABLE) from error
        self.stream = best_video(self.container)
        for other in self.container.streams:
            if other.index != self.stream.index:
                other.discard = self._av.stream.Discard.all
        context = self.stream.codec_context
        context.options = {"max_pixels": str(self._limits.pixels)}
        context.thread_count = self._threads
        context.thread_type = "AUTO" if self._threads > 1 else "NONE"
        context.flags |= self._av.codec.context.Flags.output_corrupt  # so that they are seen and counted
        self._fresh = True

    def close(self) -> None:
        """Give FFmpeg's memory back."""
        self.container.close()

    def _first_frame(self) -> Decoded:
        for packet in self._packets():
            for found in self._decode(packet):
                if not found.frame.is_corrupt:
                    return found
        raise UnreadablePicture(f"{self._name}: no frame can be decoded", reason=Reason.UNREADABLE)

    def stretch(self, start: int, end: int | None, *, key_frames_only: bool = False) -> Iterator[Decoded]:
        """Yield the frames from the first key frame at or after `start` to the first one at or after `end`, in order of time.

        Parameters
        ----------
        start, end : int or None
            Ticks from the film's first frame; at 0 or before, the film's beginning; None = its end.
        key_frames_only : bool
            The others are not even decoded.
        """
        first, last, shown = (0 if start <= 0 else None), None, -1
        for packet in self._from(start):
            at = self._ticks_of(packet)
            key = bool(packet.is_keyframe) and at is not None
            if first is None:
                if not key or at is None or at < start:
                    continue
                first = at
            if last is None and key and end is not None and at is not None and at >= end:
                last = at
                if last <= first and start > 0:
                    return
            if key_frames_only and packet.size and not packet.is_keyframe:
                continue
            for found in self._decode(packet, within=(first, last)):
                if last is not None and found.ticks >= last:
                    return
                if found.ticks < first:
                    continue
                if found.frame.is_corrupt or found.ticks <= shown:
                    self.damaged += 1
                    continue
                shown = found.ticks
                yield found

    def _decode(self, packet: Any, within: tuple[int, int | None] = (0, None)) -> list[Decoded]:
        try:
            frames = self.stream.codec_context.decode(packet if packet.size else None)
        except self._av.FFmpegError:
            at = self._ticks_of(packet)
            first, last = within
            self.damaged += at is None or (at >= first and (last is None or at < last))
            return []
        times = ((frame, frame.pts if frame.pts is not None else frame.dts) for frame in frames)
        return [Decoded(frame, time - self.origin) for frame, time in times if time is not None]

    def _ticks_of(self, packet: Any) -> int | None:
        time = packet.pts if packet.pts is not None else packet.dts
        return None if time is None else int(time) - self.origin

    def _from(self, start: int) -> Iterator[Any]:
        """Yield packets from one that lies before the first key frame at or after `start`."""
        if start <= 0:
            if not self._fresh:
                self._open()
            yield from self._packets()
            return
        per_second = 1 / self.stream.time_base
        for back in _BACK_SECONDS:
            if not self._seek(start - int(back * per_second)):
                break
            packets = self._packets()
            ahead = next((one for one in packets if self._ticks_of(one) is not None), None)
            at = None if ahead is None else self._ticks_of(ahead)
            if ahead is None or at is None:
                continue
            if (ahead.is_keyframe and at <= start) or at <= start - _REORDERED_SECONDS * per_second:
                yield ahead
                yield from packets
                return
        self._open()
        yield from self._packets()

    def _seek(self, ticks: int) -> bool:
        self._fresh = False
        try:
            self.container.seek(max(0, ticks) + self.origin, stream=self.stream)
        except self._av.FFmpegError:
            return False
        return True

    def _packets(self) -> Iterator[Any]:
        """Yield packets to the end, which is a packet without bytes; what can't be read is passed over and counted."""
        self._fresh = False
        failures = 0
        while failures < _FAILURES:
            try:
                for packet in self.container.demux(self.stream):
                    failures = 0
                    yield packet
            except self._av.FFmpegError:
                failures += 1
                self.damaged += failures == 1
            else:
                return

    def key_before(self, ticks: int) -> int:
        """Return the time of a key frame at or before `ticks`; 0 if none is found."""
        for packet in self._from(ticks):
            at = self._ticks_of(packet)
            if packet.is_keyframe and at is not None:
                return at if at <= ticks else 0
        return 0
