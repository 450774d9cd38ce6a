"""The moments of a result as editing programs take them: an EDL (CMX 3600, one event an appearance) or OpenTimelineIO (markers on films).

Times are the film's own time codes where it has them, else they count from its first frame.
"""

from fractions import Fraction
from pathlib import PurePosixPath
from typing import Any

from visavis.cli.output import reading
from visavis.cli.output.plain_text import encodable, shown
from visavis.domain.errors import SetupError
from visavis.domain.film import Moment
from visavis.domain.identification import Candidate, SearchResult
from visavis.domain.timecode import parse, write

_EDL_EVENTS = 999  # CMX 3600 counts them with three digits
_Moments = list[tuple[Candidate, Moment]]


def edl(result: SearchResult) -> tuple[str, int]:
    """Return an EDL of a result's moments, best first, and how many it leaves out.

    An EDL has one rate: moments of films with another than the first, or with none that is even, are left out.
    """
    moments = _moments(result)
    rate = next((when.rate for _, when in moments if when.rate is not None), Fraction(1))
    fitting = [pair for pair in moments if pair[1].rate == rate][:_EDL_EVENTS]
    drop = any(_drops(when) for _, when in fitting)
    lines = [f"TITLE: Visavis search {result.search_id}", f"FCM: {'DROP FRAME' if drop else 'NON-DROP FRAME'}", ""]
    record = 0
    for number, (candidate, when) in enumerate(fitting, start=1):
        first, behind = _seen(when, rate)
        source = [write(frame, rate, drop=_drops(when)) for frame in (first, behind)]
        written = [write(frame, rate, drop=drop) for frame in (record, record + behind - first)]
        lines += [
            f"{number:03}  AX       V     C        {' '.join([*source, *written])}",
            f"* FROM CLIP NAME: {shown(PurePosixPath(candidate.path).name)}",
            f"* LOC: {write(_frame(when, when.at_ticks, rate), rate, drop=_drops(when))} RED     {_says(candidate)}",
        ]
        record += behind - first
    return "\n".join([*lines, ""]), len(moments) - len(fitting)


def otio(result: SearchResult) -> str:
    """Return a timeline with each film as a clip and its moments as markers, as OpenTimelineIO's JSON.

    Raises
    ------
    SetupError
        `opentimelineio` is not installed.
    """
    try:
        import opentimelineio as library
    except ImportError as error:
        raise SetupError(
            "markers are written with OpenTimelineIO, which is not installed", remedy='pip install "visavis[video]"'
        ) from error
    timeline = library.schema.Timeline(name=f"Visavis search {result.search_id}")
    track = library.schema.Track(name="films", kind=library.schema.TrackKind.Video)
    timeline.tracks.append(track)
    films: dict[str, _Moments] = {}
    for candidate, when in _moments(result):
        films.setdefault(candidate.media_id, []).append((candidate, when))
    for moments in films.values():
        track.append(_clip(library, moments))
    return str(library.adapters.write_to_string(timeline, "otio_json"))


def _clip(library: Any, moments: _Moments) -> Any:
    first, when = moments[0]
    rate = when.rate or 1 / when.time_base  # in ticks where the rate is uneven
    ends = max(_seen(other, rate)[1] for _, other in moments) if when.duration_ticks is None else _frame(when, when.duration_ticks, rate)
    whole = _range(library, (_frame(when, 0, rate), ends), rate)
    media = library.schema.ExternalReference(target_url=encodable(first.path), available_range=whole)
    clip = library.schema.Clip(name=encodable(PurePosixPath(first.path).name), media_reference=media, source_range=whole)
    for candidate, moment in moments:
        clip.markers.append(
            library.schema.Marker(
                name=_says(candidate),
                color=library.schema.MarkerColor.RED,
                marked_range=_range(library, _seen(moment, rate), rate),
                metadata={"visavis": {"candidate_id": candidate.candidate_id, "similarity": round(candidate.similarity, 4)}},
            )
        )
    return clip


def _range(library: Any, frames: tuple[int, int], rate: Fraction) -> Any:
    first, behind = (library.opentime.RationalTime(frame, float(rate)) for frame in frames)
    return library.opentime.TimeRange(first, behind - first)


def _seen(when: Moment, rate: Fraction) -> tuple[int, int]:
    """Return the numbers of an appearance's first frame and of the frame after its last: «out», in both forms."""
    return _frame(when, when.start_ticks, rate), _frame(when, when.end_ticks, rate) + 1


def _moments(result: SearchResult) -> _Moments:
    """Return what is found in films and not decided to be somebody else."""
    return [(one, one.moment) for one in result.candidates if one.moment is not None and not reading.set_aside(one)]


def _frame(when: Moment, ticks: int, rate: Fraction) -> int:
    """Return the number of a frame, counted as the film's time code counts."""
    first = parse(when.timecode, rate) if when.timecode is not None and when.rate is not None else None
    return (first or 0) + round(ticks * when.time_base * rate)


def _drops(when: Moment) -> bool:
    return when.timecode is not None and when.timecode[-3] in ";."


def _says(candidate: Candidate) -> str:
    return f"candidate {candidate.rank}, similarity {reading.similarity(candidate.similarity)}"
