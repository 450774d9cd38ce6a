"""One root of one source: list it, read what is new, commit batch by batch, and settle what is missing."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from visavis.domain.actor import Actor
from visavis.domain.errors import DamageError
from visavis.domain.media import Outcome, Reason
from visavis.index.base import VectorIndex
from visavis.records.archive import Records
from visavis.records.files import Job, ReadFile
from visavis.records.presence import Presence
from visavis.records.sources import RootRecord, SourceRecord
from visavis.services.ingest.batches import BATCH_FILES, Analysed, Batch, Examined, into_batches
from visavis.services.ingest.covering import Covering
from visavis.services.ingest.gate import Gate
from visavis.services.ingest.last_word import LastWord
from visavis.services.ingest.listing import Listing
from visavis.services.ingest.pool import Pool
from visavis.sources.base import FoundFile, Source

OFFLINE_SHARE = 0.10
"""A root that has lost more of its files than this is taken for offline, not emptied (design section 6)."""


OpenSource = Callable[[Path, tuple[str, ...]], Source]
"""(root, exclude globs) to the source plug."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What every root of a run works with. `step` is told «index-added» after each batch; tests stop the process there.

    `batch_files` is the most that is read, and lost in a crash, at once.
    """

    records: Records
    index: VectorIndex
    gate: Gate
    open_source: OpenSource
    step: Callable[[str], None]
    batch_files: int = BATCH_FILES


@dataclass(slots=True)
class Tally:
    """Counts of a run so far."""

    read: int = 0
    stored: Counter[str] = field(default_factory=Counter)
    """Outcomes as they stand in the records at the end of each root."""
    unchanged: int = 0
    returned: int = 0
    missing: int = 0
    faces: int = 0
    bytes: int = 0
    total: int | None = None
    offline: list[str] = field(default_factory=list)


class RootRun:
    """Brings one root up to date."""

    def __init__(
        self, parts: Parts, tally: Tally, source: SourceRecord, root: RootRecord, *, actor: Actor, tell: Callable[[], None]
    ) -> None:
        self._parts = parts
        self._records = parts.records
        self._tally = tally
        self._source = source
        self._root = root
        self._actor = actor
        self._tell = tell
        self._claimed: dict[bytes, str] = {}
        """Contents being read right now, and the path of the file that they are read from."""
        self._twins: list[FoundFile] = []
        self._pictures = 0
        purposes = parts.gate.purposes(source)
        self._covering = Covering(parts.records.consents, parts.records.clock, source_number=source.number, purposes=purposes)
        self._last_word = LastWord(parts.records, parts.gate, self._covering, source)

    def bring_up_to_date(self, pool: Pool, *, thorough: bool, confirm_missing: bool) -> None:
        """List the root and do what it asks for."""
        plug = self._parts.open_source(self._root.path, self._source.exclude)
        with self._records.work(self._actor) as work:
            job = self._records.files.start_job(work, self._source)
        presence = self._records.presence(job, self._root.number)
        listing = Listing(plug, self._records, self._root.number, presence)
        before = self._tally.unchanged + self._tally.read
        self._pictures = self._records.files.picture_count(self._source.number)
        for _ in self._read(pool, job, self._new(listing, job), thorough=thorough):
            self._tally.total = None if listing.total is None else before + listing.total
            self._tell()
        while self._twins:
            twins, self._twins = self._twins, []
            for _ in self._read(pool, job, twins, thorough=thorough):
                self._tell()
        self._settle(job, listing, presence, confirm_missing=confirm_missing)
        self._tell()

    def _new(self, listing: Listing, job: Job) -> Iterator[FoundFile]:
        for portion in listing.portions():
            self._tally.unchanged += portion.unchanged
            if portion.returned:
                with self._records.work(self._actor) as work:
                    listing.presence.mark_found(work, portion.returned)
                self._tally.returned += len(portion.returned)
            if portion.settled:
                self._commit(job, list(portion.settled))
            yield from portion.to_read

    def _read(self, pool: Pool, job: Job, files: Iterable[FoundFile], *, thorough: bool) -> Iterator[None]:
        """Read and commit batch by batch; stops after each."""
        batches = into_batches(self._root.path, files, thorough=thorough, most=self._parts.batch_files)
        for batch, examined, analysed in pool.run(batches, self._choose):
            self._commit(job, self._read_files(batch, examined, analysed))
            yield

    def _choose(self, batch: Batch, examined: list[Examined]) -> frozenset[int]:
        """Pick the files to decode: not those whose content is known, or being read right now, or that the law keeps out."""
        self._covering.refresh()
        digests = [item.sha256 for item in examined if item.sha256]
        known = self._records.files.media_by_content(self._source.number, digests)
        wanted = set()
        for position, (file, item) in enumerate(zip(batch.files, examined, strict=True)):
            if item.sha256 is None or item.sha256 in known or self._claimed.get(item.sha256, file.path) != file.path:
                continue
            if self._refusal(file.path, pictures=self._pictures + len(self._claimed)) is None:
                self._claimed[item.sha256] = file.path
                wanted.add(position)
        return frozenset(wanted)

    def _read_files(self, batch: Batch, examined: list[Examined], analysed: dict[int, Analysed]) -> list[ReadFile]:
        files = []
        for position, (found, item) in enumerate(zip(batch.files, examined, strict=True)):
            crashed = Outcome(reason=Reason.CRASHED)
            file = ReadFile(path=found.path, size=found.size, mtime_ns=found.mtime_ns, outcome=crashed, sha256=item.sha256)
            if position in analysed:
                files.append(replace(file, outcome=analysed[position].outcome, picture=analysed[position].picture))
            elif item.outcome is not None:
                files.append(replace(file, outcome=item.outcome))
            else:
                known = self._without_analysis(file)
                files.extend([known] if known else [])
                self._twins.extend([] if known else [found])
        done = {file.path for file in batch.files}
        self._claimed = {digest: path for digest, path in self._claimed.items() if path not in done}
        return files

    def _without_analysis(self, file: ReadFile) -> ReadFile | None:
        """Say what becomes of a file that was not decoded; None: its twin is being read, ask again later."""
        if file.sha256 is None:
            raise DamageError("a file was neither read nor given an outcome")
        number = self._records.files.media_by_content(self._source.number, [file.sha256]).get(file.sha256)
        if number is not None:
            faces = self._records.files.face_count(number)
            reason = Reason.INDEXED if faces else Reason.NO_FACE  # the records tell copies from the picture itself
            return replace(file, media_number=number, outcome=Outcome(reason=reason, detail="known by its content", faces=faces))
        if file.sha256 in self._claimed:
            return None
        return replace(file, outcome=self._refusal(file.path, pictures=self._pictures) or file.outcome)

    def _refusal(self, path: str, *, pictures: int) -> Outcome | None:
        """Ask the law before a file is decoded."""
        consents = len(self._covering.of(path))
        return self._parts.gate.admit(self._source, step="decode", pictures=pictures, path=path, consents=consents)

    def _commit(self, job: Job, files: list[ReadFile]) -> None:
        if not files:
            return
        with self._records.work(self._actor) as work:
            stored = self._last_word.of(work, files, pictures=self._pictures)
            committed = self._records.intake.commit(work, job, self._root.number, stored)
        self._pictures += sum(file.picture is not None for file in stored)
        if committed.keys:
            for seq, rows in self._records.gallery.replay(committed.seq - 1):
                self._parts.index.add(rows, seq)
        self._parts.step("index-added")
        self._tally.read += len(files)
        self._tally.bytes += sum(file.size for file in files)
        self._tally.faces += len(committed.keys)

    def _settle(self, job: Job, listing: Listing, presence: Presence, *, confirm_missing: bool) -> None:
        """Mark what is gone as missing, or the root as offline when too much of it is."""
        before, lost = presence.counts()
        gone = listing.unreachable or (before > 0 and listing.met == 0 and "the folder is empty") or ""
        if not gone and lost > OFFLINE_SHARE * before:
            gone = f"{lost} of {before} known files are not there"
        with self._records.work(self._actor) as work:
            if gone and not (confirm_missing and not listing.unreachable):
                self._records.sources.mark_root(work, self._root, offline_why=gone)
                self._tally.offline.append(f"{self._source.title}: {gone}")
            else:
                if self._root.offline_since is not None:
                    self._records.sources.mark_root(work, self._root, offline_why=None)
                self._tally.missing += presence.mark_missing(work) if lost or before else 0
            self._records.claims.extend(work, self._source.number)
            self._records.files.finish_job(work, job, listed=listing.met)
        self._tally.stored.update(self._records.files.counts(job_number=job.number))
