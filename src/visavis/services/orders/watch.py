"""What happens to an order between its coming and its end: appeals, its clock, its lifting."""

import datetime as dt

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError
from visavis.law.orders import Standing, standing
from visavis.law.roles import Act, check_role
from visavis.records.archive import Records
from visavis.records.orders import OrderRecord
from visavis.services.orders.open import asked_profile


class WatchOrders:
    """Acts on orders that are open."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def standing(self, order: OrderRecord, day: dt.date | None = None) -> Standing:
        """Return how an order stands now, or stood at the end of a day."""
        now = self._records.clock.now() if day is None else dt.datetime.combine(day, dt.time.max, dt.UTC)
        return standing(order.terms, now, complied_at=order.complied_at)

    def warnings(self) -> tuple[str, ...]:
        """Return a line for each order whose time is half over or more, and that is not done."""
        found = ((order, self.standing(order)) for order in self._records.orders.standing())
        return tuple(
            f"order {order.id}: {now.alarm} % of its time is over, due {order.terms.due}"
            + (f", {now.days_overdue} days overdue, {now.penalty:,} {order.currency}" if now.days_overdue else "")
            for order, now in found
            if now.alarm
        )

    def appeal(self, actor: Actor, wanted: str, since: dt.date, *, suspends: bool) -> OrderRecord:
        """Write that an appeal was made; only one that `suspends` the order stops its clock and its erasure, and it stays frozen.

        Raises
        ------
        InputError
            No such order, or a day before its notification.
        RefusedError
            `person-needed` or `role-allowed`.
        """
        order = self._allowed(actor, wanted, "order-appeal")
        if since < order.terms.notified:
            raise InputError(f"the order was notified on {order.terms.notified}, and is appealed after that", remedy="--on DATE")
        with self._records.work(actor) as work:
            self._records.orders.appeal(work, order, since, suspends=suspends)
        return self._records.orders.one(order.id)

    def end_appeal(self, actor: Actor, wanted: str, until: dt.date) -> OrderRecord:
        """Write that the appeal has ended; raises as `appeal` does."""
        order = self._allowed(actor, wanted, "order-appeal")
        running = [one for one in order.terms.appeals if one.until is None]
        if not running or until < running[0].since:
            raise InputError("no appeal of this order runs, or it began later", remedy="visavis order status")
        with self._records.work(actor) as work:
            self._records.orders.end_appeal(work, order, until)
        return self._records.orders.one(order.id)

    def lift(self, actor: Actor, wanted: str, because: str) -> OrderRecord:
        """Note that the authority or a court has lifted an order: what it still holds is let go; frozen sources are thawed by hand.

        Raises
        ------
        InputError
            No such order, no reason, or it was lifted.
        RefusedError
            `person-needed` or `role-allowed`.
        """
        order = self._allowed(actor, wanted, "order-lift")
        if not because.strip() or order.lifted_at is not None:
            raise InputError("say by what decision, once", remedy='visavis order lift ORDER --because "…"')
        with self._records.work(actor) as work:
            self._records.orders.lift(work, order)
            work.leaf("alteration", {"because": because.strip()}, what="order-lifted", order=order.id)
        return self._records.orders.one(order.id)

    def _allowed(self, actor: Actor, wanted: str, what: str) -> OrderRecord:
        order = self._records.orders.one(wanted)
        with self._records.noting_refusals(actor, "alteration", what=what, order=order.id):
            check_role(actor, Act.OBEY_ORDER, profile=asked_profile(self._records.sources.all(), order.scope))
        return order
