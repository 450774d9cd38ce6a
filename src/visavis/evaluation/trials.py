"""Protocols: which comparisons a test set asks for, and the similarities they give.

Two are known. *Pairs* (1:1) is the format of Labeled Faces in the Wild [1]_. *Identification* (1:N, open set) takes a folder a person: the
first picture by name is enrolled, every other one is searched twice, once with its person in the gallery (mated) and once with that
person left out (non-mated).

References
----------
.. [1] G. B. Huang et al., «Labeled Faces in the Wild», University of Massachusetts, TR 07-49, 2007; `pairs.txt` of view 2.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from visavis.domain.arrays import Vectors
from visavis.domain.errors import InputError

DEFAULT_FOLDS = 10
"""Folds of a pairs file whose header gives none, as in LFW's view 2."""

_PROBES_AT_ONCE = 1024
"""Rows of similarities held at a time: 1,024 probes against 100,000 templates are 400 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One comparison. A picture is named by its person and its number, both as the file writes them.

    Attributes
    ----------
    line : int
        Line of the pairs file, from 1: the only thing that a message may say of a pair.
    """

    line: int
    first: tuple[str, int] = field(repr=False)
    second: tuple[str, int] = field(repr=False)
    mated: bool
    fold: int


def parse_pairs(text: str) -> tuple[Pair, ...]:
    """Read a pairs file.

    A header of two numbers, `10 300`, means ten folds, each of 300 mated and then 300 non-mated pairs. A header of one number means that
    many mated pairs, then as many non-mated ones; the *i*-th pair of either class falls into fold *i* mod 10.

    Parameters
    ----------
    text : str
        `person n m` is a mated pair, `person n other m` a non-mated one; separated by tabs (or blanks, if no tab is there).

    Raises
    ------
    InputError
        Names the line, never a person.
    """
    lines = [(number, _fields(line)) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    folds, per_class = _header(lines[0][1] if lines else [])
    own_folds = len(lines[0][1]) == 2
    body = lines[1:]
    block = 2 * per_class
    promised = folds * block if own_folds else block
    if len(body) != promised:
        raise InputError(f"the header of the pairs file promises {promised} pairs, {len(body)} follow", remedy="use the complete file")
    pairs = []
    for position, (number, fields) in enumerate(body):
        mated = position % block < per_class
        fold = position // block if own_folds else position % per_class % folds
        pairs.append(_pair(number, fields, mated=mated, fold=fold))
    return tuple(pairs)


def _fields(line: str) -> list[str]:
    return [part.strip() for part in line.split("\t")] if "\t" in line else line.split()


def _header(fields: list[str]) -> tuple[int, int]:
    """Return (folds, pairs of each class in a block)."""
    numbers = [int(word) for word in fields if word.isdecimal()]
    if len(numbers) != len(fields) or len(numbers) not in {1, 2}:
        raise InputError(
            "the pairs file does not begin with `folds pairs` or `pairs`", remedy="see docs/reference/evaluation.md for the format"
        )
    folds, per_class = numbers if len(numbers) == 2 else (DEFAULT_FOLDS, numbers[0])
    if folds < 2 or per_class < (1 if len(numbers) == 2 else folds):
        raise InputError(f"{folds} folds of {per_class} pairs leave nothing to choose a threshold on", remedy="use more pairs")
    return folds, per_class


def _pair(line: int, fields: list[str], *, mated: bool, fold: int) -> Pair:
    expected = 3 if mated else 4
    numbers = (fields[1], fields[-1]) if len(fields) == expected else ()
    if not numbers or not all(word.isdecimal() for word in numbers):
        kind = "mated pair (`person n m`)" if mated else "non-mated pair (`person n other m`)"
        raise InputError(
            f"line {line} of the pairs file is no {kind}, which the header promises there", remedy="mend the line, or the header"
        )
    first, second = (fields[0], int(numbers[0])), (fields[0] if mated else fields[2], int(numbers[1]))
    return Pair(line=line, first=first, second=second, mated=mated, fold=fold)


@dataclass(frozen=True, slots=True, kw_only=True)
class Templates:
    """One template a picture, in memory and nowhere else.

    Attributes
    ----------
    vectors : (P, D) float32
        Unit length; zeros where nothing was enrolled.
    enrolled : (P,) bool
        False = failure to enrol: the picture can't be read, or shows no face that a detector pass finds.
    """

    vectors: Vectors = field(repr=False)
    enrolled: NDArray[np.bool_] = field(repr=False)

    @classmethod
    def of(cls, rows: Sequence[Vectors | None]) -> "Templates":
        """Stack (D,) vectors; None = failure to enrol.

        Raises
        ------
        InputError
            If nothing at all was enrolled.
        """
        dimension = next((len(row) for row in rows if row is not None), None)
        if dimension is None:
            raise InputError("no picture of the test set yields a template", remedy="check that the folder holds photographs of faces")
        vectors = np.zeros((len(rows), dimension), np.float32)
        for i, row in enumerate(rows):
            if row is not None:
                vectors[i] = row
        return cls(vectors=vectors, enrolled=np.array([row is not None for row in rows], bool))

    @property
    def failures(self) -> int:
        """Number of failures to enrol."""
        return int(np.count_nonzero(~self.enrolled))


def compare_pairs(templates: Templates, first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.float64]:
    """Compare pictures pair by pair.

    Parameters
    ----------
    first, second : (n,) int64
        Rows of `templates`.

    Returns
    -------
    (n,) float64
        Cosine; −inf where either picture failed to enrol, so that no threshold accepts the pair.
    """
    similarity: NDArray[np.float64] = (templates.vectors[first] * templates.vectors[second]).sum(axis=1, dtype=np.float64)
    similarity[~(templates.enrolled[first] & templates.enrolled[second])] = -np.inf
    return similarity


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
    """

    gallery: NDArray[np.int64]
    probes: NDArray[np.int64]
    owner: NDArray[np.int64]


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
    return IdentificationPlan(gallery=gallery, probes=np.flatnonzero(probe), owner=owner[probe])


@dataclass(frozen=True, slots=True, kw_only=True)
class Searches:
    """What each probe's two searches gave.

    Attributes
    ----------
    mate : (M,) float64
        Similarity to the probe's mate; −inf if either failed to enrol.
    best_other : (M,) float64
        Highest similarity to anybody else: the first candidate of the non-mated search. −inf if the probe failed to enrol.
    gallery_size : int
        N: people that were enrolled.
    """

    mate: NDArray[np.float64] = field(repr=False)
    best_other: NDArray[np.float64] = field(repr=False)
    gallery_size: int


def search_all(templates: Templates, plan: IdentificationPlan) -> Searches:
    """Search every probe against the whole gallery, exhaustively; memory stays bounded in the number of probes."""
    mate = np.full(len(plan.probes), -np.inf)
    best_other = np.full(len(plan.probes), -np.inf)
    absent = ~templates.enrolled[plan.gallery]
    gallery = templates.vectors[plan.gallery]
    for start in range(0, len(plan.probes), _PROBES_AT_ONCE):
        part = slice(start, start + _PROBES_AT_ONCE)
        similarity = templates.vectors[plan.probes[part]] @ gallery.T
        similarity[:, absent] = -np.inf
        similarity[~templates.enrolled[plan.probes[part]]] = -np.inf
        own = np.arange(len(similarity)), plan.owner[part]
        mate[part] = similarity[own]
        similarity[own] = -np.inf
        best_other[part] = similarity.max(axis=1)
    return Searches(mate=mate, best_other=best_other, gallery_size=int(np.count_nonzero(~absent)))
