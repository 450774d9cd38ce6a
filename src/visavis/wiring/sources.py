"""The desk of sources' legal files: adding, signing, answering, freezing, amending, and looking at them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from visavis.law.charter import Charter
from visavis.law.file_signs import FileSigns, Sign, limits
from visavis.law.reading import parse_charter
from visavis.records.charters import CharterVersion, Finding, SourceNote
from visavis.records.sources import SourceRecord
from visavis.services.sources import Added, AddSource, CharterLife, SourceRequest
from visavis.wiring import build
from visavis.wiring.session import Session

__all__ = ["CharterDesk", "CharterVersion", "Finding", "SourceNote", "says"]


class CharterDesk:
    """Legal files of one archive's sources."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(  # noqa: PLR0913 - the options of one act, all keyword-only
        self,
        folder: Path | str,
        *,
        profile: str | None = None,
        title: str | None = None,
        charter: Path | str | None = None,
        text: str = "",
        exclude: Sequence[str] = (),
        answer: str = "",
    ) -> Added:
        """Add a folder with its legal file: `profile="household"` with a title, or a charter; `answer` speaks to what its files say.

        `charter` is a file, `text` what would stand in one.

        Raises
        ------
        InputError
            No such folder, or the wrong combination.
        CharterInvalid
            The charter lacks something; every problem at once.
        RefusedError
            A rule says no; the ledger tells of it.
        """
        request = SourceRequest(
            actor=self._session.actor,
            folder=Path(folder),
            profile=profile,
            title=title,
            charter=Path(charter) if charter is not None else text or None,
            exclude=tuple(exclude),
            answer=answer,
        )
        return AddSource(self._session.records(), self._session.rules, look=self._look(), signer=self._session.signer).run(request)

    def sign(self, name: str) -> SourceRecord:
        """Put the charter that waits in force, as the person who signed in."""
        with self._life() as life:
            return life.sign(name)

    def answer(self, name: str, text: str) -> SourceRecord:
        """Answer in writing for what the files say against the charter."""
        with self._life() as life:
            return life.answer(name, text)

    def freeze(self, name: str, because: str) -> SourceRecord:
        """Take a source out of every search and ingest at once."""
        with self._life() as life:
            return life.freeze(name, because)

    def thaw(self, name: str, because: str) -> SourceRecord:
        """Put a frozen source back."""
        with self._life() as life:
            return life.thaw(name, because)

    def amend(self, name: str, charter: Path | str = "", *, text: str = "") -> SourceRecord:
        """Bring a new version of a charter, to be signed: a file, or as `text` what would stand in one."""
        with self._life() as life:
            return life.amend(name, text or Path(charter))

    def add_root(self, name: str, folder: Path | str, *, answer: str = "") -> Added:
        """Add a folder of the same class to a source."""
        with self._life() as life:
            return life.add_root(name, Path(folder), text=answer)

    def purposes(self, source: SourceRecord) -> tuple[str, ...]:
        """Return the purposes that a source's charter lists."""
        return parse_charter(source.charter_toml, self._session.rules).purposes

    def versions(self, source: SourceRecord) -> list[CharterVersion]:
        """Return every version of a source's charter, oldest first."""
        return self._session.records().charters.versions(source)

    def findings(self, source: SourceRecord) -> list[Finding]:
        """Return what the files say against a source's charter."""
        return self._session.records().charters.findings(source)

    def unanswered(self, source: SourceRecord) -> list[Finding]:
        """Return what a person must still answer for before the charter can be signed."""
        return self._session.records().charters.unanswered(source)

    def notes(self, source: SourceRecord) -> list[SourceNote]:
        """Return what people wrote about a source, oldest first."""
        return self._session.records().charters.notes(source)

    def counts(self, source: SourceRecord) -> dict[str, int]:
        """Return how many files of a source ended in each outcome."""
        return self._session.records().files.counts(source_number=source.number)

    def half_read(self, source: SourceRecord) -> str:
        """Say how many of its films are read in part; empty if none is."""
        found = self._session.records().films.half_read(source.number)
        return found.tell(source.title) if found.films else ""

    @contextmanager
    def _life(self) -> Iterator[CharterLife]:
        # Rows of SQL only, so the archive's lock, which an ingest holds for hours, is not asked for: a source is frozen at once, and
        # the next batch of that ingest finds it so.
        session = self._session
        yield CharterLife(session.records(), session.rules, actor=session.actor, signer=session.signer, look=self._look())

    def _look(self) -> Callable[[Path, tuple[str, ...], Charter], FileSigns]:
        from visavis.services.sources.signs import LookForSigns

        settings = self._session.settings
        looking = LookForSigns(lambda root, exclude: build.open_source(settings, root, exclude), build.limits(settings))
        return looking.run


def says(rule: str) -> str:
    """Return in plain words what a finding means."""
    return limits()[Sign(rule)].says
