"""Make the calibration of the pack `yunet-sface-int8`: `python -m benchmarks.calibrate_int8`. Same pictures, same seed; takes two minutes.

Crops of `examples/photos`, each face many times over: landmarks moved, mirrored, darkened and brightened, without colour, blurred, taken
down to as few as 28 pixels. Of each tensor that is to be int8: how far each channel reaches (for levelling) and the scale of least square
error. See `visavis.engines.quantise`.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.pictures import EXAMPLES
from visavis.decode.photo import open_photo
from visavis.engines.align import align, fit_similarity
from visavis.engines.fold import folded_file
from visavis.engines.pack import DEFAULT_PACK
from visavis.engines.quantise import Fused
from visavis.engines.runtime import import_onnxruntime
from visavis.wiring import build

PACK = "yunet-sface-int8"
OUT = Path(__file__).parents[1] / "src" / "visavis" / "engines" / "packs" / PACK / "calibration.json"
SEED = 20261122
EACH = 24
"""Crops of each face: 360 of the 15 in the examples."""
ALPHA = 0.7
"""How far the range of a pointwise layer's input is taken into its weights: 0 = not at all, 1 = wholly (as for depthwise layers)."""
SAMPLE = 20_000
RUN = 8


def crops() -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return (N, 3, 112, 112) float32 crops, RGB, 0 to 255."""
    chain = build.chain(build.read_settings(), DEFAULT_PACK)
    template = chain.pack.manifest.recogniser.template_5x2
    rng = np.random.default_rng(SEED)
    made = []
    for path in sorted(EXAMPLES.glob("*.jpg")):
        photo = open_photo(path.read_bytes())
        image = photo.pixels()
        for face in chain.analyse([photo])[0]:  # type: ignore[union-attr]  # the examples are whole
            points = face.landmarks_5x2 * np.array(image.shape[1::-1], np.float32) - 0.5
            for _ in range(EACH):
                moved = (points + rng.normal(0, 0.03, points.shape) * np.ptp(points, axis=0).max()).astype(np.float32)
                made.append(varied(align(image, fit_similarity(moved, template), crop_hw=(112, 112)).crop_rgb, rng))
    return np.ascontiguousarray(np.stack(made).transpose(0, 3, 1, 2), np.float32)


def varied(crop: Any, rng: np.random.Generator) -> Any:
    """Return the crop as a worse camera might have seen it."""
    varied = crop.astype(np.float32)[:, :: -1 if rng.random() < 0.5 else 1]
    varied = varied * rng.uniform(0.4, 1.5) + rng.normal(0, 15)
    if rng.random() < 0.2:
        varied = np.repeat(varied.mean(axis=2, keepdims=True), 3, axis=2)
    if rng.random() < 0.3:
        varied = cv2.GaussianBlur(np.ascontiguousarray(varied), (0, 0), rng.uniform(0.5, 2))
    if rng.random() < 0.5:
        side = int(rng.integers(28, 80))
        small = cv2.resize(np.ascontiguousarray(varied), (side, side), interpolation=cv2.INTER_AREA)
        varied = cv2.resize(small, (112, 112), interpolation=cv2.INTER_LINEAR)
    return np.clip(varied + rng.normal(0, rng.uniform(0, 6), varied.shape), 0, 255)


def inputs(network: Fused, pictures: Any) -> Iterator[tuple[str, Any]]:
    """Yield the input of each layer, by the layer's name, batch after batch."""
    runtime, _ = import_onnxruntime()
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    wanted = list(dict.fromkeys(layer.input[0] for layer in network.layers.values()))
    session = runtime.InferenceSession(network.in_float(wanted), options)
    for start in range(0, len(pictures), RUN):
        answers = dict(zip(wanted, session.run(wanted, {session.get_inputs()[0].name: pictures[start : start + RUN]}), strict=True))
        for name, layer in network.layers.items():
            yield name, answers[layer.input[0]]


def levels(network: Fused, pictures: Any) -> dict[str, list[int]]:
    """Return the exponent of each channel of each layer that can be levelled."""
    reach: dict[str, Any] = {}
    for name, held in inputs(network, pictures):
        if network.before(name) is not None:
            reach[name] = np.maximum(reach.get(name, 1e-6), np.abs(held).max(axis=(0, 2, 3)))
    found = {}
    for name, largest in reach.items():
        weights = network.constants[network.layers[name].input[1]]
        depthwise = weights.shape[1] == 1
        factor = largest if depthwise else largest**ALPHA / (np.abs(weights).max(axis=(0, 2, 3)) + 1e-9) ** (1 - ALPHA)
        exponents = np.log2(factor) - np.log2(factor).mean()
        found[name] = np.clip(np.rint(exponents), -6, 6).astype(int).tolist()
    return found


def scales(network: Fused, pictures: Any) -> dict[str, float]:
    """Return the scale of each layer's input: the one of least square error, at most what the largest value needs."""
    rng = np.random.default_rng(SEED)
    seen: dict[str, list[Any]] = {}
    most: dict[str, float] = {}
    for name, held in inputs(network, pictures):
        seen.setdefault(name, []).append(rng.choice(held.ravel(), min(held.size, SAMPLE)))
        most[name] = max(most.get(name, 0.0), float(np.abs(held).max()))
    return {name: least_error(np.concatenate(parts), most[name]) for name, parts in seen.items()}


def least_error(values: Any, most: float) -> float:
    tried = [float(part) * most / 127 for part in np.linspace(0.3, 1, 36)]
    errors = [((np.clip(np.rint(values / scale), -128, 127) * scale - values) ** 2).mean() for scale in tried]
    return float(f"{tried[int(np.argmin(errors))]:.5g}")


def main() -> None:
    settings = build.read_settings()
    pack = build.find_pack(settings, DEFAULT_PACK)
    facts = pack.manifest.recogniser
    file = folded_file(pack.recogniser_file, shape=facts.input_shape, folder=settings.cache / pack.hash, role="recogniser")
    pictures, network = crops(), Fused(file.read_bytes())
    exponents = levels(network, pictures)
    for name, values in exponents.items():
        network.level(name, np.array(values))
    found = scales(network, pictures)
    layers = {name: {"scale": found[name], "exponents": exponents.get(name, [])} for name in network.layers}
    OUT.parent.mkdir(exist_ok=True)
    lines = ",\n".join(f'  "{name}": {json.dumps(facts, separators=(",", ":"))}' for name, facts in layers.items())
    about = f"{len(pictures)} crops of examples/photos; benchmarks/calibrate_int8.py"
    OUT.write_text(f'{{"about": "{about}",\n "layers": {{\n{lines}\n }}}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
