"""Pictures that move, and pictures with several pages."""

import io

import numpy as np
import picture_forge as forge
import pytest
from film_forge import opened
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from visavis.decode.photo import open_photo
from visavis.decode.video.film import open_film
from visavis.decode.video.timing import durations, is_animation
from visavis.domain.errors import UnreadablePicture
from visavis.domain.media import Reason

GREYS = (10, 80, 160, 240)
SHOWN_MS = (100, 50, 200, 0)
STARTS = [0, 100, 150, 350]


def saved(form, pictures, **said):
    stream = io.BytesIO()
    pictures[0].save(stream, form, save_all=True, append_images=pictures[1:], **said)
    return stream.getvalue()


FLAT = [Image.fromarray(np.full((60, 80, 3), grey, np.uint8)) for grey in GREYS]
MOVING = {"gif": saved("GIF", FLAT, duration=list(SHOWN_MS)), "webp": saved("WEBP", FLAT, duration=list(SHOWN_MS), lossless=True)}


@pytest.mark.parametrize("form", MOVING)
def test_an_animation_is_a_film(form):
    assert is_animation(MOVING[form])
    with opened(MOVING[form], file_name="2016-05-14 Party.gif") as film:
        assert (film.facts.format, film.facts.codec, film.facts.width, film.facts.height) == (form, form, 80, 60)
        assert film.facts.metadata.captured is not None
        # a frame that is shown for no time is shown for a tenth of a second, as browsers do
        assert film.facts.duration_ticks == 350 + 100
        assert [(frame.ticks, frame.key) for frame in film.frames()] == [(start, True) for start in STARTS]
        assert [int(frame.rgb().mean()) for frame in film.frames()] == list(GREYS)
        assert [int(frame.luma(20).mean()) for frame in film.frames()] == list(GREYS)
        assert [frame.ticks for frame in film.frames(50, 151)] == [100, 150]
        assert [frame.ticks for frame in film.between(150, 900)] == [150, 350]
        assert int(film.at(149).mean()) == GREYS[1]
        assert next(film.frames()).rgb(40).shape == (30, 40, 3)
        assert film.damaged == 0


@pytest.mark.parametrize("head", [b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", b"\x1aE\xdf\xa3" + bytes(60), b"RIFF\0\0\0\0AVI LIST"])
def test_a_film_under_a_picture_s_name_and_a_picture_under_a_film_s_are_told_what_they_are(head):
    with pytest.raises(UnreadablePicture, match=r"a film, not a picture; with a film's ending") as caught:
        open_photo(head)
    assert caught.value.reason == Reason.UNSUPPORTED
    still = io.BytesIO()
    FLAT[0].save(still, "JPEG")
    with pytest.raises(UnreadablePicture, match=r"a picture \(jpeg\), not a film; with a picture's ending"):
        open_film(still, file_name="party.mp4")


def test_frames_that_a_cut_gif_lost_are_counted():
    noisy = [Image.fromarray(np.random.default_rng(seed).integers(0, 256, (60, 80), dtype=np.uint8)) for seed in range(4)]
    data = saved("GIF", noisy, duration=100)
    with opened(data[: int(len(data) * 0.8)]) as film:
        shown = [frame.ticks for frame in film.frames()]
        assert shown == [0, 100, 200][: len(shown)]
        assert film.damaged + len(shown) == 4


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "JPEG"])
def test_a_picture_that_stands_still_is_no_film(form):
    data = forge.encode(FLAT[0], form)
    assert not is_animation(data)
    with pytest.raises(UnreadablePicture) as caught:
        opened(data)
    assert caught.value.reason == Reason.UNREADABLE


def test_an_animation_of_endless_pixels_is_refused():
    data = bytearray(MOVING["gif"])
    data[6:10] = b"\xff\xff\xff\xff"
    with pytest.raises(UnreadablePicture) as caught:
        opened(bytes(data))
    assert caught.value.reason == Reason.TOO_LARGE


@pytest.mark.parametrize("form", MOVING)
@settings(max_examples=40)
@given(data=st.data())
def test_flipped_bytes_of_an_animation_give_frames_or_a_reason(form, data):
    damaged = bytearray(MOVING[form])
    for at in data.draw(st.lists(st.integers(0, len(damaged) - 1), min_size=1, max_size=6)):
        damaged[at] = data.draw(st.integers(0, 255))
    assert all(shown > 0 for shown in durations(bytes(damaged)))
    try:
        with opened(bytes(damaged)) as film:
            assert len(list(film.frames())) + film.damaged >= 1
    except UnreadablePicture as error:
        Reason(error.reason)


def test_each_page_of_a_tiff_is_a_picture():
    pages = [FLAT[0], FLAT[1].resize((90, 70)), FLAT[2]]
    data = saved("TIFF", pages)
    assert open_photo(data).pages == 3
    for number, page in enumerate(pages):
        photo = open_photo(data, page=number)
        assert (photo.full_width, photo.full_height) == page.size
        np.testing.assert_array_equal(photo.pixels(), np.asarray(page))
    with pytest.raises(UnreadablePicture):
        open_photo(data, page=3)


def test_a_tiff_s_reduced_copy_is_no_page():
    stream = io.BytesIO()
    copy = FLAT[0].resize((16, 16))
    copy.encoderinfo = {"tiffinfo": {254: 1}}
    FLAT[0].save(stream, "TIFF", save_all=True, append_images=[copy, FLAT[1]])
    photo = open_photo(stream.getvalue())
    assert photo.pages == 2
    assert int(open_photo(stream.getvalue(), page=1).pixels().mean()) == GREYS[1]


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF"])
def test_other_pictures_have_one_page(form):
    assert open_photo(forge.encode(FLAT[0], form)).pages == 1
