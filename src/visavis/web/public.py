"""What guards the forms that anybody may send: no cookie, few tries, and an answer after the same time whatever was found."""

import asyncio
import datetime as dt
import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from visavis.web.tries import Tries

T = TypeVar("T")

LIFE = dt.timedelta(hours=4)
"""How long a form may lie open."""
STEADY_SECONDS = 0.5
"""Writing a message down takes some ten milliseconds, a little more for a first one; nobody is to measure which it was."""
PHOTOS_A_MINUTE = 6
"""The process that reads photographs reads one after the other, those of the people of the house too."""
MOST_RECEIPTS = 200


@dataclass(slots=True)
class PublicForms:
    """Tokens of forms that anybody may load, and how often they may be sent.

    Attributes
    ----------
    sent : Tries
        Messages, and questions how far one has come.
    photos : Tries
        Photographs.
    """

    sent: Tries = field(default_factory=Tries)
    photos: Tries = field(default_factory=lambda: Tries(PHOTOS_A_MINUTE))
    steady_seconds: float = STEADY_SECONDS
    _secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    _given: OrderedDict[str, asyncio.Future[Any]] = field(default_factory=OrderedDict, repr=False)

    def token(self, address: str, at: dt.datetime) -> str:
        """Return a new token, bound to the network address that loads the form and to its time."""
        said = f"{int(at.timestamp())}.{secrets.token_hex(8)}"
        return f"{said}.{self._mark(said, address)}"

    def holds(self, token: str, address: str, at: dt.datetime) -> bool:
        """Whether a form was loaded from that address, and not too long ago."""
        said, _, mark = token.rpartition(".")
        when = said.partition(".")[0]
        if not (when.isascii() and when.isdigit() and len(when) < 12):
            return False
        age = at.timestamp() - int(when)
        return 0 <= age <= LIFE.total_seconds() and hmac.compare_digest(mark.encode(), self._mark(said, address).encode())

    def given(self, same: str) -> bool:
        """Whether the same was sent before, a short while ago."""
        return same in self._given

    async def once(self, same: str, what: Callable[[], Awaitable[T]]) -> T:
        """Do something once for the same sending, however often its button is pressed, and answer after a steady time."""
        task: asyncio.Future[T] = self._given.get(same) or asyncio.ensure_future(what())
        self._given[same] = task
        while len(self._given) > MOST_RECEIPTS:
            self._given.popitem(last=False)
        try:
            return await self.steadily(asyncio.shield(task))
        finally:
            if task.done() and (task.cancelled() or task.exception() is not None):
                self._given.pop(same, None)

    async def steadily(self, what: Awaitable[T]) -> T:
        """Answer after a steady time."""
        began = time.monotonic()
        answer = await what
        await asyncio.sleep(max(0.0, self.steady_seconds - (time.monotonic() - began)))
        return answer

    def _mark(self, said: str, address: str) -> str:
        return hmac.new(self._secret, f"{said} {address}".encode(), hashlib.sha256).hexdigest()
