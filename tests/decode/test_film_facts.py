"""What a container says beside its frames: time code, date, and which of several streams is the film."""

import io
from fractions import Fraction

import av
import numpy as np
import pytest
from film_forge import RATE, opened, times

from visavis.decode.video.film import open_film
from visavis.domain.errors import UnreadablePicture
from visavis.domain.media import DateOrigin, Reason
from visavis.domain.timecode import timecode_at

NTSC = Fraction(30000, 1001)


@pytest.mark.parametrize("way", ["h264-mov", "h264-mp4", "mpeg2-mxf", "dnxhr-mxf"])
def test_a_time_code_track_is_read(make, way):
    with opened(make(way, metadata=(("timecode", "10:00:00:00"),)).data) as film:
        assert film.facts.timecode == "10:00:00:00"
        assert timecode_at(film.facts, list(film.frames())[-1].ticks) == "10:00:02:04"


def test_drop_frame_time_code_is_read_as_such(make):
    made = make("h264-mov", rate=NTSC, time_base=1 / NTSC, metadata=(("timecode", "09:59:59;28"),))
    with opened(made.data) as film:
        assert film.facts.rate == NTSC
        assert [timecode_at(film.facts, frame.ticks) for frame in film.frames()][1:3] == ["09:59:59;29", "10:00:00;00"]


def test_the_time_code_of_groups_of_pictures_is_read(make):
    with opened(make("mpeg2-ts", options=(("gop_timecode", "01:02:03:04"),)).data) as film:
        assert film.facts.timecode == "01:02:03:04"
    with opened(make("mpeg2-ts").data) as film:
        assert film.facts.timecode is None  # zero is what encoders write that know of none


@pytest.mark.parametrize(
    ("said", "captured"),
    [
        ({"creation_time": "2016-05-14T09:30:00.000000Z"}, "2016-05-14T09:30:00"),
        ({"creation_time": "1904-01-01T00:00:00Z"}, "2019-08-01"),
        ({}, "2019-08-01"),
    ],
)
def test_a_film_s_date_is_its_own_or_its_name_s(said, captured):
    with open_film(io.BytesIO(muxed([(64, 48)], metadata=said)), file_name="2019-08-01 Beach.mp4") as film:
        found = film.facts.metadata.captured
        assert found is not None
        assert found.text == captured
        assert found.origin == (DateOrigin.FILE_NAME if captured == "2019-08-01" else DateOrigin.CONTAINER)


def test_the_largest_of_several_streams_is_the_film():
    with opened(muxed([(64, 48), (128, 96), (96, 64)])) as film:
        assert (film.facts.width, film.facts.height) == (128, 96)
        assert len(times(film)) == 5


def test_a_cover_is_no_film():
    with opened(muxed([(64, 48)], cover=(640, 480))) as film:
        assert (film.facts.width, film.facts.height) == (64, 48)
    with pytest.raises(UnreadablePicture) as caught:
        opened(muxed([], cover=(640, 480)))
    assert caught.value.reason == Reason.UNSUPPORTED


def test_sound_alone_is_no_film():
    stream = io.BytesIO()
    with av.open(stream, "w", format="matroska") as target:
        sound = target.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1600), np.int16), format="s16", layout="mono")
        frame.sample_rate, frame.pts = 8000, 0
        sound.layout = "mono"
        target.mux(sound.encode(frame))
        target.mux(sound.encode(None))
    with pytest.raises(UnreadablePicture) as caught:
        opened(stream.getvalue())
    assert caught.value.reason == Reason.UNSUPPORTED


def muxed(sizes, *, cover=None, metadata=None):
    """An MP4 of streams of these sizes, and a picture that is flagged as its cover."""
    stream = io.BytesIO()
    with av.open(stream, "w", format="mp4") as target:
        target.metadata.update(metadata or {})
        found = [target.add_stream("libx264", rate=25, options={"preset": "ultrafast"}) for _ in sizes]
        if cover:
            picture = target.add_stream("mjpeg", rate=25)
            picture.disposition = av.stream.Disposition.attached_pic
            found, sizes = [*found, picture], [*sizes, cover]
        for one, (width, height) in zip(found, sizes, strict=True):
            one.width, one.height = width, height
            one.pix_fmt = "yuvj420p" if one.name == "mjpeg" else "yuv420p"
        for one in found:
            for number in range(1 if one.name == "mjpeg" else 5):
                frame = av.VideoFrame.from_ndarray(np.full((one.height, one.width, 3), 40 * number, np.uint8), format="rgb24")
                frame.pts, frame.time_base = number, 1 / RATE
                target.mux(one.encode(frame))
            target.mux(one.encode(None))
    return stream.getvalue()
