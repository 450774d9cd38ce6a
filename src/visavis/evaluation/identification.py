"""What an evaluation of searches hands out; aggregates only, as in `visavis.evaluation.report`."""

from collections.abc import Mapping
from dataclasses import dataclass

from visavis.evaluation.extrapolation import LargerGallery
from visavis.evaluation.groups import LEAST_SUBJECTS, GroupRates, GroupTable
from visavis.evaluation.metrics import OperatingPoint, Rate
from visavis.evaluation.report import INTERVALS, TrialData, interval, listed, told, told_interval
from visavis.evaluation.resampling import LEVEL
from visavis.evaluation.sheet import Chart, Line, Part, Sheet, Table

RANKS = (1, 5, 10, 20, 50)
"""k at which the share of mates among the first k is reported, as far as the gallery reaches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DegradedTrial:
    """The same searches with probes that were made worse, at the threshold of the pictures as they are.

    Attributes
    ----------
    key, how : str
        What was done; «as they are» where nothing was.
    probes : int
        Searched with; where the data decide (turned heads), those alone.
    failures_to_enrol : int
        Probes without a template.
    rank1, fnir : Rate
        Failures to enrol are misses.
    fpir : Rate or None
        Of the non-mated searches that ran, those with a candidate at T or above. None = none ran.
    """

    key: str
    how: str
    probes: int
    failures_to_enrol: int
    rank1: Rate
    fnir: Rate
    fpir: Rate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifyReport:
    """The result of `evaluate identify`.

    Attributes
    ----------
    gallery : int
        N, the number of people enrolled.
    subjects : int
        People searched for.
    points : tuple of OperatingPoint
        R = 1.
    ranks : mapping of int to Rate
        Share of mates among the first k.
    det, cmc : Line
        Curves.
    turned : DegradedTrial or None
        Probes of heads turned away, as the pictures have them. None = not enough people.
    degraded : tuple of DegradedTrial
        Empty unless asked for.
    """

    gallery: int
    non_mated: int
    subjects: int
    points: tuple[OperatingPoint, ...]
    ranks: Mapping[int, Rate]
    det: Line
    cmc: Line
    groups: tuple[GroupTable, ...]
    larger: tuple[LargerGallery, ...]
    turned: DegradedTrial | None
    degraded: tuple[DegradedTrial, ...]
    data: TrialData

    @property
    def rank1(self) -> Rate:
        """Share of mates that come first, at any similarity."""
        return self.ranks[1]

    def to_dict(self) -> dict[str, object]:
        """Return JSON-ready keys, stable and documented in `docs/reference/evaluation.md`."""
        by_fpir = {f"{point.fpir:g}": point for point in self.points}
        return {
            "gallery": self.gallery,
            "probes": self.rank1.trials,
            "subjects": self.subjects,
            "rank1": self.rank1.value,
            "fnir": {fpir: point.fnir.value for fpir, point in by_fpir.items()},
            "non_mated": self.non_mated,
            "r": 1,
            "rank1_interval": interval(self.rank1),
            "ranks": {str(k): _rate(rate) for k, rate in self.ranks.items()},
            "misses": {fpir: point.fnir.count for fpir, point in by_fpir.items()},
            "fnir_intervals": {fpir: interval(point.fnir) for fpir, point in by_fpir.items()},
            "fnir_by_subject": {fpir: listed(point.by_subject) for fpir, point in by_fpir.items()},
            "thresholds": {fpir: point.threshold for fpir, point in by_fpir.items()},
            "groups": [_group_table(table) for table in self.groups],
            "extrapolated": [_larger(one) for one in self.larger],
            "turned": None if self.turned is None else _degraded(self.turned),
            "degraded": [_degraded(one) for one in self.degraded],
            **self.data.to_dict(),
            "notes": [*self.data.notes(), *self._unresolved()],
        }

    def sheet(self) -> Sheet:
        """Return the report for people."""
        parts = [self._rates(), self._det(), self._cmc(), *map(self._by_group, self.groups)]
        if self.larger:
            parts.append(self._larger_galleries())
        if self.degraded or self.turned:
            parts.append(self._degraded_part())
        return Sheet(
            title="Is the right person found, and nobody where nobody should be?",
            lead=f"An evaluation of open-set search: {self._counts()}.",
            facts=self.data.facts(),
            notes=(*self.data.notes(), *self._unresolved(), INTERVALS),
            parts=tuple(parts),
        )

    def _counts(self) -> str:
        return (
            f"N = {self.gallery:,}, {self.rank1.trials:,} mated searches of {self.subjects:,} people, "
            f"{self.non_mated:,} non-mated searches, pack {self.data.pack}"
        )

    def _unresolved(self) -> list[str]:
        return [
            f"FPIR {point.fpir:g} is below the resolution of {self.non_mated} non-mated searches: its threshold rests on the highest one"
            for point in self.points
            if not point.resolved
        ]

    def _rates(self) -> Part:
        rows = [
            (f"FNIR at FPIR {point.fpir:g}", told(point.fnir), told_interval(point.by_subject), f"{point.threshold:.4f}")
            for point in self.points
        ]
        rows += [(f"Mate among the first {k}" if k > 1 else "Rank 1", told(rate), "", "none") for k, rate in self.ranks.items()]
        return Part(
            title="Rates",
            says=(
                "FNIR(N, R, T): share of mated searches whose mate is not among the first R at similarity T or above; R = 1 here. "
                "FPIR(N, T): share of non-mated searches with any candidate at T or above. It grows with N.",
            ),
            table=Table(columns=("rate", "value", "by subject", "threshold T"), rows=tuple(rows)),
        )

    def _det(self) -> Part:
        return Part(
            title="DET curve",
            chart=Chart(
                name="det",
                title="Searches: FNIR over FPIR",
                x_label="FPIR(N, T): share of non-mated searches with a candidate",
                y_label="FNIR(N, 1, T): share of mated searches missed",
                lines=(self.det,),
                log_x=True,
                log_y=True,
                says=f"Lower is better. {self._counts()}. Band: {LEVEL:.0%} by subject.",
            ),
        )

    def _cmc(self) -> Part:
        return Part(
            title="Rank",
            chart=Chart(
                name="rank",
                title="Mates beyond the first k candidates (1 − CMC)",
                x_label="R = k candidates looked at",
                y_label="FNIR(N, k, −∞): share of mated searches missed",
                lines=(self.cmc,),
                whole_x=True,
                says=f"Lower is better. At any similarity. {self._counts()}. Band: {LEVEL:.0%} by subject.",
            ),
        )

    def _by_group(self, table: GroupTable) -> Part:
        apart = "; ".join(
            f"{name} worst to best {_ratio(table.worst_to_best(rate))}, worst to geometric mean {_ratio(table.worst_to_mean(rate))}"
            for rate, name in (("fnir", "FNIR"), ("fpir", "FPIR"))
        )
        return Part(
            title=f"By {table.attribute}, at FPIR {table.at_fpir:g} of all",
            says=(
                f"One threshold for all, {table.threshold:.4f}. {apart}. Fewer than {LEAST_SUBJECTS} people are not enough for a rate. "
                f"The labels come from a file; {table.unlabelled:,} people have none.",
            ),
            table=Table(columns=("group", "people", "FNIR", "FPIR"), rows=tuple(_group_row(group) for group in table.groups)),
        )

    def _larger_galleries(self) -> Part:
        rows = [
            (
                f"{one.gallery:,}",
                f"{one.at_fpir:g}",
                f"{one.fpir:.4f} [{one.low:.4f}, {one.high:.4f}]",
                "not enough searches" if one.threshold is None else f"{one.threshold:.4f}",
                "" if one.fnir is None else f"{one.fnir:.4f} {told_interval(one.fnir_interval)}",
            )
            for one in self.larger
        ]
        return Part(
            title="Extrapolated to larger galleries",
            says=(
                f"Not measured. Model: FPIR(N', T) = 1 − (1 − FPIR(N, T))^(N'/N) from N = {self.gallery:,}, which takes the people of the "
                "larger gallery to be like these and each a chance of its own. Relatives, look-alikes and one person under two names "
                "make the truth worse. Intervals carry the trial's own uncertainty, not the model's.",
            ),
            table=Table(
                columns=("N'", "FPIR here", "FPIR there, T kept", "T for the same FPIR there", "FNIR(N, 1, T) at that T"), rows=tuple(rows)
            ),
        )

    def _degraded_part(self) -> Part:
        rows = [_degraded_row(one) for one in (*self.degraded, *([self.turned] if self.turned else []))]
        point = self.points[-1]
        why = "" if self.turned else f" Heads turned away: fewer than {LEAST_SUBJECTS} people with such probes, not enough for a rate."
        return Part(
            title="Worse probes",
            says=(
                f"Each at the threshold that gives FPIR {point.fpir:g} on the probes as they are ({point.threshold:.4f}); the gallery is "
                f"left as it is. «Made» means that damage was made by program: real damage may cost more or less.{why}",
            ),
            table=Table(columns=("probes", "searches", "failures to enrol", "rank 1", "FNIR", "FPIR"), rows=tuple(rows)),
        )


def _ratio(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.2f}"


def _group_row(group: GroupRates) -> tuple[str, ...]:
    if group.fnir is None:
        return group.group, f"{group.subjects:,}", "not enough", "not enough"
    return group.group, f"{group.subjects:,}", told(group.fnir), "no search ran" if group.fpir is None else told(group.fpir)


def _degraded_row(one: DegradedTrial) -> tuple[str, ...]:
    fpir = "no search ran" if one.fpir is None else told(one.fpir)
    return one.how, f"{one.probes:,}", f"{one.failures_to_enrol:,}", told(one.rank1), told(one.fnir), fpir


def _rate(rate: Rate | None) -> dict[str, object] | None:
    if rate is None:
        return None
    return {"value": rate.value, "count": rate.count, "trials": rate.trials, "interval": interval(rate)}


def _group_table(table: GroupTable) -> dict[str, object]:
    return {
        "attribute": table.attribute,
        "at_fpir": table.at_fpir,
        "threshold": table.threshold,
        "least_subjects": LEAST_SUBJECTS,
        "unlabelled": table.unlabelled,
        "groups": [
            {
                "group": group.group,
                "subjects": group.subjects,
                "enough": group.fnir is not None,
                "fnir": _rate(group.fnir),
                "fpir": _rate(group.fpir),
            }
            for group in table.groups
        ],
        "worst_to_best": {rate: table.worst_to_best(rate) for rate in ("fnir", "fpir")},
        "worst_to_geometric_mean": {rate: table.worst_to_mean(rate) for rate in ("fnir", "fpir")},
    }


def _larger(one: LargerGallery) -> dict[str, object]:
    return {
        "gallery": one.gallery,
        "at_fpir": one.at_fpir,
        "fpir": one.fpir,
        "fpir_interval": [one.low, one.high],
        "threshold": one.threshold,
        "fnir": one.fnir,
        "fnir_by_subject": listed(one.fnir_interval),
    }


def _degraded(one: DegradedTrial) -> dict[str, object]:
    return {
        "key": one.key,
        "how": one.how,
        "probes": one.probes,
        "failures_to_enrol": one.failures_to_enrol,
        "rank1": _rate(one.rank1),
        "fnir": _rate(one.fnir),
        "fpir": _rate(one.fpir),
    }
