"""The desk of erasures that people order, of their certificates, and of holds against them."""

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from importlib import resources

from visavis import __version__
from visavis.domain.arrays import Vectors
from visavis.index.base import VectorIndex
from visavis.index.codes import Codebook
from visavis.index.rebuild import content_hashes
from visavis.law.clear import clear_erasure_check
from visavis.law.roles import Act
from visavis.records.archive import Records
from visavis.records.database import Work
from visavis.records.erasure_runs import ErasureRun, Notice
from visavis.records.erasure_scope import Selected
from visavis.records.holds import Hold
from visavis.services.erasure import CertifyErasure, ChangeOriginals, EraseOrder, EraseQuestion, HoldPictures, ScopeReport, Signed, Tools
from visavis.services.suppress import Suppress
from visavis.wiring import build
from visavis.wiring.session import Session

__all__ = ["EraseQuestion", "ErasureDesk", "ErasureRun", "Hold", "Notice", "ScopeReport", "Signed"]

OpenIndex = Callable[[Records], AbstractContextManager[VectorIndex]]

_ANY_SIMILARITY = -1.0


class ErasureDesk:
    """Erasing for good in one archive, as whoever is signed in."""

    def __init__(self, session: Session, open_index: OpenIndex, threshold: Callable[[Records], float]) -> None:
        self._session = session
        self._open_index = open_index
        self._threshold = threshold

    def scope(self, question: EraseQuestion) -> ScopeReport:
        """List over every store what an order would take; nothing is changed."""
        self._session.check(Act.ERASE)
        return self._order(self._session.records()).scope(question)

    def run(self, question: EraseQuestion) -> ErasureRun:
        """Erase it and check that it is gone; what an order that was cut short left is done first.

        Raises
        ------
        InputError
            An id that is not there, or nothing to erase.
        RefusedError
            Nobody signed in, or it is not an act of the person's roles.
        ArchiveBusy
            Another process is writing.
        """
        self._session.check(Act.ERASE)
        with self._session.writing() as records, self._open_index(records) as index:
            HoldPictures(records).lapse(self._session.actor)
            tools = self._tools(records, index)
            self._order(records).finish(self._session.actor, tools)
            return self._order(records).run(self._session.actor, question, tools)

    def finish(self) -> list[ErasureRun]:
        """Do what is left of orders that were cut short; return those whose checks are still not passed."""
        self._session.check(Act.ERASE)
        with self._session.writing() as records, self._open_index(records) as index:
            self._order(records).finish(self._session.actor, self._tools(records, index))
            return records.erasure_runs.unchecked()

    def certificate(self, run: str) -> Signed:
        """Sign the certificate of an erasure; the second signature issues it. Once issued, everybody gets the same file.

        Raises
        ------
        RefusedError
            Its checks are not passed, nobody signed in, or this person has signed it already.
        """
        self._session.check(Act.CERTIFY)
        if self._session.records().erasure_runs.unchecked():
            with self._session.writing() as records, self._open_index(records) as index:
                self._order(records).finish(self._session.actor, self._tools(records, index))
        records = self._session.records()
        certify = CertifyErasure(records, build.ledger_signer(records), software=software())
        signed = certify.run(self._session.actor, self._session.signer, run)
        self._session.step("erasure-signed")
        return signed

    def all(self) -> list[ErasureRun]:
        """Return every order, oldest first."""
        return self._session.records().erasure_runs.all()

    def one(self, run: str) -> ErasureRun:
        """Return an order by its id, or the end of it."""
        return self._session.records().erasure_runs.one(run)

    def originals(self, run: str) -> Mapping[str, int]:
        """Return what became of the photographs that an order was to mask or delete: outcome → files."""
        records = self._session.records()
        return records.originals.outcomes(records.erasure_runs.one(run).number)

    def notices(self, run: str) -> list[Notice]:
        """Return whom to tell of an erasure (GDPR Art. 19)."""
        self._session.check(Act.ERASE)
        records = self._session.records()
        return records.erasure_runs.notices(records.erasure_runs.one(run).number)

    def told(self, run: str) -> int:
        """Note that its notices were sent; return how many were."""
        self._session.check(Act.ERASE)
        records = self._session.records()
        found = records.erasure_runs.one(run)
        with records.work(self._session.actor) as work:
            return records.erasure_runs.sent(work, found)

    # ---- holds ---------------------------------------------------------------------------------------------------------------

    def holds(self) -> list[Hold]:
        """Return every hold, oldest first."""
        return self._session.records().holds.all()

    def hold(self, media: Sequence[str], *, legal: str, until: dt.date) -> Hold:
        """Ask for a hold on pictures; it has no force until a second person puts it there.

        Raises
        ------
        RefusedError
            No law is named, it ends later than in six months, or nobody signed in.
        """
        return self._holding().ask(self._session.actor, media=media, legal=legal, until=until)

    def second(self, hold: str) -> Hold:
        """Put a hold in force: from now on its pictures are hidden from every search, and no erasure takes them."""
        return self._holding().second(self._session.actor, hold)

    def release(self, hold: str) -> Hold:
        """End a hold before its day; its pictures are shown again."""
        return self._holding().release(self._session.actor, hold)

    def _holding(self) -> HoldPictures:
        self._session.check(Act.HOLD)
        return HoldPictures(self._session.records())

    def _order(self, records: Records) -> EraseOrder:
        settings = self._session.settings
        objections = Suppress(records, build.file_opener(settings), build.limits(settings))

        def suppress(selected: Selected) -> Callable[[Work], object]:
            """Keep what goes from coming back: originals that stay, and copies of those that do not, are read again."""
            book = records.suppressions
            prepared = objections.prepare(book.faces(media=selected.all_media, numbers=selected.all_faces))
            return lambda work: objections.write(work, prepared, because="erased at somebody's wish") if prepared.new else None

        step = self._session.step
        originals = ChangeOriginals(
            records=records, rules=self._session.rules, open_file=build.file_opener(settings), limits=build.limits(settings), step=step
        )
        return EraseOrder(records, encode=_encoder(records.dim), step=step, originals=originals, suppress=suppress)

    def _tools(self, records: Records, index: VectorIndex) -> Tools:
        at, sources = self._session.clock.now(), frozenset(source.number for source in records.sources.all())
        clearance = clear_erasure_check(self._session.actor, self._session.rules, sources, floor=_ANY_SIMILARITY, at=at)

        def rebuilt(living: Sequence[int]) -> tuple[str, str]:
            return content_hashes(records.folder.codes, records.dim, records.rows.read, living)

        return Tools(
            index=index,
            clearance=clearance,
            encode=_encoder(records.dim),
            rebuilt=rebuilt,
            threshold=self._threshold(records),
        )


def _encoder(dim: int) -> Callable[[Vectors], list[bytes]]:
    codebook = Codebook(dim)
    return lambda rows: [code.tobytes() for code in codebook.encode(rows)]


def software() -> Mapping[str, str]:
    """Return version and SHA-256 of the program: over its modules' paths and bytes, in order of the paths."""
    digest = hashlib.sha256()
    folder = resources.files("visavis")
    with resources.as_file(folder) as here:
        for path in sorted(here.rglob("*.py")):
            digest.update(path.relative_to(here).as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return {"version": __version__, "sha256": digest.hexdigest()}
