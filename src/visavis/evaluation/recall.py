"""How much of exact search an index finds: recall; aggregates only."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visavis.evaluation.report import INTERVALS, told_interval
from visavis.evaluation.resampling import LEVEL, resample
from visavis.evaluation.sheet import Part, Sheet, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """Share of the exact first `k` that the index returns, over probes, with its interval by probe."""

    probes: int
    value: float
    low: float
    high: float

    @classmethod
    def of(cls, shares: NDArray[np.float64]) -> "Recall | None":
        """Average (n,) shares, one a probe; None without probes."""
        if not len(shares):
            return None
        low, high = resample(np.arange(len(shares)), lambda rows: np.asarray(shares[rows].mean(keepdims=True), np.float64))
        return cls(probes=len(shares), value=float(shares.mean()), low=float(low[0]), high=float(high[0]))


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexFacts:
    """What an evaluation of an index rests on.

    Attributes
    ----------
    of : str
        What the templates are, in words.
    gallery : int
        N, templates in the index.
    codebook : str
        SHA-256 of what the index codes with.
    data_sha256 : str
        Digest over the templates (of an archive: over their keys and checksums).
    notes : tuple of str
        What a reader must know.
    """

    of: str
    gallery: int
    dim: int
    codebook: str
    data_sha256: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexReport:
    """The result of `evaluate index`.

    Attributes
    ----------
    k : int
        Candidates asked for.
    known, strangers : Recall or None
        Probes of people who are in the gallery, and of people who are not. None = none were put.
    first : int
        Probes whose first candidate is as similar as the exact first.
    """

    facts: IndexFacts
    k: int
    known: Recall | None
    strangers: Recall | None
    first: int
    probes: int

    def to_dict(self) -> dict[str, object]:
        """Return JSON-ready keys, stable and documented in `docs/reference/evaluation.md`."""
        return {
            "of": self.facts.of,
            "gallery": self.facts.gallery,
            "dim": self.facts.dim,
            "codebook_sha256": self.facts.codebook,
            "data_sha256": self.facts.data_sha256,
            "k": self.k,
            "probes": self.probes,
            "recall_known": _recall(self.known),
            "recall_strangers": _recall(self.strangers),
            "same_first": self.first,
            "interval_level": LEVEL,
            "notes": list(self.facts.notes),
        }

    def sheet(self) -> Sheet:
        """Return the report for people."""
        rows = tuple(
            (who, f"{one.probes:,}", f"{one.value:.4f} {told_interval((one.low, one.high))}")
            for who, one in (("people in the gallery", self.known), ("strangers", self.strangers))
            if one is not None
        )
        return Sheet(
            title="Does the index find what exact search finds?",
            lead=f"The embedded index against exact search: N = {self.facts.gallery:,} templates of {self.facts.dim} values.",
            facts=(
                ("Gallery", f"{self.facts.gallery:,} {self.facts.of}"),
                ("Hash of the data", self.facts.data_sha256),
                ("Hash of the codebook", self.facts.codebook),
                ("Probes", f"{self.probes:,}"),
            ),
            notes=(*self.facts.notes, INTERVALS),
            parts=(
                Part(
                    title=f"Recall of the first {self.k}",
                    says=(f"The first candidate is the exact one for {self.first:,} of {self.probes:,} probes. Intervals are by probe.",),
                    table=Table(columns=("probes of", "searches", f"recall@{self.k}"), rows=rows),
                ),
            ),
        )


def _recall(one: Recall | None) -> dict[str, object] | None:
    return None if one is None else {"value": one.value, "probes": one.probes, "interval": [one.low, one.high]}
