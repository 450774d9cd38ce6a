"""Dates from a list that somebody keeps: a CSV file beside the pictures."""

import csv
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from visavis.decode.dates import parse_date
from visavis.domain.actor import Actor
from visavis.domain.errors import InputError
from visavis.domain.media import CaptureDate, DateOrigin
from visavis.index.base import VectorIndex
from visavis.records.archive import Records

AT_A_TIME = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did. `unknown` and `unreadable` are line numbers of the file, the header being line 1."""

    dated: int
    unknown: tuple[int, ...]
    unreadable: tuple[int, ...]


class ImportMetadata:
    """Takes capture dates from CSV: columns `path` (relative to the source's folder) and `captured_at`."""

    def __init__(self, records: Records, index: VectorIndex) -> None:
        self._records = records
        self._index = index

    def run(self, actor: Actor, source: str, file: Path) -> ImportReport:
        """Read the file and set the capture date of each picture that it names; it beats what the files themselves say.

        Parameters
        ----------
        file : Path
            UTF-8 CSV with a header. Dates as people write them: `2016-05-14`, `1962`, `before 1970`, `1958/1962`.

        Raises
        ------
        InputError
            The file can't be read, or lacks a column.
        """
        target = self._records.sources.one(source)
        dated = 0
        unknown: list[int] = []
        unreadable: list[int] = []
        waiting: list[tuple[int, str, CaptureDate]] = []
        for line, path, text in _lines(file):
            date = parse_date(text, DateOrigin.CSV)
            if date is None:
                unreadable.append(line)
            else:
                waiting.append((line, path, date))
            if len(waiting) == AT_A_TIME:
                dated += self._apply(actor, target.number, waiting, unknown)
                waiting = []
        dated += self._apply(actor, target.number, waiting, unknown)
        return ImportReport(dated=dated, unknown=tuple(unknown), unreadable=tuple(unreadable))

    def _apply(self, actor: Actor, source_number: int, lines: list[tuple[int, str, CaptureDate]], unknown: list[int]) -> int:
        media = self._records.files.media_by_path(source_number, [path for _, path, _ in lines])
        dates = {media[path]: date for _, path, date in lines if path in media}
        unknown += [line for line, path, _ in lines if path not in media]
        if dates:
            with self._records.work(actor) as work:
                before = self._records.intake.set_dates(work, dates)
            for seq, rows in self._records.gallery.replay(before):
                self._index.add(rows, seq)
        return len(dates)


def _lines(file: Path) -> Iterator[tuple[int, str, str]]:
    try:
        with file.open(newline="", encoding="utf-8-sig") as stream:
            header = stream.readline()
            reader = csv.DictReader(
                itertools.chain([header], stream), delimiter=";" if ";" in header else ","
            )  # half of Europe: semicolons
            if not {"path", "captured_at"} <= set(reader.fieldnames or ()):
                raise InputError(f"{file} has no columns «path» and «captured_at»", remedy="write them in its first line")
            for row in reader:
                yield reader.line_num, row["path"] or "", row["captured_at"] or ""
    except OSError as error:
        raise InputError(f"can't read {file}: {error.strerror}", remedy="name a CSV file that you may open") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{file} is no CSV in UTF-8: {error}", remedy="save it as CSV in UTF-8") from error
