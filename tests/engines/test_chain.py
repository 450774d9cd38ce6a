from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from visavis.domain.errors import SetupError
from visavis.domain.face import AnalysedFace, Box
from visavis.engines import chain as chain_module
from visavis.engines.chain import Chain, open_networks
from visavis.engines.detect import Found
from visavis.engines.finder import COARSE
from visavis.engines.pack import Pack
from visavis.testing.pack_contract import MemoryPicture

Photo = Callable[[str], np.ndarray]


class Watched(MemoryPicture):
    """A picture that remembers at which scales it was asked for."""

    def __init__(self, image: np.ndarray) -> None:
        super().__init__(image_rgb=image)
        object.__setattr__(self, "asked", [])

    def pixels(self, longer_side: int | None = None) -> np.ndarray:
        self.asked.append(longer_side)
        return MemoryPicture.pixels(self, longer_side)


def analysed(chain: Chain, *images: np.ndarray) -> list[list[AnalysedFace]]:
    return chain.analyse([MemoryPicture(image_rgb=image) for image in images])


def one(chain: Chain, image: np.ndarray) -> AnalysedFace:
    ((face,),) = analysed(chain, image)
    return face


@pytest.fixture(scope="module")
def faces(chain: Chain, photo: Photo) -> dict[str, AnalysedFace]:
    names = (
        "jacinda-ardern-2018",
        "jacinda-ardern-2022",
        "emmanuel-macron-2014",
        "emmanuel-macron-2025",
        "rishi-sunak",
        "barack-obama-senate",
        "barack-obama-2009",
    )
    return {name: one(chain, photo(f"{name}.jpg")) for name in names}


def test_pictures_of_one_person_pass_the_threshold_and_those_of_two_do_not(faces: dict[str, AnalysedFace], default_pack: Pack) -> None:
    threshold = default_pack.default_threshold.value
    for first, one_face in faces.items():
        for second, other in faces.items():
            same = first.rsplit("-", 1)[0] == second.rsplit("-", 1)[0]
            assert (float(one_face.vector @ other.vector) > threshold) == same, (first, second)


def test_a_colour_swap_would_be_noticed(chain: Chain, faces: dict[str, AnalysedFace], photo: Photo) -> None:
    swapped = one(chain, np.ascontiguousarray(photo("rishi-sunak.jpg")[..., ::-1]))
    assert float(swapped.vector @ faces["rishi-sunak"].vector) < 0.98


def test_several_faces_come_left_to_right(chain: Chain, faces: dict[str, AnalysedFace], photo: Photo) -> None:
    (group,) = analysed(chain, photo("group-composite.jpg"))
    assert len(group) == 4
    assert [face.box.left for face in group] == sorted(face.box.left for face in group)
    resembled = [max(faces, key=lambda name, face=face: float(face.vector @ faces[name].vector)) for face in group]
    assert resembled[0].startswith("jacinda")
    assert resembled[1].startswith("barack")
    assert resembled[3].startswith("emmanuel")


def test_a_landscape_has_no_face(chain: Chain, photo: Photo) -> None:
    assert analysed(chain, photo("landscape.jpg")) == [[]]


def test_boxes_and_landmarks_are_ratios_of_the_whole_picture(chain: Chain, photo: Photo) -> None:
    image = photo("rishi-sunak.jpg")
    face = one(chain, image)
    framed = np.zeros((image.shape[0] * 2, image.shape[1] * 2, 3), np.uint8)
    framed[image.shape[0] :, image.shape[1] :] = image
    moved = one(chain, framed)
    assert (moved.box.left, moved.box.top) == pytest.approx((face.box.left / 2 + 0.5, face.box.top / 2 + 0.5), abs=0.01)
    assert (moved.box.width, moved.box.height) == pytest.approx((face.box.width / 2, face.box.height / 2), abs=0.01)
    np.testing.assert_allclose(moved.landmarks_5x2, face.landmarks_5x2 / 2 + 0.5, atol=0.01)
    inside = (face.landmarks_5x2 > (face.box.left, face.box.top)) & (
        face.landmarks_5x2 < (face.box.left + face.box.width, face.box.top + face.box.height)
    )
    assert inside.all()


def test_quality_is_measured_in_pixels_of_the_full_picture(faces: dict[str, AnalysedFace], photo: Photo) -> None:
    face, image = faces["rishi-sunak"], photo("rishi-sunak.jpg")
    _, _, width, height = face.box.pixels(width=image.shape[1], height=image.shape[0])
    assert face.quality.size_px == pytest.approx((width * height) ** 0.5, rel=1e-4)
    assert face.quality.weaknesses() == ()
    assert max(abs(face.quality.yaw), abs(face.quality.pitch), abs(face.quality.roll)) < 15


def large(image: np.ndarray, longer_side: int) -> np.ndarray:
    scale = longer_side / max(image.shape)
    return cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)


def test_a_large_portrait_is_decoded_once_and_at_a_reduced_scale(chain: Chain, faces: dict[str, AnalysedFace], photo: Photo) -> None:
    picture = Watched(large(photo("rishi-sunak.jpg"), 4000))
    ((face,),) = chain.analyse([picture])
    assert picture.asked == [COARSE]
    assert float(face.vector @ faces["rishi-sunak"].vector) > 0.97


def test_a_small_face_in_a_large_picture_gets_the_pixels_that_the_file_has(
    chain: Chain, faces: dict[str, AnalysedFace], photo: Photo
) -> None:
    picture = np.full((3000, 4000, 3), 90, np.uint8)
    portrait = photo("rishi-sunak.jpg")
    small = cv2.resize(portrait, None, fx=0.3, fy=0.3, interpolation=cv2.INTER_AREA)
    picture[500 : 500 + small.shape[0], 900 : 900 + small.shape[1]] = small
    watched = Watched(picture)
    ((face,),) = chain.analyse([watched])
    assert watched.asked[0] == COARSE
    assert watched.asked[-1] is None or watched.asked[-1] > 2000
    assert float(face.vector @ faces["rishi-sunak"].vector) > 0.93


def test_a_face_that_the_usual_look_misses_is_found_in_a_box_that_a_person_draws(chain: Chain, photo: Photo) -> None:
    portrait = photo("rishi-sunak.jpg")
    small = cv2.resize(portrait, None, fx=10 / (0.47 * portrait.shape[0]), fy=10 / (0.47 * portrait.shape[0]), interpolation=cv2.INTER_AREA)
    picture = np.full((1200, 1600, 3), 110, np.uint8)
    picture[300 : 300 + small.shape[0], 700 : 700 + small.shape[1]] = small
    assert analysed(chain, picture) == [[]]
    drawn = Box(left=704 / 1600, top=302 / 1200, width=10 / 1600, height=13 / 1200)
    found = chain.within(MemoryPicture(image_rgb=picture), drawn)
    assert found is not None
    assert found.box.overlap(drawn) > 0.2
    assert "small" in found.quality.weaknesses()
    assert chain.within(MemoryPicture(image_rgb=picture), Box(left=0.1, top=0.1, width=0.02, height=0.02)) is None


def test_a_detection_without_direction_is_dropped_and_counted(
    default_pack: Pack, cache: Path, photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain = Chain(default_pack, open_networks(default_pack, cache=cache))
    nowhere = Found(boxes_ltwh=np.float32([[10, 10, 50, 50]]), landmarks_nx5x2=np.full((1, 5, 2), 30, np.float32), scores=np.float32([0.9]))
    monkeypatch.setattr(chain._finder, "find", lambda *_, **__: nowhere)
    assert analysed(chain, photo("rishi-sunak.jpg")) == [[]]
    assert chain.dropped == {"the five landmarks coincide or are not numbers": 1}


def test_networks_say_why_they_run_where_they_run(chain: Chain) -> None:
    for network, choice in (
        (chain.networks.detector, chain.networks.detector_choice),
        (chain.networks.recogniser, chain.networks.recogniser_choice),
    ):
        assert network.runtime == choice.runtime == min(choice.milliseconds, key=choice.milliseconds.__getitem__)


def test_a_fixed_runtime_is_not_measured(default_pack: Pack, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain_module, "faster_runtime", lambda *_, **__: pytest.fail("measured"))
    networks = open_networks(default_pack, cache=cache, runtime="onnxruntime")
    assert networks.detector_choice.milliseconds == {}
    with pytest.raises(SetupError, match="abacus"):
        open_networks(default_pack, cache=cache, runtime="abacus")


def test_no_pictures_give_no_faces(chain: Chain) -> None:
    assert chain.analyse([]) == []
