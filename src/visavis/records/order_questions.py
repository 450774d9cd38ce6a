"""The questions that come with an order, and what was replied to each."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from visavis.domain.errors import InputError
from visavis.domain.ids import PersonId, new_id
from visavis.records.database import Database, Work
from visavis.records.order_tables import authority_order, order_question
from visavis.records.vault import PathSealer


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question; `reply` empty = open."""

    id: str
    order_id: str
    order_number: int
    notified: dt.date
    text: str
    due: dt.date
    asked_at: dt.datetime
    reply: str
    replied_by: PersonId | None
    replied_at: dt.datetime | None


class OrderQuestions:
    """Queries and writes about them. What is written in them is sealed."""

    def __init__(self, database: Database, sealer: PathSealer) -> None:
        self._database = database
        self._sealer = sealer

    def ask(self, work: Work, order_number: int, text: str, due: dt.date) -> str:
        """Write a question; return its id. The caller writes the leaf."""
        question_id = new_id(work.at)
        row = {
            "number": work.next_number(order_question),
            "id": question_id,
            "order_number": order_number,
            "text": self._sealer.seal("order_question.text", text, row=question_id),
            "due_on": due,
            "asked_at": work.at,
        }
        work.run(sa.insert(order_question), [row])
        return question_id

    def reply(self, work: Work, question: Question, text: str) -> None:
        """Write what was replied. The caller writes the leaf."""
        values = {
            "reply": self._sealer.seal("order_question.reply", text, row=question.id),
            "replied_by": work.actor.person_id,
            "replied_at": work.at,
        }
        work.run(sa.update(order_question).where(order_question.c.id == question.id).values(**values))

    def all(self) -> list[Question]:
        """Return every question, oldest first."""
        query = (
            sa.select(order_question, authority_order.c.id.label("order_id"), authority_order.c.notified_on)
            .join(authority_order)
            .order_by(order_question.c.number)
        )
        return [self._record(row) for row in self._database.ask(query).all()]

    def one(self, wanted: str) -> Question:
        """Return the question whose id is, or ends in, `wanted`; `InputError` if none or several are."""
        found = [one for one in self.all() if one.id == wanted or (len(wanted) >= 4 and one.id.endswith(wanted))]
        if len(found) != 1:
            raise InputError(f"{len(found) or 'no'} questions «{wanted}»", remedy="visavis order questions ORDER")
        return found[0]

    def _record(self, row: Any) -> Question:
        return Question(
            id=row.id,
            order_id=row.order_id,
            order_number=row.order_number,
            notified=row.notified_on,
            text=self._sealer.open("order_question.text", row.text, row=row.id),
            due=row.due_on,
            asked_at=row.asked_at,
            reply=self._sealer.open("order_question.reply", row.reply, row=row.id) if row.reply is not None else "",
            replied_by=row.replied_by,
            replied_at=row.replied_at,
        )
