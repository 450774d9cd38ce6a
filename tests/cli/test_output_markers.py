"""Markers for editing programs: the same frames in both forms."""

import json
from fractions import Fraction
from types import SimpleNamespace

import pytest

from visavis.cli.output.markers import edl, otio
from visavis.domain.face import Box
from visavis.domain.film import Moment
from visavis.domain.identification import Candidate
from visavis.domain.ids import FaceId, MediaId, SourceId

pytest.importorskip("opentimelineio")


def candidate(start: int, end: int, *, length: int | None) -> Candidate:
    moment = Moment(
        appearance=1,
        start_ticks=start,
        end_ticks=end,
        at_ticks=start,
        time_base=Fraction(1, 25),
        duration_ticks=length,
        rate=Fraction(25),
        timecode=None,
    )
    return Candidate(
        rank=1,
        candidate_id=f"candidate-{start}",
        face_id=FaceId(f"f{start}"),
        media_id=MediaId("m"),
        source_id=SourceId("s"),
        source_title="Family",
        group="g",
        kind="film",
        similarity=0.8,
        path="film.mov",
        captured_at=None,
        start_s=moment.start_s,
        end_s=moment.end_s,
        moment=moment,
        box=Box(left=0.4, top=0.3, width=0.2, height=0.2),
    )


def marked(text: str) -> tuple[int, list[tuple[int, int]]]:
    """Return the length of the only clip and (start, duration) of each of its markers, in frames."""
    (clip,) = json.loads(text)["tracks"]["children"][0]["children"]
    ranges = [one["marked_range"] for one in clip["markers"]]
    return clip["source_range"]["duration"]["value"], [(one["start_time"]["value"], one["duration"]["value"]) for one in ranges]


@pytest.mark.parametrize(("length", "told"), [(100, 100), (None, 31)])
def test_an_appearance_is_as_long_in_one_form_as_in_the_other_and_one_of_one_frame_lasts_a_frame(length, told):
    found = SimpleNamespace(search_id="s", candidates=(candidate(10, 10, length=length), candidate(26, 30, length=length)))
    assert marked(otio(found)) == (told, [(10, 1), (26, 5)])
    events = [line.split()[4:6] for line in edl(found)[0].splitlines() if " AX " in line]
    assert events == [["00:00:00:10", "00:00:00:11"], ["00:00:01:01", "00:00:01:06"]]
