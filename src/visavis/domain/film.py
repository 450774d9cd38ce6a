"""Film: a video's facts, the faces seen in it over time, and the stretches that it is read in."""

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from visavis.domain.face import AnalysedFace
from visavis.domain.media import PictureMetadata


class Sampling(StrEnum):
    """How closely a film is looked at; what each finds and costs stands in docs/guide/video.md."""

    FAST = "fast"
    """Only frames that can be decoded alone (key frames)."""
    NORMAL = "normal"
    """All frames are decoded but some that no other is built upon; faces are looked for as often as the picture asks for it."""
    EVERY_FRAME = "every-frame"
    """Faces are looked for in each frame, at all sizes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmFacts:
    """What a container says of its video stream.

    Attributes
    ----------
    format, codec : str
        Lower case, as found in the bytes: `mp4`, `matroska`, `mxf`, …; `h264`, `prores`, …
    width, height : int
        Of the upright frame as it is shown (rotation and pixel aspect applied), pixels.
    time_base : Fraction
        Seconds a tick; every time of this film is a whole number of ticks from its first frame's presentation time.
    duration_ticks : int or None
        None = the container does not say.
    rate : Fraction or None
        Frames a second, for writing time codes only; None = variable or unknown.
    timecode : str or None
        SMPTE time code of tick 0, `10:00:00:00` or, drop-frame, `10:00:00;00`.
    """

    format: str
    codec: str
    width: int
    height: int
    time_base: Fraction
    duration_ticks: int | None
    rate: Fraction | None
    timecode: str | None
    metadata: PictureMetadata


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenFace:
    """A face at one moment of a film.

    Attributes
    ----------
    at_ticks : int
        Presentation time of its frame.
    dhash : bytes
        16 bytes: the frame's perceptual hash.
    """

    at_ticks: int
    face: AnalysedFace
    dhash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One face followed without a cut: what becomes an appearance.

    Attributes
    ----------
    start_ticks, end_ticks : int
        Presentation time of the first and the last frame in which it was seen.
    best : tuple of SeenFace
        A few mutually different ones, best quality first; each becomes an index row.
    first, last : SeenFace
        Where it came from and went to: a track that goes on in the next stretch is known by these. Time, `dhash`, box,
        landmarks and score are their own; template and other measures those of the nearest in time of `best`: not every look is embedded.
    """

    start_ticks: int
    end_ticks: int
    best: tuple[SeenFace, ...]
    first: SeenFace = field(repr=False)
    last: SeenFace = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmPart:
    """What one stretch of a film gave.

    A stretch owns the frames from the first key frame at or after its start to the first key frame at or after its end, so that
    stretches can be read alone, in any order and again, and no frame belongs to two.

    Attributes
    ----------
    from_ticks, to_ticks : int
        Presentation times of its first frame and of the first frame that is not its own (the film's end for the last).
    tracks : tuple of Track
        By start. A track that touches an end of the stretch may go on beyond it: whoever stores it joins the two.
    frames, damaged : int
        Frames decoded, and those that could not be.
    looked : int
        Frames in which faces were looked for.
    gap_ticks : int
        The longest time between two looks: a track joins one of the next stretch over no more than this.
    """

    from_ticks: int
    to_ticks: int
    tracks: tuple[Track, ...]
    frames: int
    damaged: int
    looked: int
    gap_ticks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When in a film a found face is: its appearance, and the frame that the face was taken from.

    Attributes
    ----------
    start_ticks, end_ticks, at_ticks : int
        First and last frame of the appearance, and the one of this face, from the film's first frame.
    duration_ticks, rate, timecode
        As `FilmFacts` has them.
    """

    appearance: int
    start_ticks: int
    end_ticks: int
    at_ticks: int
    time_base: Fraction
    duration_ticks: int | None
    rate: Fraction | None
    timecode: str | None

    @property
    def start_s(self) -> float:
        """When the appearance begins, seconds."""
        return float(self.start_ticks * self.time_base)

    @property
    def end_s(self) -> float:
        """When it ends, seconds."""
        return float(self.end_ticks * self.time_base)

    @property
    def at_s(self) -> float:
        """When this face is seen, seconds."""
        return float(self.at_ticks * self.time_base)


def clock(seconds: float) -> str:
    """Return a time of a film as people read it, `1:02:03`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}"
