"""Clips that a browser plays, and films that were made for tests and are what they say."""

import io
from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
import pytest
from film_forge import RATE, SCRIPT, opened

from visavis.decode.video.clip import write_clip
from visavis.engines.chain import Chain, open_networks
from visavis.engines.pack import DEFAULT_PACK, find_pack
from visavis.testing.films import PORTRAITS, Part, Pose, Scene, Studio

FROM, TO = Fraction(2, 5), Fraction(8, 5)


def clipped(film, start, end, **said):
    tick = film.facts.time_base
    stream = io.BytesIO()
    return write_clip(film, stream, (round(start / tick), round(end / tick)), **said), stream


@pytest.mark.parametrize(("way", "uneven"), [("h264-mp4", False), ("mpeg2-mxf", False), ("vp9-webm", True), ("mjpeg-avi", False)])
def test_a_clip_has_the_frames_of_its_seconds_at_their_distances(make, way, uneven):
    with opened(make(way, uneven=uneven).data) as film:
        wanted = [frame.ticks * film.facts.time_base for frame in film.frames()]
        wanted = [time for time in wanted if FROM <= time <= TO]
        written, stream = clipped(film, FROM, TO)
        assert written == len(wanted)
        assert film.damaged == 0
    with opened(stream.getvalue()) as clip:
        got = [frame.ticks * clip.facts.time_base for frame in clip.frames()]
        assert max(abs(a - wanted[0] - b) for a, b in zip(wanted, got, strict=True)) < 1e-4


def test_a_clip_is_what_every_browser_plays(make):
    with opened(make("mpeg2-mxf").data) as film:
        _, stream = clipped(film, 0.2, 1, longer_side=101)
    data = stream.getvalue()
    assert data.index(b"moov") < data.index(b"mdat")
    with av.open(io.BytesIO(data)) as found:
        video = found.streams.video[0]
        assert (video.codec_context.name, video.codec_context.pix_fmt, len(found.streams)) == ("h264", "yuv420p", 1)
        assert (video.width, video.height) == (100, 56)


def test_a_clip_tells_nothing_of_its_film(make):
    with opened(make("h264-mov", metadata=(("timecode", "10:00:00:00"), ("title", "Aunt Anna"))).data) as film:
        _, stream = clipped(film, 0, 1)
    assert b"Anna" not in stream.getvalue()
    with opened(stream.getvalue()) as clip:
        assert clip.facts.timecode is None
        assert clip.facts.metadata.captured is None


def test_what_is_hidden_is_hidden_in_every_frame(make):
    seen = []

    def black(image, ticks):
        seen.append((ticks, image.shape))
        return np.zeros_like(image)

    with opened(make("h264-mp4").data) as film:
        wanted = [frame.ticks for frame in film.frames()][5:11]
        tick = film.facts.time_base
        _, stream = clipped(film, wanted[0] * tick, wanted[-1] * tick, draw=black, longer_side=128)
    assert seen == [(ticks, (144, 256, 3)) for ticks in wanted]  # before anything is resized
    with opened(stream.getvalue()) as clip:
        assert max(int(frame.rgb().max()) for frame in clip.frames()) < 5


def test_a_time_without_frames_gives_no_clip(make):
    with opened(make("h264-mp4").data) as film:
        written, stream = clipped(film, 90, 100)
    assert (written, stream.getvalue()) == (0, b"")


def test_the_truth_of_a_made_film_is_where_its_faces_are(examples, tmp_path):
    pack = find_pack(DEFAULT_PACK, [])
    chain = Chain(pack, open_networks(pack, cache=tmp_path, runtime="onnxruntime"))
    scenes = tuple(Scene(seconds=0.04, parts=(Part(portrait=name, start=Pose(x=0.4, size=0.5, turn=8)),)) for name in PORTRAITS)

    class Picture:
        full_width, full_height = 640, 360

        def __init__(self, image):
            self.pixels = lambda _=None: image

    for shot in Studio(examples).shots(replace(SCRIPT, scenes=scenes, width=640, height=360)):
        (person, box), found = shot.faces[0], chain.boxes(Picture(shot.image_rgb))
        assert len(found) == 1, person
        assert box.overlap(found[0]) > 0.6, person


def test_the_truth_of_a_made_film_says_who_is_seen_when(make):
    walk, stand = make("h264-mp4").sightings
    assert (walk.person, walk.start, walk.end) == ("sunak", 0, 24 / RATE)
    assert (stand.person, stand.start, stand.end) == ("collins", 1, 54 / RATE)
    assert make("h264-mp4").cuts == (1,)
    assert 40 < stand.smallest_px < 45
    centres = [box.left + box.width / 2 for _, box in walk.boxes]
    assert centres == sorted(centres)
    assert (centres[0], round(centres[-1], 2)) == (pytest.approx(0.25), 0.73)
