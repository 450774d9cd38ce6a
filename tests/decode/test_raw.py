import numpy as np
import picture_forge as forge
import pytest

from visavis.decode.formats import Format
from visavis.decode.photo import open_photo
from visavis.domain.errors import UnreadablePicture

PREVIEW = forge.jpeg(forge.gradient(960, 720))


def test_the_cameras_own_preview_stands_for_a_raw_file():
    photo = open_photo(forge.dng(PREVIEW))
    assert (photo.format, photo.full_width, photo.full_height) == (Format.RAW, 960, 720)
    assert np.abs(photo.pixels().astype(int) - forge.gradient(960, 720)).mean() < 6


def test_the_preview_decodes_at_a_reduced_scale():
    assert open_photo(forge.dng(PREVIEW)).pixels(480).shape == (360, 480, 3)


def test_a_raw_files_orientation_is_applied_once():
    assert open_photo(forge.dng(PREVIEW, orientation=6)).pixels().shape == (960, 720, 3)
    assert open_photo(forge.dng(orientation=6)).pixels().shape == (64, 48, 3)


def test_a_preview_that_the_camera_has_turned_already_stays():
    turned = forge.jpeg(forge.gradient(720, 960))
    assert open_photo(forge.dng(turned, orientation=6)).pixels().shape == (960, 720, 3)


def test_without_a_preview_the_sensor_is_read_at_half_size():
    pixels = open_photo(forge.dng()).pixels()
    assert pixels.shape == (48, 64, 3)
    assert pixels[:, -8:].mean() > pixels[:, :8].mean() + 50, "the sensor's ramp grows to the right"


def test_a_thumbnail_for_the_cameras_screen_does_not_stand_for_the_sensor():
    small = forge.jpeg(forge.gradient(32, 24))
    assert open_photo(forge.dng(small)).pixels().shape == (48, 64, 3)


def test_the_date_of_a_raw_file_is_not_its_modification_date():
    assert open_photo(forge.dng(PREVIEW)).metadata("x.dng").captured is None


def test_a_cut_raw_file_is_an_outcome():
    data = forge.dng()
    for cut in (100, 2_000, 4_000, len(data) // 2, len(data) - 100):
        with pytest.raises(UnreadablePicture):
            open_photo(data[:cut]).pixels()
