"""Pairs: compare pictures one with one, after the protocol of Labeled Faces in the Wild."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visavis.domain.clearance import Clearance
from visavis.domain.errors import InputError
from visavis.evaluation.curves import det_of_pairs, fnmr_at
from visavis.evaluation.metrics import pair_accuracy, tar_at_far
from visavis.evaluation.pairs import Pair, compare_pairs, parse_pairs
from visavis.evaluation.report import FAR, PairsReport, TrialData
from visavis.evaluation.resampling import Interval, ends, resample
from visavis.services.evaluate.trial_data import Bench, check, digest, embed, people_in, read_text


class EvaluatePairs:
    """Compare pictures pair by pair.

    Parameters
    ----------
    bench : Bench
        Handed in by wiring.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def run(self, pairs: Path, folder: Path, clearance: Clearance) -> PairsReport:
        """Evaluate.

        Parameters
        ----------
        pairs : Path
            A file in the format of LFW's `pairs.txt`.
        folder : Path
            Holds a folder a person, and in it files named `person_0001` and so on, with any extension.

        Raises
        ------
        RefusedError
            The clearance is for another purpose, or not valid now.
        InputError
            Pairs file or folder can't be used; names lines, never people.
        """
        check(clearance, self._bench.clock)
        text = read_text(pairs, "pairs file")
        trial = parse_pairs(text)
        people = people_in(folder)
        pictures = _pictures_of(trial, people)
        row = {picture: i for i, picture in enumerate(dict.fromkeys(pictures))}
        templates, several = embed(self._bench.embed_files, tuple(row))
        rows = np.array([row[picture] for picture in pictures], np.int64).reshape(-1, 2)
        similarity = compare_pairs(templates, rows[:, 0], rows[:, 1])
        mated = np.array([pair.mated for pair in trial])
        place = {person: subject for subject, person in enumerate(people)}
        subject = np.array([place[pair.first[0]] for pair in trial], np.int64)
        data = TrialData(
            pack=self._bench.pack,
            pack_hash=self._bench.pack_hash,
            data_sha256=digest(row, text),
            people=len({name for pair in trial for name, _ in (pair.first, pair.second)}),
            pictures=len(row),
            failures_to_enrol=templates.failures,
            several_faces=several,
        )
        return PairsReport(
            accuracy=pair_accuracy(similarity, mated, np.array([pair.fold for pair in trial])),
            tar=tar_at_far(similarity, mated, FAR),
            tar_by_subject=_tar_by_subject(similarity, mated, subject),
            det=det_of_pairs(similarity, mated, subject),
            data=data,
        )


def _tar_by_subject(similarity: NDArray[np.float64], mated: NDArray[np.bool_], subject: NDArray[np.int64]) -> Interval | None:
    def rates(rows: NDArray[np.int64]) -> NDArray[np.float64]:
        drawn, same = similarity[rows], mated[rows]
        return 1 - fnmr_at(drawn[same], drawn[~same], np.array([FAR]))

    low, high = resample(subject, rates)
    return ends(low[0], high[0])


def _pictures_of(trial: Sequence[Pair], people: Mapping[str, list[Path]]) -> list[Path]:
    """Return the two pictures of each pair, one pair after another."""
    by_name = {(person, path.stem): path for person, files in people.items() for path in files}
    pictures = []
    for pair in trial:
        for person, number in (pair.first, pair.second):
            path = by_name.get((person, f"{person}_{number:04d}"))
            if path is None:
                raise InputError(
                    f"line {pair.line} of the pairs file names a picture that the folder does not hold",
                    remedy="give the folder that belongs to this pairs file",
                )
            pictures.append(path)
    return pictures
