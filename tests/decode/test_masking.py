"""Other people's faces in a picture that is given out: gone, and no trace of them in what is shown."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from visavis.decode.masking import GREY, mask_faces
from visavis.decode.photo import open_photo
from visavis.domain.face import Box

OWN = Box(left=0.1, top=0.2, width=0.2, height=0.3)
SIZES = [(240, 320), (333, 517), (601, 400)]

boxes = st.builds(
    Box,
    left=st.floats(-0.1, 0.9),
    top=st.floats(-0.1, 0.9),
    width=st.floats(0.02, 0.6),
    height=st.floats(0.02, 0.6),
)


def scene(size_hw: tuple[int, int], seed: int) -> np.ndarray:
    """Return a smooth picture, as photographs are: noise of a few pixels a side, enlarged."""
    height, width = size_hw
    small = np.random.default_rng(seed).integers(0, 255, (height // 20 + 1, width // 20 + 1, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC))


def with_another_face(picture: np.ndarray, box: Box, seed: int) -> np.ndarray:
    """Return the picture with other pixels within the box, and none outside it."""
    height, width = picture.shape[:2]
    left, top, across, down = box.pixels(width=width, height=height)
    rows = slice(max(0, int(np.ceil(top))), max(0, int(top + down)))
    columns = slice(max(0, int(np.ceil(left))), max(0, int(left + across)))
    other = picture.copy()
    part = other[rows, columns]
    part[:] = np.random.default_rng(seed).integers(0, 255, part.shape, dtype=np.uint8)
    return other


def through_jpeg(picture: np.ndarray, quality: int) -> np.ndarray:
    """Return a picture as it is read from a JPEG with colour at half size: what is in a box has spread over its blocks."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=quality, subsampling="4:2:0")
    return open_photo(buffer.getvalue()).pixels()


@pytest.mark.finding("C6")
@settings(max_examples=60)
@given(stranger=boxes, own=boxes, size=st.sampled_from(SIZES))
def test_two_originals_that_differ_only_in_a_strangers_box_give_the_same_picture(stranger, own, size):
    first = scene(size, 1)
    second = with_another_face(first, stranger, 2)
    assert np.array_equal(mask_faces(first, others=[stranger], own=[own]), mask_faces(second, others=[stranger], own=[own]))


@pytest.mark.finding("C6")
@settings(max_examples=40)
@given(stranger=boxes, own=boxes, size=st.sampled_from(SIZES), quality=st.integers(30, 98))
def test_two_jpegs_that_differ_only_in_a_strangers_box_give_the_same_picture_though_blocks_bleed(stranger, own, size, quality):
    first = scene(size, 1)
    second = with_another_face(first, stranger, 2)
    masked = [mask_faces(through_jpeg(one, quality), others=[stranger], own=[own]) for one in (first, second)]
    assert np.array_equal(masked[0], masked[1])


def test_a_jpeg_does_bleed_out_of_the_box_or_the_test_above_proves_nothing():
    first = scene(SIZES[0], 1)
    stranger = Box(left=0.53, top=0.41, width=0.2, height=0.2)
    read = [through_jpeg(one, 60) for one in (first, with_another_face(first, stranger, 2))]
    height, width = first.shape[:2]
    left, top, across, down = stranger.pixels(width=width, height=height)
    outside = np.ones((height, width), bool)
    outside[int(top) : int(np.ceil(top + down)), int(left) : int(np.ceil(left + across))] = False
    assert (read[0] != read[1])[outside].any()


@pytest.mark.finding("C6")
def test_the_persons_own_face_is_kept_up_to_the_strangers_box():
    picture = scene((600, 800), 1)
    stranger = Box(left=0.5, top=0.2, width=0.2, height=0.3)
    masked = mask_faces(picture, others=[stranger], own=[OWN])
    own = (slice(120, 300), slice(80, 240))
    assert np.array_equal(masked[own], picture[own])
    assert (masked[120:300, 400:560] == GREY).all()
    assert np.array_equal(picture, scene((600, 800), 1))  # the caller's picture is as it was


@pytest.mark.finding("C6")
def test_where_two_faces_overlap_the_overlap_is_grey():
    picture = scene((600, 800), 1)
    stranger = Box(left=0.25, top=0.2, width=0.2, height=0.3)
    masked = mask_faces(picture, others=[stranger], own=[OWN])
    assert (masked[120:300, 200:360] == GREY).all()
    assert not (masked[150:270, 80:170] == GREY).all()
