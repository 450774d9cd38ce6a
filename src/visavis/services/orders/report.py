"""The evidence pack of an order: a ledger export up to a day and what its leaves tell, the same bytes whenever that day is asked for."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError
from visavis.domain.orders import Appeal, Terms
from visavis.law.orders import standing
from visavis.law.roles import Act, check_role
from visavis.ledger.checkpoint import Checkpoint
from visavis.ledger.export import Line, write_export
from visavis.ledger.note import Signer, sign, verifier_of
from visavis.ledger.order_report import told_of, write_report
from visavis.ledger.tree import root
from visavis.records.archive import Records
from visavis.services.orders.open import asked_profile

EXPORT = "ledger.export"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPack:
    """What goes to the authority: `visavis-audit ledger.export --report report.json` checks it offline."""

    report: bytes
    export: bytes


class ReportOrder:
    """Writes evidence packs."""

    def __init__(self, records: Records, signer: Signer) -> None:
        self._records = records
        self._signer = signer

    def run(self, actor: Actor, wanted: str, day: dt.date) -> OrderPack:
        """Write the pack of an order as it stood at the end of a day (UTC); that it was written is an act in the ledger, after that day.

        Raises
        ------
        InputError
            No such order, or the day is not over yet.
        RefusedError
            `person-needed` or `role-allowed`.
        """
        records = self._records
        order = records.orders.one(wanted)
        with records.noting_refusals(actor, "disclosure", what="order-report", order=order.id):
            check_role(actor, Act.OBEY_ORDER, profile=asked_profile(records.sources.all(), order.scope))
        end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), dt.UTC)
        if day > records.clock.now().date():
            raise InputError(f"{day} has not begun", remedy="--at a day that is over: only such a report stays as it is")
        lines = []
        for leaf in records.ledger.leaves():
            if leaf.at >= end:
                break
            lines.append(Line(seq=leaf.seq, body=leaf.body))
        told = told_of(order.id, (line.body for line in lines))
        head = Checkpoint(origin=self._signer.name, size=len(lines), root=root(len(lines), records.ledger.node))
        export = b"".join(write_export(verifier_of(self._signer), lines, sign(head.text(), self._signer)))
        ledger = {
            "file": EXPORT,
            "sha256": hashlib.sha256(export).hexdigest(),
            "leaves": len(lines),
            "root": head.root.hex(),
            "key": verifier_of(self._signer).text(),
        }
        report = write_report(told, until=day.isoformat(), ledger=ledger, clock=_clock(told, day))
        with records.work(actor) as work:
            digest = hashlib.sha256(report).hexdigest()
            work.leaf("disclosure", what="order-report", order=order.id, until=day.isoformat(), sha256=digest)
        return OrderPack(report=report, export=export)


def _clock(told: Mapping[str, Any], day: dt.date) -> dict[str, Any]:
    """Return days and penalty at the end of a day, from what the leaves tell alone."""
    opened = told["opened"]["facts"]
    terms = Terms(
        notified=dt.date.fromisoformat(opened["notified"]),
        due=dt.date.fromisoformat(opened["due"]),
        rate=opened["rate"],
        cap=opened["cap"],
        appeals=_appeals(told),
    )
    done = [act["at"] for act in told["acts"] if act["facts"].get("complied") is True]
    complied_at = dt.datetime.fromisoformat(done[0]) if done else None
    now = standing(terms, dt.datetime.combine(day, dt.time.max, dt.UTC), complied_at=complied_at)
    return {
        "state": now.state,
        "days_left": now.days_left,
        "days_overdue": now.days_overdue,
        "penalty": now.penalty,
        "currency": opened["currency"],
        "complied_at": done[0] if done else None,
    }


def _appeals(told: Mapping[str, Any]) -> tuple[Appeal, ...]:
    found: list[Appeal] = []
    for act in told["acts"]:
        facts = act["facts"]
        if facts.get("what") == "order-appealed":
            found.append(Appeal(since=dt.date.fromisoformat(facts["since"]), until=None, suspends=facts["suspends"]))
        if facts.get("what") == "order-appeal-ended":
            until = dt.date.fromisoformat(facts["until"])
            found = [Appeal(since=one.since, until=one.until or until, suspends=one.suspends) for one in found]
    return tuple(found)
