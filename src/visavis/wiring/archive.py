"""An archive as Python programs and the command line use it."""

import datetime as dt
import functools
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from visavis.domain.clock import Clock
from visavis.domain.film import Sampling
from visavis.domain.identification import Narrowing, ProbePicture, SearchResult
from visavis.domain.progress import IngestProgress
from visavis.index.base import VectorIndex
from visavis.records.archive import Records
from visavis.records.key_file import Ask
from visavis.services.status import ArchiveStatus, Status
from visavis.settings import Settings
from visavis.wiring import build
from visavis.wiring.clips import ClipDesk
from visavis.wiring.collected import Collected
from visavis.wiring.collections import CollectionDesk
from visavis.wiring.copies import CopyDesk
from visavis.wiring.erasure import ErasureDesk
from visavis.wiring.gate import LawGate, stops_of
from visavis.wiring.index import catch_up
from visavis.wiring.picking import pick
from visavis.wiring.requests import Engines, RequestDesk
from visavis.wiring.session import Session

if TYPE_CHECKING:
    from visavis.engines.chain import Chain
    from visavis.evaluation.recall import IndexReport
    from visavis.services.ingest import IngestReport, IngestRequest
    from visavis.services.ingest.parts import Parts
    from visavis.services.ingest.pool import Pool
    from visavis.services.search import Reasons


def open_archive(folder: Path | str, *, settings: Settings | None = None, clock: Clock | None = None, ask: Ask | None = None) -> "Archive":
    """Open an archive; `ask` asks for the passphrase of its key file, where it has one.

    Raises
    ------
    SetupError
        No archive lies there.
    DamageError
        Its database can't be read.
    """
    return Archive(Path(folder), settings or build.read_settings(), clock or build.SystemClock(), ask=ask)


class Archive(Collected):
    """One archive. Reading acts share what they open; writing acts take the archive's lock while they last. Close it when done."""

    def __init__(
        self, folder: Path, settings: Settings, clock: Clock, *, ask: Ask | None = None, step: Callable[[str], None] = lambda _: None
    ) -> None:
        self.folder = folder
        super().__init__(Session(folder, settings, clock, ask=ask, step=step))
        self._session.closers.append(self._close_index)
        self._index: VectorIndex | None = None
        self._applied = 0
        self._chain: Chain | None = None

    @property
    def requests(self) -> RequestDesk:
        """What the people shown ask: taken in, looked for, answered."""
        doors = (self.look, self._searching, self._open_chain, self._floor, self.clips.masked)
        return RequestDesk(self._session, Engines(*doors))

    @property
    def clips(self) -> ClipDesk:
        """Clips of candidates in films."""
        return ClipDesk(self._session, self._open_chain, lambda records: self._default_threshold(records).value)

    @property
    def copies(self) -> CopyDesk:
        """Copies of the pictures behind candidates."""
        return CopyDesk(self._session, self.clips.look)

    @property
    def erasure(self) -> ErasureDesk:
        """Erasing what people order, its certificates, and holds."""
        return ErasureDesk(self._session, self._open_index, lambda records: self._default_threshold(records).value)

    @property
    def collections(self) -> CollectionDesk:
        """What programs that ask in the shapes of Amazon Rekognition call sources."""
        return CollectionDesk(
            self._session,
            jobs=self.jobs,
            erasure=self.erasure,
            tails=lambda: self._scale(self._session.records()).tails,
            floor=lambda: self._floor(self._session.records()),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of every file."""
        self._session.close()

    def _close_index(self) -> None:
        if self._index is not None:
            self._index.close()
        self._index = None

    # ---- ingest --------------------------------------------------------------------------------------------------------------

    def ingest(  # noqa: PLR0913 - the options of one act, all keyword-only
        self,
        *,
        sources: Sequence[str] = (),
        workers: int = 1,
        thorough: bool = False,
        sampling: Sampling | None = None,
        confirm_missing: bool = False,
        retry: bool = False,
        progress: Callable[[IngestProgress], None] = lambda _: None,
    ) -> "IngestReport":
        """Read what is new or changed in the sources.

        Parameters
        ----------
        sources : sequence of str
            Ids or titles; empty = all.
        workers : int
            Processes that analyse.
        thorough : bool
            Look for faces of 20 pixels in large photographs, slowly.
        sampling : Sampling or None
            How closely films are looked at; None = as the settings say.
        confirm_missing : bool
            Files that are gone are gone, even if they are many.
        retry : bool
            Read again what could not be read, though the file is the same.

        Raises
        ------
        ArchiveBusy
            Another process is writing.
        """
        from visavis.services.ingest import IngestRequest

        request = IngestRequest(
            actor=self._session.actor,
            sources=tuple(sources),
            workers=workers,
            thorough=thorough,
            sampling=sampling or self._session.settings.sampling,
            confirm_missing=confirm_missing,
            retry=retry,
        )
        with self._session.writing() as records:
            return self._ingest(records, request, progress)

    def _ingest(self, records: Records, request: "IngestRequest", progress: Callable[[IngestProgress], None]) -> "IngestReport":
        from visavis.services.ingest import Ingest

        with self._open_index(records) as index:
            open_pool = functools.partial(self._open_pool, records)
            ingest = Ingest(self._parts(records, index), open_pool=open_pool, seconds=time.monotonic)
            return ingest.run(request, progress=progress)

    # ---- search --------------------------------------------------------------------------------------------------------------

    def look(self, *photos: Path | str) -> tuple[ProbePicture, ...]:
        """Read probe photographs and number their faces; nothing is stored."""
        from visavis.services.search import ReadProbe

        return ReadProbe(self._open_chain(), build.limits(self._session.settings)).run([Path(photo) for photo in photos])

    def search(  # noqa: PLR0913 - the options of one act, all keyword-only
        self,
        *photos: Path | str | ProbePicture,
        faces: Sequence[int] = (),
        all_faces: bool = False,
        same_person: bool = False,
        fuse: bool = False,
        together: bool = False,
        face_id: str | None = None,
        also: Sequence[str] = (),
        confirmed: str | None = None,
        top: int | None = 50,
        threshold: float | None = None,
        expected_false_hits: float | None = None,
        ranking: Literal["cosine", "cohort"] | None = None,
        sources: Sequence[str] = (),
        since: dt.date | None = None,
        until: dt.date | None = None,
        narrow: Narrowing | None = None,
        case_id: str | None = None,
        reason: str = "",
    ) -> SearchResult:
        """Search for a face.

        Parameters
        ----------
        photos : path or ProbePicture
            One photograph, or several of one person with `same_person` or `fuse`; pictures from `look` are not read again.
        faces : sequence of int
            Numbers of the faces to search with, as `look` counts them: several of one photograph, or one for each of several.
        all_faces : bool
            Search with every face of one photograph.
        same_person, fuse : bool
            The photographs show one person: keep each face's best similarity, or search once with the mean of the templates.
        together : bool
            Only pictures and moments in which all picked faces are seen; `top` counts those.
        face_id : str
            Search with a face that is in the archive.
        also : sequence of str
            Faces of the archive that show the same person, searched with as further photographs.
        confirmed : str
            Id of a search of the same case: search with the mean of the faces that people decided to be the same in it.
        top : int or None
            Most candidates; None = all at or above the threshold.
        threshold : float or None
            Least cosine, inclusive; None = where 0.1 false hits are expected among the N faces searched.
        expected_false_hits : float or None
            Instead of a threshold: how many strangers are expected at or above it.
        ranking : str or None
            `cosine`, or `cohort` (adjusted by how near each face lies to people in general); None = the setting's.
        since, until : date
            Capture dates, both included; pictures without a date are left out and counted.
        narrow : Narrowing
            What is listed of what is found: pictures or films, good faces, those of one label.
        case_id : str
            The case to search under; without one only household and trial sources are searched.

        Returns
        -------
        SearchResult

        Raises
        ------
        SeveralFacesInProbe
            A photograph shows several faces and none was picked.
        RefusedError
            A rule says no.
        """
        from visavis.services.programs.watch import ProbeWatch
        from visavis.services.search import Search, SearchQuestion, reading_notices

        self._follow()
        probes = pick(self._pictures(photos), faces=tuple(faces), all_faces=all_faces, one_person=same_person or fuse)
        question = SearchQuestion(
            actor=self._session.actor,
            probes=probes,
            face_id=face_id,
            confirmed=confirmed,
            top=top,
            threshold=threshold,
            expected=expected_false_hits,
            fuse=fuse,
            same_person=same_person,
            together=together,
            also=tuple(also),
            narrow=narrow or Narrowing(),
            sources=tuple(sources),
            since=since,
            until=until,
            case_id=case_id,
            reason=reason,
        )
        records, index = self._searching()
        search = Search(
            records,
            index,
            self._permission(records),
            scale=self._scale(records, ranking),
            notices=lambda sources: reading_notices(records, sources),
            watch=ProbeWatch(records),
        )
        return search.run(question)

    def why(  # noqa: PLR0913 - the options of one act, all keyword-only
        self,
        photo: Path | str | ProbePicture,
        file: Path | str,
        *,
        face: int | None = None,
        top: int | None = 50,
        threshold: float | None = None,
        sources: Sequence[str] = (),
        since: dt.date | None = None,
        until: dt.date | None = None,
        case_id: str | None = None,
        reason: str = "",
    ) -> "Reasons":
        """Say why a file is, or is not, among the results of the search with the same options."""
        from visavis.services.search import SearchQuestion, Why

        probes = pick(self._pictures((photo,)), faces=() if face is None else (face,))
        question = SearchQuestion(
            actor=self._session.actor,
            probes=probes,
            top=top,
            threshold=threshold,
            sources=tuple(sources),
            since=since,
            until=until,
            case_id=case_id,
            reason=reason,
        )
        records, index = self._searching()
        why = Why(records, index, self._permission(records), scale=self._scale(records))
        return why.run(question, Path(file))

    # ---- upkeep --------------------------------------------------------------------------------------------------------------

    def status(self) -> ArchiveStatus:
        """Say how the archive stands."""
        vault = self.vault.status()
        desks = (self.retention, self.repacking, self.requests, self.orders)
        warnings = (*vault.warnings, *(line for desk in desks for line in desk.warnings()))
        return Status(self._session.records(), vault=vault.kind, warnings=warnings).run()

    # ---- parts ---------------------------------------------------------------------------------------------------------------

    def _parts(self, records: Records, index: VectorIndex) -> "Parts":
        from visavis.services.ingest.parts import Parts

        return Parts(
            records=records,
            index=index,
            gate=LawGate(self._session.rules, self._session.clock, stops_of(records)),
            open_source=lambda root, exclude: build.open_source(self._session.settings, root, exclude),
            step=self._session.step,
        )

    def _open_pool(self, records: Records, workers: int) -> "Pool":
        from visavis.services.ingest.pool import Pool

        return Pool(build.analyser_factory(self._session.settings, records.pack_id), workers=workers)

    def evaluate_index(self) -> "IndexReport":
        """Compare the index with exact search, on probes of nobody; rates only."""
        from visavis.wiring.evaluation import evaluate_archive_index

        return evaluate_archive_index(*self._searching(), self._session.actor, self._session.rules)

    def _follow(self) -> None:
        """Open everything anew if another process has moved the archive to another pack."""
        if self._session.records().moved_on():
            self._session.close()
        if self._chain is not None and self._chain.pack.id != self._session.records().pack_id:
            self._chain = None
            self._forget_pack()

    def _searching(self) -> tuple[Records, VectorIndex]:
        """Return records and an index that has all that was committed until now."""
        records = self._session.records()
        if self._index is None:
            self._index, self._applied = self._keeper(records).open_with_seq()
        else:
            self._applied = catch_up(self._index, records, after=self._applied)
        return records, self._index

    def _open_chain(self) -> "Chain":
        if self._chain is None:
            self._chain = build.chain(self._session.settings, self._session.records().pack_id)
        return self._chain

    def _pictures(self, photos: Sequence[Path | str | ProbePicture]) -> tuple[ProbePicture, ...]:
        return tuple(photo if isinstance(photo, ProbePicture) else self.look(photo)[0] for photo in photos)
