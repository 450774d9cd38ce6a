"""Measure a model pack and the whole chain on a licensed test set: aggregates only, templates in memory only.

An evaluation is a search by law, so it takes a clearance whose purpose is `evaluation`. No message, result or log line of this module
holds a path or a person's name.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from visavis.domain.clearance import Clearance
from visavis.domain.clock import Clock
from visavis.domain.errors import InputError, RefusedError
from visavis.domain.face import AnalysedFace
from visavis.evaluation.metrics import operating_points, pair_accuracy, rank_rate, tar_at_far
from visavis.evaluation.pairs import Pair, compare_pairs, parse_pairs
from visavis.evaluation.report import FAR, FPIRS, IdentifyReport, PairsReport, TrialData
from visavis.evaluation.trials import Templates, plan_identification, search_all
from visavis.law.rules import Rule

EmbedFiles = Callable[[Sequence[Path]], Iterator[Sequence[AnalysedFace]]]
"""Analyse files: yields, in the order given, the faces of each; none for a file that can't be read or shows no face. It must not raise
for a bad file, and keeps nothing."""

PURPOSE = "evaluation"


class EvaluatePairs:
    """Compare pictures pair by pair, after the protocol of LFW.

    Parameters
    ----------
    embed_files : EmbedFiles
        Handed in by wiring: decode and the chain of one pack.
    pack : str
        Id of that pack.
    clock : Clock
        For the clearance's expiry.
    """

    def __init__(self, *, embed_files: EmbedFiles, pack: str, clock: Clock) -> None:
        self._embed_files = embed_files
        self._pack = pack
        self._clock = clock

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
        _check(clearance, self._clock)
        text = _read_pairs(pairs)
        trial = parse_pairs(text)
        pictures = _pictures_of(trial, _people(folder))
        row = {picture: i for i, picture in enumerate(dict.fromkeys(pictures))}
        templates, several = _embed(self._embed_files, tuple(row))
        rows = np.array([row[picture] for picture in pictures], np.int64).reshape(-1, 2)
        similarity = compare_pairs(templates, rows[:, 0], rows[:, 1])
        mated = np.array([pair.mated for pair in trial])
        return PairsReport(
            accuracy=pair_accuracy(similarity, mated, np.array([pair.fold for pair in trial])),
            tar=tar_at_far(similarity, mated, FAR),
            data=TrialData(
                pack=self._pack,
                data_sha256=_digest(row, text),
                pictures=len(row),
                failures_to_enrol=templates.failures,
                several_faces=several,
            ),
        )


class EvaluateIdentify:
    """Search every person among all others: open-set identification, R = 1.

    Parameters
    ----------
    embed_files : EmbedFiles
        Handed in by wiring: decode and the chain of one pack.
    pack : str
        Id of that pack.
    clock : Clock
        For the clearance's expiry.
    """

    def __init__(self, *, embed_files: EmbedFiles, pack: str, clock: Clock) -> None:
        self._embed_files = embed_files
        self._pack = pack
        self._clock = clock

    def run(self, folder: Path, clearance: Clearance) -> IdentifyReport:
        """Evaluate.

        Parameters
        ----------
        folder : Path
            Holds a folder a person; the first picture of each by name is enrolled, the others are probes.

        Raises
        ------
        RefusedError
            The clearance is for another purpose, or not valid now.
        InputError
            The folder can't be used.
        """
        _check(clearance, self._clock)
        people = _people(folder)
        plan = plan_identification([len(files) for files in people.values()])
        paths = [path for files in people.values() for path in files]
        templates, several = _embed(self._embed_files, paths)
        searches = search_all(templates, plan)
        return IdentifyReport(
            gallery=searches.gallery_size,
            non_mated=int(np.count_nonzero(np.isfinite(searches.best_other))),
            rank1=rank_rate(searches, 1),
            points=operating_points(searches, FPIRS),
            data=TrialData(
                pack=self._pack,
                data_sha256=_digest(paths, repr([len(files) for files in people.values()])),
                pictures=len(paths),
                failures_to_enrol=templates.failures,
                several_faces=several,
            ),
        )


def _check(clearance: Clearance, clock: Clock) -> None:
    clearance.check(clock.now())
    if clearance.purpose != PURPOSE:
        raise RefusedError(
            f"this clearance is for the purpose «{clearance.purpose}», an evaluation needs «{PURPOSE}»",
            rule=Rule.PURPOSE_ALLOWED,
            remedy="run `visavis evaluate`, which asks for the right one",
        )


def _read_pairs(pairs: Path) -> str:
    try:
        return pairs.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        pass  # raised outside `except`, so that no chained traceback shows the path
    raise InputError("the pairs file can't be read as UTF-8 text", remedy="check that it exists and that you may read it")


def _people(folder: Path) -> Mapping[str, list[Path]]:
    """Return the files of each person's folder, people and files sorted by name; hidden files are no pictures."""
    try:
        folders = [entry for entry in sorted(folder.iterdir()) if entry.is_dir()]
        files = {entry.name: [path for path in sorted(entry.iterdir()) if path.is_file()] for entry in folders}
    except OSError:
        files = {}
    people = {name: seen for name, paths in files.items() if (seen := [path for path in paths if not path.name.startswith(".")])}
    if not people:  # outside `except`, so that no chained traceback shows a path
        raise InputError(
            "the folder of pictures is missing, unreadable or without a folder a person", remedy="check the path and your rights"
        )
    return people


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


def _embed(embed_files: EmbedFiles, paths: Sequence[Path]) -> tuple[Templates, int]:
    """Embed each picture once; return the templates and how many pictures show several faces."""
    chosen, several = [], 0
    for _, faces in zip(paths, embed_files(paths), strict=True):
        chosen.append(min(faces, key=_off_centre) if faces else None)
        several += len(faces) > 1
    vectors = [None if face is None else face.vector for face in chosen]
    return Templates.of(vectors, [None if face is None else face.quality for face in chosen]), several


def _off_centre(face: AnalysedFace) -> float:
    """Return the squared distance from the picture's centre, in ratios of its sides."""
    box = face.box
    return (box.left + box.width / 2 - 0.5) ** 2 + (box.top + box.height / 2 - 0.5) ** 2


def _digest(paths: Iterable[Path], protocol: str) -> str:
    """Digest the protocol and the files' contents, not their names; a file that can't be opened adds a digest of nothing."""
    whole = hashlib.sha256(protocol.encode())
    for path in paths:
        try:
            with path.open("rb") as file:
                whole.update(hashlib.file_digest(file, "sha256").digest())
        except OSError:
            whole.update(hashlib.sha256().digest())
    return whole.hexdigest()
