"""The desk of authorities' orders and of claims of jurisdiction."""

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from visavis.domain.errors import InputError
from visavis.domain.ids import FaceId
from visavis.domain.orders import OrderAct, Scope
from visavis.index.base import VectorIndex
from visavis.law.charter import Charter
from visavis.law.clocks import Holidays, holidays_of, no_holidays
from visavis.law.orders import Evidence, Standing
from visavis.law.reading import parse_charter
from visavis.law.requests import Kind
from visavis.records.archive import Records
from visavis.records.claims import ClaimRecord
from visavis.records.order_questions import Question
from visavis.records.orders import OrderRecord
from visavis.services.orders import (
    AnswerQuestions,
    CarriedOut,
    CarryOut,
    ClaimJurisdiction,
    ClaimRequest,
    Effect,
    Opened,
    OpenOrder,
    OrderPack,
    OrderRequest,
    ReportOrder,
    WatchOrders,
    effects,
)
from visavis.wiring import build
from visavis.wiring.session import Session

__all__ = ["CarriedOut", "ClaimRecord", "Effect", "OrderDesk", "OrderRecord", "Question", "Standing", "open_requests"]

OpenIndex = Callable[[Records], AbstractContextManager[VectorIndex]]


class OrderDesk:
    """Orders of one archive. `InputError` says what is missing; `RefusedError` names the rule that says no."""

    def __init__(self, session: Session, open_index: OpenIndex) -> None:
        self._session = session
        self._open_index = open_index

    def all(self) -> list[OrderRecord]:
        """Return every order, oldest first."""
        return self._session.records().orders.all()

    def one(self, name: str) -> OrderRecord:
        """Return one order by reference, id, or end of its id."""
        return self._session.records().orders.one(name)

    def standing(self, order: OrderRecord, day: dt.date | None = None) -> Standing:
        """Return days left, days overdue and the sum: now, or at the end of a day."""
        return WatchOrders(self._session.records()).standing(order, day)

    def warnings(self) -> tuple[str, ...]:
        """Return a line for each order, and each question of one, whose time is half over or more, and that is not done."""
        records = self._session.records()
        return (*WatchOrders(records).warnings(), *AnswerQuestions(records).warnings())

    def questions(self, order: str) -> list[Question]:
        """Return the questions that came with an order, oldest first."""
        return AnswerQuestions(self._session.records()).of(order)

    def ask(self, order: str, text: str, *, due: dt.date | None = None) -> Question:
        """Write a question of an order down; `due` None = with the order."""
        return AnswerQuestions(self._session.records()).ask(self._session.actor, order, text, due=due)

    def reply(self, question: str, text: str) -> Question:
        """Write what was replied to a question, once."""
        return AnswerQuestions(self._session.records()).reply(self._session.actor, question, text)

    def scope(
        self,
        *,
        sources: Sequence[str] = (),
        jurisdictions: Sequence[str] = (),
        faces: Sequence[str] = (),
        since: dt.date | None = None,
        until: dt.date | None = None,
    ) -> Scope:
        """Return what an order covers; sources by id or title, a person by ids of their faces."""
        known = self._session.records()
        return Scope(
            sources=tuple(known.sources.one(name).id for name in sources),
            jurisdictions=tuple(jurisdictions),
            faces=tuple(FaceId(face) for face in faces),
            since=since,
            until=until,
        )

    def preview(self, scope: Scope) -> tuple[Effect, ...]:
        """Return what an order would stop; nothing is changed."""
        return effects(self._session.records(), scope)

    def open(  # noqa: PLR0913 - what an order says, all keyword-only
        self,
        *,
        authority: str,
        reference: str,
        acts: Sequence[str],
        scope: Scope,
        notified: dt.date,
        due: dt.date | None = None,
        months: int | None = None,
        rate: int = 0,
        cap: int | None = None,
        currency: str = "EUR",
    ) -> Opened:
        """Write an order down; what it covers is frozen before this returns. Fields: `visavis.services.orders.OrderRequest`."""
        try:
            wanted = tuple(OrderAct(act) for act in acts)
        except ValueError:
            raise InputError("an order asks for one of these", remedy="--act " + ", ".join(OrderAct)) from None
        request = OrderRequest(
            authority=authority,
            reference=reference,
            acts=wanted,
            scope=scope,
            notified=notified,
            due=due,
            months=months,
            rate=rate,
            cap=cap,
            currency=currency,
        )
        with self._session.writing() as records:
            return OpenOrder(records, is_holiday=self._holidays(records)).run(self._session.actor, request)

    def claim(self, *, source: str, places: Sequence[str], evidence: str, because: str = "", folder: str = "") -> ClaimRecord:
        """Claim where the people of a source, or of some of its folders, live."""
        try:
            kind = Evidence(evidence)
        except ValueError:
            raise InputError(f"«{evidence}» is no evidence", remedy="one of: " + ", ".join(Evidence)) from None
        request = ClaimRequest(source=source, places=tuple(places), evidence=kind, because=because, folder=folder)
        with self._session.writing() as records:
            return ClaimJurisdiction(records, self._session.rules).run(self._session.actor, request)

    def second(self, claim: str) -> ClaimRecord:
        """Bear out a claim that was made after an order was notified."""
        with self._session.writing() as records:
            return ClaimJurisdiction(records, self._session.rules).second(self._session.actor, claim)

    def claims(self) -> list[ClaimRecord]:
        """Return every claim, oldest first."""
        return self._session.records().claims.all()

    def appeal(self, name: str, since: dt.date, *, suspends: bool) -> OrderRecord:
        """Write that an appeal was made."""
        return WatchOrders(self._session.records()).appeal(self._session.actor, name, since, suspends=suspends)

    def end_appeal(self, name: str, until: dt.date) -> OrderRecord:
        """Write that the appeal has ended."""
        return WatchOrders(self._session.records()).end_appeal(self._session.actor, name, until)

    def lift(self, name: str, because: str) -> OrderRecord:
        """Note that an order was lifted, and let go of what it holds."""
        with self._session.writing() as records:
            return WatchOrders(records).lift(self._session.actor, name, because)

    def carry_out(self, name: str) -> CarriedOut:
        """Do what an order asks: open access requests first, then erase."""
        with self._session.writing() as records, self._open_index(records) as index:
            return CarryOut(records, open_requests=lambda: open_requests(records)).run(self._session.actor, name, index)

    def report(self, name: str, day: dt.date) -> OrderPack:
        """Write the evidence pack of an order as it stood at the end of a day."""
        records = self._session.records()
        return ReportOrder(records, build.ledger_signer(records)).run(self._session.actor, name, day)

    def _holidays(self, records: Records) -> Holidays:
        """Return the holidays of the country whose controller answers: an order's months end on a working day there."""
        charters = (parse_charter(source.charter_toml, self._session.rules) for source in records.sources.all())
        charter: Charter | None = next((one for one in charters if one.controller is not None), None)
        if charter is None or charter.controller is None:
            return no_holidays
        return holidays_of(self._session.rules.of(charter).clocks, charter.controller.country)


def open_requests(records: Records) -> Sequence[str]:
    """Return the ids of the access requests that are not answered."""
    return [one.id for one in records.requests.all() if one.kind == Kind.ACCESS and one.open]
