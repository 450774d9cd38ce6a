"""Pairs of pictures whose people somebody knows: a CSV file that names, for pictures with one face, whom each shows.

For archives whose pictures show one face each. The names are read, compared and forgotten: any mark will do that tells people apart.
"""

import csv
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from visavis.domain.errors import InputError
from visavis.records.archive import Records
from visavis.records.shown import StoredFace
from visavis.services.calibrate.gathered import Gathered, similarities

MOST_PICTURES = 3_000
"""Pictures that are compared, each with each: 4.5 million pairs."""


@dataclass(frozen=True, slots=True)
class _Known:
    face: StoredFace
    person: int


def gather_known(records: Records, sources: frozenset[int], at: dt.datetime, file: Path) -> Gathered:
    """Compare pictures of different people, each two people once.

    Parameters
    ----------
    file : Path
        UTF-8 CSV with the columns `path` (relative to a source's folder) and `person`. Lines of pictures that no source holds, or that
        show no face or several, don't count.

    Raises
    ------
    InputError
        The file can't be read, or lacks a column.
    """
    every = sorted(_known(records, sources, at, file), key=lambda known: (known.person, known.face.key))
    first = {known.person: known for known in reversed(every)}
    chosen = list(first.values())[:MOST_PICTURES]
    gathered = Gathered(photographs=len(chosen))
    for transform in sorted({known.face.transform for known in chosen}):
        below = [known for known in chosen if known.face.transform == transform]
        table = similarities(records.rows.read(np.array([known.face.key for known in below], np.int64)))
        weak = [bool(known.face.quality.weaknesses()) for known in below]
        for i, one in enumerate(below):
            for j, other in enumerate(below[i + 1 :], start=i + 1):
                gathered.add(float(table[i, j]), (one.person, other.person), weak=weak[i] or weak[j])
    return gathered


def _known(records: Records, sources: frozenset[int], at: dt.datetime, file: Path) -> Iterator[_Known]:
    """Yield the face of each picture that the file names, if it shows one that may be shown now."""
    lines = list(_lines(file))
    people = {person: number for number, person in enumerate(dict.fromkeys(person for _, person in lines))}
    for source in sorted(sources):
        media = records.files.media_by_path(source, [path for path, _ in lines])
        for path, person in lines:
            faces = records.gallery.faces_of(media[path]) if path in media else []
            if len(faces) == 1 and records.gallery.visible([faces[0].key], at):
                yield _Known(faces[0], people[person])


def _lines(file: Path) -> Iterator[tuple[str, str]]:
    try:
        with file.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.DictReader(stream)
            if not {"path", "person"} <= set(reader.fieldnames or ()):
                raise InputError(f"{file} has no columns «path» and «person»", remedy="write them in its first line")
            for row in reader:
                if row["path"] and row["person"]:
                    yield row["path"], row["person"]
    except OSError as error:
        raise InputError(f"can't read {file}: {error.strerror}", remedy="name a CSV file that you may open") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{file} is no CSV in UTF-8: {error}", remedy="save it as CSV in UTF-8") from error
