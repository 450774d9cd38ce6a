"""Measure a model pack, the whole chain or the index: aggregates only, templates in memory only.

An evaluation is a search by law, so each takes a clearance whose purpose is `evaluation`.
"""

from visavis.services.evaluate.identify import EvaluateIdentify
from visavis.services.evaluate.index import EvaluateIndex, Probes
from visavis.services.evaluate.pairs import EvaluatePairs
from visavis.services.evaluate.quality import EvaluateQuality
from visavis.services.evaluate.trial_data import Alter, Bench, EmbedFiles, IdentificationTrial, run_identification

__all__ = [
    "Alter",
    "Bench",
    "EmbedFiles",
    "EvaluateIdentify",
    "EvaluateIndex",
    "EvaluatePairs",
    "EvaluateQuality",
    "IdentificationTrial",
    "Probes",
    "run_identification",
]
