"""Templates that move to another model pack: written beside those that are searched, put in their place in one transaction, or given up.

The two packs' templates lie in two generations (`records.generations`), row files and keys apart. `template` holds what is searched,
`spare_template` the other ones: until the switch the new pack's, after it the old pack's, so that a move can be taken back. Faces, pictures
and all that hangs on their anchors (decisions, labels, objections) stay as they are: only vectors and their lengths change.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import sqlalchemy as sa

from visavis.domain.arrays import Landmarks5, Vectors
from visavis.domain.ids import new_id
from visavis.records import tables
from visavis.records.database import Database, Work
from visavis.records.files import chunks, location_row
from visavis.records.generations import key_range
from visavis.records.keyring import Keyring
from visavis.records.outbox import announce
from visavis.records.repacking_tables import repacking, spare_template
from visavis.records.rotation import Rotations
from visavis.records.row_format import SEGMENT_ROWS
from visavis.records.rows import RowStore
from visavis.records.vault import PathSealer

_of_media = tables.face.join(tables.appearance).join(tables.media)


class OpenRows(Protocol):
    """Opens the row files of a generation."""

    def __call__(self, generation: int, *, dim: int, pack_id: str) -> RowStore:
        """Return them; the same object while they are open."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A move that has not ended."""

    number: int
    id: str
    from_pack: str
    from_dim: int
    from_generation: int
    to_pack: str
    to_dim: int
    to_generation: int
    begun_at: dt.datetime
    switched_at: dt.datetime | None
    left_at: dt.datetime | None

    @property
    def searched(self) -> tuple[int, int, str]:
        """Generation, dimensions and pack that are searched."""
        new = (self.to_generation, self.to_dim, self.to_pack)
        return new if self.switched_at else (self.from_generation, self.from_dim, self.from_pack)

    @property
    def spare(self) -> tuple[int, int, str]:
        """Generation, dimensions and pack of the templates that no search sees."""
        old = (self.from_generation, self.from_dim, self.from_pack)
        return old if self.switched_at else (self.to_generation, self.to_dim, self.to_pack)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceToMove:
    """A face without a template of the wanted pack; landmarks are ratios of the upright picture."""

    number: int
    landmarks_5x2: Landmarks5


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureToMove:
    """A picture with such faces.

    Attributes
    ----------
    places : tuple of (int, str)
        Root number and path below it, of each file that shows it and is there.
    """

    number: int
    id: str
    source_number: int
    rotation_group_id: int
    sha256: bytes
    places: tuple[tuple[int, str], ...]
    faces: tuple[FaceToMove, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """A face's new template, plain: unit length (D,) float32, and the length it had."""

    face_number: int
    rotation_group_id: int
    vector: Vectors
    norm: float
    expires_at: dt.datetime | None = None


class Repackings:
    """The one move that an archive may be in."""

    def __init__(self, database: Database, sealer: PathSealer, keys: Keyring, *, rows_of: OpenRows) -> None:
        self._database = database
        self._sealer = sealer
        self._keys = keys
        self._rows_of = rows_of

    def now(self, ask: Callable[[sa.Select[*tuple[object, ...]]], sa.Result[*tuple[object, ...]]] | None = None) -> Move | None:
        """Return the move that has not ended, if there is one; in a transaction, `ask` by it."""
        columns = [repacking.c[name] for name in Move.__slots__]
        row = (ask or self._database.ask)(sa.select(*columns).where(repacking.c.ended_at.is_(None))).one_or_none()
        return None if row is None else Move(**row._asdict())

    def begin(self, work: Work, *, pack_id: str, dim: int) -> Move:
        """Begin to move to a pack; nothing changes for any search."""
        facts = work.ask(sa.select(tables.archive)).one()
        newest = work.ask(sa.select(sa.func.coalesce(sa.func.max(repacking.c.to_generation), 0))).scalar_one()
        row = {
            "number": work.next_number(repacking),
            "id": new_id(work.at),
            "from_pack": facts.pack_id,
            "from_dim": facts.dim,
            "from_generation": facts.generation,
            "to_pack": pack_id,
            "to_dim": dim,
            "to_generation": newest + 1,
            "begun_at": work.at,
        }
        work.run(sa.insert(repacking), [row])
        work.leaf("alteration", what="move to a pack begun", move=row["id"], pack=pack_id, old=facts.pack_id)
        return Move(**row, switched_at=None, left_at=None)

    def spare_rows(self) -> RowStore | None:
        """Return the row files of the templates that no search sees; None = there are none."""
        move = self.now()
        if move is None or move.left_at is not None:
            return None
        generation, dim, pack_id = move.spare
        return self._rows_of(generation, dim=dim, pack_id=pack_id)

    def truncate(self) -> None:
        """Cut off rows whose transaction a crash prevented."""
        move, rows = self.now(), self.spare_rows()
        if move is not None and rows is not None:
            keys = key_range(move.spare[0])
            spare, entry = spare_template.c.key, tables.outbox.c
            held = self._database.ask(sa.select(sa.func.max(spare)).where(spare.between(*keys))).scalar_one()
            announced = sa.select(sa.func.max(entry.last_key)).where(entry.act == "add", entry.first_key.between(*keys))
            rows.truncate(max(held or 0, self._database.ask(announced).scalar_one() or 0))

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with the rows that no search sees."""
        rows = self.spare_rows()
        if rows is not None:
            erasing = sa.select(tables.face.c.number).where(tables.face.c.state == "erasing")
            query = sa.select(spare_template.c.key, spare_template.c.checksum).where(spare_template.c.face_number.not_in(erasing))
            yield from rows.check((row.key, row.checksum) for row in self._database.ask(query.order_by(spare_template.c.key)))

    def lacking(self, move: Move | None, *, after: int, limit: int) -> list[PictureToMove]:
        """Return pictures, in order of their numbers, with searchable faces that have no template of the pack that is moved to.

        Parameters
        ----------
        move : Move or None
            None: of the pack that the archive has.
        after : int
            Number of the last picture that was seen.
        """
        wanted = sa.and_(_open(), ~_has(spare_template), _has(tables.template)) if move else sa.and_(_open(), ~_has(tables.template))
        media = tables.media.c
        query = sa.select(media.number).select_from(_of_media).where(wanted, media.number > after).distinct()
        numbers = list(self._database.ask(query.order_by(media.number).limit(limit)).scalars())
        if not numbers:
            return []
        faces: dict[int, list[FaceToMove]] = {number: [] for number in numbers}
        found = sa.select(media.number, tables.face.c.number, tables.face.c.landmarks).select_from(_of_media)
        for number, face, landmarks in self._database.ask(found.where(wanted, media.number.in_(numbers)).order_by(tables.face.c.number)):
            faces[number].append(FaceToMove(number=face, landmarks_5x2=np.frombuffer(landmarks, "<f4").reshape(5, 2)))
        pictures = sa.select(media.number, media.id, media.source_number, media.sha256, tables.source.c.rotation_group_id)
        places = self._places(numbers)
        return [
            PictureToMove(**row._asdict(), places=tuple(places.get(row.number, ())), faces=tuple(faces[row.number]))
            for row in self._database.ask(
                pictures.select_from(tables.media.join(tables.source)).where(media.number.in_(numbers)).order_by(media.number)
            )
        ]

    def _places(self, numbers: Sequence[int]) -> dict[int, list[tuple[int, str]]]:
        place, key = tables.location.c, tables.media.c.key_id
        query = sa.select(place.media_number, place.root_number, place.path, place.path_mark, key).select_from(
            tables.location.join(tables.media)
        )
        found: dict[int, list[tuple[int, str]]] = {}
        for row in self._database.ask(query.where(place.media_number.in_(numbers), place.missing_since.is_(None)).order_by(place.number)):
            path = self._sealer.open("location.path", row.path, row=location_row(row.root_number, row.path_mark), key=row.key_id)
            found.setdefault(row.media_number, []).append((row.root_number, path))
        return found

    def faces_waiting(self, move: Move | None) -> int:
        """Return how many faces `lacking` would give in all."""
        wanted = sa.and_(_open(), ~_has(spare_template), _has(tables.template)) if move else sa.and_(_open(), ~_has(tables.template))
        return int(self._database.ask(sa.select(sa.func.count()).select_from(_of_media).where(wanted)).scalar_one())

    def of_films(self) -> int:
        """Return how many searched faces are not of photographs; their pictures are not opened again here."""
        wanted = sa.and_(_free(), tables.media.c.kind != "photo", _has(tables.template))
        return int(self._database.ask(sa.select(sa.func.count()).select_from(_of_media).where(wanted)).scalar_one())

    def left_alone(self) -> int:
        """Return how many faces with a template are not moved: hidden by an objection, restricted, or on hold."""
        query = sa.select(sa.func.count()).select_from(_of_media).where(~_free(), tables.face.c.state != "erasing", _has(tables.template))
        return int(self._database.ask(query).scalar_one())

    def kept_for_law(self) -> int:
        """Return how many templates that no search sees are of restricted faces or of pictures on hold: nobody may erase these."""
        kept = sa.or_(tables.face.c.state == "restricted", tables.media.c.holds > 0)
        query = sa.select(sa.func.count()).select_from(_of_media).where(kept, _has(spare_template))
        return int(self._database.ask(query).scalar_one())

    def write(self, work: Work, move: Move | None, faces: Sequence[Embedded], *, pack_id: str, dim: int, generation: int) -> int | None:
        """Write new templates: rows synced, then SQL in this transaction; the caller writes the leaf.

        Returns
        -------
        int or None
            Without a move: the outbox number from which an index finds them.
        """
        if not faces:
            return None
        rows = self._rows_of(generation, dim=dim, pack_id=pack_id)
        rotations = Rotations(self._database, self._sealer, self._keys, dim=dim)
        transforms = {group: rotations.current(work, group) for group in sorted({face.rotation_group_id for face in faces})}
        turned = np.stack([rotations.turn(face.vector, transforms[face.rotation_group_id]) for face in faces])
        keys, checksums = rows.append(turned)
        rows.sync()
        written = [
            {
                "key": key,
                "face_number": face.face_number,
                "rotation_group_id": face.rotation_group_id,
                "transform_key_id": transforms[face.rotation_group_id],
                "checksum": checksum,
                "norm": face.norm,
                "expires_at": face.expires_at,
            }
            for face, key, checksum in zip(faces, keys.tolist(), checksums.tolist(), strict=True)
        ]
        work.run(sa.insert(spare_template), written)
        if move is not None:
            return None
        _promote(work, pack_id=pack_id, keys=(int(keys[0]), int(keys[-1])))
        _count_templates(work, [face.face_number for face in faces])
        return announce(work, "add", keys.tolist())

    def switch(self, work: Work, move: Move) -> None:
        """Search the spare templates from now on, and keep the ones that were searched; the caller writes the leaf."""
        (old, _, old_pack), (new, dim, new_pack) = move.searched, move.spare
        norms = sa.select(tables.face.c.norm).where(tables.face.c.number == tables.template.c.face_number).scalar_subquery()
        names = [column.name for column in spare_template.c if column.name != "norm"]
        work.run(sa.insert(spare_template).from_select([*names, "norm"], sa.select(*(tables.template.c[name] for name in names), norms)))
        work.run(sa.delete(tables.template))
        before = spare_template.alias("before")
        ends = (  # an end that came meanwhile counts: the searched template has it
            sa.select(before.c.expires_at)
            .where(before.c.face_number == spare_template.c.face_number, before.c.key.between(*key_range(old)))
            .limit(1)
            .scalar_subquery()
        )
        here = spare_template.c.key.between(*key_range(new))
        work.run(sa.update(spare_template).where(here).values(expires_at=ends))
        _promote(work, pack_id=new_pack, keys=key_range(new))
        _count_templates(work, None)
        work.run(sa.update(tables.archive).values(pack_id=new_pack, dim=dim, generation=new))
        back = move.switched_at is not None
        # taken back, the new pack's templates are the spare ones again, and are on their way out
        gone = {"switched_at": None, "left_at": work.at} if back else {"switched_at": work.at}
        work.run(sa.update(repacking).where(repacking.c.number == move.number).values(**gone))
        if back:
            work.run(sa.delete(spare_template))
        else:
            announce(work, "add", list(work.ask(sa.select(tables.template.c.key).order_by(tables.template.c.key)).scalars()))
        work.leaf("alteration", what="pack switched", move=move.id, pack=new_pack, old=old_pack)

    def leave(self, work: Work, move: Move) -> None:
        """Forget the spare templates; their row files are to be overwritten next. The caller writes the leaf."""
        work.run(sa.delete(spare_template))
        work.run(sa.update(repacking).where(repacking.c.number == move.number).values(left_at=work.at))

    def end(self, work: Work, move: Move) -> None:
        """End a move whose other generation is gone. The caller writes the leaf."""
        work.run(sa.update(repacking).where(repacking.c.number == move.number).values(ended_at=work.at))

    def pairs(self, *, limit: int) -> Iterator[tuple[int, int, int, int, int]]:
        """Yield (face, picture, searched key, spare key, rotation group) of shown faces with both templates, evenly spread."""
        both = tables.template.join(spare_template, tables.template.c.face_number == spare_template.c.face_number)
        step = max(1, int(self._database.ask(sa.select(sa.func.count()).select_from(both)).scalar_one()) // limit)
        query = (
            sa.select(
                tables.face.c.number,
                tables.appearance.c.media_number,
                tables.template.c.key,
                spare_template.c.key,
                tables.template.c.rotation_group_id,
            )
            .select_from(both.join(tables.face, tables.face.c.number == tables.template.c.face_number).join(tables.appearance))
            .where(tables.face.c.state == "plain")
            .order_by(tables.face.c.number)
        )
        for place, row in enumerate(self._database.ask(query)):
            if place % step == 0:
                yield tuple(row)


def _free() -> sa.ColumnElement[bool]:
    """Faces that may be worked on: shown, neither restricted nor on hold (GDPR Art. 18(2): what is restricted is kept, no more)."""
    return sa.and_(tables.face.c.state == "plain", tables.media.c.holds == 0)


def _open() -> sa.ColumnElement[bool]:
    """Those of them whose picture is a photograph."""
    return sa.and_(_free(), tables.media.c.kind == "photo")


def _has(table: sa.Table) -> sa.ColumnElement[bool]:
    return sa.exists().where(table.c.face_number == tables.face.c.number)


def _promote(work: Work, *, pack_id: str, keys: tuple[int, int]) -> None:
    """Let spare templates with these keys be searched, and their faces have the lengths of their embeddings."""
    here, spare, face = spare_template.c.key.between(*keys), spare_template.c, tables.face.c
    columns = {
        "key": spare.key,
        "face_number": spare.face_number,
        "pack_id": sa.literal(pack_id),
        "rotation_group_id": spare.rotation_group_id,
        "transform_key_id": spare.transform_key_id,
        "segment": (spare.key - 1) // SEGMENT_ROWS,
        "row": (spare.key - 1) % SEGMENT_ROWS,
        "checksum": spare.checksum,
        "expires_at": spare.expires_at,
    }
    work.run(sa.insert(tables.template).from_select(list(columns), sa.select(*columns.values()).where(here)))
    norms = sa.select(spare.norm).where(spare.face_number == face.number, here).limit(1).scalar_subquery()
    work.run(sa.update(tables.face).where(face.number.in_(sa.select(spare.face_number).where(here))).values(norm=norms))
    work.run(sa.delete(spare_template).where(here))


def _count_templates(work: Work, faces: Sequence[int] | None) -> None:
    """Count the templates of pictures anew: of these faces' ones, or of all."""
    counted = (
        sa.select(sa.func.count())
        .select_from(tables.template.join(tables.face).join(tables.appearance))
        .where(tables.appearance.c.media_number == tables.media.c.number)
        .scalar_subquery()
    )
    if faces is None:
        work.run(sa.update(tables.media).values(templates=counted))
        return
    for chunk in chunks(list(faces)):
        media = sa.select(tables.appearance.c.media_number).join(tables.face).where(tables.face.c.number.in_(chunk))
        work.run(sa.update(tables.media).where(tables.media.c.number.in_(media)).values(templates=counted))
