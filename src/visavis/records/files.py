"""Files: which are known, what became of each, and which are there. `intake` writes what was read of them."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa

from visavis.domain.ids import JobId, SourceId, new_id
from visavis.domain.media import AnalysedPicture, Outcome, Reason
from visavis.records import tables
from visavis.records.database import Database, Work
from visavis.records.film_tables import film
from visavis.records.sources import SourceRecord
from visavis.records.vault import PathSealer

T = TypeVar("T")

RETRIED = (Reason.NOT_ALLOWED, Reason.VANISHED, Reason.REFUSED, Reason.UNFINISHED)
"""Outcomes that may be different next time though the file is the same."""
RETRIED_WHEN_ASKED = frozenset({Reason.UNREADABLE, Reason.TRUNCATED, Reason.TOO_LARGE, Reason.UNSUPPORTED, Reason.CRASHED})
"""Outcomes that are different only after something else changed: a limit, a library, a drive that lost bytes."""
QUERY_CHUNK = 500
"""Values in one `IN (…)`; SQLite's oldest limit on parameters is 999."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFile:
    """A path as it was when last read."""

    number: int
    size: int
    mtime_ns: int
    media_number: int | None
    reason: Reason
    missing: bool

    def unchanged(self, size: int, mtime_ns: int, *, retry: bool = False) -> bool:
        """Whether the file need not be read again; `retry`: what could not be read is."""
        again = self.reason in RETRIED or (retry and self.reason in RETRIED_WHEN_ASKED)
        return self.size == size and self.mtime_ns == mtime_ns and not again

    def half_read(self, size: int, mtime_ns: int) -> bool:
        """Whether it is a film of which a part is read, and which is what it was."""
        same = self.size == size and self.mtime_ns == mtime_ns
        return same and self.reason is Reason.UNFINISHED and self.media_number is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFile:
    """One file of a batch: what was found, and what became of it."""

    path: str
    size: int
    mtime_ns: int
    outcome: Outcome
    sha256: bytes | None = None
    media_number: int | None = None
    """Known content: the picture that is there already."""
    picture: AnalysedPicture | None = None
    expires_at: dt.datetime | None = None
    """When its templates end before their source does: with the first of the consents that they stand on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One run of ingest over one source."""

    number: int
    id: JobId
    source_number: int
    source_id: SourceId
    rotation_group_id: int
    key_id: int
    """The source's data key: it wraps the keys of the pictures, and closes the paths of files that gave none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """A file and its outcome, for lists; a greater `number` was read later."""

    number: int
    path: str
    root_number: int
    reason: Reason
    detail: str
    faces: int
    missing: bool
    read_at: dt.datetime
    media_number: int | None


class Files:
    """Queries and writes about files."""

    def __init__(self, database: Database, sealer: PathSealer) -> None:
        self._database = database
        self._sealer = sealer

    def start_job(self, work: Work, source: SourceRecord, *, asked_id: str = "") -> Job:
        """Begin a run; `asked_id` is the job that asked for it, if one did."""
        job = Job(
            number=work.next_number(tables.job),
            id=JobId(new_id(work.at)),
            source_number=source.number,
            source_id=source.id,
            rotation_group_id=source.rotation_group_id,
            key_id=source.key_id,
        )
        work.run(
            sa.insert(tables.job),
            [{"number": job.number, "id": job.id, "source_number": source.number, "started_at": work.at, "asked_id": asked_id or None}],
        )
        asked = {"asked": asked_id} if asked_id else {}
        work.leaf("collection", job=job.id, source=source.id, what="ingest started", **asked)
        return job

    def finish_job(self, work: Work, job: Job, *, listed: int) -> None:
        """End a run that listed the whole source."""
        work.run(sa.update(tables.job).where(tables.job.c.number == job.number).values(finished_at=work.at, listed=listed))
        work.leaf("collection", job=job.id, source=job.source_id, what="ingest finished", listed=listed)

    def known(self, root_number: int, paths: Sequence[str]) -> dict[str, KnownFile]:
        """Return what is known of these paths of a root."""
        marks = {self._sealer.mark("location.path", path): path for path in paths}
        found: dict[str, KnownFile] = {}
        for chunk in chunks(list(marks)):
            here = tables.location.c
            query = sa.select(
                here.number, here.path_mark, here.size, here.mtime_ns, here.media_number, here.reason, here.missing_since
            ).where(here.root_number == root_number, here.path_mark.in_(chunk))
            for row in self._database.ask(query):
                found[marks[row.path_mark]] = KnownFile(
                    number=row.number,
                    size=row.size,
                    mtime_ns=row.mtime_ns,
                    media_number=row.media_number,
                    reason=Reason(row.reason),
                    missing=row.missing_since is not None,
                )
        return found

    def media_by_content(self, source_number: int, digests: Sequence[bytes]) -> dict[bytes, int]:
        """Return the media numbers of pictures with these SHA-256 in a source."""
        found: dict[bytes, int] = {}
        for chunk in chunks(list(digests)):
            query = sa.select(tables.media.c.sha256, tables.media.c.number).where(
                tables.media.c.source_number == source_number, tables.media.c.sha256.in_(chunk)
            )
            found.update((row.sha256, row.number) for row in self._database.ask(query))
        return found

    def media_by_path(self, source_number: int, paths: Sequence[str]) -> dict[str, int]:
        """Return the media numbers of pictures at these paths, below whichever root of the source."""
        marks = {self._sealer.mark("location.path", path): path for path in paths}
        found: dict[str, int] = {}
        for chunk in chunks(list(marks)):
            query = (
                sa.select(tables.location.c.path_mark, tables.location.c.media_number)
                .join(tables.root)
                .where(
                    tables.root.c.source_number == source_number,
                    tables.location.c.path_mark.in_(chunk),
                    tables.location.c.media_number.is_not(None),
                )
            )
            found.update((marks[row.path_mark], row.media_number) for row in self._database.ask(query))
        return found

    def face_count(self, media_number: int) -> int:
        """Return how many faces a picture has; of a film, how many appearances."""
        query = sa.select(sa.func.count()).select_from(tables.appearance).where(tables.appearance.c.media_number == media_number)
        return int(self._database.ask(query).scalar_one())

    def read_through(self, source_number: int) -> bool:
        """Whether the last run over a source came to its end."""
        query = (
            sa.select(tables.job.c.finished_at)
            .where(tables.job.c.source_number == source_number)
            .order_by(tables.job.c.number.desc())
            .limit(1)
        )
        return self._database.ask(query).scalar_one_or_none() is not None

    def progress(self, source_number: int) -> tuple[int, int | None]:
        """Return (files known, files listed by the last run that came to its end or None)."""
        roots = sa.select(tables.root.c.number).where(tables.root.c.source_number == source_number)
        # the unique index on (root, path mark) answers this without reading a row
        query = sa.select(sa.func.count()).select_from(tables.location).where(tables.location.c.root_number.in_(roots))
        known = self._database.ask(query).scalar_one()
        listed = self._database.ask(
            sa.select(tables.job.c.listed)
            .where(tables.job.c.source_number == source_number, tables.job.c.listed.is_not(None))
            .order_by(tables.job.c.number.desc())
            .limit(1)
        ).scalar_one_or_none()
        return int(known), listed

    def picture_count(self, source_number: int) -> int:
        """Return how many pictures a source has, missing ones included; each stretch of a film is one."""
        each = sa.case((film.c.stretches.is_(None), 1), else_=film.c.stretches)
        films = tables.media.outerjoin(film, film.c.media_number == tables.media.c.number)
        query = sa.select(sa.func.coalesce(sa.func.sum(each), 0)).select_from(films).where(tables.media.c.source_number == source_number)
        return int(self._database.ask(query).scalar_one())

    def mark_found(self, work: Work, numbers: Sequence[int]) -> None:
        """Clear `missing_since` of these locations and show their pictures again."""
        for chunk in chunks(list(numbers)):
            here = tables.location.c.number.in_(chunk)
            work.run(sa.update(tables.location).where(here).values(missing_since=None))
            media = work.ask(sa.select(tables.location.c.media_number).where(here, tables.location.c.media_number.is_not(None)))
            self.refresh_presence(work, set(media.scalars()))

    def outcomes(self, *, reason: Reason | None = None, source_number: int | None = None) -> Iterator[FileRecord]:
        """Yield files with their outcomes, by root and in order of reading."""
        query = _with_keys().order_by(tables.location.c.root_number, tables.location.c.number)
        if reason is not None:
            query = query.where(tables.location.c.reason == reason.value)
        if source_number is not None:
            query = query.where(tables.root.c.source_number == source_number)
        for row in self._database.ask(query):
            yield self._record(row)

    def read_for(self, asked_id: str, reason: Reason, *, below: int | None, limit: int) -> list[FileRecord]:
        """Return files that ended in an outcome in the runs of a job, newest first, with numbers below `below`."""
        runs = sa.select(tables.job.c.number).where(tables.job.c.asked_id == asked_id)
        here = tables.location.c
        query = _with_keys().where(here.reason == reason.value, here.job_number.in_(runs)).order_by(here.number.desc()).limit(limit)
        if below is not None:
            query = query.where(here.number < below)
        return [self._record(row) for row in self._database.ask(query).all()]

    def one(self, root_number: int, path: str) -> FileRecord | None:
        """Return what is known of one path of a root."""
        mark = self._sealer.mark("location.path", path)
        query = _with_keys().where(tables.location.c.root_number == root_number, tables.location.c.path_mark == mark)
        row = self._database.ask(query).first()
        return None if row is None else self._record(row)

    def _record(self, row: Any) -> FileRecord:
        place = location_row(row.root_number, row.path_mark)
        return FileRecord(
            number=row.number,
            path=self._sealer.open("location.path", row.path, row=place, key=row.key_id),
            root_number=row.root_number,
            reason=Reason(row.reason),
            detail=self._sealer.open("location.detail", row.detail, row=place, key=row.key_id),
            faces=row.faces,
            missing=row.missing_since is not None,
            read_at=row.read_at,
            media_number=row.media_number,
        )

    def counts(self, *, source_number: int | None = None, job_number: int | None = None) -> dict[str, int]:
        """Return how many files ended in each outcome; missing ones are counted as `missing`."""
        label = sa.case((tables.location.c.missing_since.is_not(None), "missing"), else_=tables.location.c.reason)
        query = sa.select(label, sa.func.count()).select_from(tables.location.join(tables.root)).group_by(label)
        if source_number is not None:
            query = query.where(tables.root.c.source_number == source_number)
        if job_number is not None:
            query = query.where(tables.location.c.job_number == job_number)
        return {str(row[0]): int(row[1]) for row in self._database.ask(query)}

    def refresh_presence(self, work: Work, media_numbers: set[int]) -> None:
        """Set `media.present` from the locations that are there now; the first of them is the picture, the others are its copies."""
        place, other = tables.location, tables.location.alias()
        here = sa.exists().where(place.c.media_number == tables.media.c.number, place.c.missing_since.is_(None))
        copy = sa.exists().where(
            other.c.media_number == place.c.media_number, other.c.missing_since.is_(None), other.c.number < place.c.number
        )
        going_on = sa.exists().where(film.c.media_number == place.c.media_number, film.c.finished_at.is_(None))
        reason = sa.case(
            (copy, Reason.DUPLICATE.value),
            (going_on, Reason.UNFINISHED.value),
            (place.c.faces > 0, Reason.INDEXED.value),
            else_=Reason.NO_FACE.value,
        )
        for chunk in chunks(sorted(media_numbers)):
            work.run(sa.update(tables.media).where(tables.media.c.number.in_(chunk)).values(present=sa.case((here, 1), else_=0)))
            work.run(sa.update(place).where(place.c.media_number.in_(chunk), place.c.missing_since.is_(None)).values(reason=reason))


def location_row(root_number: int, path_mark: bytes) -> str:
    """Return the name of a location's row, to which what is sealed in it is bound: a file that is read again keeps it."""
    return f"{root_number}/{path_mark.hex()}"


def _with_keys() -> sa.Select[*tuple[Any, ...]]:
    picture = tables.media.c.number == tables.location.c.media_number
    places = tables.location.join(tables.root).join(tables.source).outerjoin(tables.media, picture)
    key = sa.func.coalesce(tables.media.c.key_id, tables.source.c.key_id)  # its picture's, else its source's
    return sa.select(tables.location, key.label("key_id")).select_from(places)


def chunks(values: list[T]) -> Iterator[list[T]]:
    """Cut values into what fits one `IN (…)`."""
    for start in range(0, len(values), QUERY_CHUNK):
        yield values[start : start + QUERY_CHUNK]
