"""Objections that last: by what a picture is known again, where in it the face lies, and nothing of the face itself.

Content, URLs and ids are kept as keyed marks, the box and the picture's print sealed under a key of the objection's own. What is kept is
asked in one place only, when a picture is taken in; it is in no list, search, export or report.
"""

import datetime as dt
import os
import struct
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from visavis.domain.errors import InputError
from visavis.domain.face import Box
from visavis.domain.face_path import NO_PATH, FacePath
from visavis.domain.ids import SuppressionId, new_id
from visavis.records import tables
from visavis.records.database import Database, Work
from visavis.records.files import chunks, location_row
from visavis.records.film_tables import sighting
from visavis.records.keyring import KeyKind, Keyring
from visavis.records.siblings import with_siblings
from visavis.records.suppression_tables import suppression, suppression_mark, suppression_total
from visavis.records.vault import PathSealer, Vault

_BOX = struct.Struct("<4d")
_NO_BOX = bytes(_BOX.size)


class MarkKind(StrEnum):
    """By what a picture may be known for certain; the value is stored."""

    CONTENT = "content"
    URL = "url"
    ASSET = "asset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """By what certain signs a picture is known: SHA-256 of its bytes, URLs, ids that its keeper gave it. Any of them is enough."""

    sha256: bytes | None = None
    urls: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()

    def signs(self) -> list[tuple[MarkKind, bytes]]:
        """Return them as they are marked: case, scheme and a trailing slash of a URL say nothing."""
        urls = [(MarkKind.URL, os.fsencode(plain_url(url))) for url in self.urls]
        assets = [(MarkKind.ASSET, os.fsencode(" ".join(asset.split()).casefold())) for asset in self.assets]
        content = [(MarkKind.CONTENT, self.sha256)] if self.sha256 else []
        return [sign for sign in (*content, *urls, *assets) if sign[1]]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSuppression:
    """One objection.

    Attributes
    ----------
    box : Box or None
        Where the face lies; None = every face of the picture.
    print : bytes
        From `decode.same_picture.picture_print`; empty if the original could not be seen, or is too even to be known again.
    path : FacePath
        In a film: when and where the face is; `box` then is where it is at its best.
    """

    known: Known
    box: Box | None = None
    print: bytes = field(default=b"", repr=False)
    path: FacePath = NO_PATH


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Where the face lies in its picture (None: every face) or its film, and the picture's print."""

    number: int
    box: Box | None
    print: bytes = field(repr=False)
    path: FacePath


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Every objection that stands: shapes, and which of them a mark means."""

    version: tuple[int, int]
    shapes: tuple[Shape, ...] = field(default=(), repr=False)
    by_mark: Mapping[tuple[str, bytes], tuple[int, ...]] = field(default_factory=lambda: MappingProxyType({}), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFace:
    """A face that is in the archive, to be taken out; `film`: it is one of a film's, at `at_ticks`; `held`: its picture is under a hold."""

    number: int
    appearance: int
    media_number: int
    source_number: int
    sha256: bytes
    box: Box
    at_ticks: int
    film: bool
    held: bool


class Suppressions:
    """Queries and writes about objections that last."""

    def __init__(self, database: Database, vault: Vault, keys: Keyring) -> None:
        self._database = database
        self._vault = vault
        self._sealer = PathSealer(vault)
        self._keys = keys

    def add(self, work: Work, objections: Sequence[NewSuppression], *, because: str) -> tuple[SuppressionId, ...]:
        """Write objections; return their ids. The caller writes the leaf."""
        first, ids, rows, marks = work.next_number(suppression), [], [], []
        keys = self._keys.make_many(work, KeyKind.PERSON, len(objections))
        for number, (new, key) in enumerate(zip(objections, keys, strict=True), start=first):
            suppression_id = SuppressionId(new_id(work.at))
            ids.append(suppression_id)
            row = {
                "number": number,
                "id": suppression_id,
                "shape": self._vault.seal("suppression.shape", _shape(new), row=suppression_id, key=key),
                "path": self._vault.seal("suppression.path", new.path.to_bytes(), row=suppression_id, key=key) if new.path.points else None,
                "because": self._sealer.seal("suppression.because", because, row=suppression_id, key=key),
                "key_id": key,
                "made_at": work.at,
            }
            rows.append(row)
            marks += [{"suppression_number": number, "kind": kind.value, "mark": self.mark(kind, sign)} for kind, sign in new.known.signs()]
        for table, written in ((suppression, rows), (suppression_mark, marks)):
            if written:
                work.run(sa.insert(table), written)
        return tuple(ids)

    def lift(self, work: Work, suppression_id: str) -> None:
        """End an objection: its key is destroyed, with all that it closed. The caller writes the leaf.

        Raises
        ------
        InputError
            None stands under that id.
        """
        row = work.ask(sa.select(suppression).where(suppression.c.id == suppression_id, suppression.c.lifted_at.is_(None))).one_or_none()
        if row is None:
            raise InputError(f"no objection {suppression_id} stands", remedy="take its id from the request it belongs to")
        work.run(sa.delete(suppression_mark).where(suppression_mark.c.suppression_number == row.number))
        ended = {"shape": None, "path": None, "because": None, "lifted_at": work.at}
        work.run(sa.update(suppression).where(suppression.c.number == row.number).values(**ended))
        self._keys.destroy(work, row.key_id)

    def mark(self, kind: MarkKind, sign: bytes) -> bytes:
        """Return the mark under which a sign is kept."""
        return self._vault.mark(f"suppression.{kind.value}", sign)

    def standing(self, work: Work, before: Standing | None = None) -> Standing:
        """Return every objection that stands in this transaction; `before`, if nothing has changed since."""
        last, lifted = work.ask(sa.select(sa.func.max(suppression.c.number), sa.func.count(suppression.c.lifted_at))).one()
        version = (int(last or 0), int(lifted))
        if before is not None and before.version == version:
            return before
        rows = work.ask(sa.select(suppression).where(suppression.c.lifted_at.is_(None)).order_by(suppression.c.number)).all()
        place = {row.number: position for position, row in enumerate(rows)}
        shapes = [self._shape(row) for row in rows]
        by_mark: dict[tuple[str, bytes], tuple[int, ...]] = {}
        for row in work.ask(sa.select(suppression_mark)):
            sign = (row.kind, row.mark)
            by_mark[sign] = (*by_mark.get(sign, ()), place[row.suppression_number])
        return Standing(version=version, shapes=tuple(shapes), by_mark=MappingProxyType(by_mark))

    def lengthen(self, work: Work, number: int, path: FacePath) -> None:
        """Let an objection to a face in a film go on with it. The caller writes the leaf."""
        row = work.ask(sa.select(suppression.c.id, suppression.c.key_id).where(suppression.c.number == number)).one()
        sealed = self._vault.seal("suppression.path", path.to_bytes(), row=row.id, key=row.key_id)
        work.run(sa.update(suppression).where(suppression.c.number == number).values(path=sealed))

    def count(self, work: Work, source_number: int, faces: int) -> None:
        """Add to a source's total. The caller writes the leaf."""
        if faces:
            work.run(
                sa.text(
                    "INSERT INTO suppression_total (source_number, faces) VALUES (:source, :faces) "
                    "ON CONFLICT (source_number) DO UPDATE SET faces = faces + :faces"
                ).bindparams(source=source_number, faces=faces)
            )

    def mask(self, work: Work, faces: Sequence[int]) -> None:
        """Take faces out of every search for good, and leave what is known of them where it is. The caller writes the leaf."""
        for chunk in chunks(list(faces)):
            work.run(sa.update(tables.face).where(tables.face.c.number.in_(chunk)).values(state="suppressed"))

    def totals(self) -> dict[int, int]:
        """Return how many faces were taken out or not let in, by number of the source."""
        return {row.source_number: row.faces for row in self._database.ask(sa.select(suppression_total))}

    # ---- what is in the archive already -----------------------------------------------------------------------------------------

    def faces(self, *, ids: Collection[str] = (), numbers: Collection[int] = (), media: Collection[int] = ()) -> list[HeldFace]:
        """Return these faces, and all of these pictures, that are not being erased."""
        wanted = ((tables.face.c.id, ids), (tables.face.c.number, numbers), (tables.media.c.number, media))
        return [face for column, values in wanted for chunk in chunks(list(values)) for face in self._faces(column.in_(chunk))]

    def with_siblings(self, faces: Collection[HeldFace]) -> list[HeldFace]:
        """Return these faces, and every other one of their appearances."""
        return self.faces(numbers=with_siblings(self._database.ask, [face.number for face in faces]))

    def path_of(self, appearance: int) -> FacePath:
        """Return when and where in its film an appearance was seen."""
        seen = self._database.ask(sa.select(sighting).where(sighting.c.appearance_number == appearance)).all()
        faces = self._database.ask(sa.select(tables.face).where(tables.face.c.appearance_number == appearance)).all()
        ends = [(getattr(row, f"{end}_ticks"), _box(row, f"{end}_")) for row in seen for end in ("start", "end")]
        return FacePath.through([*ends, *((row.at_ticks, _box(row)) for row in faces)])

    def on(self, sha256: bytes) -> list[tuple[SuppressionId, dt.datetime, Box | None]]:
        """Return every objection that stands to a file of these bytes: its id, since when, and to which face of it (None: to all)."""
        mark = self.mark(MarkKind.CONTENT, sha256)
        query = (
            sa.select(suppression)
            .join(suppression_mark)
            .where(suppression_mark.c.kind == MarkKind.CONTENT.value, suppression_mark.c.mark == mark)
            .where(suppression.c.lifted_at.is_(None))
            .order_by(suppression.c.number)
        )
        return [(SuppressionId(row.id), row.made_at, self._shape(row).box) for row in self._database.ask(query).all()]

    def same_content(self, digests: Collection[bytes]) -> list[HeldFace]:
        """Return the faces of every picture of these bytes (SHA-256), in whichever source."""
        sources = list(self._database.ask(sa.select(tables.source.c.number)).scalars())
        # with the source, content has an index; a source at a time, so that the planner takes it
        return [
            face
            for source in sources
            for chunk in chunks(sorted(digests))
            for face in self._faces(sa.and_(tables.media.c.source_number == source, tables.media.c.sha256.in_(chunk)))
        ]

    def media_known_by(self, known: Known) -> list[int]:
        """Return the pictures in the archive that have one of these ids or URLs, or lie where a URL says; looks at every kept id."""
        signs = set(known.signs())
        query = sa.select(tables.media.c.number, tables.media.c.asset_id, tables.media.c.key_id)
        found = []
        for row in self._database.ask(query.where(tables.media.c.asset_id.is_not(None))).all():
            asset = self._sealer.open("media.asset_id", row.asset_id, row=str(row.number), key=row.key_id)
            if signs & set(Known(assets=(asset,), urls=(asset,)).signs()):
                found.append(row.number)
        marks = [self._sealer.mark("location.path", path) for url in known.urls for path in (plain_url(url), _path(url))]
        lying = sa.select(tables.location.c.media_number).where(tables.location.c.media_number.is_not(None))
        return sorted({*found, *self._database.ask(lying.where(tables.location.c.path_mark.in_(marks))).scalars()})

    def places(self, media: Collection[int]) -> dict[int, list[tuple[int, str]]]:
        """Return (number of the root, path below it) of every file of these pictures that is there, by number of the picture."""
        place = tables.location
        query = (
            sa.select(place.c.media_number, place.c.root_number, place.c.path, place.c.path_mark, tables.media.c.key_id)
            .select_from(place.join(tables.media, tables.media.c.number == place.c.media_number))
            .where(place.c.missing_since.is_(None))
        )
        found: dict[int, list[tuple[int, str]]] = {}
        for chunk in chunks(sorted(media)):
            for row in self._database.ask(query.where(tables.media.c.number.in_(chunk))).all():
                at = location_row(row.root_number, row.path_mark)
                path = self._sealer.open("location.path", row.path, row=at, key=row.key_id)
                found.setdefault(row.media_number, []).append((row.root_number, path))
        return found

    def _shape(self, row: Any) -> Shape:
        def opened(name: str) -> bytes:
            return self._vault.open(f"suppression.{name}", getattr(row, name), row=row.id, key=row.key_id)

        data, path = opened("shape"), FacePath.from_bytes(opened("path")) if row.path else NO_PATH
        left, top, width, height = _BOX.unpack_from(data)
        box = Box(left=left, top=top, width=width, height=height) if width > 0 else None
        return Shape(number=row.number, box=box, print=data[_BOX.size :], path=path)

    def _faces(self, which: sa.ColumnElement[bool]) -> list[HeldFace]:
        face, media = tables.face, tables.media
        query = (
            sa.select(face, media.c.number.label("media_number"), media.c.source_number, media.c.sha256, media.c.holds, media.c.kind)
            .select_from(face.join(tables.appearance).join(media))
            .where(which, face.c.state != "erasing")
            .order_by(face.c.number)
        )
        return [
            HeldFace(
                number=row.number,
                appearance=row.appearance_number,
                media_number=row.media_number,
                source_number=row.source_number,
                sha256=row.sha256,
                box=_box(row),
                at_ticks=row.at_ticks,
                film=row.kind == "film",
                held=row.holds > 0,
            )
            for row in self._database.ask(query)
        ]


def _box(row: Any, prefix: str = "") -> Box:
    return Box(**{side: getattr(row, prefix + side) for side in Box.__slots__})


def plain_url(url: str) -> str:
    """Return a URL as it is compared: host in lower case, path and query as they are, nothing else; empty if it is none."""
    try:
        parts = urlsplit(url.strip() if "://" in url else f"//{url.strip()}")
    except ValueError:  # a bracket where an address of IPv6 would stand
        return ""
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.netloc.casefold()}{parts.path.rstrip('/')}{query}"


def _path(url: str) -> str:
    return plain_url(url).partition("?")[0]


def _shape(new: NewSuppression) -> bytes:
    box = new.box
    return (_NO_BOX if box is None else _BOX.pack(box.left, box.top, box.width, box.height)) + new.print
