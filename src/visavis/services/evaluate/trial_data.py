"""The test set of an evaluation: a folder a person, read under a clearance, embedded in memory.

No message, result or log line holds a path or a person's name.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from visavis.domain.arrays import RgbImage
from visavis.domain.clearance import Clearance
from visavis.domain.clock import Clock
from visavis.domain.errors import InputError, RefusedError
from visavis.domain.face import AnalysedFace
from visavis.evaluation.report import TrialData
from visavis.evaluation.trials import IdentificationPlan, Searches, Templates, plan_identification, search_all
from visavis.law.rules import Rule

Alter = Callable[[int, RgbImage], RgbImage]
"""Makes a picture worse: (its place among the paths, (H, W, 3) uint8 RGB) → (h, w, 3) uint8 RGB."""

PURPOSE = "evaluation"


class EmbedFiles(Protocol):
    """Decode and the chain of one pack, handed in by wiring. It keeps nothing."""

    def __call__(self, paths: Sequence[Path], alter: Alter | None = None, /) -> Iterator[Sequence[AnalysedFace]]:
        """Yield, in the order given, the faces of each file; none for one that can't be read or shows no face: it must not raise for it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What every evaluation on pictures works with; `pack` and `pack_hash` name the chain behind `embed_files`."""

    embed_files: EmbedFiles
    pack: str
    pack_hash: str
    clock: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentificationTrial:
    """A trial that has run: everything later numbers are made of, in memory only.

    Attributes
    ----------
    people : tuple of str
        Names of the folders, by subject; for reading labels, and for nothing that leaves the service.
    paths : tuple of Path
        The pictures, by row of `templates`.
    """

    people: tuple[str, ...] = field(repr=False)
    paths: tuple[Path, ...] = field(repr=False)
    templates: Templates
    plan: IdentificationPlan
    searches: Searches
    data: TrialData


def run_identification(bench: Bench, folder: Path, clearance: Clearance) -> IdentificationTrial:
    """Embed a test set and search with every probe.

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
    check(clearance, bench.clock)
    people = people_in(folder)
    counts = [len(files) for files in people.values()]
    plan = plan_identification(counts)
    paths = tuple(path for files in people.values() for path in files)
    templates, several = embed(bench.embed_files, paths)
    data = TrialData(
        pack=bench.pack,
        pack_hash=bench.pack_hash,
        data_sha256=digest(paths, repr(counts)),
        people=len(people),
        pictures=len(paths),
        failures_to_enrol=templates.failures,
        several_faces=several,
    )
    searches = search_all(templates, plan)
    return IdentificationTrial(people=tuple(people), paths=paths, templates=templates, plan=plan, searches=searches, data=data)


def check(clearance: Clearance, clock: Clock) -> None:
    """Raise `RefusedError` unless the clearance is for an evaluation, and valid now."""
    clearance.check(clock.now())
    if clearance.purpose != PURPOSE:
        raise RefusedError(
            f"this clearance is for the purpose «{clearance.purpose}», an evaluation needs «{PURPOSE}»",
            rule=Rule.PURPOSE_ALLOWED,
            remedy="run `visavis evaluate`, which asks for the right one",
        )


def read_text(file: Path, called: str) -> str:
    """Read a file that goes with the test set; `called` is what a message says instead of its path."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        pass  # raised outside `except`, so that no chained traceback shows the path
    raise InputError(f"the {called} can't be read as UTF-8 text", remedy="check that it exists and that you may read it")


def people_in(folder: Path) -> Mapping[str, list[Path]]:
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


def embed(embed_files: EmbedFiles, paths: Sequence[Path], alter: Alter | None = None, *, dim: int | None = None) -> tuple[Templates, int]:
    """Embed each picture once; return the templates and how many pictures show several faces. With `dim`, all may fail."""
    chosen, several = [], 0
    for _, faces in zip(paths, embed_files(paths, alter), strict=True):
        chosen.append(min(faces, key=_off_centre) if faces else None)
        several += len(faces) > 1
    vectors = [None if face is None else face.vector for face in chosen]
    return Templates.of(vectors, [None if face is None else face.quality for face in chosen], dim=dim), several


def _off_centre(face: AnalysedFace) -> float:
    """Return the squared distance from the picture's centre, in ratios of its sides."""
    box = face.box
    return (box.left + box.width / 2 - 0.5) ** 2 + (box.top + box.height / 2 - 0.5) ** 2


def digest(paths: Iterable[Path], protocol: str) -> str:
    """Digest the protocol and the files' contents, not their names; a file that can't be opened adds a digest of nothing."""
    whole = hashlib.sha256(protocol.encode())
    for path in paths:
        try:
            with path.open("rb") as file:
                whole.update(hashlib.file_digest(file, "sha256").digest())
        except OSError:
            whole.update(hashlib.sha256().digest())
    return whole.hexdigest()
