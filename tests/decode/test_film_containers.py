"""Every container and codec that was tried: the right frame at the right time, and stretches that lose nothing and double nothing."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from film_forge import KEY_EVERY, RATE, SCRIPT, joined, opened, stretches, times

from visavis.testing.films import Studio, encodings

FOUND = {
    "h264-mp4": ("mp4", "h264"),
    "h264-mov": ("mov", "h264"),
    "h264-mkv": ("matroska", "h264"),
    "h264-ts": ("mpegts", "h264"),
    "h264-avi": ("avi", "h264"),
    "h264-flv": ("flv", "h264"),
    "hevc-mp4": ("mp4", "hevc"),
    "vp8-webm": ("matroska", "vp8"),
    "vp9-webm": ("matroska", "vp9"),
    "av1-mkv": ("matroska", "av1"),
    "mpeg2-ts": ("mpegts", "mpeg2video"),
    "mpeg2-ps": ("mpeg", "mpeg2video"),
    "mpeg2-mxf": ("mxf", "mpeg2video"),
    "prores-mov": ("mov", "prores"),
    "dnxhr-mxf": ("mxf", "dnxhd"),
    "mjpeg-avi": ("avi", "mjpeg"),
    "mpeg4-avi": ("avi", "mpeg4"),
    "wmv2-asf": ("asf", "wmv2"),
    "ffv1-mkv": ("matroska", "ffv1"),
}
STRETCH = Fraction(7, 10)


def test_every_way_to_make_a_film_is_tried_and_listed():
    assert set(FOUND) == set(encodings(RATE))
    page = (Path(__file__).parents[2] / "docs" / "reference" / "formats.md").read_text("utf-8")
    assert [way for way, (_, codec) in FOUND.items() if f"`{codec}`" not in page] == []


@pytest.mark.parametrize("way", FOUND)
def test_the_container_s_facts_are_read(make, way):
    made = make(way)
    with opened(made.data) as film:
        facts = film.facts
        assert (facts.format, facts.codec) == FOUND[way]
        assert (facts.width, facts.height, facts.rate) == (SCRIPT.width, SCRIPT.height, RATE)
        assert facts.duration_ticks is not None
        assert abs(facts.duration_ticks * facts.time_base - Fraction(len(made.times)) / RATE) <= 5 / RATE  # a programme stream guesses


@pytest.mark.parametrize("way", FOUND)
def test_each_frame_comes_once_at_its_exact_time(make, way):
    made = make(way)
    with opened(made.data) as film:
        assert times(film) == list(made.times)
        assert film.damaged == 0


@pytest.mark.parametrize("way", FOUND)
def test_stretches_share_the_frames_out_however_they_are_read(make, way):
    made = make(way)
    followed = stretches(made.data, STRETCH, cold=False)
    assert joined(followed) == list(made.times)
    assert stretches(made.data, STRETCH, cold=True) == followed
    assert sum(1 for frames in followed if frames) > 2


@pytest.mark.parametrize("way", FOUND)
def test_the_frame_at_a_time_is_the_one_that_was_drawn_for_it(make, way, examples):
    made = make(way)
    drawn = {shot.number: shot.image_rgb.astype(np.int16) for shot in Studio(examples).shots(SCRIPT)}
    for number in (3, 17, 22):  # while the face walks
        with opened(made.data) as film:
            seen = film.at(round(made.times[number] / film.facts.time_base))
        apart = {near: np.abs(drawn[near] - seen).mean() for near in range(number - 3, number + 4)}
        assert min(apart, key=apart.__getitem__) == number
        assert apart[number] < 12


@pytest.mark.parametrize("way", ["h264-mp4", "hevc-mp4", "mpeg2-ts", "vp9-webm"])
def test_key_frames_alone_are_a_part_of_the_frames(make, way):
    with opened(make(way).data) as film:
        frames = list(film.frames())
        keys = [frame.ticks for frame in film.frames(key_frames_only=True)]
        assert keys == [frame.ticks for frame in frames if frame.key]
        assert len(frames) / KEY_EVERY <= len(keys) < len(frames) / 2


@pytest.mark.parametrize("way", ["h264-mp4", "h264-mkv", "vp9-webm"])
def test_uneven_frames_keep_their_times(make, way):
    made = make(way, uneven=True)
    with opened(made.data) as film:
        assert times(film) == list(made.times)
    assert joined(stretches(made.data, STRETCH, cold=True)) == list(made.times)


@pytest.mark.parametrize("way", ["h264-mp4", "h264-ts", "h264-mkv"])
def test_open_groups_of_pictures_lose_no_frame_at_a_seam(make, way):
    made = make(way, options=(("preset", "veryfast"), ("bf", "3"), ("x264-params", "open-gop=1")))
    assert joined(stretches(made.data, STRETCH, cold=True)) == list(made.times)


@pytest.mark.parametrize("way", ["h264-mp4", "h264-ts"])
def test_a_film_without_true_key_frames_is_read_with_a_run_up(make, way):
    made = make(way, options=(("bf", "0"), ("x264-params", "intra-refresh=1")))
    assert joined(stretches(made.data, STRETCH, cold=True)) == list(made.times)


def test_more_threads_give_the_same_frames(make):
    data = make("h264-mp4").data
    with opened(data, threads=1) as one, opened(data, threads=2) as two:
        pairs = list(zip(one.frames(), two.frames(), strict=True))
        assert all(a.ticks == b.ticks and np.array_equal(a.rgb(), b.rgb()) for a, b in pairs)
