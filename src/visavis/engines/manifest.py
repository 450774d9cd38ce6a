"""A pack's manifest: every fact about its two networks, read from TOML and checked key by key.

`docs/reference/pack-manifest.md` describes each key. Facts live in the manifest and code lives here: a pack holds no code.
"""

import dataclasses
import hashlib
import tomllib
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from visavis.domain.errors import PackInvalid
from visavis.domain.identification import Threshold
from visavis.domain.tails import COSINE, USUAL, Calibration, Tail

FORMAT = 1
_HEADS = ("yunet",)
_COLOUR_ORDERS = ("BGR", "RGB")

Facts = TypeVar("Facts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """Under what terms one network's weights may be used.

    Attributes
    ----------
    spdx : str
        SPDX identifier, or `LicenseRef-…`.
    commercial : bool
        Whether commercial use is allowed. If not, the pack loads only when `spdx` has been acknowledged by name.
    training_faces : str
        Where the faces that it was trained on came from, as far as that was checked.
    notice : str
        Copyright line and licence text or its standard notice.
    """

    spdx: str
    commercial: bool
    training_faces: str
    notice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorFacts:
    """How to feed the detector and read its answers.

    Attributes
    ----------
    head : str
        How its outputs are decoded: `yunet` is the one head known.
    sha256 : tuple of str
        Accepted files; any one of them will do.
    input_shape : tuple of str or int
        Batch, channels, height, width; a name is a free dimension.
    multiple : int
        Height and width must be multiples of this.
    score, second_score, proposal_score : float
        A detection counts from `score`; if a picture has none, from `second_score`; small ones are looked at again from
        `proposal_score`.
    nms : float
        Intersection over union above which the weaker of two boxes goes.
    """

    head: str
    sha256: tuple[str, ...]
    licence: Licence
    input_shape: tuple[str | int, ...]
    colour_order: str
    value_range: tuple[float, float]
    multiple: int
    score: float
    second_score: float
    proposal_score: float
    nms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RecogniserFacts:
    """How to feed the recogniser.

    Attributes
    ----------
    dim : int
        Length of its embedding.
    landmarks : tuple of (x, y)
        Where the five points lie in the crop, in pixels, pairs left to right in the image.
    """

    sha256: tuple[str, ...]
    licence: Licence
    input_shape: tuple[str | int, ...]
    colour_order: str
    value_range: tuple[float, float]
    dim: int
    landmarks: tuple[tuple[float, float], ...]

    @property
    def template_5x2(self) -> NDArray[np.float64]:
        """The landmark template as (5, 2) float64, pixels of the crop."""
        return np.array(self.landmarks, np.float64)

    @property
    def crop_hw(self) -> tuple[int, int]:
        """Height and width of the crop, pixels."""
        return int(self.input_shape[2]), int(self.input_shape[3])


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialFacts:
    """The trial that measured the thresholds."""

    pack: str
    data: str
    enrolled: int
    returned: int
    mated: int
    non_mated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdFacts:
    """One operating point of the trial; `missed` counts the mated searches whose mate was not returned or lay below it."""

    fpir: float
    similarity: float
    missed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """All that a pack says of itself.

    Attributes
    ----------
    weights_in : str
        Name of an installed distribution that ships the files, read as data; empty = they lie beside the manifest.
    int8_calibration : str
        SHA-256 of the `calibration.json` by which the recogniser is quantised; empty = it stays float32.
    tail : tuple of Tail
        How often strangers score high, from the same trial; empty = not measured.
    """

    id: str
    title: str
    precision: str
    weights_in: str
    detector: DetectorFacts
    recogniser: RecogniserFacts
    trial: TrialFacts
    threshold: tuple[ThresholdFacts, ...]
    int8_calibration: str
    tail: tuple[Tail, ...] = ()

    def calibration(self) -> Calibration | None:
        """Return the tails of the trial; None where none was measured."""
        if not self.tail:
            return None
        return Calibration(tails={(one.probes, one.score): one for one in self.tail}, data=self.trial.data)

    def thresholds(self) -> dict[float, Threshold]:
        """Return the recorded thresholds by FPIR; each names its trial in full."""
        trial = self.trial
        return {
            point.fpir: Threshold(
                value=point.similarity,
                trial=f"FPIR {point.fpir:g}, FNIR {point.missed / trial.mated:.3f}; {trial.data}; N = {trial.enrolled:,}, "
                f"R = {trial.returned}, {trial.mated:,} mated and {trial.non_mated:,} non-mated searches; measured with pack {trial.pack}",
            )
            for point in self.threshold
        }

    def digest(self, detector_sha256: str, recogniser_sha256: str) -> str:
        """Return the hash of all that decides what a template is: files, feeding and calibration; not titles, licences or trials."""
        used = (
            dataclasses.replace(self.detector, licence=_NO_LICENCE, sha256=(detector_sha256,)),
            dataclasses.replace(self.recogniser, licence=_NO_LICENCE, sha256=(recogniser_sha256,)),
        )
        quantised = (self.int8_calibration,) if self.int8_calibration else ()
        return hashlib.sha256(repr((self.id, self.precision, used, *quantised)).encode()).hexdigest()


_NO_LICENCE = Licence(spdx="", commercial=False, training_faces="", notice="")


def parse_manifest(text: str, *, name: str) -> Manifest:
    """Read a manifest.

    Parameters
    ----------
    text : str
        TOML.
    name : str
        What to call it in messages.

    Raises
    ------
    PackInvalid
        At the first key that is missing, unknown or of the wrong kind; the message names it.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _invalid(name, f"is no TOML: {error}") from error
    written = table.pop("format", None)
    if written != FORMAT:
        raise _invalid(name, f"has format {written!r}; this version reads format {FORMAT}")
    parts: dict[str, type[Any]] = {"detector": DetectorFacts, "recogniser": RecogniserFacts}
    for part, kind in parts.items():
        inner = _table(table, part, name)
        inner["licence"] = _build(Licence, _table(inner, "licence", name), f"{name}: {part}.licence")
        table[part] = _build(kind, inner, f"{name}: {part}")
    table["trial"] = _build(TrialFacts, _table(table, "trial", name), f"{name}: trial")
    points = table.get("threshold", ())
    if not isinstance(points, list) or not all(isinstance(point, dict) for point in points):
        raise _invalid(name, "needs its thresholds as [[threshold]] tables")
    table["threshold"] = tuple(_build(ThresholdFacts, point, f"{name}: threshold") for point in points)
    tails = table.get("tail", [])
    if not isinstance(tails, list) or not all(isinstance(tail, dict) for tail in tails):
        raise _invalid(name, "needs its tails as [[tail]] tables")
    table["tail"] = tuple(_build(Tail, tail, f"{name}: tail") for tail in tails)
    table.setdefault("weights_in", "")
    table.setdefault("int8_calibration", "")
    manifest = _build(Manifest, table, name)
    _check(manifest, name)
    return manifest


def _table(table: dict[str, Any], key: str, name: str) -> dict[str, Any]:
    inner = table.get(key)
    if not isinstance(inner, dict):
        raise _invalid(name, f"has no table [{key}]")
    return inner


def _build(kind: type[Facts], table: dict[str, Any], name: str) -> Facts:
    """Make one frozen value of a TOML table that has exactly its keys."""
    fields = {field.name: field.type for field in dataclasses.fields(kind)}  # type: ignore[arg-type]  # each is a dataclass
    unknown, missing = sorted(set(table) - set(fields)), sorted(set(fields) - set(table))
    if unknown or missing:
        raise _invalid(name, "; ".join([f"does not know «{key}»" for key in unknown] + [f"needs «{key}»" for key in missing]))
    values = {key: _tupled(value) for key, value in table.items()}
    for key, value in values.items():
        if not _fits(value, fields[key]):
            raise _invalid(name, f"has «{key}» as {value!r}, which is not of the kind that belongs there")
        if fields[key] is float and isinstance(value, int):
            values[key] = float(value)
    return kind(**values)


def _fits(value: object, kind: object) -> bool:
    """Whether a TOML value suits a simple field; tables and lists are checked where they are used."""
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind in {int, str, bool}:
        return type(value) is kind
    if kind == tuple[str, ...]:
        return isinstance(value, tuple) and bool(value) and all(isinstance(item, str) for item in value)
    return isinstance(value, tuple) or dataclasses.is_dataclass(value)


def _tupled(value: object) -> object:
    return tuple(_tupled(item) for item in value) if isinstance(value, list) else value


def _check(manifest: Manifest, name: str) -> None:
    """Check what single keys can't say."""
    detector, recogniser = manifest.detector, manifest.recogniser
    numbers = [number for pair in recogniser.landmarks if isinstance(pair, tuple) and len(pair) == 2 for number in pair]
    rules = {
        "«id» is letters, digits, dots and hyphens": manifest.id.replace("-", "").replace(".", "").isalnum() and manifest.id[0] != ".",
        f"«detector.head» is one of {_HEADS}": detector.head in _HEADS,
        "«detector.input_shape» has free height and width": _is_shape(detector.input_shape, (str, int, str, str)),
        "«recogniser.input_shape» is a free batch and three numbers": _is_shape(recogniser.input_shape, (str, int, int, int)),
        f"«colour_order» is one of {_COLOUR_ORDERS}": {detector.colour_order, recogniser.colour_order} <= set(_COLOUR_ORDERS),
        "«value_range» is two numbers": all(_is_range(part.value_range) for part in (detector, recogniser)),
        "«recogniser.landmarks» is five points": len(recogniser.landmarks) == 5 and len(numbers) == 10 and _are_numbers(numbers),
        "«trial.mated» is at least 1": manifest.trial.mated >= 1,
        "«tail» begins with probes «usual» and score «cosine»": not manifest.tail
        or (manifest.tail[0].probes, manifest.tail[0].score) == (USUAL, COSINE),
        "«tail» has 0 < share < 1, a slope above 0, a bend of at least 0 and six numbers of spread": all(map(_is_tail, manifest.tail)),
        "«threshold» holds FPIR 0.01, the default": any(point.fpir == 0.01 for point in manifest.threshold),
    }
    for rule, kept in rules.items():
        if not kept:
            raise _invalid(name, f"breaks a rule: {rule}")


def _is_tail(tail: Tail) -> bool:
    return 0 < tail.share < 1 and tail.slope > 0 and tail.bend >= 0 and len(tail.spread) == 6 and _are_numbers(list(tail.spread))


def _is_shape(shape: tuple[str | int, ...], kinds: tuple[type, ...]) -> bool:
    return tuple(type(side) for side in shape) == kinds and shape[1] == 3


def _is_range(pair: tuple[float, float]) -> bool:
    return len(pair) == 2 and _are_numbers(list(pair)) and pair[0] < pair[1]


def _are_numbers(values: list[Any]) -> bool:
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def _invalid(name: str, what: str) -> PackInvalid:
    return PackInvalid(f"the manifest {name} {what}", remedy="correct the manifest; docs/reference/pack-manifest.md explains every key")
