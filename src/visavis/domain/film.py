"""Film: a video's facts, the faces seen in it over time, and the stretches that it is read in."""

from dataclasses import dataclass, field
from fractions import Fraction

from visavis.domain.face import AnalysedFace
from visavis.domain.media import PictureMetadata


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
class Moment:
    """When in a film a face was seen; times as in `FilmFacts`.

    Attributes
    ----------
    start_ticks, end_ticks : int
        Of the appearance.
    at_ticks : int
        Of the frame in which the face was seen.
    duration_ticks : int or None
        Of the film.
    rate : Fraction or None
    timecode : str or None
        Of tick 0.
    """

    start_ticks: int
    end_ticks: int
    at_ticks: int
    time_base: Fraction
    duration_ticks: int | None = None
    rate: Fraction | None = None
    timecode: str | None = None

    def seconds(self, ticks: int) -> float:
        """Return ticks as seconds."""
        return float(ticks * self.time_base)


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
        Where it came from and went to: a track that goes on in the next stretch is known by these.
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
