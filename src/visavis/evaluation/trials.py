"""The trial of identification (1:N, open set): who is enrolled, who is searched for, and the similarities that come out.

The first picture of each person is enrolled; every other one is searched twice, once with its person in the gallery (mated) and once with
that person left out (non-mated). A *subject* is a person's place in the test set, from 0: the unit that intervals resample and that a
split keeps whole. No field holds a name, and templates live in memory only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from visavis.domain.arrays import Vectors
from visavis.domain.errors import InputError
from visavis.domain.face import Quality

MEASURES = ("size_px", "yaw", "pitch", "roll", "sharpness", "exposure", "score", "norm")
"""The quality measures of `visavis.domain.face.Quality`, in its own units."""

_PROBES_AT_ONCE = 1024
"""Rows of similarities held at a time: 1,024 probes against 100,000 templates are 400 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Templates:
    """One template a picture, in memory and nowhere else.

    Attributes
    ----------
    vectors : (P, D) float32
        Unit length; zeros where nothing was enrolled.
    enrolled : (P,) bool
        False = failure to enrol: the picture can't be read, or shows no face that a detector pass finds.
    measures : mapping of str to (P,) float64
        By the names in `MEASURES`; NaN where nothing was enrolled. Empty where nobody measured.
    """

    vectors: Vectors = field(repr=False)
    enrolled: NDArray[np.bool_] = field(repr=False)
    measures: Mapping[str, NDArray[np.float64]] = field(repr=False, default_factory=dict)

    @classmethod
    def of(cls, rows: Sequence[Vectors | None], qualities: Sequence[Quality | None] = (), *, dim: int | None = None) -> "Templates":
        """Stack (D,) vectors, and beside them their qualities; None = failure to enrol. With `dim`, all may have failed.

        Raises
        ------
        InputError
            If nothing at all was enrolled.
        """
        dimension = next((len(row) for row in rows if row is not None), dim)
        if dimension is None:
            raise InputError("no picture of the test set yields a template", remedy="check that the folder holds photographs of faces")
        vectors = np.zeros((len(rows), dimension), np.float32)
        for i, row in enumerate(rows):
            if row is not None:
                vectors[i] = row
        measures = {name: _measured(name, qualities) for name in MEASURES} if qualities else {}
        return cls(vectors=vectors, enrolled=np.array([row is not None for row in rows], bool), measures=measures)

    @property
    def failures(self) -> int:
        """Number of failures to enrol."""
        return int(np.count_nonzero(~self.enrolled))


def _measured(name: str, qualities: Sequence[Quality | None]) -> NDArray[np.float64]:
    return np.array([np.nan if quality is None else getattr(quality, name) for quality in qualities], np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentificationPlan:
    """Who is enrolled and who is searched for.

    Attributes
    ----------
    gallery : (G,) int64
        Pictures to enrol, one a person.
    probes : (M,) int64
        Pictures to search with.
    owner : (M,) int64
        Position in `gallery` of each probe's mate.
    subjects : (G,) int64
        Who each enrolled picture shows: a place in the whole test set, which outlives `of_subjects`.
    """

    gallery: NDArray[np.int64]
    probes: NDArray[np.int64]
    owner: NDArray[np.int64]
    subjects: NDArray[np.int64]

    def of_subjects(self, chosen: NDArray[np.bool_]) -> "IdentificationPlan":
        """Return the trial of some people alone: their probes, against a gallery of nobody else.

        Parameters
        ----------
        chosen : (G,) bool
            By position in `gallery`.

        Raises
        ------
        InputError
            If fewer than two people are left, or no probe.
        """
        kept = chosen[self.owner]
        if np.count_nonzero(chosen) < 2 or not kept.any():
            raise InputError("a part of the test set holds too few people for a trial of its own", remedy="use more people")
        position = np.cumsum(chosen) - 1
        return IdentificationPlan(
            gallery=self.gallery[chosen], probes=self.probes[kept], owner=position[self.owner[kept]], subjects=self.subjects[chosen]
        )


def plan_identification(pictures_per_person: Sequence[int]) -> IdentificationPlan:
    """Lay out the open-set trial over pictures that stand person after person, sorted by name within each.

    Parameters
    ----------
    pictures_per_person : sequence of int
        At least 1 each.

    Raises
    ------
    InputError
        If there are fewer than two people, or nobody has a second picture.
    """
    counts = np.asarray(pictures_per_person, np.int64)
    if len(counts) < 2 or counts.max() < 2:
        raise InputError(
            "an identification trial needs at least two people, and two pictures of one of them",
            remedy="give a folder that holds a folder a person",
        )
    gallery = np.concatenate([[0], np.cumsum(counts)[:-1]])
    owner = np.repeat(np.arange(len(counts)), counts)
    probe = np.ones(len(owner), bool)
    probe[gallery] = False
    return IdentificationPlan(gallery=gallery, probes=np.flatnonzero(probe), owner=owner[probe], subjects=np.arange(len(counts)))


def odd_and_even(plan: IdentificationPlan) -> tuple[IdentificationPlan, IdentificationPlan]:
    """Split a trial by identity, to fit on one half and to test on the other: nobody is in both, neither as probe nor in the gallery.

    Returns
    -------
    odd, even : IdentificationPlan
        Subjects with an odd number (counted from 0), and the others.
    """
    odd = plan.subjects % 2 == 1
    return plan.of_subjects(odd), plan.of_subjects(~odd)


@dataclass(frozen=True, slots=True, kw_only=True)
class Searches:
    """What each probe's two searches gave; row *i* of every array belongs together.

    Attributes
    ----------
    mate : (M,) float64
        Similarity to the probe's mate; −inf if either failed to enrol.
    best_other : (M,) float64
        Highest similarity to anybody else: the first candidate of the non-mated search. −inf if the probe failed to enrol.
    rank : (M,) int64
        Place of the mate among the candidates of the mated search, from 1; whoever ties with it stands before it. `gallery_size` + 1 if
        mate or probe failed to enrol.
    subject : (M,) int64
        Whom the probe shows.
    gallery_size : int
        N: people that were enrolled.
    """

    mate: NDArray[np.float64] = field(repr=False)
    best_other: NDArray[np.float64] = field(repr=False)
    rank: NDArray[np.int64] = field(repr=False)
    subject: NDArray[np.int64] = field(repr=False)
    gallery_size: int

    @property
    def non_mated(self) -> NDArray[np.float64]:
        """First candidates of the non-mated searches that ran: (m,) float64. A probe that failed to enrol can't be searched."""
        return self.best_other[np.isfinite(self.best_other)]

    @property
    def subjects(self) -> int:
        """Number of people searched for."""
        return len(np.unique(self.subject))

    def rows(self, chosen: NDArray[np.int64] | NDArray[np.bool_]) -> "Searches":
        """Return some of the searches, or some of them several times; N stays."""
        return Searches(
            mate=self.mate[chosen],
            best_other=self.best_other[chosen],
            rank=self.rank[chosen],
            subject=self.subject[chosen],
            gallery_size=self.gallery_size,
        )


def search_all(templates: Templates, plan: IdentificationPlan) -> Searches:
    """Search every probe against the whole gallery, exhaustively; memory stays bounded in the number of probes."""
    mate = np.full(len(plan.probes), -np.inf)
    best_other = np.full(len(plan.probes), -np.inf)
    rank = np.zeros(len(plan.probes), np.int64)
    absent = ~templates.enrolled[plan.gallery]
    gallery = templates.vectors[plan.gallery]
    size = int(np.count_nonzero(~absent))
    for start in range(0, len(plan.probes), _PROBES_AT_ONCE):
        part = slice(start, start + _PROBES_AT_ONCE)
        similarity = templates.vectors[plan.probes[part]] @ gallery.T
        similarity[:, absent] = -np.inf
        similarity[~templates.enrolled[plan.probes[part]]] = -np.inf
        own = np.arange(len(similarity)), plan.owner[part]
        mate[part] = similarity[own]
        similarity[own] = -np.inf
        best_other[part] = similarity.max(axis=1)
        rank[part] = 1 + np.count_nonzero(similarity >= mate[part, None], axis=1)
    rank[~np.isfinite(mate)] = size + 1
    return Searches(mate=mate, best_other=best_other, rank=rank, subject=plan.subjects[plan.owner], gallery_size=size)
