"""Moments on the page: where in their film they lie, and which of them are played."""

from dataclasses import dataclass, replace
from fractions import Fraction

from visavis.cli.output import films
from visavis.cli.output.films import Films
from visavis.domain.face import Box
from visavis.domain.film import Moment
from visavis.domain.identification import Candidate
from visavis.domain.ids import FaceId, MediaId, SourceId


@dataclass(frozen=True)
class Short:
    mp4: bytes = b"a film"
    at_s: float = 1.25


def candidate(number: int, start: int, end: int, *, media: str = "m", length: int | None = 100_000) -> Candidate:
    moment = Moment(
        appearance=number,
        start_ticks=start,
        end_ticks=end,
        at_ticks=start,
        time_base=Fraction(1, 1000),
        duration_ticks=length,
        rate=None,
        timecode=None,
    )
    return Candidate(
        rank=number,
        candidate_id=f"candidate-{number:08}",
        face_id=FaceId(f"f{number}"),
        media_id=MediaId(media),
        source_id=SourceId("s"),
        source_title="Family",
        group=f"g{number}",
        kind="film",
        similarity=0.8,
        path="film.mov",
        captured_at=None,
        start_s=moment.start_s,
        end_s=moment.end_s,
        at_s=moment.at_s,
        moment=moment,
        box=Box(left=0.4, top=0.3, width=0.2, height=0.2),
    )


def page(*candidates: Candidate, opener=lambda _: Short()) -> Films:
    return Films(candidates, {one.candidate_id: one.rank for one in candidates}, opener)


def test_a_strip_shows_every_appearance_of_the_film_its_own_on_top_and_no_other_films():
    first, second, elsewhere = candidate(1, 0, 10_000), candidate(2, 50_000, 75_000), candidate(3, 0, 9_000, media="n")
    told = page(first, second, elsewhere).filmed(first, folded=False)
    assert [(tick.number, tick.own, tick.style) for tick in told.ticks] == [
        (2, False, "left:50.00%;width:25.00%"),
        (0, True, "left:0.00%;width:10.00%"),
    ]
    assert (told.span, told.ends, told.command) == ("0:00-0:10", "1:40", "visavis clip 00000001 --output clip.mp4")


def test_a_glimpse_is_seen_on_the_strip_and_a_film_of_unknown_length_ends_with_its_last_appearance():
    glimpse = candidate(1, 99_999, 99_999, length=None)
    (tick,) = page(glimpse).filmed(glimpse, folded=False).ticks
    assert tick.style == "left:99.60%;width:0.40%"


def test_what_stands_on_the_page_plays_from_its_moment_and_what_is_folded_or_decided_against_does_not():
    one = candidate(1, 2_000, 5_000)
    assert page(one).filmed(one, folded=False).player == "data:video/mp4;base64,YSBmaWxt#t=1.25"
    assert page(one).filmed(one, folded=True).player is None
    other = replace(one, decided="not-the-same")
    assert page(other).filmed(other, folded=False).player is None


def test_a_page_says_how_many_moments_it_has_no_room_for(monkeypatch):
    monkeypatch.setattr(films, "PREVIEW_BYTES", 10)
    candidates = [candidate(number, number * 1000, number * 1000 + 500) for number in range(1, 6)]
    full = page(*candidates)
    assert [full.filmed(one, folded=False).player is not None for one in candidates] == [True, True, False, False, False]
    assert full.left_out == 3


def test_a_page_without_previews_leaves_nothing_out():
    one = candidate(1, 0, 1000)
    quiet = page(one, opener=None)
    assert quiet.filmed(one, folded=False).player is None
    assert quiet.left_out == 0


def test_a_photograph_has_no_strip():
    one = replace(candidate(1, 0, 0), moment=None, kind="photo")
    assert page(one).filmed(one, folded=False) is None
