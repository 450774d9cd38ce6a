"""Which of a container's streams is the film, and what the container says of it."""

import re
from fractions import Fraction
from typing import Any

from visavis.decode.dates import parse_date
from visavis.decode.file_names import date_in_name
from visavis.decode.video import library
from visavis.domain.errors import UnreadablePicture
from visavis.domain.media import CaptureDate, DateOrigin, PictureMetadata, Reason

_CLOSE = Fraction(1, 100)
_ZERO = {"00:00:00:00", "00:00:00;00"}
_CLOCK = re.compile(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)")
# By whoever filmed first; `creation_time` is when the file was begun, in UTC.
_DATES = ("com.apple.quicktime.creationdate", "date_recorded", "date", "creation_time")
_UNSET = ("1904-01-01", "1970-01-01")  # zero, in QuickTime's and in Unix's counting


def best_video(container: Any) -> Any:
    """Return the video stream with the largest frames, the default one among equals; covers and thumbnails are none.

    Raises
    ------
    UnreadablePicture
        There is none (unsupported), or none that can be decoded.
    """
    kinds = library.load().stream.Disposition
    stills = kinds.attached_pic | kinds.timed_thumbnails | kinds.still_image
    films = [one for one in container.streams.video if not one.disposition & stills]
    if not films:
        raise UnreadablePicture("no video in it", reason=Reason.UNSUPPORTED)
    known = [one for one in films if one.codec_context is not None]
    if not known:
        raise UnreadablePicture("video of a codec that is not read", reason=Reason.UNSUPPORTED)
    best = max(known, key=lambda one: (one.width * one.height, bool(one.disposition & kinds.default), -one.index))
    if not best.width or not best.time_base:
        raise UnreadablePicture("a video stream without a picture", reason=Reason.UNREADABLE)
    return best


def format_of(container: Any, demuxer: str) -> str:
    """Return the short name that is stored: `mp4` and `mov` apart, else the demuxer's."""
    if demuxer != "mov":
        return demuxer
    return "mov" if container.metadata.get("major_brand", "qt").strip() == "qt" else "mp4"


def duration(container: Any, stream: Any) -> int | None:
    """Return ticks from first frame to end as the container says, None if it doesn't."""
    if stream.duration:
        return int(stream.duration)
    return int(Fraction(container.duration, 1_000_000) / stream.time_base) if container.duration else None


def own_duration(container: Any, stream: Any) -> int | None:
    """Return ticks from first frame to end of this very stream, None if the container doesn't say: sound may go on without pictures."""
    if stream.duration:
        return int(stream.duration)
    clock = _CLOCK.fullmatch(stream.metadata.get("DURATION", ""))  # as Matroska writes it
    if clock:
        hours, minutes, seconds = clock.groups()
        return int((int(hours) * 3600 + int(minutes) * 60 + Fraction(seconds)) / stream.time_base)
    return duration(container, stream) if len(container.streams) == 1 else None


def constant_rate(stream: Any) -> Fraction | None:
    """Return frames a second if they are evenly spaced."""
    average, base = stream.average_rate, stream.base_rate
    if not average or not base:
        return None
    for rate in (Fraction(base), Fraction(base) / 2):  # of interlaced video, `base` counts fields
        if abs(average / rate - 1) < _CLOSE:
            return rate
    return None


def timecode(container: Any, stream: Any, first: Any) -> str | None:
    """Return the SMPTE time code of the first frame: of a time code track, of the container, or of the pictures themselves.

    Parameters
    ----------
    first : av.VideoFrame
        H.264, HEVC and DV may carry a code in each frame; that of MPEG-2's groups of pictures FFmpeg puts with the stream.
    """
    said = [one.metadata.get("timecode") for one in (stream, *container.streams.data, container, first)]
    text = next((text for text in said if text), None)
    # Encoders of MPEG-2 that know of no time code write zero.
    return None if text in _ZERO and stream.codec_context.name == "mpeg2video" else text


def metadata(container: Any, stream: Any, file_name: str) -> PictureMetadata:
    """Read what the container says of the film; the file's name is the last resort for a date."""
    said = {name.lower(): value for source in (stream.metadata, container.metadata) for name, value in source.items()}
    return PictureMetadata(
        captured=_captured(said) or date_in_name(file_name),
        caption=said.get("description") or said.get("comment", ""),
        credit=said.get("artist", ""),
        rights=said.get("copyright", ""),
    )


def _captured(said: dict[str, str]) -> CaptureDate | None:
    for name in _DATES:
        text = said.get(name, "")
        if text and not text.startswith(_UNSET):
            found = parse_date(text, DateOrigin.CONTAINER)
            if found is not None:
                return found
    return None
