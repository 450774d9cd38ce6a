"""The manifests of `examples/packs` are complete but for the hash of a recogniser that whoever installs them has."""

import hashlib
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from visavis.domain.errors import PackInvalid
from visavis.engines.chain import Chain, open_networks
from visavis.engines.pack import Pack, find_pack, install_pack
from visavis.testing.pack_contract import MemoryPicture

EXAMPLES = Path(__file__).parents[2] / "examples" / "packs"
UNWRITTEN = "0" * 64


def recogniser() -> bytes:
    """Return a small network of 512 numbers: the crop, averaged to 8 x 8, through a random matrix."""
    weights = np.random.default_rng(1).normal(size=(192, 512)).astype(np.float32)
    nodes = [
        helper.make_node("AveragePool", ["input"], ["small"], kernel_shape=[14, 14], strides=[14, 14]),
        helper.make_node("Flatten", ["small"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weights"], ["embedding"]),
    ]
    graph = helper.make_graph(
        nodes,
        "recogniser",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 3, 112, 112])],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", 512])],
        [numpy_helper.from_array(weights, "weights")],
    )
    model: onnx.ModelProto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    return bytes(model.SerializeToString())


@pytest.fixture(params=["arcface-512", "auraface-512"])
def filled(request: pytest.FixtureRequest, tmp_path: Path, default_pack: Pack) -> Path:
    """An example's folder with both networks, its manifest filled in."""
    folder = tmp_path / str(request.param)
    folder.mkdir()
    network = recogniser()
    (folder / "mine.onnx").write_bytes(network)
    shutil.copyfile(default_pack.detector_file, folder / "detector.onnx")
    text = (EXAMPLES / str(request.param) / "manifest.toml").read_text("utf-8")
    assert UNWRITTEN in text
    (folder / "manifest.toml").write_text(text.replace(UNWRITTEN, hashlib.sha256(network).hexdigest()), "utf-8")
    return folder


def test_a_filled_in_manifest_makes_a_pack_of_512_values(filled, tmp_path, photo):
    pack_id = install_pack(filled, tmp_path / "packs")
    acknowledged = frozenset({"LicenseRef-insightface-non-commercial"})
    if pack_id == "arcface-512":
        with pytest.raises(PackInvalid, match="LicenseRef-insightface-non-commercial"):
            find_pack(pack_id, [tmp_path / "packs"])
    pack = find_pack(pack_id, [tmp_path / "packs"], acknowledged)
    assert pack.dim == 512
    assert pack.default_threshold.value == 0.99
    chain = Chain(pack, open_networks(pack, cache=tmp_path / "cache", runtime="onnxruntime"))
    ((face,),) = chain.analyse([MemoryPicture(image_rgb=photo("rishi-sunak.jpg"))])
    ((vectors, norms),) = chain.embed([(MemoryPicture(image_rgb=photo("rishi-sunak.jpg")), [face.landmarks_5x2])])
    assert vectors.shape == (1, 512)
    assert float(vectors[0] @ face.vector) > 0.9999
    assert norms[0] > 0


def test_as_they_ship_no_file_fits_them(filled, tmp_path):
    (filled / "manifest.toml").write_text((EXAMPLES / filled.name / "manifest.toml").read_text("utf-8"), "utf-8")
    with pytest.raises(PackInvalid, match="does not hold both files"):
        install_pack(filled, tmp_path / "packs")
