"""An order comes in: what it would stop, and its opening, which freezes before it returns."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError
from visavis.domain.ids import SourceId
from visavis.domain.orders import OrderAct, Scope, Terms
from visavis.law.clocks import Holidays, due_months
from visavis.law.roles import Act, check_role, named_profile
from visavis.records.archive import Records
from visavis.records.claims import ClaimRecord
from visavis.records.orders import NewOrder, OrderRecord, covers_all
from visavis.records.sources import SourceRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What an order does to one source.

    Attributes
    ----------
    whole : bool
        It covers all of it, pictures still to come included.
    pictures, faces : int
        That are covered; `unknown` of the pictures bear no claim.
    kept_out : mapping of str to int
        Pictures that a claim keeps out, by its id.
    """

    source_id: SourceId
    title: str
    state: str
    whole: bool
    pictures: int
    faces: int
    unknown: int
    kept_out: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """An order as a person brings it.

    Attributes
    ----------
    months : int or None
        The time it gives, counted from notification by Reg. 1182/71; else `due` is its last day.
    """

    authority: str
    reference: str
    acts: tuple[OrderAct, ...]
    scope: Scope
    notified: dt.date
    due: dt.date | None = None
    months: int | None = None
    rate: int = 0
    cap: int | None = None
    currency: str = "EUR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An order that was opened, and what it covers."""

    order: OrderRecord
    effects: tuple[Effect, ...]
    frozen: tuple[SourceId, ...]


def effects(records: Records, scope: Scope) -> tuple[Effect, ...]:
    """Return what a scope does to each source that it reaches; reads SQL only."""
    ids, claims, covered = (
        {claim.number: claim.id for claim in records.claims.all()},
        records.claims.in_force(),
        records.orders.covered(scope),
    )
    found = []
    for source in records.sources.all():
        if source.state == "erased" or (scope.sources and source.id not in scope.sources):
            continue
        parts = [part for part in covered if part.source_number == source.number]
        inside = [part for part in parts if part.inside]
        found.append(
            Effect(
                source_id=source.id,
                title=source.title,
                state=source.state,
                whole=covers_all(scope, source.id, claims.get(source.number, ())),
                pictures=sum(part.pictures for part in inside),
                faces=sum(part.faces for part in inside),
                unknown=sum(part.pictures for part in inside if part.claim_number is None),
                kept_out={ids[part.claim_number]: part.pictures for part in parts if not part.inside and part.claim_number},
            )
        )
    return tuple(one for one in found if one.whole or one.pictures or one.faces or one.kept_out)


def asked_profile(sources: Sequence[SourceRecord], scope: Scope) -> str | None:
    """Return the profile of a covered source that wants a person who signed in; None = only a household's or a trial's are covered."""
    return named_profile(source.profile for source in sources if not scope.sources or source.id in scope.sources)


class OpenOrder:
    """Opens orders."""

    def __init__(self, records: Records, *, is_holiday: Holidays) -> None:
        self._records = records
        self._is_holiday = is_holiday

    def run(self, actor: Actor, request: OrderRequest) -> Opened:
        """Write an order; what it covers is out of every search and ingest before this returns.

        Claims that were made on the day of notification or later, and that nobody else bore out, are put aside first.

        Raises
        ------
        InputError
            Something is missing, the order is in the records already, or a day is not possible.
        RefusedError
            `person-needed` or `role-allowed`.
        """
        self._check(request)
        records, scope = self._records, request.scope
        sources = records.sources.all()
        with records.noting_refusals(actor, "alteration", what="order-open"):
            check_role(actor, Act.OBEY_ORDER, profile=asked_profile(sources, scope))
        new = NewOrder(
            authority=request.authority.strip(),
            reference=request.reference.strip(),
            acts=tuple(act for act in OrderAct if act in request.acts),
            scope=scope,
            terms=Terms(notified=request.notified, due=self._due(request), rate=request.rate, cap=request.cap),
            currency=request.currency,
        )
        claims = records.claims.in_force()
        doubted = _late(sources, request, claims)
        kept = {number: tuple(one for one in some if one not in doubted) for number, some in claims.items()}
        with records.work(actor) as work:
            if doubted:
                records.claims.doubt(work, doubted)
                work.leaf("alteration", what="claims-put-aside", claims=[claim.id for claim in doubted])
            order = records.orders.open(work, new)
            held = records.orders.freeze(work, order) if order.freezes else (0, 0)
            whole = [
                one for one in sources if order.freezes and one.state == "live" and covers_all(scope, one.id, kept.get(one.number, ()))
            ]
            for source in whole:
                records.retention.set_state(work, source, "frozen")
            work.leaf(
                "alteration",
                {"authority": new.authority, "reference": new.reference},
                what="order-opened",
                order=order.id,
                **_terms(new),
                pictures=held[0],
                faces=held[1],
                frozen=[source.id for source in whole],
                kept_out=sorted(claim.id for some in kept.values() for claim in some),
                late=[claim.id for claim in doubted],
            )
        return Opened(order=records.orders.one(order.id), effects=effects(records, scope), frozen=tuple(one.id for one in whole))

    def _check(self, request: OrderRequest) -> None:
        problems = [
            (not request.authority.strip() or not request.reference.strip(), "an order has an authority and a reference"),
            (not request.acts, "an order asks for something: --act stop, freeze, answer or erase"),
            (request.notified > self._records.clock.now().date(), "an order is opened when it was notified, not before"),
            ((request.due is None) == (request.months is None), "an order gives a last day (--due) or a number of months (--months)"),
            (request.due is not None and request.due < request.notified, "the last day is before the notification"),
            (request.rate < 0 or (request.cap is not None and request.cap < 0), "a penalty is a whole number from 0"),
            (len(request.currency) != 3 or not request.currency.isupper(), "the currency is a code of three letters, such as EUR"),
        ]
        for wrong, says in problems:
            if wrong:
                raise InputError(says, remedy="visavis order open --help")
        same = [one for one in self._records.orders.all() if (one.authority, one.reference) == (request.authority, request.reference)]
        if same:
            raise InputError(f"this order is here already: {same[0].id}", remedy="visavis order status")

    def _due(self, request: OrderRequest) -> dt.date:
        return request.due or due_months(request.notified, request.months or 0, self._is_holiday)


def _late(sources: Sequence[SourceRecord], request: OrderRequest, claims: Mapping[int, tuple[ClaimRecord, ...]]) -> list[ClaimRecord]:
    """Return the claims over covered sources that were made after notification and borne out by nobody else."""
    covered = [source.number for source in sources if not request.scope.sources or source.id in request.scope.sources]
    made = [claim for number in covered for claim in claims.get(number, ())]
    return [claim for claim in made if claim.made_at.date() >= request.notified and claim.seconded_by is None]


def _terms(new: NewOrder) -> dict[str, object]:
    scope, terms = new.scope, new.terms
    return {
        "acts": list(new.acts),
        "covers": list(scope.sources),
        "jurisdictions": list(scope.jurisdictions),
        "persons_faces": list(scope.faces),
        "since": scope.since and scope.since.isoformat(),
        "until": scope.until and scope.until.isoformat(),
        "notified": terms.notified.isoformat(),
        "due": terms.due.isoformat(),
        "rate": terms.rate,
        "cap": terms.cap,
        "currency": new.currency,
    }
