import numpy as np
import picture_forge as forge
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from visavis.decode.jpeg import is_complete, read_header, scaled_side
from visavis.decode.photo import open_photo
from visavis.domain.errors import UnreadablePicture
from visavis.domain.media import Reason

BASELINE = forge.jpeg(forge.textured())
PROGRESSIVE = forge.jpeg(forge.textured(), progressive=True)
CMYK = forge.jpeg(Image.fromarray(forge.textured()).convert("CMYK"))


def reason_of(data):
    with pytest.raises(UnreadablePicture) as caught:
        open_photo(data).pixels()
    return caught.value.reason


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}, {"subsampling": 1}, {"optimize": True}])
def test_colour_jpegs_decode_as_pillow_decodes_them(options):
    pixels = open_photo(forge.jpeg(**options)).pixels()
    assert np.abs(pixels.astype(int) - forge.gradient()).mean() < 6


def test_a_grey_jpeg_has_three_equal_channels():
    pixels = open_photo(forge.jpeg(forge.textured()[:, :, 0])).pixels()
    assert pixels.shape == (64, 96, 3)
    assert (pixels == pixels[:, :, :1]).all()


def test_a_cmyk_jpeg_is_not_a_negative():
    pixels = open_photo(CMYK).pixels()
    assert np.abs(pixels.astype(int) - forge.textured()).mean() < 12


@given(longer=st.integers(1, 65_535), wanted=st.integers(1, 65_535))
def test_the_scale_is_the_smallest_fast_one_that_leaves_enough(longer, wanted):
    side = scaled_side(longer, wanted)
    assert side == longer or side >= wanted
    smaller = [-(-longer // factor) for factor in (2, 4, 8) if -(-longer // factor) < side]
    assert all(other < wanted for other in smaller)


@pytest.mark.parametrize(
    ("wanted", "side"), [(None, 801), (801, 801), (402, 801), (401, 401), (202, 401), (201, 201), (101, 101), (5, 101)]
)
@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("turned", [False, True])
def test_a_jpeg_decodes_at_the_scale_asked_for(wanted, side, progressive, turned):
    width, height = (601, 801) if turned else (801, 601)
    pixels = open_photo(forge.jpeg(forge.gradient(width, height), progressive=progressive)).pixels(wanted)
    assert max(pixels.shape[:2]) == side


def test_reduction_shows_the_same_picture():
    photo = open_photo(forge.jpeg(forge.gradient(800, 600)))
    reduced = np.asarray(Image.fromarray(photo.pixels(200)).resize((80, 60), Image.Resampling.BOX)).astype(int)
    whole = np.asarray(Image.fromarray(photo.pixels()).resize((80, 60), Image.Resampling.BOX)).astype(int)
    assert np.abs(reduced - whole).mean() < 2


@pytest.mark.parametrize("data", [BASELINE, PROGRESSIVE, CMYK], ids=["baseline", "progressive", "cmyk"])
def test_every_strict_prefix_is_an_outcome_and_never_half_a_picture(data):
    reasons = {reason_of(data[:cut]) for cut in [*range(1, len(data), 23), len(data) - 2, len(data) - 1]}
    assert reasons <= {Reason.TRUNCATED, Reason.UNREADABLE}
    assert {reason_of(data[:cut]) for cut in (len(data) // 2, len(data) - 1)} == {Reason.TRUNCATED}


def test_a_prefix_is_truncated_at_reduced_scale_too():
    data = forge.jpeg(forge.textured(800, 600))
    with pytest.raises(UnreadablePicture) as caught:
        open_photo(data[: len(data) * 3 // 4]).pixels(100)
    assert caught.value.reason == Reason.TRUNCATED


def test_a_transfer_that_left_zeros_is_truncated():
    assert reason_of(BASELINE[: len(BASELINE) // 2] + bytes(len(BASELINE) // 2)) == Reason.TRUNCATED


@pytest.mark.parametrize("progressive", [False, True])
def test_bytes_missing_in_the_middle_are_damage(progressive):
    data = forge.jpeg(forge.textured(800, 600), progressive=progressive)
    assert reason_of(data[: len(data) // 2] + data[len(data) // 2 + 400 :]) == Reason.UNREADABLE


@pytest.mark.parametrize(
    "data",
    [
        BASELINE + b"appended by a camera",
        BASELINE + BASELINE,
        BASELINE + bytes(5_000),
        BASELINE[:-2] + b"\x00\x11\x22\xff\xd9",
        BASELINE[:-2] + b"\xff\xff\xff\xd9",
        BASELINE[:2] + b"\xff\xff" + BASELINE[2:],
        forge.with_segment(BASELINE, 0xEF, b"unknown application data"),
        forge.with_segment(BASELINE, 0xEE, b"Adobe\0\x64\0\0\0\0\x09"),
    ],
    ids=["trailer", "second picture", "zeros behind", "extraneous", "fill bytes", "fill before marker", "app15", "odd adobe transform"],
)
def test_what_cameras_and_editors_add_is_no_damage(data):
    assert open_photo(data).pixels().shape == (64, 96, 3)


def test_a_truncated_picture_with_another_behind_it_does_not_pass():
    assert reason_of(BASELINE[: len(BASELINE) // 2] + b"\xff\xd8\xff") == Reason.TRUNCATED


def test_completeness_is_told_by_the_end_of_the_scans_not_of_the_file():
    for data in (BASELINE, PROGRESSIVE):
        assert is_complete(data + b"\xff\xd8 more", read_header(data))
        assert not is_complete(data[:-2], read_header(data))


@pytest.mark.parametrize(("frame", "at", "value"), [("12 bits", 4, 12), ("lossless", 1, 0xC3), ("hierarchical", 1, 0xC5)])
def test_kinds_of_jpeg_that_are_not_read_say_so(frame, at, value):
    data = bytearray(BASELINE)
    data[data.index(b"\xff\xc0") + at] = value
    assert reason_of(bytes(data)) == Reason.UNSUPPORTED, frame


def test_a_jpeg_of_headers_only_is_refused():
    assert reason_of(b"\xff\xd8\xff\xd9" + bytes(100)) == Reason.UNREADABLE
