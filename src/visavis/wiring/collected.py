"""What an archive holds: its sources, and what became of their files."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from visavis.domain.errors import InputError
from visavis.domain.ids import SourceId
from visavis.domain.media import Reason
from visavis.records.files import FileRecord
from visavis.records.sources import SourceRecord
from visavis.services.import_metadata import ImportMetadata, ImportReport
from visavis.services.move_source import MoveSource
from visavis.wiring.upkeep import Kept


class Collected(Kept):
    """The sources of one archive; `Archive` adds reading and searching them."""

    def sources(self) -> list[SourceRecord]:
        """Return the sources, oldest first."""
        return self._session.records().sources.all()

    def source(self, name: str) -> SourceRecord:
        """Return one source by id, end of an id, or title."""
        return self._session.records().sources.one(name)

    def standing_case(self, source: SourceRecord) -> str:
        """Return the id of the case under which a source is searched, `""` if it has none."""
        cases = [case for case in self._session.records().cases.all() if source.number in case.sources and case.closed_at is None]
        return cases[0].id if cases else ""

    def add_source(
        self,
        folder: Path | str,
        *,
        profile: str | None = None,
        title: str | None = None,
        charter: Path | str | None = None,
        exclude: Sequence[str] = (),
    ) -> SourceId:
        """Add a folder with its legal file, as `charters.add` does; return the source's id."""
        return self.charters.add(folder, profile=profile, title=title, charter=charter, exclude=exclude).source_id

    def move_source(self, name: str, to: Path | str, *, root: Path | str | None = None) -> None:
        """Point a source at its folder's new place; nothing is read again."""
        with self._session.writing() as records:
            MoveSource(records).run(self._session.actor, name, Path(to), root=Path(root) if root is not None else None)

    def import_metadata(self, source: str, file: Path | str) -> ImportReport:
        """Take capture dates from a CSV file with the columns `path` and `captured_at`."""
        with self._session.writing() as records, self._open_index(records) as index:
            return ImportMetadata(records, index).run(self._session.actor, source, Path(file))

    def outcomes(self, *, reason: str | None = None, source: str | None = None) -> Iterator[FileRecord]:
        """Yield every file with what became of it."""
        records = self._session.records()
        number = records.sources.one(source).number if source else None
        try:
            wanted = Reason(reason) if reason else None
        except ValueError:
            raise InputError(f"there is no outcome «{reason}»", remedy="one of: " + ", ".join(Reason)) from None
        return records.files.outcomes(reason=wanted, source_number=number)
