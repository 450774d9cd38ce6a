"""Cohorts of the searched sources: faces drawn anew for each search, under its clearance and each rotation, and forgotten with it."""

import datetime as dt
from collections.abc import Sequence

import numpy as np

from visavis.domain.clearance import Clearance
from visavis.domain.speech import line
from visavis.evaluation.cohort import LARGEST, LEAST, Cohort
from visavis.records.archive import Records
from visavis.records.shown import Shown
from visavis.services.search.turned import TurnedProbe

TOO_FEW = line("ranked by the cosine alone: fewer than %(least)s faces to compare with", least=LEAST)


def draw_cohorts(records: Records, clearance: Clearance, at: dt.datetime, *, ceiling: float) -> dict[int, Cohort] | None:
    """Return a cohort for each rotation of the sources; None if one has too few faces, so that every candidate is ranked alike."""
    found = {}
    for transform, sources in records.rotations.under(clearance.sources).items():
        keys = records.gallery.sample(sources, at, transform=transform, most=LARGEST)
        if len(keys) < LEAST:
            return None
        rows = records.rows.read(np.array(keys, np.int64))
        found[transform] = Cohort.of(rows / np.linalg.norm(rows, axis=1, keepdims=True), ceiling=ceiling)
    return found or None


def adjusted(records: Records, cohort: Cohort, probe: TurnedProbe, found: Sequence[tuple[Shown, float]]) -> list[float]:
    """Return the adjusted similarity of each found face to a probe under one rotation."""
    if not found:
        return []
    rows = records.rows.read(np.array([shown.key for shown, _ in found], np.int64))
    faces = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return [float(one) for one in cohort.adjust(np.array([cosine for _, cosine in found]), probe.vector, faces)]
