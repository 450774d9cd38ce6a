"""Quantisation of a small network: BatchNormalization, PReLU, a depthwise layer, a product, as SFace has them."""

import json

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from visavis.domain.errors import PackInvalid
from visavis.engines.quantise import Fused, quantise_network
from visavis.engines.runtime import import_onnxruntime

RNG = np.random.default_rng(5)
CHANNELS = 6


def normalisation(name: str, channels: int) -> dict[str, np.ndarray]:
    return {
        f"{name}_scale": RNG.uniform(0.01, 4, channels),  # channels of very different reach
        f"{name}_shift": RNG.normal(0, 1, channels),
        f"{name}_mean": RNG.normal(0, 1, channels),
        f"{name}_variance": RNG.uniform(0.5, 2, channels),
    }


@pytest.fixture(scope="module")
def network() -> bytes:
    constants = {
        "w1": RNG.normal(0, 1, (CHANNELS, 3, 1, 1)),
        "slope": RNG.uniform(0.1, 0.5, (CHANNELS, 1, 1)),
        "w2": RNG.normal(0, 1, (CHANNELS, 1, 3, 3)),
        "w3": RNG.normal(0, 1, (8, CHANNELS * 16)),
        "b3": RNG.normal(0, 1, 8),
        **normalisation("n1", CHANNELS),
        **normalisation("n2", CHANNELS),
        **normalisation("n3", 8),
    }
    norm = [[f"n{at}_{part}" for part in ("scale", "shift", "mean", "variance")] for at in (1, 2, 3)]
    nodes = [
        helper.make_node("Conv", ["picture", "w1"], ["c1"]),
        helper.make_node("BatchNormalization", ["c1", *norm[0]], ["c1n"]),
        helper.make_node("PRelu", ["c1n", "slope"], ["p1"]),
        helper.make_node("Conv", ["p1", "w2"], ["c2"], group=CHANNELS, pads=[1, 1, 1, 1]),
        helper.make_node("PRelu", ["c2", "slope"], ["p2"]),
        helper.make_node("BatchNormalization", ["p2", *norm[1]], ["p2n"]),
        helper.make_node("Flatten", ["p2n"], ["flat"]),
        helper.make_node("Gemm", ["flat", "w3", "b3"], ["g"], transB=1),
        helper.make_node("BatchNormalization", ["g", *norm[2]], ["answer"]),
    ]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, ["batch", 3, 4, 4])],
        [helper.make_tensor_value_info("answer", TensorProto.FLOAT, ["batch", 8])],
        [numpy_helper.from_array(value.astype(np.float32), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    return RNG.uniform(-1, 1, (5, 3, 4, 4)).astype(np.float32)


def answers(model: bytes, pictures: np.ndarray) -> np.ndarray:
    runtime, _ = import_onnxruntime()
    return np.asarray(runtime.InferenceSession(model).run(None, {"picture": pictures})[0])


def calibration(**layers: object) -> bytes:
    return json.dumps({"layers": layers}).encode()


FITTING = calibration(
    c1={"scale": 1 / 127, "exponents": []},
    c2={"scale": 0.1, "exponents": [1, -2, 0, 3, -1, 2]},
    answer={"scale": 0.3, "exponents": []},
)


def test_fusing_changes_no_answer(network: bytes, pictures: np.ndarray) -> None:
    fused = Fused(network).in_float([])
    assert not any(node.op_type == "BatchNormalization" for node in onnx.load_from_string(fused).graph.node)
    np.testing.assert_allclose(answers(fused, pictures), answers(network, pictures), rtol=1e-4, atol=1e-3)


def test_levelling_changes_no_answer(network: bytes, pictures: np.ndarray) -> None:
    fused = Fused(network)
    fused.level("c2", np.array([1, -2, 0, 3, -1, 2]))
    np.testing.assert_allclose(answers(fused.in_float([]), pictures), answers(network, pictures), rtol=1e-4, atol=1e-3)


def test_a_quantised_network_answers_nearly_as_the_float_one(network: bytes, pictures: np.ndarray) -> None:
    exact, rounded = answers(network, pictures), answers(quantise_network(network, FITTING), pictures)
    cosine = (exact * rounded).sum(axis=1) / np.linalg.norm(exact, axis=1) / np.linalg.norm(rounded, axis=1)
    assert cosine.min() > 0.99


def test_every_layer_is_quantised_and_its_weights_are_int8(network: bytes) -> None:
    graph = onnx.load_from_string(quantise_network(network, FITTING)).graph
    made_by = {output: node.op_type for node in graph.node for output in node.output}
    for node in graph.node:
        if node.op_type in {"Conv", "Gemm"}:
            assert [made_by[name] for name in node.input[:2]] == ["DequantizeLinear"] * 2
    assert {tensor.name for tensor in graph.initializer if tensor.data_type == TensorProto.INT8} >= {
        "c1_weights_q",
        "c2_weights_q",
        "answer_weights_q",
    }


def test_the_same_calibration_gives_the_same_bytes(network: bytes) -> None:
    assert quantise_network(network, FITTING) == quantise_network(network, FITTING)


@pytest.mark.parametrize(
    "wrong",
    [b"no JSON", b"{}", calibration(unknown={"scale": 1, "exponents": []}), calibration(c1={"scale": 1, "exponents": [1]})],
)
def test_a_calibration_that_does_not_fit_is_refused(network: bytes, wrong: bytes) -> None:
    with pytest.raises(PackInvalid, match="does not fit"):
        quantise_network(network, wrong)
