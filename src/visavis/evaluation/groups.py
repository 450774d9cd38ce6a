"""Rates by group, from a file of labels that people of the test set agreed to: a group is never guessed.

All groups are measured at one common threshold, as ISO/IEC 19795-10 asks; worst against best and worst against the geometric mean say how
far apart they lie, and nothing is folded into one score of fairness.
"""

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from visavis.domain.errors import InputError
from visavis.evaluation.metrics import OperatingPoint, Rate, misses_at
from visavis.evaluation.trials import Searches

LEAST_SUBJECTS = 30
"""People below whom a group gets no rate: with fewer, not even one miss would show that FNIR is below 0.1 (1 − 0.05^(1/29) = 0.098)."""

MOST_GROUPS = 24
"""Values of one attribute; more are no groups but descriptions of single people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """One attribute of the people in a test set: `of[subject]` is a word of the file, empty where it says nothing."""

    attribute: str
    of: tuple[str, ...]


def parse_labels(text: str, people: Sequence[str]) -> tuple[Labels, ...]:
    """Read a file of labels.

    Parameters
    ----------
    text : str
        CSV with a header: the column `person`, and one column an attribute. People who are not in the test set are passed over.
    people : sequence of str
        The test set's people, by subject.

    Raises
    ------
    InputError
        Names a line or a column, never a person.
    """
    reader = csv.DictReader(io.StringIO(text), strict=True)
    try:
        columns, rows = list(reader.fieldnames or ()), [(reader.line_num, row) for row in reader]
    except csv.Error:
        raise InputError("the labels file is no CSV", remedy="see docs/reference/evaluation.md for the format") from None
    attributes = [column for column in columns if column != "person"]
    if "person" not in columns or not attributes or len(set(columns)) < len(columns):
        raise InputError(
            "the labels file needs a header with `person` and one column an attribute, each once", remedy="add the header as first line"
        )
    place = {person: subject for subject, person in enumerate(people)}
    words = {attribute: [""] * len(people) for attribute in attributes}
    seen: set[str] = set()
    for line, row in rows:
        person = row["person"]
        if person in seen or None in row or None in row.values():
            raise InputError(f"line {line} of the labels file has another number of cells, or a person named before", remedy="mend it")
        seen.add(person)
        if person in place:
            for attribute in attributes:
                words[attribute][place[person]] = row[attribute].strip()
    return tuple(_checked(attribute, values, set(people)) for attribute, values in words.items())


def _checked(attribute: str, values: list[str], people: set[str]) -> Labels:
    groups = set(values) - {""}
    if not groups or len(groups) > MOST_GROUPS or groups & people:
        raise InputError(
            f"the column «{attribute}» of the labels file names no groups",
            remedy=f"use a column with 1 to {MOST_GROUPS} values, none of them a person's name",
        )
    return Labels(attribute=attribute, of=tuple(values))


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRates:
    """One group; the rates are None below `LEAST_SUBJECTS` (or where no non-mated search ran)."""

    group: str
    subjects: int
    fnir: Rate | None
    fpir: Rate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTable:
    """All groups of one attribute at one threshold.

    Attributes
    ----------
    at_fpir, threshold : float
        The whole trial's operating point.
    unlabelled : int
        People of whom the file says nothing.
    """

    attribute: str
    at_fpir: float
    threshold: float
    groups: tuple[GroupRates, ...]
    unlabelled: int

    def worst_to_best(self, rate: str) -> float | None:
        """Return the highest of the groups' rates over the lowest; `rate` is `fnir` or `fpir`. None = undefined: under two, or a zero."""
        values = self._values(rate)
        return max(values) / min(values) if len(values) > 1 and min(values) > 0 else None

    def worst_to_mean(self, rate: str) -> float | None:
        """Return the highest of the groups' rates over their geometric mean, None as above."""
        values = self._values(rate)
        if len(values) < 2 or min(values) <= 0:
            return None
        return max(values) / math.exp(sum(map(math.log, values)) / len(values))

    def _values(self, rate: str) -> list[float]:
        rates: list[Rate | None] = [getattr(group, rate) for group in self.groups]
        return [one.value for one in rates if one is not None]


def rates_by_group(searches: Searches, labels: Labels, point: OperatingPoint) -> GroupTable:
    """Measure each group's probes against the whole gallery at one threshold."""
    words = np.array(labels.of, dtype=object)[searches.subject]
    groups = sorted(set(labels.of) - {""})
    return GroupTable(
        attribute=labels.attribute,
        at_fpir=point.fpir,
        threshold=point.threshold,
        groups=tuple(_rates(group, searches.rows(words == group), point) for group in groups),
        unlabelled=len(np.unique(searches.subject[words == ""])),
    )


def _rates(group: str, searches: Searches, point: OperatingPoint) -> GroupRates:
    if searches.subjects < LEAST_SUBJECTS:
        return GroupRates(group=group, subjects=searches.subjects, fnir=None, fpir=None)
    non_mated = searches.non_mated
    return GroupRates(
        group=group,
        subjects=searches.subjects,
        fnir=Rate.of(int(misses_at(searches, np.array([point.threshold]), point.r)[0]), len(searches.mate)),
        fpir=Rate.of(int(np.count_nonzero(non_mated >= point.threshold)), len(non_mated)) if len(non_mated) else None,
    )
