import cv2
import numpy as np
import picture_forge as forge
from hypothesis import given
from hypothesis import strategies as st

from visavis.decode.likeness import HASH_BYTES, dhash, hash_distance
from visavis.decode.photo import open_photo


def test_a_picture_saved_again_and_resized_has_almost_the_same_hash():
    texture = forge.textured(640, 480)
    original = dhash(texture)
    assert len(original) == HASH_BYTES
    assert hash_distance(original, dhash(open_photo(forge.jpeg(texture, quality=40)).pixels())) <= 6
    assert hash_distance(original, dhash(cv2.resize(texture, (320, 240), interpolation=cv2.INTER_AREA))) <= 6


def test_different_pictures_differ_in_many_bits():
    distances = [hash_distance(dhash(forge.textured(640, 480, a)), dhash(forge.textured(640, 480, a + 100))) for a in range(10)]
    assert min(distances) > 30


def test_a_mirrored_picture_is_another():
    texture = forge.textured(640, 480)
    assert hash_distance(dhash(texture), dhash(np.ascontiguousarray(texture[:, ::-1]))) > 30


def test_a_picture_without_differences_has_a_hash():
    assert dhash(np.full((20, 20, 3), 128, np.uint8)) == bytes(16)


@given(a=st.binary(min_size=16, max_size=16), b=st.binary(min_size=16, max_size=16))
def test_the_distance_is_the_number_of_bits_that_differ(a, b):
    assert hash_distance(a, a) == 0
    assert hash_distance(a, b) == hash_distance(b, a) == sum((x ^ y).bit_count() for x, y in zip(a, b, strict=True))
