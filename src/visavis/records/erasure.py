"""Erasing pictures and faces for good, in steps that a crash may fall between.

1. *hidden*: in one transaction the faces are masked (no search, no list, no count shows them from then on), their rows are noted as
   doomed, and what is to go with them is noted under an erasure;
2. *rows-overwritten*: the vectors in the row files;
3. *codes-removed*: the index writes its files anew without them;
4. *erased*: portion by portion the SQL rows go, each with the data keys of what it held, and the erasure becomes a receipt with a leaf;
5. *compacted*: the database is written anew. SQLite overwrites what is deleted, but not the copies that moving rows between pages leaves
   in the gaps (in a test 1 of 80 sealed paths stayed so);
6. *pages-sealed*: the write-ahead log, which still held them, is emptied.

Whoever opens the archive for writing next calls :meth:`Erasures.settle`, which does what is left; each step may be done twice.
"""

import datetime as dt
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa

from visavis.domain.arrays import Keys
from visavis.domain.ids import new_id
from visavis.records import tables
from visavis.records.database import Database, Step, Work
from visavis.records.files import chunks
from visavis.records.forgetting import forget_reviews
from visavis.records.keyring import Keyring
from visavis.records.outbox import announce, runs
from visavis.records.repacking_tables import spare_template
from visavis.records.rotation_tables import doomed, erasure, erasure_face, erasure_media

MARKS_A_LEAF = 2_000
PORTION = 500
"""Records deleted in one transaction."""
BREATH_S = 0.15
"""Between two of them: SQLite has whoever waits for its lock ask again every 100 ms, and would never let them in otherwise."""

Mark = Callable[[str], str]
"""The keyed mark of an id, hexadecimal: whoever restores a backup knows by it what was erased since, and nobody else does."""
Forget = Callable[[Work, Sequence[str]], object]
"""Drops what hangs on the anchors of faces that are erased: labels, «not the same»."""
OverwriteRows = Callable[[Keys], None]
"""Overwrites rows in the row files, on the disk when it returns."""
OpenWork = Callable[[], AbstractContextManager[Work]]
RemoveCodes = Callable[[Keys, int], object]
"""`VectorIndex.remove`."""

_COUNTED = ("pictures", "faces", "files", "candidates")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What one batch erases: whole pictures by their numbers, with every face and path, or single faces by theirs.

    Attributes
    ----------
    ground : str
        `expired`, `request`, `order`, …: a word for the ledger.
    source_number : int
    run : int or None
        Number of the order that it is part of; None = nobody's, an end that came.
    """

    ground: str
    source_number: int
    media: Sequence[int] = ()
    faces: Sequence[int] = ()
    run: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What is left of an erased batch."""

    id: str
    ground: str
    source_number: int
    begun_at: dt.datetime
    done_at: dt.datetime | None
    pictures: int
    faces: int
    files: int
    candidates: int


class Erasures:
    """Erases, and keeps the receipts."""

    def __init__(
        self, database: Database, overwrite: OverwriteRows, keys: Keyring, *, mark: Mark, step: Step, forget: Sequence[Forget] = ()
    ) -> None:
        self._mark = mark
        self._database = database
        self._overwrite_rows = overwrite
        self._keys = keys
        self._step = step
        self._forget = forget

    def hide(self, work: Work, scope: Scope) -> str:
        """Begin to erase: hidden with this transaction, gone with the next `settle`. Return the receipt's id."""
        faces = [int(number) for number in scope.faces]
        for chunk in chunks(list(scope.media)):
            faces += work.ask(
                sa.select(tables.face.c.number).join(tables.appearance).where(tables.appearance.c.media_number.in_(chunk))
            ).scalars()
        number, erasure_id = work.next_number(erasure), new_id(work.at)
        row = {"number": number, "id": erasure_id, "ground": scope.ground, "source_number": scope.source_number, "begun_at": work.at}
        work.run(sa.insert(erasure), [{**row, "run_number": scope.run}])
        keys: list[int] = []
        for chunk in chunks(faces):
            work.run(sa.update(tables.face).where(tables.face.c.number.in_(chunk)).values(state="erasing"))
            for table in (tables.template, spare_template):
                keys += work.ask(sa.select(table.c.key).where(table.c.face_number.in_(chunk))).scalars()
        doom(work, keys)
        _note(work, erasure_face, "face_number", faces, number)
        _note(work, erasure_media, "media_number", scope.media, number)
        work.leaf("erasure", what="hidden", erasure=erasure_id, ground=scope.ground, faces=len(faces), pictures=len(scope.media))
        marks = [self._mark(one) for one in (*_ids(work, tables.media, scope.media), *_ids(work, tables.face, scope.faces))]
        for start in range(0, len(marks), MARKS_A_LEAF):
            work.leaf("erasure", what="marks", erasure=erasure_id, marks=marks[start : start + MARKS_A_LEAF])
        return erasure_id

    def marked(self, marks: Collection[str]) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
        """Return the pictures and the single faces that are there and bear these marks, their numbers by source: what a backup holds of
        what was erased since.
        """
        media, face = tables.media, tables.face
        pictures = sa.select(media.c.source_number, media.c.number, media.c.id)
        faces = sa.select(media.c.source_number, face.c.number, face.c.id).select_from(face.join(tables.appearance).join(media))
        found: list[dict[int, list[int]]] = []
        for query in (pictures, faces):
            here: dict[int, list[int]] = {}
            for source, number, one in self._database.ask(query):
                if self._mark(one) in marks:
                    here.setdefault(source, []).append(number)
            found.append(here)
        return found[0], found[1]

    def pending(self) -> bool:
        """Whether anything that was begun is not done."""
        unfinished = sa.exists().where(erasure.c.done_at.is_(None))
        return bool(self._database.ask(sa.select(sa.or_(sa.exists(sa.select(doomed)), unfinished))).scalar_one())

    def overwrite(self) -> Keys:
        """Overwrite every doomed row, on the disk when this returns; return their keys. Twice is once."""
        spans = self._database.ask(sa.select(doomed).order_by(doomed.c.first_key)).all()
        keys = np.concatenate([np.empty(0, np.int64), *(np.arange(row.first_key, row.last_key + 1, dtype=np.int64) for row in spans)])
        if len(keys):
            self._overwrite_rows(keys)
        return keys

    def settle(self, open_work: OpenWork, remove: RemoveCodes) -> list[Receipt]:
        """Do what is left of every erasure that was begun, and empty the write-ahead log; return the new receipts.

        Parameters
        ----------
        open_work : callable
            Opens a unit of work of whoever acts.
        remove : callable
            The `remove` of the index in use, brought up to date, open for writing.
        """
        keys = self.overwrite()
        if len(keys):
            with open_work() as work:
                seq = announce(work, "remove", keys.tolist())
                work.leaf("erasure", what="rows overwritten", rows=len(keys))
            remove(keys, seq)
            self._step("codes-removed")
        done = []
        for number in (
            self._database.ask(sa.select(erasure.c.number).where(erasure.c.done_at.is_(None)).order_by(erasure.c.number)).scalars().all()
        ):
            done.append(self._finish(open_work, number))
            self._step("erased")
        if done or len(keys):
            self._database.vacuum()
        if len(keys):
            with open_work() as work:
                work.run(sa.delete(doomed))
                work.leaf("erasure", what="codes removed", rows=len(keys))
        self.seal()
        return done

    def compact(self) -> None:
        """Write the database anew, so that no gap between its rows holds a copy of what was deleted."""
        self._database.vacuum()

    def seal(self) -> None:
        """Empty the write-ahead log, which holds deleted content until then."""
        self._database.seal()

    def receipts(self) -> list[Receipt]:
        """Return every erasure, oldest first; those without `done_at` are being carried out."""
        return [_receipt(row) for row in self._database.ask(sa.select(erasure).order_by(erasure.c.number))]

    def _finish(self, open_work: OpenWork, number: int) -> Receipt:
        """Delete the SQL rows of one erasure, destroy their keys and write the receipt: a portion a transaction, so that others who write,
        each search among them, need not wait for the whole.
        """
        for table, column in ((erasure_face, "face_number"), (erasure_media, "media_number")):
            while self._database.ask(sa.select(table).where(table.c.erasure_number == number).limit(1)).first():
                with open_work() as work:
                    gone = _noted(work, table, column, number)
                    self._drop_portion(work, number, gone, pictures=table is erasure_media)
                if len(gone) == PORTION:
                    time.sleep(BREATH_S)
        with open_work() as work:
            work.run(sa.update(erasure).where(erasure.c.number == number).values(done_at=work.at))
            receipt = _receipt(work.ask(sa.select(erasure).where(erasure.c.number == number)).one())
            counts = {name: getattr(receipt, name) for name in _COUNTED}
            work.leaf("erasure", what="erased", erasure=receipt.id, ground=receipt.ground, **counts)
        return receipt

    def _drop_portion(self, work: Work, number: int, gone: list[int], *, pictures: bool) -> None:
        counts = {"pictures": len(gone), "files": self._drop_media(work, gone)} if pictures else {}
        counts = counts or {"faces": len(gone), "candidates": self._drop_faces(work, gone)}
        mine = erasure.c.number == number
        work.run(sa.update(erasure).where(mine).values({name: erasure.c[name] + count for name, count in counts.items()}))
        erasure_id = work.ask(sa.select(erasure.c.id).where(mine)).scalar_one()
        work.leaf("erasure", what="records deleted", erasure=erasure_id, **counts)

    def _drop_faces(self, work: Work, faces: list[int]) -> int:
        """Delete faces with all that hangs on them; return how many times they were candidates."""
        here = sa.select(tables.face.c.appearance_number, tables.face.c.anchor).where(tables.face.c.number.in_(faces))
        found = work.ask(here).all()
        forget_reviews(work, faces)
        for forget in self._forget:
            forget(work, [row.anchor for row in found])
        appearances = [row.appearance_number for row in found]
        in_media = (
            sa.select(tables.appearance.c.media_number, sa.func.count())
            .select_from(tables.template.join(tables.face).join(tables.appearance))
            .where(tables.face.c.number.in_(faces))
            .group_by(tables.appearance.c.media_number)
        )
        for media_number, count in work.ask(in_media).all():
            fewer = tables.media.c.templates - count
            work.run(sa.update(tables.media).where(tables.media.c.number == media_number).values(templates=fewer))
        candidates = work.run(sa.delete(tables.candidate).where(tables.candidate.c.face_number.in_(faces))).rowcount
        for table, column, numbers in (
            (tables.template, tables.template.c.face_number, faces),
            (spare_template, spare_template.c.face_number, faces),
            (erasure_face, erasure_face.c.face_number, faces),
            (tables.face, tables.face.c.number, faces),
        ):
            work.run(sa.delete(table).where(column.in_(numbers)))
        bare = sa.not_(sa.exists().where(tables.face.c.appearance_number == tables.appearance.c.number))  # of a film some may be left
        work.run(sa.delete(tables.appearance).where(tables.appearance.c.number.in_(appearances), bare))
        return int(candidates)

    def _drop_media(self, work: Work, media: list[int]) -> int:
        """Delete pictures whose faces are gone, with their paths; return how many paths."""
        for key in (
            work.ask(sa.select(tables.media.c.key_id).where(tables.media.c.number.in_(media), tables.media.c.key_id > 0)).scalars().all()
        ):
            self._keys.destroy(work, key)
        files = work.run(sa.delete(tables.location).where(tables.location.c.media_number.in_(media))).rowcount
        work.run(sa.delete(erasure_media).where(erasure_media.c.media_number.in_(media)))
        work.run(sa.delete(tables.media).where(tables.media.c.number.in_(media)))
        return int(files)


def _ids(work: Work, table: sa.Table, numbers: Sequence[int]) -> list[str]:
    found: list[str] = []
    for chunk in chunks(list(numbers)):
        found += work.ask(sa.select(table.c.id).where(table.c.number.in_(chunk))).scalars()
    return found


def doom(work: Work, keys: Sequence[int]) -> None:
    """Note rows that no template stands on any longer. The caller writes the leaf."""
    if keys:
        work.run(sa.insert(doomed), [{"first_key": first, "last_key": last} for first, last in runs(sorted(keys))])


def _note(work: Work, table: sa.Table, column: str, numbers: Sequence[int], erasure_number: int) -> None:
    if numbers:
        work.run(sa.insert(table), [{column: int(number), "erasure_number": erasure_number} for number in numbers])


def _noted(work: Work, table: sa.Table, column: str, erasure_number: int) -> list[int]:
    """Return the first few hundred numbers that an erasure has noted."""
    query = sa.select(table.c[column]).where(table.c.erasure_number == erasure_number).limit(PORTION)
    return list(work.ask(query).scalars())


def _receipt(row: sa.Row[tuple[object, ...]]) -> Receipt:
    return Receipt(**{name: getattr(row, name) for name in Receipt.__slots__})
