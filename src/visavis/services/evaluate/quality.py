"""Quality measures: which of them foretells that a search will miss."""

from pathlib import Path

import numpy as np

from visavis.domain.clearance import Clearance
from visavis.evaluation.curves import error_versus_discard, strengths
from visavis.evaluation.metrics import operating_points
from visavis.evaluation.quality import BEST, QualityReport
from visavis.services.evaluate.trial_data import Bench, run_identification

AT_FPIR = 0.01
"""Where misses are counted: the threshold that an archive searches at by default."""


class EvaluateQuality:
    """Take the weakest probes away, measure by measure, and count the misses of the others.

    Parameters
    ----------
    bench : Bench
        Handed in by wiring.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def run(self, folder: Path, clearance: Clearance) -> QualityReport:
        """Evaluate; folder and errors as in `EvaluateIdentify.run`."""
        trial = run_identification(self._bench, folder, clearance)
        searches = trial.searches
        (point,) = operating_points(searches, [AT_FPIR])
        missed = (searches.rank > point.r) | (searches.mate < point.threshold)
        told = strengths({name: values[trial.plan.probes] for name, values in trial.templates.measures.items()})
        return QualityReport(
            gallery=searches.gallery_size,
            subjects=searches.subjects,
            point=point,
            discards=tuple(error_versus_discard(missed, values, searches.subject, measure=name) for name, values in told.items()),
            best=error_versus_discard(missed, np.where(missed, 0.0, 1.0), searches.subject, measure=BEST),
            data=trial.data,
        )
