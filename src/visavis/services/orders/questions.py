"""The questions that come with an order: each has its own day and its own alarm, and is open until it is replied to."""

import datetime as dt

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError
from visavis.law.orders import alarm
from visavis.law.roles import Act, check_role
from visavis.records.archive import Records
from visavis.records.order_questions import Question
from visavis.records.orders import OrderRecord
from visavis.services.orders.open import asked_profile


class AnswerQuestions:
    """Writes down what an authority asks, and what it was told."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def ask(self, actor: Actor, wanted: str, text: str, *, due: dt.date | None = None) -> Question:
        """Write one question of an order down; `due` None = with the order.

        Raises
        ------
        InputError
            No such order, no text, or a day before the order's notification.
        RefusedError
            `person-needed` or `role-allowed`.
        """
        order = self._records.orders.one(wanted)
        self._allowed(actor, order)
        last = due or order.terms.due
        if not text.strip() or last < order.terms.notified:
            raise InputError("a question has a text, and a day after the order's notification", remedy='--text "…" --due DATE')
        with self._records.work(actor) as work:
            question_id = self._records.order_questions.ask(work, order.number, text.strip(), last)
            work.leaf(
                "alteration", {"question": text.strip()}, what="order-question", order=order.id, question=question_id, due=last.isoformat()
            )
        return self._records.order_questions.one(question_id)

    def reply(self, actor: Actor, wanted: str, text: str) -> Question:
        """Write what was replied to a question, once.

        Raises
        ------
        InputError
            No such question, no text, or it was replied to.
        RefusedError
            `person-needed` or `role-allowed`.
        """
        question = self._records.order_questions.one(wanted)
        self._allowed(actor, self._records.orders.one(question.order_id))
        if not text.strip() or question.replied_at is not None:
            raise InputError("a question is replied to once, with a text", remedy="visavis order questions ORDER")
        with self._records.work(actor) as work:
            self._records.order_questions.reply(work, question, text.strip())
            work.leaf("disclosure", {"reply": text.strip()}, what="order-reply", order=question.order_id, question=question.id)
        return self._records.order_questions.one(question.id)

    def of(self, wanted: str) -> list[Question]:
        """Return the questions of an order, oldest first."""
        order = self._records.orders.one(wanted)
        return [one for one in self._records.order_questions.all() if one.order_number == order.number]

    def warnings(self) -> tuple[str, ...]:
        """Return a line for each open question whose time is half over or more."""
        today = self._records.clock.now().date()
        every = ((one, alarm(one.notified, one.due, today)) for one in self._records.order_questions.all() if one.replied_at is None)
        return tuple(
            f"question {one.id} of order {one.order_id}: {share} % of its time is over, due {one.due}" for one, share in every if share
        )

    def _allowed(self, actor: Actor, order: OrderRecord) -> None:
        with self._records.noting_refusals(actor, "alteration", what="order-question", order=order.id):
            check_role(actor, Act.OBEY_ORDER, profile=asked_profile(self._records.sources.all(), order.scope))
