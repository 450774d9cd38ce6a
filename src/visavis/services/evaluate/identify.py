"""Identification: search every person among all others, open set."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visavis.decode.degrade import DEGRADATIONS, Degradation
from visavis.domain.arrays import RgbImage
from visavis.domain.clearance import Clearance
from visavis.evaluation.curves import det, ranks
from visavis.evaluation.extrapolation import extrapolate
from visavis.evaluation.groups import LEAST_SUBJECTS, Labels, parse_labels, rates_by_group
from visavis.evaluation.identification import RANKS, DegradedTrial, IdentifyReport
from visavis.evaluation.metrics import OperatingPoint, Rate, misses_at, operating_points, rank_rate
from visavis.evaluation.report import FPIRS
from visavis.evaluation.trials import Searches, Templates, search_all
from visavis.services.evaluate.trial_data import Bench, IdentificationTrial, check, embed, people_in, read_text, run_identification

TURNED_DEGREES = 30.0
"""Yaw from which a head counts as turned away; five landmarks tell it to some 10 degrees."""


class EvaluateIdentify:
    """Search every person among all others: open-set identification, R = 1.

    Parameters
    ----------
    bench : Bench
        Handed in by wiring.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def run(self, folder: Path, clearance: Clearance, *, labels: Path | None = None, degrade: bool = False) -> IdentifyReport:
        """Evaluate.

        Parameters
        ----------
        folder : Path
            Holds a folder a person; the first picture of each by name is enrolled, the others are probes.
        labels : Path or None
            CSV of groups; read before any picture is.
        degrade : bool
            Search again with each kind of worse probe; each takes as long as the probes took.

        Raises
        ------
        RefusedError
            The clearance is for another purpose, or not valid now.
        InputError
            Folder or labels can't be used.
        """
        check(clearance, self._bench.clock)
        attributes = self._labels(labels, folder) if labels else ()
        trial = run_identification(self._bench, folder, clearance)
        searches = trial.searches
        points = operating_points(searches, FPIRS)
        return IdentifyReport(
            gallery=searches.gallery_size,
            non_mated=len(searches.non_mated),
            subjects=searches.subjects,
            points=points,
            ranks={k: rank_rate(searches, k) for k in RANKS if k <= max(searches.gallery_size, 1)},
            det=det(searches),
            cmc=ranks(searches),
            groups=tuple(rates_by_group(searches, one, point) for one in attributes for point in points if point.resolved),
            larger=extrapolate(searches, points),
            turned=_turned(trial, points[-1]),
            degraded=self._degraded(trial, points[-1]) if degrade else (),
            data=trial.data,
        )

    def _labels(self, labels: Path, folder: Path) -> Sequence[Labels]:
        return parse_labels(read_text(labels, "labels file"), tuple(people_in(folder)))

    def _degraded(self, trial: IdentificationTrial, point: OperatingPoint) -> tuple[DegradedTrial, ...]:
        untouched = _measured(trial.searches, point, key="none", how="as they are", failures=_failures(trial.templates, trial.plan.probes))
        return untouched, *(self._worse(trial, one, point) for one in DEGRADATIONS)

    def _worse(self, trial: IdentificationTrial, degradation: Degradation, point: OperatingPoint) -> DegradedTrial:
        probes = trial.plan.probes[trial.templates.enrolled[trial.plan.probes]]
        sizes = trial.templates.measures["size_px"][probes]

        def alter(place: int, image_rgb: RgbImage) -> RgbImage:
            return degradation.apply(image_rgb, float(sizes[place]))

        worse, _ = embed(self._bench.embed_files, [trial.paths[row] for row in probes], alter, dim=trial.templates.vectors.shape[1])
        vectors, enrolled = trial.templates.vectors.copy(), trial.templates.enrolled.copy()
        vectors[probes], enrolled[probes] = worse.vectors, worse.enrolled
        templates = Templates(vectors=vectors, enrolled=enrolled)
        searches = search_all(templates, trial.plan)
        failures = _failures(templates, trial.plan.probes)
        return _measured(searches, point, key=degradation.key, how=degradation.how, failures=failures)


def _turned(trial: IdentificationTrial, point: OperatingPoint) -> DegradedTrial | None:
    """Measure the probes of heads turned away, if they show people enough."""
    yaw = trial.templates.measures["yaw"][trial.plan.probes]
    searches = trial.searches.rows(np.abs(yaw) >= TURNED_DEGREES)  # not a number where nothing was enrolled: left out
    if searches.subjects < LEAST_SUBJECTS:
        return None
    return _measured(
        searches, point, key="turned", how=f"heads turned {TURNED_DEGREES:.0f}° or more, as the pictures have them (not made)", failures=0
    )


def _failures(templates: Templates, probes: NDArray[np.int64]) -> int:
    return int(np.count_nonzero(~templates.enrolled[probes]))


def _measured(searches: Searches, point: OperatingPoint, *, key: str, how: str, failures: int) -> DegradedTrial:
    misses = int(misses_at(searches, np.array([point.threshold]), point.r)[0])
    non_mated = searches.non_mated
    return DegradedTrial(
        key=key,
        how=how,
        probes=len(searches.mate),
        failures_to_enrol=failures,
        rank1=rank_rate(searches, 1),
        fnir=Rate.of(misses, len(searches.mate)),
        fpir=Rate.of(int(np.count_nonzero(non_mated >= point.threshold)), len(non_mated)) if len(non_mated) else None,
    )
