"""Chains of the default pack, the example photographs, and a small pack that is made by code: its «faces» are green patches."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from visavis.engines.chain import Chain, open_networks
from visavis.engines.pack import DEFAULT_PACK, Pack, find_pack
from visavis.engines.runtime import RUNTIMES

PATCH = 64
"""Pixels: the side of a green patch that the generated detector takes for a face."""
TEMPLATE = [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]]


@pytest.fixture(scope="session")
def photo() -> Callable[[str], np.ndarray]:
    """Read one of the credited example photographs, RGB."""
    folder = next(parent for parent in Path(__file__).parents if (parent / "pyproject.toml").exists()) / "examples" / "photos"

    def read(name: str) -> np.ndarray:
        image = cv2.imread(str(folder / name))
        assert image is not None, name
        return np.ascontiguousarray(image[..., ::-1])

    return read


@pytest.fixture(scope="session")
def default_pack() -> Pack:
    return find_pack(DEFAULT_PACK, [])


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def default_chains(default_pack: Pack, cache: Path) -> dict[str, Chain]:
    return {runtime: Chain(default_pack, open_networks(default_pack, cache=cache, runtime=runtime)) for runtime in RUNTIMES}


@pytest.fixture(scope="session")
def chain(default_pack: Pack, cache: Path) -> Chain:
    """The default pack as it is used: each network on its faster runtime."""
    return Chain(default_pack, open_networks(default_pack, cache=cache))


@pytest.fixture(scope="session")
def green_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a generated pack that is not installed: manifest, detector of green patches, recogniser of 512 numbers."""
    folder = tmp_path_factory.mktemp("made") / "green-512"
    folder.mkdir()
    detector, recogniser = _green_detector(), _random_recogniser()
    (folder / "d.onnx").write_bytes(detector)
    (folder / "r.onnx").write_bytes(recogniser)
    (folder / "manifest.toml").write_text(green_manifest(detector, recogniser), "utf-8")
    return folder


def green_manifest(detector: bytes, recogniser: bytes, *, commercial: bool = True) -> str:
    from hashlib import sha256

    return f"""
format = 1
id = "green-512"
title = "Green patches, 512 numbers"
precision = "float32"

[detector]
head = "yunet"
sha256 = ["{sha256(detector).hexdigest()}"]
input_shape = ["batch", 3, "height", "width"]
colour_order = "BGR"
value_range = [0, 255]
multiple = 32
score = 0.6
second_score = 0.3
proposal_score = 0.1
nms = 0.3

[detector.licence]
spdx = "CC0-1.0"
commercial = true
training_faces = "none: made by code"
notice = "no rights reserved"

[recogniser]
sha256 = ["{sha256(recogniser).hexdigest()}"]
input_shape = ["batch", 3, 112, 112]
colour_order = "RGB"
value_range = [-1, 1]
dim = 512
landmarks = {TEMPLATE}

[recogniser.licence]
spdx = "LicenseRef-research-only"
commercial = {str(commercial).lower()}
training_faces = "none: made by code"
notice = "no rights reserved"

[trial]
pack = "green-512"
data = "no data: made for tests"
enrolled = 1
returned = 1
mated = 1
non_mated = 1

[[threshold]]
fpir = 0.01
similarity = 0.5
missed = 1
"""


def _green_detector() -> bytes:
    """A YuNet-shaped head over window averages: (green − (red + blue) / 2) / 255 of 64 × 64 pixels, at stride 16 only."""
    nodes, weights, outputs = [], {}, []

    def head(name: str, source: str, kernel: np.ndarray, bias: np.ndarray, *, clip: bool) -> None:
        weights[f"{name}_w"], weights[f"{name}_b"] = kernel.reshape(len(bias), 3, 1, 1), bias
        nodes.append(helper.make_node("Conv", [source, f"{name}_w", f"{name}_b"], [f"{name}_c"]))
        nodes.append(helper.make_node("Clip", [f"{name}_c", "zero", "one"], [f"{name}_k"]) if clip else _same(f"{name}_c", f"{name}_k"))
        nodes.append(helper.make_node("Transpose", [f"{name}_k"], [f"{name}_t"], perm=[0, 2, 3, 1]))
        weights[f"{name}_s"] = np.array([1, -1, len(bias)], np.int64)  # a batch of one, as exporters write it
        nodes.append(helper.make_node("Reshape", [f"{name}_t", f"{name}_s"], [name]))
        outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, None, len(bias)]))

    weights["zero"], weights["one"] = np.float32(0), np.float32(1)
    green = np.array([-0.5, 1, -0.5], np.float32) / 255
    points = (np.array(TEMPLATE, np.float32) / 112 * PATCH - PATCH / 2) / 16 + 0.5
    for stride in (8, 16, 32):
        border = (PATCH - stride) // 2
        nodes.append(
            helper.make_node(
                "AveragePool", ["image"], [f"mean_{stride}"], kernel_shape=[PATCH] * 2, strides=[stride] * 2, pads=[border] * 4
            )
        )
        seen = green if stride == 16 else green * 0
        head(f"cls_{stride}", f"mean_{stride}", seen, np.zeros(1, np.float32), clip=True)
        head(f"obj_{stride}", f"mean_{stride}", seen, np.zeros(1, np.float32), clip=True)
        size = np.log(PATCH / stride)
        box = np.array([0.5, 0.5, size, size], np.float32)
        head(f"bbox_{stride}", f"mean_{stride}", np.zeros((4, 3), np.float32), box, clip=False)
        head(f"kps_{stride}", f"mean_{stride}", np.zeros((10, 3), np.float32), points.reshape(-1), clip=False)
    return _model(nodes, weights, ("image", [1, 3, 320, 320]), outputs)


def _same(source: str, target: str) -> onnx.NodeProto:
    return helper.make_node("Identity", [source], [target])


def _random_recogniser() -> bytes:
    rng = np.random.default_rng(7)
    nodes = [
        helper.make_node("AveragePool", ["face"], ["blocks"], kernel_shape=[14, 14], strides=[14, 14]),
        helper.make_node("Flatten", ["blocks"], ["flat"]),
        helper.make_node("Gemm", ["flat", "w"], ["template"]),
    ]
    weights = {"w": rng.normal(size=(192, 512)).astype(np.float32)}
    output = helper.make_tensor_value_info("template", TensorProto.FLOAT, [1, 512])
    return _model(nodes, weights, ("face", [1, 3, 112, 112]), [output])


def _model(nodes: list, weights: dict, given: tuple[str, list[int]], outputs: list) -> bytes:
    tensors = [numpy_helper.from_array(np.asarray(value), name) for name, value in weights.items()]
    image = helper.make_tensor_value_info(given[0], TensorProto.FLOAT, given[1])
    graph = helper.make_graph(nodes, "made", [image], outputs, tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10).SerializeToString()
