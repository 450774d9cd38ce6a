"""An order is carried out: frozen again, access requests answered first, then erased; each step in the ledger."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError
from visavis.domain.orders import OrderAct
from visavis.index.base import VectorIndex
from visavis.law.orders import Erasing, check_erasing, standing
from visavis.law.roles import Act, check_role
from visavis.records.archive import Records
from visavis.records.erasure import Receipt, Scope
from visavis.records.orders import OrderRecord
from visavis.services.orders.open import asked_profile

BATCH = 2_000
"""Pictures, or single faces, hidden for erasure in one transaction."""

OpenRequests = Callable[[], Sequence[str]]
"""Ids of the access requests that are not answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedOut:
    """What was done.

    Attributes
    ----------
    kept : int
        Pictures and faces that something else than an order holds: hidden, and erased when the order is carried out again.
    """

    order: OrderRecord
    receipts: tuple[Receipt, ...]
    kept: int


class CarryOut:
    """Carries orders out."""

    def __init__(self, records: Records, *, open_requests: OpenRequests) -> None:
        self._records = records
        self._open_requests = open_requests

    def run(self, actor: Actor, wanted: str, index: VectorIndex) -> CarriedOut:
        """Do what an order asks that is left to do; an order that was cut short goes on where it was.

        Parameters
        ----------
        actor : Actor
        wanted : str
            The order's reference, id, or end of its id.
        index : VectorIndex
            Of this archive, up to date and open for writing.

        Raises
        ------
        InputError
            No such order, or it was lifted.
        RefusedError
            `person-needed`, `role-allowed`, `order-suspended`, `requests-first`.
        """
        records = self._records
        order = records.orders.one(wanted)
        if order.lifted_at is not None:
            raise InputError(f"order {order.id} was lifted on {order.lifted_at:%Y-%m-%d}", remedy="visavis order list")
        requests = list(self._open_requests())
        asking = {OrderAct.ANSWER, OrderAct.ERASE} & set(order.acts)
        with records.noting_refusals(actor, "erasure", what="order-carry-out", order=order.id):
            check_role(actor, Act.EXPIRE, profile=asked_profile(records.sources.all(), order.scope))
            if asking:
                check_erasing(Erasing(terms=order.terms, today=records.clock.now().date(), requests=requests))
        erased: dict[str, int] = {}
        receipts: list[Receipt] = []
        if OrderAct.ERASE in order.acts:
            self._freeze(actor, order)
            erased = self._hide(actor, order)
            settled = records.erasures.settle(lambda: records.work(actor), index.remove)
            receipts = [receipt for receipt in settled if receipt.ground == "order"]  # of a run that was cut short, too
        kept = records.orders.held(order) if OrderAct.ERASE in order.acts else 0
        self._tell(actor, order, receipts, erased, kept)
        return CarriedOut(order=records.orders.one(order.id), receipts=tuple(receipts), kept=kept)

    def _freeze(self, actor: Actor, order: OrderRecord) -> None:
        """Hold what came under the order since: a claim may have been put in the place of another."""
        with self._records.work(actor) as work:
            pictures, faces = self._records.orders.freeze(work, order)
            work.leaf("alteration", what="order-frozen", order=order.id, pictures=pictures, faces=faces)

    def _hide(self, actor: Actor, order: OrderRecord) -> dict[str, int]:
        """Begin the erasure of everything that only orders hold; return how many pictures or faces of each source."""
        records = self._records
        ids = {source.number: source.id for source in records.sources.all()}
        counts = dict[str, int]()
        for kind, some in (("media", records.orders.media_to_erase), ("faces", records.orders.faces_to_erase)):
            while (found := some(order, limit=BATCH))[1]:
                number, numbers = found
                with records.work(actor) as work:
                    records.orders.hand_over(work, **{kind: numbers})
                    media, faces = (numbers, ()) if kind == "media" else ((), numbers)
                    erasure = records.erasures.hide(work, Scope(ground="order", source_number=number, media=media, faces=faces))
                    facts = {"counted": len(numbers), "kind": kind}
                    work.leaf("erasure", what="order-erases", order=order.id, erasure=erasure, source=ids[number], **facts)
                counts[ids[number]] = counts.get(ids[number], 0) + len(numbers)
        return counts

    def _tell(self, actor: Actor, order: OrderRecord, receipts: Sequence[Receipt], erased: dict[str, int], kept: int) -> None:
        records = self._records
        now = standing(order.terms, records.clock.now())
        with records.work(actor) as work:
            if not kept and order.complied_at is None:
                records.orders.comply(work, order)
            work.leaf(
                "erasure",
                what="order-carried-out",
                order=order.id,
                erasures=[receipt.id for receipt in receipts],
                erased=dict(erased),
                faces=sum(receipt.faces for receipt in receipts),
                kept=kept,
                complied=not kept,
                open_requests=0,
                days_overdue=now.days_overdue,
                penalty=now.penalty,
                currency=order.currency,
            )
