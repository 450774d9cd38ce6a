from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from visavis.domain.errors import PackInvalid
from visavis.engines import fold
from visavis.engines.fold import fold_network, folded_file

SHAPE = ("batch", 3, 4, 4)


def quantised_model() -> bytes:
    """Int8 weights in blocks of 5 (the last cut short), reshaped to a kernel; a Dropout; initialisers listed as inputs."""
    rng = np.random.default_rng(3)
    weights = {
        "q": rng.integers(-127, 127, (2, 12), dtype=np.int8),
        "scale": rng.uniform(0.01, 0.1, (2, 3)).astype(np.float32),
        "zero": rng.integers(-5, 5, (2, 3), dtype=np.int8),
        "kernel_shape": np.array([2, 3, 2, 2], np.int64),
        "flat_shape": np.array([1, -1, 2], np.int64),
    }
    nodes = [
        helper.make_node("DequantizeLinear", ["q", "scale", "zero"], ["w"], axis=1, block_size=5),
        helper.make_node("Reshape", ["w", "kernel_shape"], ["kernel"]),
        helper.make_node("Conv", ["x", "kernel"], ["y"]),
        helper.make_node("Dropout", ["y"], ["z"]),
        helper.make_node("Transpose", ["z"], ["t"], perm=[0, 2, 3, 1]),
        helper.make_node("Reshape", ["t", "flat_shape"], ["out"]),
    ]
    tensors = [numpy_helper.from_array(value, name) for name, value in weights.items()]
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 4, 4])]
    inputs += [helper.make_tensor_value_info(tensor.name, tensor.data_type, list(tensor.dims)) for tensor in tensors]
    output = helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, 9, 2])
    graph = helper.make_graph(nodes, "quantised", inputs, [output], tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10).SerializeToString()


def answers(model: bytes, x: np.ndarray) -> np.ndarray:
    return ReferenceEvaluator(onnx.load_from_string(model)).run(None, {"x": x})[0]


def test_a_folded_network_answers_as_the_published_one() -> None:
    # the reference wants whole blocks, so the truth is computed by hand: (q - zero) · scale
    x = np.random.default_rng(0).normal(size=(1, 3, 4, 4)).astype(np.float32)
    model = onnx.load_from_string(quantised_model())
    tensors = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    columns = np.arange(12) // 5
    kernel = (tensors["q"].astype(np.float32) - tensors["zero"][:, columns]) * tensors["scale"][:, columns]
    windows = np.lib.stride_tricks.sliding_window_view(x[0], (2, 2), axis=(1, 2))
    expected = np.einsum("chwij,kcij->hwk", windows, kernel.reshape(2, 3, 2, 2)).reshape(1, 9, 2)
    np.testing.assert_allclose(answers(fold_network(quantised_model(), shape=SHAPE), x), expected, rtol=1e-4, atol=1e-4)


def test_a_folded_network_takes_any_batch() -> None:
    folded = fold_network(quantised_model(), shape=SHAPE)
    x = np.random.default_rng(0).normal(size=(3, 3, 4, 4)).astype(np.float32)
    together = answers(folded, x)
    assert together.shape == (3, 9, 2)
    np.testing.assert_allclose(together[1:2], answers(folded, x[1:2]), rtol=1e-5, atol=1e-5)


def test_only_float_arithmetic_and_one_input_are_left() -> None:
    graph = onnx.load_from_string(fold_network(quantised_model(), shape=SHAPE)).graph
    assert [node.op_type for node in graph.node] == ["Conv", "Transpose", "Reshape"]
    assert [value.name for value in graph.input] == ["x"]
    assert [dim.dim_param or dim.dim_value for dim in graph.input[0].type.tensor_type.shape.dim] == ["batch", 3, 4, 4]


@pytest.mark.parametrize("content", [b"not a network at all", b"", quantised_model()[:200]])
def test_bytes_that_are_no_network_are_refused(content: bytes) -> None:
    with pytest.raises(PackInvalid, match="network of the pack"):
        fold_network(content, shape=SHAPE)


def test_a_network_of_other_dimensions_is_refused() -> None:
    with pytest.raises(PackInvalid, match="2 dimensions"):
        fold_network(quantised_model(), shape=("batch", 128))


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "published.onnx"
    path.write_bytes(quantised_model())
    return path


def test_a_network_is_folded_once(weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = folded_file(weights, shape=SHAPE, folder=tmp_path / "cache", role="detector")
    monkeypatch.setattr(fold, "fold_network", lambda *_, **__: pytest.fail("folded again"))
    assert folded_file(weights, shape=SHAPE, folder=tmp_path / "cache", role="detector") == first


def test_a_damaged_cache_file_is_made_again(weights: Path, tmp_path: Path) -> None:
    path = folded_file(weights, shape=SHAPE, folder=tmp_path / "cache", role="detector")
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert folded_file(weights, shape=SHAPE, folder=tmp_path / "cache", role="detector").read_bytes() == whole


def test_nothing_half_written_is_left_behind(weights: Path, tmp_path: Path) -> None:
    path = folded_file(weights, shape=SHAPE, folder=tmp_path / "cache", role="detector")
    assert list((tmp_path / "cache").iterdir()) == [path]
