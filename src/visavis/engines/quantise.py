"""A float32 network into one that runtimes compute in int8: weights a channel, activations a tensor, both symmetric.

Three steps, each exact arithmetic on the pinned weights, so that the same calibration gives the same file anywhere:

1. *Fuse*: each BatchNormalization goes into the convolution or the matrix product beside it.
2. *Level*: channels of one tensor differ in range by a factor of hundreds, and one scale serves them all. PReLU lets a positive factor
   through, so each channel is divided by a power of two, and the weights that read it are multiplied by it [1]_. In floats nothing changes.
3. *Quantise*: QuantizeLinear and DequantizeLinear before each convolution, depthwise ones too, and the last matrix product.

The calibration (scales and powers of two) is a file of the pack, made by `benchmarks/calibrate_int8.py`.

References
----------
.. [1] M. Nagel, M. van Baalen, T. Blankevoort, M. Welling, Data-free quantization through weight equalization and bias correction,
   ICCV 2019.
"""

import json
from typing import Any

import numpy as np

from visavis.domain.errors import PackInvalid
from visavis.engines.fold import Constants

_HELD = 127
"""The largest int8 that is used; −128 has no counterpart."""
_WEIGHED = ("Conv", "Gemm")


def quantise_network(model: bytes, calibration: bytes) -> bytes:
    """Return an ONNX model in QDQ form.

    Parameters
    ----------
    model : bytes
        A folded float32 network (`fold_network`).
    calibration : bytes
        JSON: `layers`, by the name of a convolution's or product's output: `scale`, of its input, and `exponents`, one a channel of its
        input, or none.

    Raises
    ------
    PackInvalid
        If the calibration does not fit the network.
    """
    try:
        layers = json.loads(calibration)["layers"]
        network = Fused(model)
        for name, facts in layers.items():
            if facts["exponents"]:
                network.level(name, np.array(facts["exponents"], np.int64))
        return network.quantised({name: float(facts["scale"]) for name, facts in layers.items()})
    except (KeyError, TypeError, ValueError) as error:
        raise PackInvalid(f"the calibration does not fit the network: {error}", remedy="install the pack again") from error


class Fused:
    """A network without BatchNormalization, ready to be levelled and quantised.

    Parameters
    ----------
    model : bytes
        A folded float32 network.

    Attributes
    ----------
    layers : dict of str to node
        Convolutions and products by the name of their output.
    """

    def __init__(self, model: bytes) -> None:
        import onnx
        from onnx import numpy_helper

        self._model = onnx.load_from_string(model)
        graph = self._model.graph
        self.constants: Constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
        self._nodes: list[Any] = [node for node in graph.node if node.op_type != "Constant"]
        self._fuse()
        self.layers = {node.output[0]: node for node in self._nodes if node.op_type in _WEIGHED}

    def level(self, name: str, exponents: np.ndarray[Any, np.dtype[np.int64]]) -> None:
        """Divide each channel of a layer's input by 2 to its exponent, in the layer before, and undo it in this layer's weights."""
        layer, before = self.layers[name], self.before(name)
        if before is None:
            raise ValueError(f"{name} follows no convolution through a PReLU")
        factor = np.ldexp(np.float32(1), exponents)
        weights = self.constants[layer.input[1]]
        side = (-1, 1, 1, 1) if weights.shape[1] == 1 else (1, -1, 1, 1)  # a depthwise layer has a filter a channel
        self.constants[layer.input[1]] = weights * factor.reshape(side)
        for at in (1, 2):
            held = self.constants[before.input[at]]
            self.constants[before.input[at]] = held / factor.reshape(-1, *[1] * (held.ndim - 1))

    def before(self, name: str) -> Any | None:
        """Return the convolution whose output reaches this layer through one PReLU; None if there is none."""
        made_by = {output: node for node in self._nodes for output in node.output}
        between = made_by.get(self.layers[name].input[0])
        return made_by.get(between.input[0]) if between is not None and between.op_type == "PRelu" else None

    def in_float(self, outputs: list[str]) -> bytes:
        """Return the network as it stands, in float32, with more of its tensors as outputs."""
        return self._serialised(self._nodes, self.constants, outputs)

    def quantised(self, scales: dict[str, float]) -> bytes:
        """Return the network in QDQ form, with the scale of each layer's input by the layer's name."""
        from onnx import helper

        if unknown := set(scales) - set(self.layers):
            raise ValueError(f"no layers of these names: {', '.join(sorted(unknown))}")
        constants, nodes = dict(self.constants), []
        for node in self._nodes:
            copy = type(node).FromString(node.SerializeToString())
            if copy.output[0] in scales:
                name, (held, weights) = copy.output[0], copy.input[:2]
                constants |= {f"{name}_scale": np.array(scales[name], np.float32), f"{name}_zero": np.array(0, np.int8)}
                constants |= _quantised_weights(constants[weights], name)
                nodes += [
                    helper.make_node("QuantizeLinear", [held, f"{name}_scale", f"{name}_zero"], [f"{name}_input_q"]),
                    helper.make_node("DequantizeLinear", [f"{name}_input_q", f"{name}_scale", f"{name}_zero"], [f"{name}_input"]),
                    helper.make_node("DequantizeLinear", [f"{name}_weights_q", f"{name}_weights_scale"], [f"{name}_weights"], axis=0),
                ]
                copy.input[:2] = [f"{name}_input", f"{name}_weights"]
            nodes.append(copy)
        return self._serialised(nodes, constants, [])

    def _fuse(self) -> None:
        made_by = {output: node for node in self._nodes for output in node.output}
        renamed: dict[str, str] = {}
        kept = []
        for node in self._nodes:
            node.input[:] = [renamed.get(name, name) for name in node.input]
            above = made_by.get(node.input[0])
            if node.op_type == "BatchNormalization" and above is not None and above.op_type in _WEIGHED:
                self._into_layer_above(above, *self._factor_and_shift(node))
                renamed[node.output[0]] = above.output[0]
                continue
            kept.append(node)
        for node in [node for node in kept if node.op_type == "BatchNormalization"]:
            flat = next(other for other in kept if node.output[0] in other.input)
            product = next(other for other in kept if flat.output[0] in other.input and other.op_type == "Gemm")
            self._into_product_below(product, *self._factor_and_shift(node))
            flat.input[0] = node.input[0]
            kept.remove(node)
        last = self._model.graph.output[0]
        for node in kept:
            if node.output[0] == renamed.get(last.name):
                node.output[0] = last.name
        self._nodes = kept

    def _factor_and_shift(self, node: Any) -> tuple[Any, Any]:
        scale, shift, mean, variance = (self.constants[name].astype(np.float64) for name in node.input[1:5])
        epsilon = next((attribute.f for attribute in node.attribute if attribute.name == "epsilon"), 1e-5)
        factor = scale / np.sqrt(variance + epsilon)
        return factor, shift - mean * factor

    def _into_layer_above(self, layer: Any, factor: Any, shift: Any) -> None:
        weights = self.constants[layer.input[1]]
        bias = self.constants[layer.input[2]] if len(layer.input) > 2 else 0.0
        self.constants[layer.input[1]] = (weights * factor.reshape(-1, *[1] * (weights.ndim - 1))).astype(np.float32)
        name = f"{layer.output[0]}_bias"
        self.constants[name] = (bias * factor + shift).astype(np.float32)
        layer.input[:] = [*layer.input[:2], name]

    def _into_product_below(self, product: Any, factor: Any, shift: Any) -> None:
        weights = self.constants[product.input[1]]
        by_channel = weights.reshape(len(weights), len(factor), -1).astype(np.float64)
        bias = self.constants[product.input[2]] + by_channel.sum(axis=2) @ shift
        self.constants[product.input[1]] = (by_channel * factor[None, :, None]).astype(np.float32).reshape(weights.shape)
        self.constants[product.input[2]] = bias.astype(np.float32)

    def _serialised(self, nodes: list[Any], constants: Constants, outputs: list[str]) -> bytes:
        from onnx import TensorProto, helper, numpy_helper

        used = {name for node in nodes for name in node.input}
        graph = self._model.graph
        more = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs]
        kept = [
            numpy_helper.from_array(np.ascontiguousarray(value).reshape(np.shape(value)), name)
            for name, value in constants.items()
            if name in used
        ]
        whole = helper.make_graph(nodes, "quantised", list(graph.input), [*graph.output, *more], kept)
        model = helper.make_model(whole, opset_imports=list(self._model.opset_import), ir_version=self._model.ir_version)
        return bytes(model.SerializeToString(deterministic=True))


def _quantised_weights(weights: Any, name: str) -> Constants:
    largest = np.abs(weights).max(axis=tuple(range(1, weights.ndim)))
    scale = (np.maximum(largest, np.finfo(np.float32).tiny * _HELD) / _HELD).astype(np.float32)
    whole = np.rint(weights / scale.reshape(-1, *[1] * (weights.ndim - 1)))
    return {f"{name}_weights_q": np.clip(whole, -_HELD, _HELD).astype(np.int8), f"{name}_weights_scale": scale}
