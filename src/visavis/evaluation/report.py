"""What an evaluation hands out: aggregates only. No field can hold a name, a path, a candidate or a vector."""

from dataclasses import dataclass

from visavis.evaluation.metrics import OperatingPoint, PairAccuracy, Rate, TrueAccepts
from visavis.evaluation.resampling import LEVEL

FAR = 1e-3
"""False accept rate at which pairs are reported."""

FPIRS = (0.1, 0.03, 0.01)
"""False positive identification rates at which searches are reported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialData:
    """What a number rests on, without which it is not to be quoted.

    Attributes
    ----------
    pack : str
        Id of the model pack.
    data_sha256 : str
        Digest over the pictures' contents in the trial's order (and the pairs file), hexadecimal: equal data, equal digest.
    pictures : int
        Pictures that the trial uses, each embedded once.
    failures_to_enrol : int
        Of these, unreadable or without a face.
    several_faces : int
        Of these, with more than one face.
    """

    pack: str
    data_sha256: str
    pictures: int
    failures_to_enrol: int
    several_faces: int

    def notes(self) -> tuple[str, ...]:
        """Say in words what was done with pictures that are not one good face."""
        said = []
        if self.several_faces:
            said.append(f"{self.several_faces} pictures show several faces: the one nearest the centre was taken (the rule of LFW)")
        if self.failures_to_enrol:
            said.append(
                f"{self.failures_to_enrol} pictures yield no template: every comparison that needs one counts as rejected, or missed"
            )
        return tuple(said)

    def to_dict(self) -> dict[str, object]:
        """Return JSON-ready facts."""
        return {
            "pack": self.pack,
            "data_sha256": self.data_sha256,
            "pictures": self.pictures,
            "failures_to_enrol": self.failures_to_enrol,
            "several_faces": self.several_faces,
            "interval_level": LEVEL,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PairsReport:
    """The result of `evaluate pairs`."""

    accuracy: PairAccuracy
    tar: TrueAccepts
    data: TrialData

    def to_dict(self) -> dict[str, object]:
        """Return JSON-ready keys, stable and documented in `docs/reference/evaluation.md`."""
        return {
            "accuracy": self.accuracy.mean,
            "accuracy_se": self.accuracy.standard_error,
            "tar_at_far_1e-3": self.tar.rate.value,
            "mated": self.tar.rate.trials,
            "non_mated": self.tar.non_mated,
            "folds": len(self.accuracy.thresholds),
            "thresholds": {"lowest": min(self.accuracy.thresholds), "highest": max(self.accuracy.thresholds)},
            "tar_interval": _interval(self.tar.rate),
            "tar_threshold": self.tar.threshold,
            "tar_note": self.tar.note,
            **self.data.to_dict(),
            "notes": list(self.data.notes()),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifyReport:
    """The result of `evaluate identify`. `gallery` is N, the number of people enrolled; R is 1."""

    gallery: int
    non_mated: int
    rank1: Rate
    points: tuple[OperatingPoint, ...]
    data: TrialData

    def to_dict(self) -> dict[str, object]:
        """Return JSON-ready keys, stable and documented in `docs/reference/evaluation.md`."""
        by_fpir = {f"{point.fpir:g}": point for point in self.points}
        return {
            "gallery": self.gallery,
            "probes": self.rank1.trials,
            "rank1": self.rank1.value,
            "fnir": {fpir: point.fnir.value for fpir, point in by_fpir.items()},
            "non_mated": self.non_mated,
            "r": 1,
            "rank1_interval": _interval(self.rank1),
            "misses": {fpir: point.fnir.count for fpir, point in by_fpir.items()},
            "fnir_intervals": {fpir: _interval(point.fnir) for fpir, point in by_fpir.items()},
            "thresholds": {fpir: point.threshold for fpir, point in by_fpir.items()},
            **self.data.to_dict(),
            "notes": [*self.data.notes(), *self._unresolved()],
        }

    def _unresolved(self) -> list[str]:
        return [
            f"FPIR {point.fpir:g} is below the resolution of {self.non_mated} non-mated searches: its threshold rests on the highest one"
            for point in self.points
            if not point.resolved
        ]


def _interval(rate: Rate) -> list[float]:
    return [rate.low, rate.high]
