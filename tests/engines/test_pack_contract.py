from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from visavis.domain.arrays import RgbImage
from visavis.engines.chain import Chain, open_networks
from visavis.engines.pack import find_pack, install_pack
from visavis.engines.runtime import OPENVINO, RUNTIMES
from visavis.testing.pack_contract import PackContract


class TestDefaultPack(PackContract):
    @pytest.fixture(autouse=True)
    def _given(self, default_chains: dict[str, Chain], photo: Callable[[str], RgbImage]) -> None:
        self._chains = default_chains
        self._pictures = [photo("emmanuel-macron-2014.jpg"), photo("barack-obama-senate.jpg"), photo("rishi-sunak.jpg")]

    def chain(self, runtime: str) -> Chain:
        return self._chains[runtime]

    def pictures(self) -> list[RgbImage]:
        return self._pictures


@pytest.fixture(scope="module")
def int8_chains(cache: Path) -> dict[str, Chain]:
    pack = find_pack("yunet-sface-int8", [])
    return {runtime: Chain(pack, open_networks(pack, cache=cache, runtime=runtime)) for runtime in RUNTIMES}


class TestInt8Pack(PackContract):
    agreement = 0.99

    @pytest.fixture(autouse=True)
    def _given(self, int8_chains: dict[str, Chain], photo: Callable[[str], RgbImage]) -> None:
        self._chains = int8_chains
        self._pictures = [photo("emmanuel-macron-2014.jpg"), photo("barack-obama-senate.jpg"), photo("rishi-sunak.jpg")]

    def chain(self, runtime: str) -> Chain:
        return self._chains[runtime]

    def pictures(self) -> list[RgbImage]:
        return self._pictures

    def test_templates_stay_near_those_of_float32(self, default_chains: dict[str, Chain]) -> None:
        for rounded, exact in zip(self._analysed(self.chain(OPENVINO)), self._analysed(default_chains[OPENVINO]), strict=True):
            assert float(rounded.vector @ exact.vector) > 0.99


@pytest.fixture(scope="module")
def green_chains(green_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Chain]:
    packs = tmp_path_factory.mktemp("packs")
    pack = find_pack(install_pack(green_folder, packs), [packs])
    return {runtime: Chain(pack, open_networks(pack, cache=packs / "cache", runtime=runtime)) for runtime in RUNTIMES}


class TestGeneratedPackOf512Numbers(PackContract):
    """A pack joins by its manifest alone."""

    @pytest.fixture(autouse=True)
    def _given(self, green_chains: dict[str, Chain]) -> None:
        self._chains = green_chains

    def chain(self, runtime: str) -> Chain:
        return self._chains[runtime]

    def pictures(self) -> list[RgbImage]:
        # the patch is centred on a cell of stride 16, and so is its mirror image
        return [_green_patch(seed, left=104, top=72) for seed in range(2)]


def _green_patch(seed: int, *, left: int, top: int) -> RgbImage:
    rng = np.random.default_rng(seed)
    picture = np.full((256, 288, 3), 90, np.uint8)
    patch = np.kron(rng.integers(0, 90, (8, 8, 3)), np.ones((8, 8, 1))).astype(np.uint8)
    patch[..., 1] = 255
    picture[top : top + 64, left : left + 64] = patch
    return picture
