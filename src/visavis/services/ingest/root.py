"""One root of one source: list it, read what is new, commit batch by batch, and settle what is missing."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from visavis.domain.actor import Actor
from visavis.domain.errors import DamageError
from visavis.domain.film import FilmFacts
from visavis.domain.media import Outcome, Reason
from visavis.law.admit import Item
from visavis.records.files import Job, ReadFile
from visavis.records.presence import Presence
from visavis.records.sources import RootRecord, SourceRecord
from visavis.services.ingest.batches import Analysed, Batch, Examined, StretchRead, Task, into_batches
from visavis.services.ingest.covering import Covering
from visavis.services.ingest.films import FilmRuns
from visavis.services.ingest.last_word import LastWord
from visavis.services.ingest.listing import Listing
from visavis.services.ingest.parts import How, Parts, Tally
from visavis.services.ingest.pool import Pool
from visavis.sources.base import FoundFile

OFFLINE_SHARE = 0.10
"""A root that has lost more of its files than this is taken for offline, not emptied (design section 6)."""


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
        purposes = parts.gate.purposes(source)
        self._covering = Covering(parts.records.consents, parts.records.clock, source_number=source.number, purposes=purposes)
        self._last_word = LastWord(parts.records, parts.gate, self._covering, source)

    def bring_up_to_date(self, pool: Pool, how: How, *, confirm_missing: bool) -> None:
        """List the root and do what it asks for."""
        plug = self._parts.open_source(self._root.path, self._source.exclude)
        with self._records.work(self._actor) as work:
            job = self._records.files.start_job(work, self._source)
        presence = self._records.presence(job, self._root.number)
        listing = Listing(plug, self._records, self._root.number, presence)
        before = self._tally.unchanged + self._tally.read
        films = FilmRuns(self._parts, self._tally, self._last_word, root=self._root, job=job, actor=self._actor)
        for _ in self._read(pool, job, films, self._new(listing, job, films), how):
            self._tally.total = None if listing.total is None else before + listing.total
            self._tell()
        while self._twins:
            twins, self._twins = self._twins, []
            for _ in self._read(pool, job, films, twins, how):
                self._tell()
        self._settle(job, listing, presence, confirm_missing=confirm_missing)
        self._tell()

    def _new(self, listing: Listing, job: Job, films: FilmRuns) -> Iterator[FoundFile]:
        for portion in listing.portions():
            self._tally.unchanged += portion.unchanged
            if portion.returned:
                with self._records.work(self._actor) as work:
                    listing.presence.mark_found(work, portion.returned)
                self._tally.returned += len(portion.returned)
            if portion.settled:
                self._commit(job, list(portion.settled))
            states = self._records.films.unfinished([number for _, number in portion.half_read])
            for file, number in portion.half_read:
                films.resume(file, states[number], refusal=self._refusal(file.path, kind="film"))
            yield from portion.to_read

    def _read(self, pool: Pool, job: Job, films: FilmRuns, files: Iterable[FoundFile], how: How) -> Iterator[None]:
        """Read and commit batch by batch, and films stretch by stretch; stops after each."""
        batches = into_batches(self._root.path, files, self._batch(how), most=self._parts.batch_files)
        for result in pool.run(_tasks(films, batches), self._choose):
            if isinstance(result, StretchRead):
                films.take(result)
                self._drop_claims({result.stretch.file.path} - films.paths)
            else:
                self._commit(job, self._read_files(films, how, *result))
                self._drop_claims({file.path for file in result[0].files} - films.paths)
            yield

    def _batch(self, how: How) -> Callable[..., Batch]:
        return lambda **facts: Batch(**facts, thorough=how.thorough, sketched=self._last_word.wants_sketches)

    def _choose(self, batch: Batch, examined: list[Examined]) -> frozenset[int]:
        """Pick the files to decode: not those whose content is known, or being read right now, or that the law keeps out."""
        self._covering.refresh()
        digests = [item.sha256 for item in examined if item.sha256]
        known = self._records.files.media_by_content(self._source.number, digests)
        wanted = set()
        for position, (file, item) in enumerate(zip(batch.files, examined, strict=True)):
            if item.sha256 is None or item.film or item.sha256 in known or self._claimed.get(item.sha256, file.path) != file.path:
                continue
            if self._refusal(file.path, waiting=len(self._claimed)) is None:
                self._claimed[item.sha256] = file.path
                wanted.add(position)
        return frozenset(wanted)

    def _read_files(
        self, films: FilmRuns, how: How, batch: Batch, examined: list[Examined], analysed: dict[int, Analysed]
    ) -> list[ReadFile]:
        files = []
        for position, (found, item) in enumerate(zip(batch.files, examined, strict=True)):
            crashed = Outcome(reason=Reason.CRASHED)
            file = ReadFile(path=found.path, size=found.size, mtime_ns=found.mtime_ns, outcome=crashed, sha256=item.sha256)
            if position in analysed:
                files.append(replace(file, outcome=analysed[position].outcome, picture=analysed[position].picture))
            elif item.outcome is not None:
                files.append(replace(file, outcome=item.outcome))
            else:
                settled = self._without_analysis(file, kind="film" if item.film else "photo")
                if settled is None:
                    self._twins.append(found)
                elif item.film is None or not self._begin(films, how, found, settled, item.film):
                    files.append(settled)
        return files

    def _begin(self, films: FilmRuns, how: How, found: FoundFile, settled: ReadFile, facts: FilmFacts) -> bool:
        """Begin to read a film, or go on with one that was found at another path; return whether its outcome comes only with that."""
        if settled.media_number is not None:
            states = self._records.films.unfinished([settled.media_number])
            if states and settled.sha256:
                self._claimed[settled.sha256] = found.path
                films.resume(found, states[settled.media_number])
            return False
        if settled.outcome.reason is not Reason.CRASHED or settled.sha256 is None:
            return False
        self._claimed[settled.sha256] = found.path
        films.open(found, settled.sha256, facts, how.sampling)
        return True

    def _without_analysis(self, file: ReadFile, *, kind: str) -> ReadFile | None:
        """Say what becomes of a file that was not decoded; None: its twin is being read, ask again later."""
        if file.sha256 is None:
            raise DamageError("a file was neither read nor given an outcome")
        if self._claimed.get(file.sha256, file.path) != file.path:
            return None
        number = self._records.files.media_by_content(self._source.number, [file.sha256]).get(file.sha256)
        if number is not None:
            faces = self._records.files.face_count(number)
            reason = Reason.INDEXED if faces else Reason.NO_FACE  # the records tell copies from the picture itself
            return replace(file, media_number=number, outcome=Outcome(reason=reason, detail="known by its content", faces=faces))
        return replace(file, outcome=self._refusal(file.path, kind=kind) or file.outcome)

    def _drop_claims(self, paths: set[str]) -> None:
        self._claimed = {digest: path for digest, path in self._claimed.items() if path not in paths}

    def _refusal(self, path: str, *, kind: str = "photo", waiting: int = 0) -> Outcome | None:
        """Ask the law before a file is decoded."""
        self._covering.refresh()
        pictures, consents = self._last_word.pictures + waiting, len(self._covering.of(path))
        return self._parts.gate.admit(self._source, Item(path=path, step="decode", kind=kind, pictures=pictures, consents=consents))

    def _commit(self, job: Job, files: list[ReadFile]) -> None:
        if not files:
            return
        with self._records.work(self._actor) as work:
            stored, again = self._last_word.of(work, files)
            committed = self._records.intake.commit(work, job, self._root.number, stored) if stored else None
        self._twins += [FoundFile(path=file.path, size=file.size, mtime_ns=file.mtime_ns) for file in again]
        if committed is None:
            return
        self._last_word.pictures += sum(file.picture is not None for file in stored)
        self._parts.to_index(committed)
        self._tally.read += len(stored)
        self._tally.bytes += sum(file.size for file in stored)
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


def _tasks(films: FilmRuns, batches: Iterator[Batch]) -> Iterator[Task | None]:
    """Yield what is to be read, films that are begun first; None = nothing now, for what is being read may bring more."""
    while True:
        yield films.next() or next(batches, None) or films.next()  # listing may have met films that are to be read on
