"""The protocol of pairs (1:1): the format of Labeled Faces in the Wild [1]_, and the similarities that it gives.

References
----------
.. [1] G. B. Huang et al., «Labeled Faces in the Wild», University of Massachusetts, TR 07-49, 2007; `pairs.txt` of view 2.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from visavis.domain.errors import InputError
from visavis.evaluation.trials import Templates

DEFAULT_FOLDS = 10
"""Folds of a pairs file whose header gives none, as in LFW's view 2."""


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
