import base64
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from visavis.cli.output.pictures import crop_uri, level_jpeg, useful_side, whole_uri, write_numbered
from visavis.domain.crops import CROP_SIDE, crop_area
from visavis.domain.errors import InputError
from visavis.domain.face import AnalysedFace, Box, Quality
from visavis.domain.identification import ProbePicture
from visavis.domain.side_by_side import VIEW_SIDE, usual_landmarks

RATIO = st.floats(-0.5, 1.5)
SIDE = st.floats(0.001, 2.0)


def decoded(uri: str) -> Image.Image:
    head, _, body = uri.partition(",")
    assert head == "data:image/jpeg;base64"
    return Image.open(io.BytesIO(base64.b64decode(body)))


def face(box: Box) -> AnalysedFace:
    quality = Quality(size_px=90.0, yaw=0.0, pitch=0.0, roll=0.0, sharpness=20.0, exposure=0.5, score=0.9, norm=10.0)
    return AnalysedFace(box=box, landmarks_5x2=np.zeros((5, 2), np.float32), quality=quality, vector=np.zeros(4, np.float32))


def probe(*, picked: tuple[int, ...] = (1,)) -> ProbePicture:
    boxes = (Box(left=0.1, top=0.2, width=0.2, height=0.4), Box(left=0.6, top=0.2, width=0.2, height=0.4))
    return ProbePicture(name="probe.jpg", image_rgb=np.full((300, 400, 3), 90, np.uint8), faces=tuple(map(face, boxes)), picked=picked)


def test_a_crop_shows_the_face_with_a_margin_of_about_a_third():
    image = np.zeros((1000, 1000, 3), np.uint8)
    image[400:600, 400:600] = (200, 40, 40)
    crop = np.asarray(decoded(crop_uri(image, Box(left=0.4, top=0.4, width=0.2, height=0.2))))
    assert crop.shape == (320, 320, 3)
    reds = np.flatnonzero(crop[160, :, 0] > 100)
    assert reds[0] / 320 == pytest.approx(0.35 / 1.7, abs=0.02)  # 0.02: the JPEG blurs the edge
    assert np.abs(crop[160, 160].astype(int) - (200, 40, 40)).max() < 12  # red first: RGB; 12: JPEG at quality 80


def test_a_small_face_is_not_blown_up():
    assert decoded(crop_uri(np.zeros((100, 100, 3), np.uint8), Box(left=0.4, top=0.4, width=0.2, height=0.2))).size == (34, 34)


@given(left=RATIO, top=RATIO, box_width=SIDE, box_height=SIDE, width=st.integers(1, 5000), height=st.integers(1, 5000))
def test_a_crop_lies_within_the_picture_wherever_the_box_lies(left, top, box_width, box_height, width, height):
    x0, y0, x1, y1 = crop_area(Box(left=left, top=top, width=box_width, height=box_height), width=width, height=height)
    assert 0 <= x0 < x1 <= width
    assert 0 <= y0 < y1 <= height


def test_a_crop_in_a_narrow_picture_gives_up_margin_before_it_cuts_the_face():
    assert crop_area(Box(left=0.1, top=0.4, width=0.8, height=0.1), width=100, height=800) == (0, 310, 100, 410)


def test_a_whole_picture_is_reduced_to_1200_and_never_enlarged():
    assert decoded(whole_uri(np.zeros((3000, 2400, 3), np.uint8))).size == (960, 1200)
    assert decoded(whole_uri(np.zeros((30, 24, 3), np.uint8))).size == (24, 30)


@given(width=st.floats(0.01, 1.0), height=st.floats(0.01, 1.0), portrait=st.booleans())
def test_decoding_at_the_useful_side_leaves_the_crop_its_full_size(width, height, portrait):
    box = Box(left=0.5 - width / 2, top=0.5 - height / 2, width=width, height=height)
    longer = useful_side(box)
    x0, y0, x1, y1 = crop_area(box, width=longer // 2 if portrait else longer, height=longer if portrait else longer // 2)
    assert max(x1 - x0, y1 - y0) >= CROP_SIDE - 1  # 1: rounding to whole pixels


def test_a_large_face_needs_no_more_than_the_whole_picture_does():
    assert useful_side(Box(left=0.2, top=0.2, width=0.5, height=0.5)) == 1200
    assert useful_side(Box(left=0.2, top=0.2, width=0.02, height=0.02)) == 9412


@pytest.mark.parametrize(("suffix", "form"), [(".png", "PNG"), (".jpg", "JPEG"), (".JPEG", "JPEG")])
def test_the_numbered_probe_is_written_in_the_form_that_its_name_says(tmp_path, suffix, form):
    path = tmp_path / f"faces{suffix}"
    write_numbered(probe(), path)
    with Image.open(path) as image:
        assert (image.format, image.size) == (form, (400, 300))


def test_picked_faces_are_yellow_and_others_white(tmp_path):
    write_numbered(probe(), tmp_path / "faces.png")
    pixels = np.asarray(Image.open(tmp_path / "faces.png").convert("RGB"))
    assert tuple(pixels[120, 40]) == (255, 196, 0)
    assert tuple(pixels[120, 240]) == (255, 255, 255)


def test_a_number_does_not_hide_a_small_face(tmp_path):
    quality = Quality(size_px=20, yaw=0, pitch=0, roll=0, sharpness=20, exposure=0.5, score=0.9, norm=10)
    box = Box(left=0.5, top=0.5, width=0.05, height=0.05)
    face = AnalysedFace(box=box, landmarks_5x2=np.zeros((5, 2), np.float32), quality=quality, vector=np.zeros(4, np.float32))
    image_rgb = np.full((400, 400, 3), 90, np.uint8)
    write_numbered(ProbePicture(name="p.jpg", image_rgb=image_rgb, faces=(face,), picked=(1,)), tmp_path / "faces.png")
    with Image.open(tmp_path / "faces.png") as written:
        assert (np.asarray(written)[205:215, 205:215] == 90).all()


def test_another_suffix_is_refused_with_what_to_do(tmp_path):
    with pytest.raises(InputError, match="PNG or JPEG") as refused:
        write_numbered(probe(), tmp_path / "faces.gif")
    assert ".png" in refused.value.remedy
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("side", "at"), [(3000, 0.1), (1000, 0.45), (200, 0.05)])
def test_a_level_view_shows_the_face_at_one_size_and_grey_beyond_its_picture(side, at):
    box = Box(left=at, top=0.4, width=0.2, height=0.2)
    image = np.zeros((side, side, 3), np.uint8)
    left, top, across, down = (round(edge) for edge in box.pixels(width=side, height=side))
    image[top : top + down, left : left + across] = (200, 40, 40)
    view = np.asarray(Image.open(io.BytesIO(level_jpeg(image, usual_landmarks(box)))))
    assert view.shape == (VIEW_SIDE, VIEW_SIDE, 3)
    reds = np.argwhere((view[:, :, 0] > 150) & (view[:, :, 1] < 90))
    assert np.ptp(reds, axis=0) == pytest.approx((266, 266), abs=4)  # pixels, as ever; JPEG blurs the edge
    assert bool((view[:, 0] == 160).all()) is (at < 0.15)  # beyond the left edge


def test_a_face_without_points_or_beyond_its_picture_has_no_level_view():
    image = np.zeros((100, 100, 3), np.uint8)
    for points in (np.full((5, 2), 0.5, np.float32), usual_landmarks(Box(left=5, top=5, width=0.2, height=0.2))):
        with pytest.raises(InputError, match="this face"):
            level_jpeg(image, points)
