"""What an evaluation of pairs or of searches hands out: aggregates only. No field can hold a name, a path, a candidate or a vector."""

from dataclasses import dataclass

from visavis.evaluation.metrics import PairAccuracy, Rate, TrueAccepts
from visavis.evaluation.resampling import LEVEL, Interval
from visavis.evaluation.sheet import Chart, Line, Part, Sheet, Table

FAR = 1e-3
"""False accept rate at which pairs are reported."""

FPIRS = (0.1, 0.03, 0.01)
"""False positive identification rates at which searches are reported."""

INTERVALS = (
    f"Intervals are {LEVEL:.0%}: Clopper-Pearson (exact binomial) in brackets, which takes trials as independent; "
    "«by subject» resamples people, which holds where several trials are of one person; «–» where nobody missed, or everybody: "
    "drawing the same people again can't tell."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialData:
    """What a number rests on, without which it is not to be quoted.

    Attributes
    ----------
    pack : str
        Id of the model pack.
    pack_hash : str
        SHA-256 of all that decides what a template is, hexadecimal.
    data_sha256 : str
        Digest over the pictures' contents in the trial's order (and the pairs file), hexadecimal: equal data, equal digest.
    people : int
        Folders in use.
    pictures : int
        Pictures that the trial uses, each embedded once.
    failures_to_enrol : int
        Of these, unreadable or without a face.
    several_faces : int
        Of these, with more than one face.
    """

    pack: str
    pack_hash: str
    data_sha256: str
    people: int
    pictures: int
    failures_to_enrol: int
    several_faces: int

    def notes(self) -> tuple[str, ...]:
        """Say in words what was done with pictures that are not one good face."""
        said = []
        if self.several_faces:
            said.append(f"pictures with several faces: {self.several_faces:,}; the one nearest the centre was taken (the rule of LFW)")
        if self.failures_to_enrol:
            said.append(
                f"pictures without a template: {self.failures_to_enrol:,}; every comparison that needs one counts as rejected, or missed"
            )
        return tuple(said)

    def to_dict(self) -> dict[str, object]:
        """Return JSON-ready facts."""
        return {
            "pack": self.pack,
            "pack_hash": self.pack_hash,
            "data_sha256": self.data_sha256,
            "people": self.people,
            "pictures": self.pictures,
            "failures_to_enrol": self.failures_to_enrol,
            "several_faces": self.several_faces,
            "interval_level": LEVEL,
        }

    def facts(self) -> tuple[tuple[str, str], ...]:
        """Return the same for people."""
        return (
            ("Model pack", self.pack),
            ("Hash of the pack", self.pack_hash),
            ("Hash of the data", self.data_sha256),
            ("People", f"{self.people:,}"),
            ("Pictures", f"{self.pictures:,}, of which {self.failures_to_enrol:,} failed to enrol"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PairsReport:
    """The result of `evaluate pairs`; `det` is FNMR over FMR, `tar_by_subject` the rate's interval by resampling people."""

    accuracy: PairAccuracy
    tar: TrueAccepts
    tar_by_subject: Interval | None
    det: Line
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
            "tar_interval": interval(self.tar.rate),
            "tar_by_subject": listed(self.tar_by_subject),
            "tar_threshold": self.tar.threshold,
            "tar_note": self.tar.note,
            **self.data.to_dict(),
            "notes": list(self.data.notes()),
        }

    def sheet(self) -> Sheet:
        """Return the report for people."""
        counts = f"{self.tar.rate.trials:,} mated and {self.tar.non_mated:,} non-mated pairs, pack {self.data.pack}"
        return Sheet(
            title="Are two pictures of one person?",
            lead=f"An evaluation of {counts}.",
            facts=self.data.facts(),
            notes=(*self.data.notes(), INTERVALS),
            parts=(
                Part(title="Rates", says=(self.tar.note[0].upper() + self.tar.note[1:] + ".",), table=self._rates()),
                Part(
                    title="DET curve",
                    chart=Chart(
                        name="det",
                        title="Pairs: FNMR over FMR",
                        x_label="FMR: share of non-mated pairs accepted",
                        y_label="FNMR: share of mated pairs rejected",
                        lines=(self.det,),
                        log_x=True,
                        log_y=True,
                        says=f"Lower is better. {counts}. Band: {LEVEL:.0%} by subject. A failure to enrol is rejected at every threshold.",
                    ),
                ),
            ),
        )

    def _rates(self) -> Table:
        accuracy = (
            f"{self.accuracy.mean:.4f} ± {self.accuracy.standard_error:.4f} (standard error over {len(self.accuracy.thresholds)} folds)"
        )
        return Table(
            columns=("rate", "value", "by subject"),
            rows=(
                ("Accuracy", accuracy, ""),
                (f"TAR at FAR {self.tar.far:g}", told(self.tar.rate), told_interval(self.tar_by_subject)),
            ),
        )


def interval(rate: Rate) -> list[float]:
    """Return the ends of a rate's interval, for JSON."""
    return [rate.low, rate.high]


def told(rate: Rate) -> str:
    """Write a rate with its interval and counts: it never walks alone."""
    return f"{rate.value:.4f} [{rate.low:.4f}, {rate.high:.4f}], {rate.count:,} of {rate.trials:,}"


def listed(ends: Interval | None) -> list[float] | None:
    """Return an interval by subject for JSON."""
    return None if ends is None else list(ends)


def told_interval(ends: Interval | None) -> str:
    """Write an interval by subject, «–» where there is none."""
    return "–" if ends is None else f"[{ends[0]:.4f}, {ends[1]:.4f}]"
