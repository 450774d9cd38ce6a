from collections.abc import Callable

import cv2
import numpy as np
import pytest

from visavis.domain.face import Detection
from visavis.engines.chain import Chain
from visavis.engines.closeup import close_up
from visavis.engines.pack import Pack
from visavis.engines.tracking import Sighting
from visavis.testing.pack_contract import MemoryPicture

Photo = Callable[[str], np.ndarray]


def largest(sightings: list[Sighting]) -> Sighting:
    return max(sightings, key=lambda one: one.detection.box_px[2])


@pytest.mark.parametrize("size", [30.0, 90.0, 400.0])
def test_a_point_of_a_close_up_lies_where_it_lay_in_the_frame(size: float) -> None:
    frame = np.zeros((1200, 1400, 3), np.uint8)
    frame[600:602, 700:702] = 255
    eyes = np.array([[700.5, 600.5]] * 5, np.float32)
    close = close_up(frame, Detection(box_px=(701 - size / 2, 601 - size / 2, size, size), landmarks_5x2=eyes, score=0.9))
    rows, columns = np.nonzero(close.image_rgb[..., 1])
    weights = close.image_rgb[rows, columns, 1].astype(float)
    here = np.array([[np.average(columns, weights=weights), np.average(rows, weights=weights)]] * 5, np.float32)
    found = close.in_frame(Detection(box_px=(0, 0, 1, 1), landmarks_5x2=here, score=0.9))
    assert found.landmarks_5x2 == pytest.approx(eyes, abs=0.05)
    assert max(close.image_rgb.shape) < 480


def test_a_close_up_does_not_hold_its_frame(chain: Chain, photo: Photo) -> None:
    image = photo("rishi-sunak.jpg")
    close = largest(chain.glance(image, at_ticks=0, longer_side=320)).close
    assert close is not None
    assert close.image_rgb.base is None or close.image_rgb.base.size < image.size


def test_thumbs_of_one_face_are_alike_and_those_of_two_are_not(chain: Chain, photo: Photo) -> None:
    image = photo("rishi-sunak.jpg")
    turned = cv2.warpAffine(image, cv2.getRotationMatrix2D((image.shape[1] / 2, image.shape[0] / 2), 6, 0.9), image.shape[1::-1])
    one, moved, other = (largest(chain.glance(of, at_ticks=0, longer_side=320)) for of in (image, turned, photo("eileen-collins.jpg")))
    assert one.thumb @ moved.thumb > 0.8
    assert one.thumb @ other.thumb < 0.5


def test_a_blurred_face_promises_less_than_a_sharp_one(chain: Chain, photo: Photo) -> None:
    image = photo("rishi-sunak.jpg")
    sharp, soft = (largest(chain.glance(of, at_ticks=0, longer_side=320)) for of in (image, cv2.GaussianBlur(image, (0, 0), 6)))
    assert soft.merit < sharp.merit


def test_a_face_found_small_and_looked_at_closer_has_the_template_that_a_photograph_gives(
    chain: Chain, photo: Photo, default_pack: Pack
) -> None:
    image = photo("group-composite.jpg")
    ((*whole,),) = chain.analyse([MemoryPicture(image_rgb=image)])
    seen = chain.glance(image, at_ticks=7, longer_side=max(image.shape[:2]) // 2)
    described = chain.describe([one.close for one in seen if one.close])
    assert len(described) == len(whole) == 4
    for face in described:
        assert face is not None
        twin = max(whole, key=lambda one: one.box.overlap(face.box))
        assert twin.box.overlap(face.box) > 0.8
        assert float(twin.vector @ face.vector) > 0.9
        assert face.quality.size_px == pytest.approx(twin.quality.size_px, rel=0.1)
    assert {one.at_ticks for one in seen} == {7}


def test_a_close_up_without_a_face_is_described_as_none(chain: Chain, photo: Photo) -> None:
    landscape = photo("landscape.jpg")
    nothing = Detection(box_px=(300, 300, 80, 80), landmarks_5x2=np.zeros((5, 2), np.float32), score=0.61)
    assert chain.describe([close_up(landscape, nothing)]) == [None]
    assert chain.describe([]) == []


def test_a_face_that_reaches_beyond_the_frame_is_found_when_asked_for(chain: Chain, photo: Photo) -> None:
    image = photo("rishi-sunak.jpg")
    left, top, width, height = largest(chain.glance(image, at_ticks=0, longer_side=320)).detection.box_px
    cut = np.ascontiguousarray(image[int(top + height * 0.1) : int(top + height * 0.85), int(left) : int(left + width)])
    assert [one for one in chain.glance(cut, at_ticks=0, longer_side=320, beyond=True) if one.sure]
