"""Erasures that people order: what each took, whom to tell of it, what its checks found, and its certificate."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from visavis.domain.errors import InputError
from visavis.domain.ids import new_id
from visavis.records.database import Database, Work
from visavis.records.erasure_tables import erasure_notice, erasure_run
from visavis.records.keyring import KeyKind, Keyring
from visavis.records.rotation_tables import erasure
from visavis.records.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureRun:
    """One order.

    Attributes
    ----------
    ground : str
        A word: `request`, `objection`, `consent`, `order`, `charter`.
    counted : mapping
        Store → how much of it went.
    objects : mapping
        `salt` (hexadecimal), and `commitments`: SHA-256(salt ‖ id), sorted, of every face and picture that went.
    checks : sequence of mappings or None
        What the five checks found; None = not made yet.
    certificate : bytes
        Canonical JSON, once its text is fixed; empty before.
    issued_leaf : int or None
        The leaf that says that two people signed it.
    done_at : datetime or None
        When the last row went.
    """

    number: int
    id: str
    ground: str
    person_id: str | None
    begun_at: dt.datetime
    done_at: dt.datetime | None
    counted: Mapping[str, int]
    objects: Mapping[str, Any]
    checks: Sequence[Mapping[str, Any]] | None
    checked_at: dt.datetime | None
    certificate: bytes
    issued_leaf: int | None

    @property
    def state(self) -> str:
        """One word: `hidden`, `erased`, `failed` (a check found something), `checked`, `issued`."""
        if self.issued_leaf is not None:
            return "issued"
        if self.checks is not None:
            return "checked" if all(check["passed"] for check in self.checks) else "failed"
        return "erased" if self.done_at else "hidden"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """An order as it begins; `planted` is closed at once."""

    ground: str
    counted: Mapping[str, int]
    objects: Mapping[str, Any]
    planted: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Word that is owed to somebody who was given what was erased."""

    id: str
    run_number: int
    disclosure_id: str
    text: str
    made_at: dt.datetime
    sent_at: dt.datetime | None


class ErasureRuns:
    """Queries and writes about orders."""

    def __init__(self, database: Database, vault: Vault, keys: Keyring) -> None:
        self._database = database
        self._vault = vault
        self._keys = keys

    def begin(self, work: Work, new: NewRun) -> tuple[int, str]:
        """Write an order and its leaf; return its number and id."""
        number, run_id = work.next_number(erasure_run), new_id(work.at)
        key = self._keys.make(work, KeyKind.ERASURE)
        row = {
            "number": number,
            "id": run_id,
            "ground": new.ground,
            "person_id": work.actor.person_id,
            "begun_at": work.at,
            "counted": json.dumps(dict(new.counted)),
            "objects": json.dumps(dict(new.objects)),
            "key_id": key,
            "planted": self._vault.seal("erasure_run.planted", new.planted, row=str(number), key=key),
        }
        work.run(sa.insert(erasure_run), [row])
        work.leaf("erasure", what="ordered", run=run_id, ground=new.ground, counted=dict(new.counted))
        return number, run_id

    def notify(self, work: Work, run_number: int, texts: Mapping[str, str]) -> None:
        """Write whom to tell: disclosure id → text. The caller writes the leaf."""
        rows = []
        for disclosure_id, text in sorted(texts.items()):
            notice_id = new_id(work.at)
            sealed = self._vault.seal("erasure_notice.text", text.encode(), row=notice_id)
            rows.append({"id": notice_id, "run_number": run_number, "disclosure_id": disclosure_id, "text": sealed, "made_at": work.at})
        if rows:
            work.run(sa.insert(erasure_notice), rows)

    def notices(self, run_number: int) -> list[Notice]:
        """Return the notices of an order, oldest first."""
        query = sa.select(erasure_notice).where(erasure_notice.c.run_number == run_number).order_by(erasure_notice.c.number)
        return [
            Notice(
                id=row.id,
                run_number=row.run_number,
                disclosure_id=row.disclosure_id,
                text=self._vault.open("erasure_notice.text", row.text, row=row.id).decode(),
                made_at=row.made_at,
                sent_at=row.sent_at,
            )
            for row in self._database.ask(query)
        ]

    def sent(self, work: Work, run: ErasureRun) -> int:
        """Note that the notices of an order were sent; return how many, with its leaf."""
        waiting = sa.and_(erasure_notice.c.run_number == run.number, erasure_notice.c.sent_at.is_(None))
        count = work.run(sa.update(erasure_notice).where(waiting).values(sent_at=work.at)).rowcount
        work.leaf("disclosure", what="erasure notices", run=run.id, notices=count)
        return int(count)

    def planted(self, run: ErasureRun) -> bytes:
        """Return what the checks of an order look for; `InputError` once they are made."""
        row = self._database.ask(sa.select(erasure_run.c.planted, erasure_run.c.key_id).where(erasure_run.c.number == run.number)).one()
        if row.planted is None:
            raise InputError(f"erasure {run.id} was checked already", remedy=f"visavis erase certificate {run.id}")
        return self._vault.open("erasure_run.planted", row.planted, row=str(run.number), key=row.key_id)

    def checked(self, work: Work, run: ErasureRun, checks: Sequence[Mapping[str, Any]]) -> None:
        """Keep what the checks found; what they looked for goes, with its key. If one failed, it stays, for the checks to be repeated."""
        passed = all(check["passed"] for check in checks)
        values: dict[str, object] = {"checks": json.dumps(list(checks)), "checked_at": work.at if passed else None}
        if passed:
            values["planted"] = None
            key = work.ask(sa.select(erasure_run.c.key_id).where(erasure_run.c.number == run.number)).scalar_one()
            self._keys.destroy(work, key)
        work.run(sa.update(erasure_run).where(erasure_run.c.number == run.number).values(**values))
        work.leaf("erasure", what="checked", run=run.id, passed=passed, checks={check["check"]: check["passed"] for check in checks})

    def fix(self, work: Work, run: ErasureRun, certificate: bytes) -> None:
        """Fix a certificate's text: what is signed from now on. The caller writes the leaf."""
        work.run(sa.update(erasure_run).where(erasure_run.c.number == run.number).values(certificate=certificate))

    def issued(self, work: Work, run: ErasureRun, leaf: int) -> None:
        """Note which leaf says that the certificate is signed."""
        work.run(sa.update(erasure_run).where(erasure_run.c.number == run.number).values(issued_leaf=leaf))

    def one(self, wanted: str) -> ErasureRun:
        """Return the order whose id is, or ends in, `wanted`; `InputError` if there is none."""
        found = [run for run in self.all() if run.id == wanted or (len(wanted) >= 4 and run.id.endswith(wanted))]
        if len(found) != 1:
            raise InputError(f"{len(found) or 'no'} erasures «{wanted}»", remedy="visavis erase list")
        return found[0]

    def unchecked(self) -> list[ErasureRun]:
        """Return the orders whose checks are not made, or found something."""
        return [run for run in self.all() if run.checked_at is None]

    def all(self) -> list[ErasureRun]:
        """Return every order, oldest first."""
        batch = erasure.c
        query = (
            sa.select(batch.run_number, sa.func.max(batch.done_at).label("done_at"), sa.func.count(batch.done_at) == sa.func.count())
            .where(batch.run_number.is_not(None))
            .group_by(batch.run_number)
        )
        done = {number: at if whole else None for number, at, whole in self._database.ask(query)}
        return [_run(row, done.get(row.number)) for row in self._database.ask(sa.select(erasure_run).order_by(erasure_run.c.number))]


def _run(row: Any, done_at: dt.datetime | None) -> ErasureRun:
    return ErasureRun(
        number=row.number,
        id=row.id,
        ground=row.ground,
        person_id=row.person_id,
        begun_at=row.begun_at,
        done_at=done_at,
        counted=json.loads(row.counted),
        objects=json.loads(row.objects),
        checks=None if row.checks is None else json.loads(row.checks),
        checked_at=row.checked_at,
        certificate=row.certificate or b"",
        issued_leaf=row.issued_leaf,
    )
