"""What a frame looks like: upright, with square pixels, of one moment; and small where a small one is asked for."""

from fractions import Fraction

import numpy as np
import pytest
from film_forge import SCRIPT, opened

from visavis.testing.films import Studio

MIDDLE = Fraction(12, 25)


def middle(film):
    return film.at(round(MIDDLE / film.facts.time_base))


def apart(a, b):
    return float(np.abs(a.astype(np.int16) - b).mean())


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_film_that_is_to_be_turned_comes_upright(make, rotation):
    plain, turned = make("h264-mp4").data, make("h264-mp4", rotation=rotation).data
    with opened(plain) as upright, opened(turned) as film:
        assert (film.facts.width, film.facts.height) == (SCRIPT.width, SCRIPT.height)
        assert apart(middle(film), middle(upright)) < 6
        small = [next(one.frames()).luma(64).ravel() for one in (film, upright)]
        assert np.corrcoef(small)[0, 1] > 0.6  # single samples, and not the same ones; wrongly turned: 0.3 at most


def test_pixels_that_are_not_square_are_widened(make):
    with opened(make("h264-mp4", pixel_aspect=Fraction(4, 3)).data) as film:
        assert (film.facts.width, film.facts.height) == (round(SCRIPT.width * 4 / 3), SCRIPT.height)
        assert middle(film).shape == (SCRIPT.height, film.facts.width, 3)


@pytest.mark.parametrize(("way", "options"), [("mpeg2-ts", (("flags", "+ildct+ilme"),)), ("h264-mp4", (("flags", "+ildct"),))])
def test_two_fields_become_one_picture(make, examples, way, options):
    with opened(make(way, interlaced=True, options=options, bit_rate=4_000_000).data) as film:
        seen = middle(film)
    shots = {shot.number: shot.image_rgb for shot in Studio(examples).shots(SCRIPT)}
    drawn = shots[12].astype(np.int16)
    comb = np.abs(np.diff(seen.astype(np.int16), axis=0)).mean() / np.abs(np.diff(drawn, axis=0)).mean()
    assert comb < 1.2  # lines of two moments laid into each other: 1.9
    assert apart(seen, drawn) < 12


def test_a_smaller_frame_is_asked_for_by_its_longer_side(make):
    with opened(make("h264-mp4").data) as film:
        frame = next(film.frames())
        assert frame.rgb(128).shape == (72, 128, 3)
        assert frame.rgb(4_000).shape == frame.rgb().shape == (144, 256, 3)
        assert frame.luma(64).shape == (36, 64)
        assert frame.rgb().flags.writeable


def test_frames_can_be_kept_and_looked_at_later(make):
    with opened(make("h264-mp4").data) as film:
        kept = list(film.frames())
        at_once = [frame.rgb(64) for frame in film.frames()]
        assert all(np.array_equal(frame.rgb(64), before) for frame, before in zip(kept, at_once, strict=True))


def test_a_moment_between_two_frames_shows_the_earlier_one(make):
    with opened(make("h264-mp4").data) as film:
        first, second = [frame.ticks for frame in film.frames()][:2]
        assert np.array_equal(film.at(second - 1), film.at(first))
        assert not np.array_equal(film.at(second), film.at(first))
        assert [frame.ticks for frame in film.between(second - 1, second)] == [second]
