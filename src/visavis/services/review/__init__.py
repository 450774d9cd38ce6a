"""What people decide of candidates, what of it becomes a label, and what leaves the house."""

from visavis.services.review.compare import Compare, Compared
from visavis.services.review.decide import Decide, Decision, VerdictRequest
from visavis.services.review.disclose import Disclose, Export
from visavis.services.review.label import Labelling, LabelRequest
from visavis.services.review.report import CaseReport, PrintCase
from visavis.services.review.undo import Undo
from visavis.services.review.worklist import OpenLead, ReviewSheet, Worklist

__all__ = [
    "CaseReport", "Compare", "Compared", "Decide", "Decision", "Disclose", "Export", "LabelRequest", "Labelling", "OpenLead", "PrintCase",
    "ReviewSheet", "Undo", "VerdictRequest", "Worklist",
]  # fmt: skip
