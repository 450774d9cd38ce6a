"""What an evaluation of quality measures hands out; aggregates only, as in `visavis.evaluation.report`."""

from dataclasses import dataclass

from visavis.evaluation.curves import STRENGTHS, Discard
from visavis.evaluation.metrics import OperatingPoint
from visavis.evaluation.report import INTERVALS, TrialData, interval, listed, told, told_interval
from visavis.evaluation.resampling import LEVEL
from visavis.evaluation.sheet import Chart, Line, Part, Sheet, Table

_SHOWN = (0.1, 0.2, 0.3)
"""Shares of the probes, taken away, at which the table tells FNIR."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityReport:
    """The result of `evaluate quality`.

    Attributes
    ----------
    gallery : int
        N.
    point : OperatingPoint
        Of the whole trial; its threshold is kept while probes are taken away.
    discards : tuple of Discard
        One a measure.
    best : Discard
        What foresight would give: the missed probes first.
    """

    gallery: int
    subjects: int
    point: OperatingPoint
    discards: tuple[Discard, ...]
    best: Discard
    data: TrialData

    def to_dict(self) -> dict[str, object]:
        """Return JSON-ready keys, stable and documented in `docs/reference/evaluation.md`."""
        return {
            "gallery": self.gallery,
            "probes": self.point.fnir.trials,
            "subjects": self.subjects,
            "r": self.point.r,
            "fpir": self.point.fpir,
            "threshold": self.point.threshold,
            "fnir": self.point.fnir.value,
            "fnir_interval": interval(self.point.fnir),
            "fnir_by_subject": listed(self.point.by_subject),
            "discarded": list(self.best.shares),
            "measures": {
                one.measure: {"fnir": list(one.fnir), "change_by_subject": [listed(ends) for ends in one.change]} for one in self.discards
            },
            "best_possible": list(self.best.fnir),
            **self.data.to_dict(),
            "notes": list(self._notes()),
        }

    def sheet(self) -> Sheet:
        """Return the report for people."""
        point = self.point
        counts = f"N = {self.gallery:,}, {self.point.fnir.trials:,} mated searches of {self.subjects:,} people, pack {self.data.pack}"
        return Sheet(
            title="Which measure foretells a miss?",
            lead=f"Error versus discard: {counts}.",
            facts=self.data.facts(),
            notes=(*self._notes(), INTERVALS),
            parts=(
                Part(
                    title="FNIR of the probes that are left",
                    says=(
                        f"FNIR(N, 1, T) at T = {point.threshold:.4f}, the threshold of the whole trial at FPIR {point.fpir:g}; with all "
                        f"probes {told(point.fnir)}. In brackets: the change against all probes, by subject; an interval below 0 is a "
                        "measure that foretells misses.",
                    ),
                    table=Table(columns=("weakest taken away by", *(f"{share:.0%}" for share in _SHOWN)), rows=self._rows()),
                ),
                Part(
                    title="Error-versus-discard curves",
                    chart=Chart(
                        name="error-versus-discard",
                        title="Error versus discard",
                        x_label="share of the probes taken away, weakest first",
                        y_label="FNIR(N, 1, T) of the others",
                        lines=tuple(
                            Line(label=_called(one), x=one.shares, y=one.fnir)
                            for one in (*sorted(self.discards, key=lambda one: one.fnir[5])[:_LINES], self.best)
                        ),
                        says=f"Lower is better; a measure that foretells nothing stays level. The {_LINES} best measures. {counts}. "
                        f"{LEVEL:.0%} intervals stand in the table.",
                    ),
                ),
            ),
        )

    def _rows(self) -> tuple[tuple[str, ...], ...]:
        rows = []
        for one in (*self.discards, self.best):
            places = [one.shares.index(share) for share in _SHOWN]
            rows.append((_called(one), *(f"{one.fnir[i]:.4f} {told_interval(one.change[i])}" for i in places)))
        return tuple(rows)

    def _notes(self) -> tuple[str, ...]:
        said = list(self.data.notes())
        if not self.point.resolved:
            said.append(f"FPIR {self.point.fpir:g} is below the trial's resolution: its threshold rests on the highest similarity alone")
        said.append("the measures are Visavis' own; none is an ISO/IEC 29794-5 quality score. A failure to enrol is the weakest of all")
        return tuple(said)


_LINES = 5
"""Measures in the chart: more curves can't be told apart in grey."""

BEST = "best"
"""Measure of `QualityReport.best`."""


def _called(one: Discard) -> str:
    return STRENGTHS.get(one.measure, "best possible (misses first)")
