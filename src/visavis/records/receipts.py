"""Receipts of messages that came by the public page: a number that only its sender has, and the photograph they may have sent.

Neither number nor code is stored: a keyed mark of the number is, and the code is a keyed mark of it as well.
"""

import base64
import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from visavis.records import request_tables as t
from visavis.records.database import Database, Work
from visavis.records.vault import PathSealer, Vault

_CODE_BYTES = 10
_PHOTO = "request_receipt.photo"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRecord:
    """To which request a message went, and when."""

    request_id: str
    at: dt.datetime


class Receipts:
    """Queries and writes about receipts. The caller writes the leaf."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self._sealer = PathSealer(vault)

    def code(self, receipt: str) -> str:
        """Return the secret that opens the state of a receipt: 80 bits, sixteen letters and digits."""
        return base64.b32encode(self._sealer.mark("request_receipt.code", receipt)[:_CODE_BYTES]).decode()

    def add(self, work: Work, receipt: str, *, request_id: str, probe_key: int, photo: bytes) -> None:
        """Write that the message of a receipt went to a request; `photo` is a JPEG, empty = none was sent."""
        number = work.next_number(t.request_receipt)
        row = {
            "number": number,
            "mark": self._sealer.mark("request_receipt.number", receipt),
            "request_id": request_id,
            "at": work.at,
            "photo": self._vault.seal(_PHOTO, photo, row=str(number), key=probe_key) if photo else None,
        }
        work.run(sa.insert(t.request_receipt), [row])

    def find(self, receipt: str) -> ReceiptRecord | None:
        """Return where the message of a receipt went; None = there is no such receipt."""
        mark = self._sealer.mark("request_receipt.number", receipt)
        row = self._database.ask(sa.select(t.request_receipt).where(t.request_receipt.c.mark == mark)).one_or_none()
        return None if row is None else ReceiptRecord(request_id=row.request_id, at=row.at)

    def photos(self, request_id: str, *, key: int) -> list[bytes]:
        """Return the photographs that came with the messages of a request that is not closed, as JPEGs."""
        sent = sa.and_(t.request_receipt.c.request_id == request_id, t.request_receipt.c.photo.is_not(None))
        query = sa.select(t.request_receipt).where(sent).order_by(t.request_receipt.c.number)
        return [self._vault.open(_PHOTO, row.photo, row=str(row.number), key=key) for row in self._database.ask(query).all()]

    def drop_photos(self, work: Work, request_id: str) -> None:
        """Delete the photographs of a request. The caller destroys the key."""
        work.run(sa.update(t.request_receipt).where(t.request_receipt.c.request_id == request_id).values(photo=None))
