"""Messages that people send by the public page: the receipt is the same whatever is held, and whoever else has written."""

import datetime as dt
import hmac
import secrets
from dataclasses import dataclass, replace
from enum import StrEnum

from visavis.law.rulebook import Rulebook
from visavis.records.archive import Records
from visavis.records.receipts import ReceiptRecord
from visavis.services.requests.intake import Intake, Message

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""None that is taken for another when it is read out or copied by hand."""
NUMBER_LENGTH = 8


class Standing(StrEnum):
    """How far a message has come: all that its sender is told before the answer."""

    RECEIVED = "received"
    AT_WORK = "being-worked-on"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicReceipt:
    """What the sender of a message is given.

    Attributes
    ----------
    number : str
        Random, one a message: two of them do not tell that they went to one request.
    code : str
        Secret of the sender, which opens `standing`.
    due : date
        By when a first message of today is answered. One that joins a request has no later day, but where more time was taken.
    """

    number: str
    code: str
    received: dt.date
    due: dt.date


class PublicIntake:
    """Takes messages from anybody, and says how far they have come."""

    def __init__(self, records: Records, rules: Rulebook) -> None:
        self._records = records
        self._intake = Intake(records, rules)

    def run(self, message: Message) -> PublicReceipt:
        """Write a message down as `Intake` does. Whether it joined a request is not told: its sender may not be who they say.

        Raises
        ------
        InputError
            Nowhere to reach the person, or no kind of request.
        """
        number = "".join(secrets.choice(LETTERS) for _ in range(NUMBER_LENGTH))
        self._intake.run(replace(message, receipt=number))
        today = self._records.clock.now().date()
        return PublicReceipt(number=number, code=self._records.receipts.code(number), received=today, due=self._intake.due(today))

    def standing(self, number: str, code: str) -> Standing | None:
        """Return how far the message of a receipt has come; None = no such receipt, or not its code."""
        number, code = plain_number(number), "".join(code.split()).replace("-", "").upper()
        right = hmac.compare_digest(self._records.receipts.code(number).encode(), code.encode())
        found = self._records.receipts.find(number)
        return self._of(found) if found is not None and right else None

    def _of(self, receipt: ReceiptRecord) -> Standing:
        request = self._records.requests.one(receipt.request_id)
        if not request.open:
            return Standing.ANSWERED
        since = any(step.act != "message" and step.at > receipt.at for step in request.steps)
        return Standing.AT_WORK if since else Standing.RECEIVED


def plain_number(written: str) -> str:
    """Return the number of a receipt as it is compared."""
    return "".join(written.split()).replace("-", "").upper()
