"""What a search may see: the one view `searchable(at)`, counts of it, and the facts behind an index's hits."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from visavis.domain.arrays import Keys, Vectors
from visavis.domain.errors import InputError
from visavis.domain.identification import NO_DAY_FIRST, NO_DAY_LAST, UNKNOWN_DAY, IndexRows, Where
from visavis.domain.ids import FaceId, MediaId, SourceId
from visavis.records import tables
from visavis.records.database import Database
from visavis.records.files import chunks, location_row
from visavis.records.film_tables import film
from visavis.records.films import moment_of, page_of
from visavis.records.rotation import Rotations
from visavis.records.rows import RowStore
from visavis.records.shown import OF_FILM, QUALITY, TIMES, GallerySize, Shown, StoredFace, box_of, quality_of
from visavis.records.vault import PathSealer

_view = sa.table(
    "searchable",
    *(
        sa.column(name)
        for name in ("key", "pack_id", "expires_at", "face_number", "media_number", "captured_first", "captured_last", "captured_precision")
    ),
    sa.column("source_number"),
    sa.column("live_from"),
    sa.column("live_until"),
)
REPLAY_ROWS = 8_192
"""Rows handed to an index at a time when it catches up."""
_DRAWN_FOR_ONE = 20
"""Keys looked up for each face of a sample: its sources may hold but a part of the archive."""
_SAMPLE_SEED = 20261122


def searchable(at: dt.datetime) -> sa.Select[int]:
    """Select the keys that may be shown at `at` (UTC): source live and in its dates, picture present and not held, face plain,
    template unexpired.
    """
    day = at.date().isoformat()
    moment = tables.UtcTime().process_bind_param(at, None)
    return sa.select(_view.c.key).where(
        sa.or_(_view.c.live_from.is_(None), _view.c.live_from <= day),
        sa.or_(_view.c.live_until.is_(None), _view.c.live_until >= day),
        sa.or_(_view.c.expires_at.is_(None), _view.c.expires_at > moment),
    )


def shown_at(at: dt.datetime) -> sa.ColumnElement[bool]:
    """Of a few rows of `template`: whether they may be shown. Asked row by row: `key IN (searchable)` lists the whole archive first."""
    return searchable(at).where(_view.c.key == tables.template.c.key).correlate(tables.template).exists()


_OPEN = tables.media.c.present == 1, tables.media.c.holds == 0
"""What `searchable(at)` asks of pictures."""


def _live_sources(at: dt.datetime) -> sa.ColumnElement[bool]:
    """The part of `searchable(at)` that is about sources."""
    source, day = tables.source, at.date()
    return sa.and_(
        source.c.state == "live",
        sa.or_(source.c.live_from.is_(None), source.c.live_from <= day),
        sa.or_(source.c.live_until.is_(None), source.c.live_until >= day),
    )


def _touching(where: Where) -> list[sa.ColumnElement[bool]]:
    """Pictures whose range of possible days touches the filter's."""
    conditions: list[sa.ColumnElement[bool]] = []
    if where.since is not None:
        conditions.append(sa.func.coalesce(tables.media.c.captured_last, NO_DAY_LAST) >= where.since)
    if where.until is not None:
        conditions.append(sa.func.coalesce(tables.media.c.captured_first, NO_DAY_FIRST) <= where.until)
    return conditions


class Gallery:
    """Queries about what is searchable."""

    def __init__(self, database: Database, sealer: PathSealer, rows: RowStore, rotations: Rotations, *, keys: tuple[int, int]) -> None:
        self._database = database
        self._sealer = sealer
        self._rows = rows
        self._keys = keys
        self._rotations = rotations

    def size(self, where: Where, at: dt.datetime) -> GallerySize:
        """Count the templates that a filter leaves searchable; equal to counting `searchable(at)`, in a fraction of the time.

        Sources carry the number of the templates that may be shown, from which the exceptions are subtracted; with a filter of dates one
        index over pictures is read.
        """
        sources = _live_sources(at)
        if where.sources is not None:
            sources = sa.and_(sources, tables.source.c.number.in_(sorted(where.sources)))
        if not where.dated:
            every = self._sum(sa.select(sa.func.sum(tables.source.c.templates)).where(sources))
            return GallerySize(size=every - self._hidden(sources, at), undated=0)
        known = tables.media.c.captured_precision.is_not(None)
        dated, undated = sa.and_(sources, known, *_touching(where)), sa.and_(sources, sa.not_(known))
        return GallerySize(size=self._of_pictures(dated, at), undated=self._of_pictures(undated, at))

    def miscounted(self) -> Iterator[str]:
        """Yield the sources and cases whose kept count is not what is there."""
        source, media = tables.source.c, tables.media.c
        pictures = sa.select(sa.func.coalesce(sa.func.sum(media.templates), 0)).where(media.source_number == source.number, *_OPEN)
        for number in self._database.ask(sa.select(source.number).where(source.templates != pictures.scalar_subquery())).scalars():
            yield f"records.db: source {number} counts other templates than its pictures have"
        searches = sa.select(sa.func.count()).where(tables.search.c.case_id == tables.case.c.id).scalar_subquery()
        for case_id in self._database.ask(sa.select(tables.case.c.id).where(tables.case.c.searches != searches)).scalars():
            yield f"records.db: case {case_id} counts other searches than were made"

    def _of_pictures(self, pictures: sa.ColumnElement[bool], at: dt.datetime) -> int:
        every = sa.select(sa.func.sum(tables.media.c.templates)).select_from(tables.media.join(tables.source))
        return self._sum(every.where(pictures, *_OPEN)) - self._hidden(pictures, at)

    def _hidden(self, pictures: sa.ColumnElement[bool], at: dt.datetime) -> int:
        """Count the templates of open pictures that may not be shown themselves: their face is not plain, or they have expired."""
        restricted = sa.select(tables.template.c.key).join(tables.face).where(tables.face.c.state != "plain")
        expired = sa.select(tables.template.c.key).where(tables.template.c.expires_at <= at)
        hidden = (
            sa.select(sa.func.count())
            .select_from(tables.template.join(tables.face).join(tables.appearance).join(tables.media).join(tables.source))
            .where(pictures, *_OPEN, tables.template.c.key.in_(restricted.union(expired)))
        )
        return self._sum(hidden)

    def _sum(self, query: sa.Select[int]) -> int:
        return int(self._database.ask(query).scalar_one() or 0)

    def show(self, keys: Sequence[int], at: dt.datetime) -> dict[int, Shown]:
        """Return what may be shown of these keys; a key that is hidden now is not in the answer."""
        found: dict[int, Shown] = {}
        for start in range(0, len(keys), 500):
            chunk = [int(key) for key in keys[start : start + 500]]
            rows = self._database.ask(_facts(searchable(at).where(_view.c.key.in_(chunk)))).all()
            places = self._places({row.media_number for row in rows})
            titles = {number: self._title(row) for number, row in {row.source_number: row for row in rows}.items()}
            for row in rows:
                if row.media_number in places:
                    found[row.key] = self._shown(row, titles[row.source_number], places[row.media_number])
        return found

    def key_of(self, face_id: str, at: dt.datetime, sources: frozenset[int]) -> int:
        """Return the key of a face that is searchable now in one of these sources; `InputError` if it is not."""
        return self._template_of(face_id, at, sources)[0]

    def vector_of(self, face_id: str, at: dt.datetime, sources: frozenset[int]) -> Vectors:
        """Return the vector, turned back, of a face that is searchable now in one of these sources; `InputError` if it is not."""
        key, transform = self._template_of(face_id, at, sources)
        return self._rotations.turn_back(self._rows.read(np.array([key], np.int64))[0], transform)

    def _template_of(self, face_id: str, at: dt.datetime, sources: frozenset[int]) -> tuple[int, int]:
        allowed = shown_at(at), tables.media.c.source_number.in_(sorted(sources)), tables.face.c.id == face_id
        query = sa.select(tables.template.c.key, tables.template.c.transform_key_id)
        query = query.select_from(tables.template.join(tables.face).join(tables.appearance).join(tables.media))
        found = self._database.ask(query.where(*allowed)).one_or_none()
        if found is None:
            raise InputError(f"no searchable face {face_id}", remedy="take one from the results of a search under this case: --format json")
        return int(found.key), int(found.transform_key_id)

    def visible(self, keys: Sequence[int], at: dt.datetime, *, transform: int | None = None) -> set[int]:
        """Return which of these keys may be shown at `at`; with `transform`, of those that lie under that rotation."""
        return set(self.appearances(keys, at, transform=transform))

    def appearances(self, keys: Sequence[int], at: dt.datetime, *, transform: int | None = None) -> dict[int, int]:
        """Return the number of its appearance for each of these keys that may be shown: a face in a film has several keys."""
        found: dict[int, int] = {}
        for start in range(0, len(keys), 500):
            query = searchable(at).where(_view.c.key.in_(keys[start : start + 500])).add_columns(tables.face.c.appearance_number)
            query = query.join(tables.face, tables.face.c.number == _view.c.face_number)
            if transform is not None:
                query = query.join(tables.template, tables.template.c.key == _view.c.key)
                query = query.where(tables.template.c.transform_key_id == transform)
            found.update((row.key, row.appearance_number) for row in self._database.ask(query))
        return found

    def sample(self, sources: frozenset[int], at: dt.datetime, *, transform: int, most: int) -> list[int]:
        """Return up to `most` keys of faces that may be shown at `at`, under one rotation, one a picture: a random draw, always the same.

        Keys are drawn from all that were ever given, so that the cost does not grow with the archive: sources that hold less than a
        twentieth of a large one yield fewer faces.
        """
        rng = np.random.default_rng(_SAMPLE_SEED)
        last, asked = self.high_water(), _DRAWN_FOR_ONE * most
        drawn = list(range(1, last + 1)) if last <= asked else np.unique(rng.integers(1, last + 1, asked)).tolist()
        found: dict[int, int] = {}
        for start in range(0, len(drawn), 500):
            query = searchable(at).add_columns(_view.c.media_number).join(tables.template, tables.template.c.key == _view.c.key)
            query = query.where(_view.c.key.in_(drawn[start : start + 500]), _view.c.source_number.in_(sorted(sources)))
            for row in self._database.ask(query.where(tables.template.c.transform_key_id == transform)):
                found.setdefault(row.media_number, int(row.key))
        keys = sorted(found.values())
        return keys if len(keys) <= most else sorted(rng.choice(keys, most, replace=False).tolist())

    def faces_of(self, media_number: int) -> list[StoredFace]:
        """Return the faces of a picture, hidden or not, in order of their keys."""
        query = (
            sa.select(
                tables.template.c.key,
                tables.template.c.transform_key_id,
                *(tables.face.c[name] for name in ("left", "top", "width", "height", *QUALITY)),
                *TIMES,
            )
            .select_from(tables.template.join(tables.face).join(tables.appearance).outerjoin(film, OF_FILM))
            .where(tables.appearance.c.media_number == media_number)
            .order_by(tables.template.c.key)
        )
        found = self._database.ask(query)
        return [
            StoredFace(
                key=row.key,
                transform=row.transform_key_id,
                box=box_of(row),
                quality=quality_of(row),
                appearance_number=row.appearance_number,
                moment=moment_of(row),
                page=page_of(row),
            )
            for row in found
        ]

    def high_water(self) -> int:
        """Return the largest template key that was ever committed in this generation, 0 for none; the outbox remembers keys whose templates
        are erased.
        """
        entry = tables.outbox.c
        added = (
            sa.select(entry.last_key).where(entry.act == "add", entry.first_key.between(*self._keys)).order_by(entry.seq.desc()).limit(1)
        )
        return self._database.ask(added).scalar_one_or_none() or 0

    def expected(self) -> Iterator[tuple[int, int]]:
        """Yield (key, checksum) of every template that is not on its way out, ascending: what the row files must hold."""
        query = sa.select(tables.template.c.key, tables.template.c.checksum).where(_staying()).order_by(tables.template.c.key)
        for row in self._database.ask(query):
            yield int(row.key), int(row.checksum)

    def replay(self, after_seq: int) -> Iterator[tuple[int, IndexRows]]:
        """Yield (seq, rows) of what came or changed after `after_seq`, in order, in bounded portions; what an index needs to catch up.

        Of what went there are no rows, but its numbers count: the last portion has the newest, be it empty.
        """
        entry = tables.outbox.c
        query = sa.select(entry.seq, entry.act, entry.first_key, entry.last_key).where(entry.seq > after_seq).order_by(entry.seq)
        last_seq, waiting, count = after_seq, list[NDArray[np.int64]](), 0
        for seq, act, first, last in self._database.ask(query).all():
            last_seq = seq
            if act == "remove":
                continue
            waiting.append(np.arange(first, last + 1))
            count += last - first + 1
            if count >= REPLAY_ROWS:
                yield last_seq, self._index_rows(np.unique(np.concatenate(waiting)))
                after_seq, waiting, count = last_seq, [], 0
        if last_seq > after_seq:
            yield last_seq, self._index_rows(np.unique(np.concatenate([np.empty(0, np.int64), *waiting])))

    def removed(self, after_seq: int) -> tuple[int, Keys]:
        """Return (last seq, keys) of the templates that were announced as gone after `after_seq`."""
        query = (
            sa.select(tables.outbox).where(tables.outbox.c.seq > after_seq, tables.outbox.c.act == "remove").order_by(tables.outbox.c.seq)
        )
        found = self._database.ask(query).all()
        spans = [np.arange(entry.first_key, entry.last_key + 1, dtype=np.int64) for entry in found]
        return max([after_seq, *(entry.seq for entry in found)]), np.concatenate([np.empty(0, np.int64), *spans])

    def _index_rows(self, wanted: Keys) -> IndexRows:
        query = (
            sa.select(
                tables.template.c.key,
                tables.media.c.source_number,
                tables.media.c.captured_first,
                tables.media.c.captured_last,
                tables.media.c.captured_precision,
            )
            .select_from(tables.template.join(tables.face).join(tables.appearance).join(tables.media))
            .where(tables.face.c.state != "erasing")
            .order_by(tables.template.c.key)
        )
        key, found = tables.template.c.key, list[Any]()
        for part in chunks(wanted.tolist()):
            unbroken = part[-1] - part[0] == len(part) - 1
            # several ranges in one query would be a scan of all templates
            found += self._database.ask(query.where(key.between(part[0], part[-1]) if unbroken else key.in_(part))).all()
        keys = np.array([row.key for row in found], dtype=np.int64)
        days = [_days(row.captured_first, row.captured_last, known=row.captured_precision is not None) for row in found]
        return IndexRows(
            keys=keys,
            vectors=self._rows.read(keys),
            source=np.array([row.source_number for row in found], dtype=np.int32),
            first_day=_column(days, 0),
            last_day=_column(days, 1),
        )

    def _places(self, media_numbers: set[int]) -> dict[int, tuple[str, bool]]:
        query = (
            sa.select(
                tables.location.c.media_number,
                tables.location.c.root_number,
                tables.location.c.path,
                tables.location.c.path_mark,
                tables.media.c.key_id,
                tables.root.c.offline_since,
                sa.func.min(tables.location.c.number),
            )
            .select_from(tables.location.join(tables.root).join(tables.media))
            .where(tables.location.c.media_number.in_(sorted(media_numbers)), tables.location.c.missing_since.is_(None))
            .group_by(tables.location.c.media_number)
        )
        return {
            row.media_number: (
                self._sealer.open("location.path", row.path, row=location_row(row.root_number, row.path_mark), key=row.key_id),
                row.offline_since is not None,
            )
            for row in self._database.ask(query).all()
        }

    def _title(self, row: Any) -> str:
        return self._sealer.open("source.title", row.title, row=str(row.source_number), key=row.source_key)

    def _shown(self, row: Any, title: str, place: tuple[str, bool]) -> Shown:
        path, offline = place
        return Shown(
            key=row.key,
            face_number=row.face_number,
            face_id=FaceId(row.face_id),
            media_id=MediaId(row.media_id),
            source_id=SourceId(row.source_id),
            source_title=title,
            offline=offline,
            kind=row.kind,
            box=box_of(row),
            quality=quality_of(row),
            captured_at=row.captured_at,
            dhash=row.dhash,
            path=path,
            transform=row.transform_key_id,
            appearance_number=row.appearance_number,
            moment=moment_of(row),
            page=page_of(row),
        )


def _facts(keys: sa.Select[int]) -> sa.Select[*tuple[Any, ...]]:
    face, media, source, seen = tables.face, tables.media, tables.source, tables.appearance
    return (
        sa.select(
            tables.template.c.key,
            tables.template.c.transform_key_id,
            face.c.number.label("face_number"),
            face.c.id.label("face_id"),
            *(face.c[name] for name in ("left", "top", "width", "height", *QUALITY)),
            media.c.number.label("media_number"),
            media.c.id.label("media_id"),
            media.c.kind,
            media.c.captured_at,
            sa.func.coalesce(face.c.dhash, media.c.dhash).label("dhash"),
            *TIMES,
            source.c.id.label("source_id"),
            source.c.title,
            source.c.number.label("source_number"),
            source.c.key_id.label("source_key"),
        )
        .select_from(tables.template.join(face).join(seen).join(media).join(source).outerjoin(film, OF_FILM))
        .where(tables.template.c.key.in_(keys))
    )


def _staying() -> sa.ColumnElement[bool]:
    """Templates that are not being erased; few faces are not plain, and an index holds them."""
    return tables.template.c.face_number.not_in(sa.select(tables.face.c.number).where(tables.face.c.state == "erasing"))


def _days(first: int | None, last: int | None, *, known: bool) -> tuple[int, int]:
    if not known:
        return UNKNOWN_DAY, UNKNOWN_DAY
    return (NO_DAY_FIRST if first is None else first, NO_DAY_LAST if last is None else last)


def _column(days: list[tuple[int, int]], which: int) -> NDArray[np.int32]:
    return np.array([pair[which] for pair in days], dtype=np.int32)
