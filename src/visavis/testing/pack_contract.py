"""What every model pack must keep. Subclass `PackContract`, give it a chain for each runtime and pictures, and pytest runs the promises."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

import cv2
import numpy as np

from visavis.domain.arrays import RgbImage
from visavis.domain.errors import UnreadablePicture
from visavis.domain.face import AnalysedFace
from visavis.engines.chain import Chain
from visavis.engines.embed import BATCH
from visavis.engines.runtime import ONNXRUNTIME, OPENVINO


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryPicture:
    """A `PixelSource` over an array: gives it at full size, or halved as often as the request allows, as a JPEG decoder would."""

    image_rgb: RgbImage = field(repr=False)

    @property
    def full_width(self) -> int:
        return int(self.image_rgb.shape[1])

    @property
    def full_height(self) -> int:
        return int(self.image_rgb.shape[0])

    def pixels(self, longer_side: int | None = None) -> RgbImage:
        image = self.image_rgb
        while longer_side is not None and max(image.shape[:2]) // 2 >= longer_side:
            height, width = (-(-side // 2) for side in image.shape[:2])
            image = np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
        return image


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenPicture:
    """A `PixelSource` whose bytes turn out to be damaged."""

    full_width: int = 640
    full_height: int = 480

    def pixels(self, longer_side: int | None = None) -> RgbImage:
        raise UnreadablePicture(f"damaged when read at {longer_side or 'full size'}", reason="truncated")


class PackContract(ABC):
    """The promises of a pack behind :class:`visavis.engines.chain.Chain`.

    Attributes
    ----------
    agreement : float
        Least cosine between one face's templates on both runtimes. A float32 pack keeps 0.9999; int8 rounds otherwise on each runtime.
    """

    agreement = 0.9999

    @abstractmethod
    def chain(self, runtime: str) -> Chain:
        """Return a chain of the pack with both networks on that runtime."""

    @abstractmethod
    def pictures(self) -> list[RgbImage]:
        """Return at least two pictures, each with exactly one face that the pack finds; RGB, uint8."""

    def test_both_licences_are_declared(self) -> None:
        for licence in self.chain(ONNXRUNTIME).pack.licences:
            assert licence.spdx
            assert licence.notice.strip()
            assert licence.training_faces.strip(), "say where the training faces came from, or that it was not checked"

    def test_the_default_threshold_names_its_trial(self) -> None:
        threshold = self.chain(ONNXRUNTIME).pack.default_threshold
        assert -1 < threshold.value < 1
        for fact in ("FPIR 0.01", "N = ", "R = ", "mated", "pack"):
            assert fact in threshold.trial

    def test_templates_are_unit_vectors_of_the_declared_length(self) -> None:
        chain = self.chain(ONNXRUNTIME)
        for face in self._analysed(chain):
            assert face.vector.shape == (chain.pack.dim,)
            assert face.vector.dtype == np.float32
            assert abs(float(np.linalg.norm(face.vector)) - 1) < 1e-5
            assert face.quality.norm > 0

    def test_both_runtimes_give_the_same_faces_and_templates(self) -> None:
        for one, other in zip(self._analysed(self.chain(ONNXRUNTIME)), self._analysed(self.chain(OPENVINO)), strict=True):
            assert one.box.overlap(other.box) > 0.99
            assert float(one.vector @ other.vector) > self.agreement

    def test_a_template_does_not_depend_on_its_batch(self) -> None:
        picture = self.pictures()[0]
        for runtime in (ONNXRUNTIME, OPENVINO):
            chain = self.chain(runtime)
            (alone,) = self._faces(chain, [picture])
            for among in self._faces(chain, [picture] * BATCH):
                assert float(alone.vector @ among.vector) > 0.99999

    def test_the_same_picture_gives_the_same_template_again(self) -> None:
        chain = self.chain(ONNXRUNTIME)
        for first, second in zip(self._analysed(chain), self._analysed(chain), strict=True):
            assert np.array_equal(first.vector, second.vector)
            assert first.box == second.box

    def test_a_mirrored_picture_holds_the_mirrored_face(self) -> None:
        chain = self.chain(ONNXRUNTIME)
        mirrored = self._faces(chain, [np.ascontiguousarray(picture[:, ::-1]) for picture in self.pictures()])
        for face, twin in zip(self._analysed(chain), mirrored, strict=True):
            centre = 1 - (face.box.left + face.box.width / 2)
            # a tenth of the box: detectors are not quite symmetric
            assert abs(twin.box.left + twin.box.width / 2 - centre) < face.box.width / 10
            assert abs(twin.box.top - face.box.top) < face.box.height / 10

    def test_a_damaged_picture_is_returned_as_its_error_and_spoils_no_other(self) -> None:
        whole = MemoryPicture(image_rgb=self.pictures()[0])
        first, error, last = self.chain(ONNXRUNTIME).analyse([whole, BrokenPicture(), whole])
        assert isinstance(error, UnreadablePicture)
        assert not isinstance(first, UnreadablePicture)
        assert not isinstance(last, UnreadablePicture)
        assert len(first) == len(last) == 1

    def test_values_are_read_only(self) -> None:
        for face in self._analysed(self.chain(ONNXRUNTIME)):
            assert not face.vector.flags.writeable
            assert not face.landmarks_5x2.flags.writeable

    def _analysed(self, chain: Chain) -> list[AnalysedFace]:
        return self._faces(chain, self.pictures())

    @staticmethod
    def _faces(chain: Chain, pictures: list[RgbImage]) -> list[AnalysedFace]:
        """Return the one face of each picture."""
        found = []
        for faces in chain.analyse([MemoryPicture(image_rgb=picture) for picture in pictures]):
            assert not isinstance(faces, UnreadablePicture)
            assert len(faces) == 1
            found += faces
        return found
