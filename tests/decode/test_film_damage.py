"""Broken films: what is there is read, what is missing is counted, and a damaged stretch loses only itself."""

from fractions import Fraction

import pytest
from film_forge import joined, opened, stretches, times, zeroed

from visavis.decode.video.losses import Losses
from visavis.domain.errors import UnreadablePicture
from visavis.domain.media import Reason

ENDING = ["h264-mkv", "vp9-webm", "h264-ts", "mpeg2-ps", "mjpeg-avi", "mpeg4-avi", "mpeg2-mxf", "h264-flv", "wmv2-asf"]
STRETCH = Fraction(4, 10)  # as far as one key frame is from the next
# Not here: Matroska's clusters and ASF, which are found again only some way behind a hole; in DNxHR in MXF frames are counted, and
# those behind a hole come too early up to the end of their stretch.
RESYNCING = [
    "h264-mp4",
    "h264-mov",
    "h264-ts",
    "h264-avi",
    "h264-flv",
    "mpeg2-ts",
    "mpeg2-ps",
    "mpeg2-mxf",
    "mjpeg-avi",
    "prores-mov",
]


@pytest.mark.parametrize("way", RESYNCING)
def test_a_hole_loses_only_the_stretches_it_lies_in(make, way):
    made = make(way)
    broken = zeroed(made.data, 0.45, 0.5)
    with opened(broken) as film:
        left = times(film)
        missing = len(made.times) - len(left)
        assert set(left) < set(made.times)
        assert 0.5 * missing <= film.damaged <= 1.5 * missing
    clean = stretches(made.data, STRETCH, cold=True)
    read = stretches(broken, STRETCH, cold=True)
    assert joined(read) == left
    assert joined(stretches(broken, STRETCH, cold=False)) == left
    whole = [a == b for a, b in zip(clean, read, strict=True)]
    assert whole[0]
    assert whole[-1]
    assert whole.count(False) <= 3  # a hole of 5 % in a file whose index, heads and seams lie where they lie


@pytest.mark.parametrize("way", ENDING)
def test_a_film_that_ends_too_early_is_read_as_far_as_it_goes(make, way):
    made = make(way)
    cut = made.data[: int(len(made.data) * 0.7)]
    with opened(cut) as film:
        left = times(film)
    assert 0.4 * len(made.times) < len(left) < len(made.times)
    assert left[:-1] == list(made.times[: len(left) - 1])  # the last may come after one that it lost
    assert joined(stretches(cut, STRETCH, cold=True)) == left


@pytest.mark.parametrize("way", ["h264-mkv", "mpeg2-mxf", "vp9-webm"])
def test_what_an_early_end_took_is_counted_where_the_header_knows_the_length(make, way):
    made = make(way)
    with opened(made.data[: int(len(made.data) * 0.7)]) as film:
        missing = len(made.times) - len(times(film))
        assert abs(film.damaged - missing) <= 2


def test_an_mp4_without_its_index_is_truncated(make):
    data = make("h264-mp4").data
    with pytest.raises(UnreadablePicture) as caught:
        opened(data[: int(len(data) * 0.8)])
    assert caught.value.reason == Reason.TRUNCATED
    assert "its index is missing" in str(caught.value)


@pytest.mark.parametrize("flags", ["faststart", "frag_keyframe+empty_moov"])
def test_an_mp4_with_its_index_in_front_is_read_as_far_as_it_goes(make, flags):
    made = make("h264-mp4", container_options=(("movflags", flags),))
    with opened(made.data) as film:
        assert times(film) == list(made.times)
    cut = made.data[: int(len(made.data) * 0.7)]
    with opened(cut) as film:
        left = times(film)
        assert film.damaged >= 5
    assert left == list(made.times[: len(left)])
    assert len(left) > 20


@pytest.mark.parametrize("way", ["h264-avi", "mjpeg-avi", "mpeg4-avi"])
def test_an_avi_without_its_index_is_read_in_stretches_all_the_same(make, way):
    made = make(way)
    bare = made.data[: made.data.rindex(b"idx1")]
    for cold in (True, False):
        assert joined(stretches(bare, STRETCH, cold=cold)) == list(made.times)


def test_a_webm_without_cues_is_read_in_stretches_all_the_same(make):
    made = make("vp9-webm", container_options=(("live", "1"),))
    assert joined(stretches(made.data, STRETCH, cold=True)) == list(made.times)


@pytest.mark.parametrize("way", ["h264-ts", "mpeg2-ps"])
def test_a_recording_behind_another_whose_times_start_anew_is_counted_not_hushed_up(make, way):
    made = make(way)
    with opened(made.data + made.data) as film:
        assert times(film) == list(made.times)
        assert abs(film.damaged - len(made.times)) <= 3


def test_looking_at_a_moment_again_counts_nothing_again(make):
    broken = zeroed(make("h264-mp4").data, 0.45, 0.5)
    with opened(broken) as film:
        frames = list(film.frames())
        counted = film.damaged
        film.at(frames[-1].ticks)
        list(film.between(0, frames[-1].ticks))
        assert film.damaged == counted > 0


def counted(losses, *events, due=0):
    for event in events:
        if event == "lost":
            losses.report()
        elif isinstance(event, tuple):
            losses.end(*event, due=due)
        else:
            losses.frame(event, due=due)
    return losses.count


def test_what_is_reported_is_counted_by_the_hole_that_it_leaves():
    period = Fraction(40)
    assert counted(Losses(period), 0, "lost", "lost", 40, 160, 200, (240,)) == 2  # reported early, missing later
    assert counted(Losses(period), "lost", 80, (120,)) == 2  # the first of a stretch
    assert counted(Losses(period), 0, "lost", 40, 80, (120,)) == 0  # concealed
    assert counted(Losses(None), 0, "lost", 900, (None,)) == 1
    assert counted(Losses(period), 0, "lost", (None,)) == 1


def test_a_hole_that_nobody_reported_is_a_loss_only_where_recorders_never_pause():
    period = Fraction(40)
    assert counted(Losses(period), 0, 400, (440,)) == 9
    assert counted(Losses(period), 0, 120, (160,)) == 0  # a camera drops one or two
    assert counted(Losses(period, may_pause=True), 0, 400, (440,)) == 0
    assert counted(Losses(period, may_pause=True), 0, 40, (480,)) == 10  # the end of the film is missing
