"""Published networks into networks that every runtime loads: constants folded, dimensions freed, the result cached.

The default pack's files hold weights as int8 in blocks. The pattern «DequantizeLinear over blocks, then Reshape» is understood by
neither runtime at the opset it is written in, so both nodes are computed here, once, and the float32 result is stored.
"""

import hashlib
import os
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visavis.domain.errors import PackInvalid

Shape = Sequence[str | int]
Constants = dict[str, NDArray[Any]]
"""Tensors of a graph by name; of any type that ONNX knows."""


def fold_network(model: bytes, *, shape: Shape) -> bytes:
    """Make one network loadable and free its dimensions.

    Parameters
    ----------
    model : bytes
        A serialised ONNX model with one true input.
    shape : sequence of str or int
        The input's four dimensions, batch first; a name makes a dimension free. Free height and width free the outputs' second one too.

    Returns
    -------
    bytes
        A float32 ONNX model: weights dequantised, Dropout gone, initialisers no longer listed as inputs.

    Raises
    ------
    PackInvalid
        If the bytes are no ONNX model, or one that does not have exactly one input of that many dimensions.
    """
    import onnx
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # protobuf ships no types

    try:
        loaded = onnx.load_from_string(model)
        _fold_nodes(loaded.graph)
        _free_dimensions(loaded.graph, shape)
        onnx.checker.check_model(loaded)
    except (DecodeError, onnx.checker.ValidationError, KeyError) as error:
        raise PackInvalid(f"a network of the pack is no ONNX model that can be folded: {error}", remedy="install the pack again") from error
    return bytes(loaded.SerializeToString())


def _fold_nodes(graph: Any) -> None:
    """Compute what depends on constants only, bypass Dropout, and drop what nobody reads any more."""
    from onnx import numpy_helper

    constants: Constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    renamed: dict[str, str] = {}
    kept = []
    for node in graph.node:
        node.input[:] = [renamed.get(name, name) for name in node.input]
        constant = bool(node.input) and all(name in constants for name in node.input)
        if node.op_type == "Dropout":
            renamed[node.output[0]] = node.input[0]
        elif constant and node.op_type == "DequantizeLinear":
            constants[node.output[0]] = _dequantised(node, constants)
        elif constant and node.op_type == "Reshape":
            constants[node.output[0]] = constants[node.input[0]].reshape(constants[node.input[1]])
        else:
            kept.append(node)
    _free_reshapes(kept, constants)
    used = {name for node in kept for name in node.input}
    inputs = [value for value in graph.input if value.name not in constants and value.name in used]
    for field, values in (("node", kept), ("input", inputs)):
        copies = [type(value).FromString(value.SerializeToString()) for value in values]
        graph.ClearField(field)
        getattr(graph, field).extend(copies)
    graph.ClearField("value_info")
    graph.ClearField("initializer")
    graph.initializer.extend(
        numpy_helper.from_array(np.ascontiguousarray(value), name) for name, value in constants.items() if name in used
    )


def _dequantised(node: Any, constants: Constants) -> NDArray[np.float32]:
    """Return (x − zero point) · scale; scales stand for blocks along `axis` (ONNX DequantizeLinear, opset 21), an axis, or the tensor."""
    values = constants[node.input[0]]
    scale = constants[node.input[1]]
    zero = constants[node.input[2]] if len(node.input) > 2 else np.zeros_like(scale)
    attributes = {attribute.name: attribute.i for attribute in node.attribute}
    axis, block = attributes.get("axis", 1), attributes.get("block_size", 0)

    def spread(of: NDArray[Any]) -> NDArray[Any]:
        if block:
            # the last block may be cut short
            return np.repeat(of, block, axis=axis)[tuple(slice(side) for side in values.shape)]
        return of.reshape([-1 if at == axis % values.ndim else 1 for at in range(values.ndim)]) if of.ndim == 1 else of

    return np.asarray((values.astype(np.float32) - spread(zero).astype(np.float32)) * spread(scale), np.float32)


def _free_reshapes(nodes: list[Any], constants: Constants) -> None:
    """Let Reshape keep the batch (0 = «as it comes») where the exporter wrote a batch of one: [1, -1, k] becomes [0, -1, k]."""
    for node in nodes:
        target = constants.get(node.input[1]) if node.op_type == "Reshape" else None
        if target is not None and target.size == 3 and target[0] == 1 and target[1] == -1:
            constants[node.input[1]] = np.array([0, -1, target[2]], np.int64)


def _free_dimensions(graph: Any, shape: Shape) -> None:
    dims = graph.input[0].type.tensor_type.shape.dim if len(graph.input) == 1 else []
    if len(dims) != len(shape):
        raise PackInvalid(
            f"a network of the pack should have one input of {len(shape)} dimensions, as its manifest says", remedy="install the pack anew"
        )
    for dim, wanted in zip(dims, shape, strict=True):
        if isinstance(wanted, str):
            dim.dim_param = wanted
        else:
            dim.dim_value = wanted
    for output in graph.output:
        answer = output.type.tensor_type.shape.dim
        if answer and isinstance(shape[0], str):
            answer[0].dim_param = shape[0]
        if len(answer) > 1 and isinstance(shape[-1], str):
            answer[1].dim_param = f"cells_{output.name}"


def folded_file(weights: Path, *, shape: Shape, folder: Path, role: str, then: Callable[[bytes], bytes] | None = None) -> Path:
    """Return the folded network of `weights`, from the cache if it lies there undamaged.

    Parameters
    ----------
    weights : Path
        The published file; its hash was checked when the pack was found.
    shape : sequence of str or int
        See `fold_network`.
    folder : Path
        The pack's own cache folder (named by the pack's hash); made if it is missing.
    role : str
        `detector` or `recogniser`.
    then : callable or None
        What else is done to the folded network before it is kept.

    Returns
    -------
    Path
        `<role>-<SHA-256 of the file>.onnx`; a file whose bytes do not have that hash is made again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for cached in sorted(folder.glob(f"{role}-*.onnx")):
        if cached.name == _name(role, cached.read_bytes()):
            return cached
        cached.unlink(missing_ok=True)
    folded = fold_network(weights.read_bytes(), shape=shape)
    if then is not None:
        folded = then(folded)
    target = folder / _name(role, folded)
    write_whole(target, folded)
    return target


def _name(role: str, content: bytes) -> str:
    return f"{role}-{hashlib.sha256(content).hexdigest()}.onnx"


def write_whole(target: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all; of several writers the last one wins."""
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        draft.write_bytes(content)
        os.replace(draft, target)  # noqa: PTH105 - Path.replace is the same call, this one says that it is atomic
    finally:
        draft.unlink(missing_ok=True)
