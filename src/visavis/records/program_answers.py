"""Answers to requests that may come again, kept for a day: what was answered, sealed, under a mark of who asked what with which key."""

import datetime as dt

import sqlalchemy as sa

from visavis.domain.errors import InputError
from visavis.records.database import Database, Work
from visavis.records.program_tables import service_answer
from visavis.records.vault import Vault

KEPT = dt.timedelta(hours=24)
_ANSWER = "service_answer.answer"


class ProgramAnswers:
    """Queries and writes about them."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def of(self, name: str, body: bytes, at: dt.datetime) -> str | None:
        """Return what was answered within the last day to the request of that name; None = it did not come.

        Raises
        ------
        InputError
            It came with another body.
        """
        mark = self._vault.mark("service_answer.name", name.encode())
        here = sa.and_(service_answer.c.name_mark == mark, service_answer.c.at > at - KEPT)
        row = self._database.ask(sa.select(service_answer).where(here)).one_or_none()
        if row is None:
            return None
        if row.body_mark != self._vault.mark("service_answer.body", body):
            raise InputError(
                "this Idempotency-Key came before, with another request", remedy="send a new key with each request that is not a repeat"
            )
        return self._vault.open(_ANSWER, row.answer, row=mark.hex()).decode()

    def keep(self, work: Work, name: str, body: bytes, answer: str) -> None:
        """Keep an answer, drop those that are older than a day, and write the leaf."""
        mark = self._vault.mark("service_answer.name", name.encode())
        work.run(sa.delete(service_answer).where(sa.or_(service_answer.c.at <= work.at - KEPT, service_answer.c.name_mark == mark)))
        row = {
            "name_mark": mark,
            "body_mark": self._vault.mark("service_answer.body", body),
            "answer": self._vault.seal(_ANSWER, answer.encode(), row=mark.hex()),
            "at": work.at,
        }
        work.run(sa.insert(service_answer), [row])
        work.leaf("set-up", what="answer-kept", hours=24)
