"""The desks of those who are shown: objections that last, and consents."""

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from visavis.domain.errors import ArchiveBusy, InputError
from visavis.domain.ids import ConsentId
from visavis.index.base import VectorIndex
from visavis.records.archive import Records
from visavis.records.consents import ConsentRecord, ConsentText, NewConsent
from visavis.services.consent import Consent, Covering, Withdrawn
from visavis.wiring import build
from visavis.wiring.session import Session

if TYPE_CHECKING:
    from visavis.services.suppress import SourceTotal, Suppress, SuppressReport

__all__ = ["ConsentDesk", "ConsentRecord", "Covering", "SuppressionDesk"]

OpenIndex = Callable[[Records], AbstractContextManager[VectorIndex]]
"""Opens an archive's index for writing; it first does what is left of every erasure."""


class _Erasing:
    """A desk whose acts hide at once and then erase, now or, while another process writes, with its next run."""

    def __init__(self, session: Session, open_index: OpenIndex) -> None:
        self._session = session
        self._open_index = open_index

    def _erase(self) -> bool:
        """Erase what was hidden; False = another process is writing, and whoever writes next does it."""
        try:
            with self._session.writing() as records, self._open_index(records):
                return True
        except ArchiveBusy:
            return False


class SuppressionDesk(_Erasing):
    """Objections that last."""

    def add(
        self,
        *,
        because: str,
        faces: Sequence[str] = (),
        candidates: Sequence[str] = (),
        urls: Sequence[str] = (),
        assets: Sequence[str] = (),
    ) -> "tuple[SuppressReport, bool]":
        """Take faces out of every search and keep them out; return what was done, and whether the templates are erased already.

        Raises
        ------
        InputError
            Nothing was named, without a reason, or there is no such face.
        RefusedError
            Not an act of this person.
        """
        from visavis.services.suppress import SuppressRequest

        request = SuppressRequest(
            actor=self._session.actor,
            because=because,
            faces=tuple(faces),
            candidates=tuple(candidates),
            urls=tuple(urls),
            assets=tuple(assets),
        )
        return self._suppress().run(request), self._erase()

    def lift(self, suppression_id: str, *, because: str) -> None:
        """End an objection, at the wish of whoever made it."""
        self._suppress().lift(self._session.actor, suppression_id, because=because)

    def totals(self) -> "list[SourceTotal]":
        """Return how many faces were taken out or not let in, by source; numbers under five are not told."""
        return self._suppress().totals(self._session.actor)

    def _suppress(self) -> "Suppress":
        from visavis.services.suppress import Suppress

        return Suppress(self._session.records(), build.file_opener(self._session.settings), build.limits(self._session.settings))


class ConsentDesk(_Erasing):
    """Consents that a source stands on."""

    def give(  # noqa: PLR0913 - what a consent consists of, all keyword-only
        self,
        source: str,
        *,
        person: str,
        text: Path | str = "",
        words: str | None = None,
        text_version: str,
        means: str,
        purposes: Sequence[str],
        files: Sequence[str],
        proof: str,
        given_at: dt.datetime | None = None,
        until: dt.date | None = None,
        guardian: str = "",
    ) -> ConsentId:
        """Record that a person agreed to `words`, or to those in the file `text`, for files of a source.

        Raises
        ------
        InputError
            The source does not stand on consents, or what was agreed to does not hold together.
        RefusedError
            Not an act of this person.
        """
        new = NewConsent(
            person=person.strip(),
            guardian=guardian.strip(),
            text=ConsentText(version=text_version, words=_read(Path(text)) if words is None else words),
            means=means,
            purposes=tuple(purposes),
            files=tuple(files),
            proof=proof.strip(),
            given_at=given_at or self._session.clock.now(),
            until=until,
        )
        return self._consent().give(source, new)

    def link(self, consent: str, face_ids: Sequence[str]) -> int:
        """Say which faces show the person who consented; return how many."""
        return self._consent().link(consent, face_ids)

    def unlink(self, consent: str, face_ids: Sequence[str]) -> int:
        """Take a wrong link back; return of how many faces."""
        return self._consent().unlink(consent, face_ids)

    def covering(self, source: str, path: str, face_ids: Sequence[str]) -> list[Covering]:
        """Return the live consents that a picture of a source stands on, and which of its faces are linked to each."""
        return self._consent().covering(source, path, face_ids)

    def withdraw(self, consent: str, *, because: str = "") -> tuple[Withdrawn, bool]:
        """Withdraw a consent; return what left every search, and whether it is erased already."""
        return self._consent().withdraw(consent, because=because), self._erase()

    def all(self, *, source: str | None = None) -> list[ConsentRecord]:
        """Return the consents, withdrawn ones too."""
        return self._consent().all(source=source)

    def show(self, consent: str) -> ConsentRecord:
        """Return one consent with its words."""
        return self._consent().show(consent)

    def _consent(self) -> Consent:
        return Consent(self._session.records(), self._session.rules, self._session.actor)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"can't read the words of the consent in {file}", remedy="name a text file in UTF-8") from error
