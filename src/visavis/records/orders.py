"""Orders of authorities: what each covers now, holding that still, letting it go, and what stops ingest.

A picture that an order covers has a row in `order_media` and one more in `media.holds`, so that the view `searchable` hides it from the
instant in which the order is opened; a single face is `restricted`. An order holds back no erasure by another order.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from visavis.domain.errors import InputError
from visavis.domain.identification import NO_DAY_FIRST, NO_DAY_LAST
from visavis.domain.ids import FaceId, PersonId, SourceId, new_id
from visavis.domain.orders import Appeal, OrderAct, Scope, Terms, touches
from visavis.records import tables
from visavis.records.claims import ClaimRecord, newest
from visavis.records.database import Database, Work
from visavis.records.files import chunks
from visavis.records.order_tables import authority_order, order_appeal, order_face, order_media
from visavis.records.rotation_tables import erasure_media
from visavis.records.siblings import of_appearances_of
from visavis.records.vault import PathSealer

_of_face = tables.face.join(tables.appearance).join(tables.media)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """An order as it came. `currency` is ISO 4217."""

    authority: str
    reference: str
    acts: tuple[OrderAct, ...]
    scope: Scope
    terms: Terms
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRecord:
    """An order as it is kept. While `lifted_at` is None it stands: it stops and freezes after it was carried out, too."""

    number: int
    id: str
    authority: str
    reference: str
    acts: tuple[OrderAct, ...]
    scope: Scope
    terms: Terms
    currency: str
    opened_by: PersonId | None
    opened_at: dt.datetime
    complied_at: dt.datetime | None
    lifted_at: dt.datetime | None

    @property
    def freezes(self) -> bool:
        """Whether what it covers is out of every search; what is to be erased is frozen first."""
        return bool({OrderAct.FREEZE, OrderAct.ERASE} & set(self.acts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """What of one source a scope covers, and what a claim keeps out of it.

    Attributes
    ----------
    claim_number : int or None
        The claim that the pictures bear; None = of unknown jurisdiction.
    inside : bool
    pictures, faces : int
    """

    source_number: int
    claim_number: int | None
    inside: bool
    pictures: int
    faces: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stops:
    """What stops ingest: orders that stand, and the claims in force by source, newest first."""

    orders: Sequence[OrderRecord]
    claims: Mapping[int, tuple[ClaimRecord, ...]]

    def order_at(self, source_number: int, source_id: SourceId, path: str) -> str:
        """Return the id of the order that stops taking in this path of a source, "" if none does."""
        for order in self.orders:
            scope = order.scope
            if scope.faces or (scope.sources and source_id not in scope.sources) or not (order.freezes or OrderAct.STOP in order.acts):
                continue
            claim = newest(self.claims.get(source_number, ()), path)
            if touches(claim.places if claim else (), scope.jurisdictions):
                return order.id
        return ""


class Orders:
    """Queries and writes about orders."""

    def __init__(self, database: Database, sealer: PathSealer) -> None:
        self._database = database
        self._sealer = sealer

    def open(self, work: Work, new: NewOrder) -> OrderRecord:
        """Write an order. The caller freezes what it covers, and writes the leaf, in the same transaction."""
        order_id, number, scope = new_id(work.at), work.next_number(authority_order), new.scope
        row = {
            "number": number,
            "id": order_id,
            "authority": self._sealer.seal("authority_order.authority", new.authority, row=order_id),
            "reference": self._sealer.seal("authority_order.reference", new.reference, row=order_id),
            "acts": " ".join(new.acts),
            "scope": json.dumps(
                {
                    "sources": scope.sources,
                    "jurisdictions": scope.jurisdictions,
                    "faces": scope.faces,
                    "since": scope.since and scope.since.isoformat(),
                    "until": scope.until and scope.until.isoformat(),
                }
            ),
            "notified_on": new.terms.notified,
            "due_on": new.terms.due,
            "rate": new.terms.rate,
            "cap": new.terms.cap,
            "currency": new.currency,
            "opened_by": work.actor.person_id,
            "opened_at": work.at,
        }
        work.run(sa.insert(authority_order), [row])
        return self._record(work.ask(sa.select(authority_order).where(authority_order.c.number == number)).one(), ())

    def all(self) -> list[OrderRecord]:
        """Return every order, oldest first."""
        appeals: dict[int, list[Appeal]] = {}
        for row in self._database.ask(sa.select(order_appeal).order_by(order_appeal.c.number)):
            appeals.setdefault(row.order_number, []).append(Appeal(since=row.since, until=row.until, suspends=bool(row.suspends)))
        rows = self._database.ask(sa.select(authority_order).order_by(authority_order.c.number)).all()
        return [self._record(row, tuple(appeals.get(row.number, ()))) for row in rows]

    def one(self, wanted: str) -> OrderRecord:
        """Return the order whose reference it is, or whose id is, or ends in, `wanted`; `InputError` if none or several are."""
        orders = self.all()
        found = [one for one in orders if wanted in (one.id, one.reference)] or [
            one for one in orders if len(wanted) >= 4 and one.id.endswith(wanted)
        ]
        if len(found) != 1:
            raise InputError(f"{len(found) or 'no'} orders are called «{wanted}»", remedy="list them: visavis order list")
        return found[0]

    def standing(self) -> list[OrderRecord]:
        """Return the orders that were not lifted."""
        return [order for order in self.all() if order.lifted_at is None]

    def appeal(self, work: Work, order: OrderRecord, since: dt.date, *, suspends: bool) -> None:
        """Write that an appeal was made."""
        row = {"number": work.next_number(order_appeal), "order_number": order.number, "since": since, "suspends": int(suspends)}
        work.run(sa.insert(order_appeal), [row])
        work.leaf("alteration", what="order-appealed", order=order.id, since=since.isoformat(), suspends=suspends)

    def end_appeal(self, work: Work, order: OrderRecord, until: dt.date) -> None:
        """Write that the appeals of an order that run have ended."""
        running = order_appeal.c.order_number == order.number, order_appeal.c.until.is_(None)
        work.run(sa.update(order_appeal).where(*running).values(until=until))
        work.leaf("alteration", what="order-appeal-ended", order=order.id, until=until.isoformat())

    def comply(self, work: Work, order: OrderRecord) -> None:
        """Note that all that an order asks for is done. The caller writes the leaf."""
        work.run(sa.update(authority_order).where(authority_order.c.number == order.number).values(complied_at=work.at))

    def lift(self, work: Work, order: OrderRecord) -> None:
        """Note that an order stands no longer, and let go of what it holds. The caller writes the leaf."""
        work.run(sa.update(authority_order).where(authority_order.c.number == order.number).values(lifted_at=work.at))
        self._let_go(work, order_media.c.order_number == order.number)
        self._let_go_faces(work, order_face.c.order_number == order.number, restore=True)

    # ---- what it covers ------------------------------------------------------------------------------------------------------

    def covered(self, scope: Scope) -> list[Covered]:
        """Count what a scope covers, and what claims keep out of it, by source and claim."""
        media = tables.media.c
        groups = (media.source_number, media.jurisdiction, media.claim_number)
        where = self._around(scope)
        if scope.faces:
            counts = sa.func.count(sa.distinct(media.number)), sa.func.count(sa.distinct(tables.face.c.number))
            query = sa.select(*groups, *counts).select_from(_of_face).where(of_appearances_of(scope.faces), *where)
        else:
            query = sa.select(*groups, sa.func.count(), sa.func.coalesce(sa.func.sum(media.templates), 0)).where(*where)
        return [
            Covered(source_number=source, claim_number=claim, inside=_inside(places, scope), pictures=int(pictures), faces=int(faces))
            for source, places, claim, pictures, faces in self._database.ask(query.group_by(*groups).order_by(*groups)).all()
        ]

    def freeze(self, work: Work, order: OrderRecord) -> tuple[int, int]:
        """Hold still what an order covers and does not hold yet; return how many pictures and faces. Hidden with this transaction."""
        where = self._where(work, order.scope)
        if order.scope.faces:
            return 0, self._freeze_faces(work, order, where)
        held = sa.select(order_media.c.media_number).where(order_media.c.order_number == order.number)
        fresh = *where, tables.media.c.number.not_in(held), tables.media.c.number.not_in(sa.select(erasure_media.c.media_number))
        count = work.run(sa.update(tables.media).where(*fresh).values(holds=tables.media.c.holds + 1)).rowcount
        covered = sa.select(sa.literal(order.number), tables.media.c.number).where(*fresh)
        work.run(sa.insert(order_media).from_select(["order_number", "media_number"], covered))
        return int(count), 0

    def _freeze_faces(self, work: Work, order: OrderRecord, where: Sequence[sa.ColumnElement[bool]]) -> int:
        held = sa.select(order_face.c.face_number).where(order_face.c.order_number == order.number)
        face = tables.face.c
        covered = (
            sa.select(sa.literal(order.number), face.number, face.state)
            .select_from(_of_face)
            .where(of_appearances_of(order.scope.faces), face.state != "erasing", face.number.not_in(held), *where)
        )
        count = work.run(sa.insert(order_face).from_select(["order_number", "face_number", "was"], covered)).rowcount
        work.run(sa.update(tables.face).where(face.number.in_(held), face.state == "plain").values(state="restricted"))
        return int(count)

    def narrow(self, work: Work, order: OrderRecord) -> int:
        """Let go of what an order covers no longer, since a claim keeps it out; return how many pictures. The caller writes the leaf."""
        if order.scope.faces:
            return 0
        inside = sa.select(tables.media.c.number).where(*self._where(work, order.scope))
        return self._let_go(work, sa.and_(order_media.c.order_number == order.number, order_media.c.media_number.not_in(inside)))

    def held(self, order: OrderRecord) -> int:
        """Count the pictures and faces that an order still holds."""
        tables_ = (order_media, order_face)
        counts = (sa.select(sa.func.count()).where(one.c.order_number == order.number).scalar_subquery() for one in tables_)
        return sum(self._database.ask(sa.select(*counts)).one())

    def media_to_erase(self, order: OrderRecord, *, limit: int) -> tuple[int, list[int]]:
        """Return (source number, some of its pictures) that an order holds, and nothing else but orders does."""
        query = (
            sa.select(tables.media.c.source_number, tables.media.c.number)
            .join(order_media)
            .where(order_media.c.order_number == order.number, tables.media.c.holds == _orders_of(tables.media.c.number))
        )
        rows = self._database.ask(query.order_by(tables.media.c.source_number, tables.media.c.number).limit(limit)).all()
        return (rows[0].source_number, [row.number for row in rows if row.source_number == rows[0].source_number]) if rows else (0, [])

    def faces_to_erase(self, order: OrderRecord, *, limit: int) -> tuple[int, list[int]]:
        """Return (source number, some of its faces) that an order holds, in pictures that nothing else but orders does."""
        query = (
            sa.select(tables.media.c.source_number, tables.face.c.number)
            .select_from(_of_face.join(order_face, order_face.c.face_number == tables.face.c.number))
            .where(order_face.c.order_number == order.number, tables.media.c.holds == _orders_of(tables.media.c.number))
        )
        rows = self._database.ask(query.order_by(tables.media.c.source_number, tables.face.c.number).limit(limit)).all()
        return (rows[0].source_number, [row.number for row in rows if row.source_number == rows[0].source_number]) if rows else (0, [])

    def hand_over(self, work: Work, *, media: Sequence[int] = (), faces: Sequence[int] = ()) -> None:
        """Let go, for every order, of what this transaction hides for its erasure. The caller writes the leaf."""
        for chunk in chunks(list(media)):
            self._let_go(work, order_media.c.media_number.in_(chunk))
            in_media = sa.select(tables.face.c.number).join(tables.appearance).where(tables.appearance.c.media_number.in_(chunk))
            self._let_go_faces(work, order_face.c.face_number.in_(in_media), restore=False)
        for chunk in chunks(list(faces)):
            self._let_go_faces(work, order_face.c.face_number.in_(chunk), restore=False)

    def _let_go(self, work: Work, which: sa.ColumnElement[bool]) -> int:
        held = sa.select(sa.func.count()).where(order_media.c.media_number == tables.media.c.number, which).scalar_subquery()
        covered = tables.media.c.number.in_(sa.select(order_media.c.media_number).where(which))
        work.run(sa.update(tables.media).where(covered).values(holds=tables.media.c.holds - held))
        return int(work.run(sa.delete(order_media).where(which)).rowcount)

    def _let_go_faces(self, work: Work, which: sa.ColumnElement[bool], *, restore: bool) -> None:
        if restore:
            plain = sa.select(order_face.c.face_number).where(which, order_face.c.was == "plain")
            face = tables.face.c
            work.run(sa.update(tables.face).where(face.number.in_(plain), face.state == "restricted").values(state="plain"))
        work.run(sa.delete(order_face).where(which))

    def _where(self, work: Work, scope: Scope) -> list[sa.ColumnElement[bool]]:
        """Return what makes a picture one that a scope covers."""
        known = work.ask(sa.select(tables.media.c.jurisdiction).where(tables.media.c.jurisdiction.is_not(None)).distinct())
        outside = [places for places in known.scalars() if not _inside(places, scope)]
        jurisdiction = tables.media.c.jurisdiction
        return [*self._around(scope), sa.or_(jurisdiction.is_(None), jurisdiction.not_in(outside))]

    def _around(self, scope: Scope) -> list[sa.ColumnElement[bool]]:
        """Return what a scope asks of a picture but its jurisdiction; what has no date may have been taken on any day."""
        media, where = tables.media.c, list[sa.ColumnElement[bool]]()
        if scope.sources:
            where.append(media.source_number.in_(sa.select(tables.source.c.number).where(tables.source.c.id.in_(scope.sources))))
        if scope.since is not None:
            where.append(sa.func.coalesce(media.captured_last, NO_DAY_LAST) >= scope.since.toordinal())
        if scope.until is not None:
            where.append(sa.func.coalesce(media.captured_first, NO_DAY_FIRST) <= scope.until.toordinal())
        return where

    def _record(self, row: Any, appeals: tuple[Appeal, ...]) -> OrderRecord:
        scope = json.loads(row.scope)
        return OrderRecord(
            number=row.number,
            id=row.id,
            authority=self._sealer.open("authority_order.authority", row.authority, row=row.id),
            reference=self._sealer.open("authority_order.reference", row.reference, row=row.id),
            acts=tuple(OrderAct(act) for act in row.acts.split()),
            scope=Scope(
                sources=tuple(SourceId(one) for one in scope["sources"]),
                jurisdictions=tuple(scope["jurisdictions"]),
                faces=tuple(FaceId(one) for one in scope["faces"]),
                since=dt.date.fromisoformat(scope["since"]) if scope["since"] else None,
                until=dt.date.fromisoformat(scope["until"]) if scope["until"] else None,
            ),
            terms=Terms(notified=row.notified_on, due=row.due_on, rate=row.rate, cap=row.cap, appeals=appeals),
            currency=row.currency,
            opened_by=None if row.opened_by is None else PersonId(row.opened_by),
            opened_at=row.opened_at,
            complied_at=row.complied_at,
            lifted_at=row.lifted_at,
        )


def covers_all(scope: Scope, source_id: SourceId, claims: Sequence[ClaimRecord]) -> bool:
    """Whether a scope covers a source whole, pictures still to come included; `claims` in force, newest first."""
    if scope.faces or scope.since or scope.until or (scope.sources and source_id not in scope.sources):
        return False
    for claim in claims:
        if not touches(claim.places, scope.jurisdictions):
            return False
        if not claim.folder:  # it takes the place of all that came before
            return True
    return True


def _inside(places: str | None, scope: Scope) -> bool:
    return touches((places or "").split(), scope.jurisdictions)


def _orders_of(media_number: sa.ColumnElement[int]) -> sa.ScalarSelect[int]:
    """Count the orders that hold a picture."""
    held = order_media.alias()
    return sa.select(sa.func.count()).where(held.c.media_number == media_number).scalar_subquery()
