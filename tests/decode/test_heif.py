from pathlib import Path

import numpy as np
import picture_forge as forge
import pytest

from visavis.decode.formats import Format
from visavis.decode.orientation import upright
from visavis.decode.photo import open_photo
from visavis.domain.errors import UnreadablePicture

DATA = Path(__file__).parent / "data"


def test_a_heic_decodes():
    photo = open_photo((DATA / "gradient.heic").read_bytes())
    assert (photo.format, photo.full_width, photo.full_height) == (Format.HEIF, forge.WIDTH, forge.HEIGHT)
    assert np.abs(photo.pixels().astype(int) - forge.gradient()).mean() < 6


def test_a_heic_turned_by_its_own_box_and_by_exif_is_turned_once():
    photo = open_photo((DATA / "turned.heic").read_bytes())
    assert (photo.full_width, photo.full_height) == (forge.HEIGHT, forge.WIDTH)
    assert np.abs(photo.pixels().astype(int) - upright(forge.gradient(), 6)).mean() < 6


def test_the_exif_of_a_heic_is_read():
    captured = open_photo((DATA / "turned.heic").read_bytes()).metadata("x.heic").captured
    assert captured is not None
    assert captured.text == "2016-05-14T09:30:00"


def test_every_strict_prefix_of_a_heic_is_an_outcome():
    data = (DATA / "gradient.heic").read_bytes()
    for cut in range(0, len(data), 29):
        with pytest.raises(UnreadablePicture):
            open_photo(data[:cut]).pixels()


def test_an_item_type_that_is_no_text_does_not_end_the_process():
    data = (DATA / "turned.heic").read_bytes()
    with pytest.raises(UnreadablePicture):
        open_photo(data.replace(b"Exif\0", b"\xd6xif\0", 1))
