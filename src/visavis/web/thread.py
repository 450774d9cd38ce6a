"""An archive, a thread: every act of every person, one after the other, each as who is signed in."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from visavis.wiring.accounts import SignedIn
from visavis.wiring.services import Caller

if TYPE_CHECKING:
    from visavis.wiring import Archive

T = TypeVar("T")


class ArchiveThread:
    """An archive that lives in a thread of its own: SQLite's connection belongs to one, and so no two acts are ever mixed up.

    Parameters
    ----------
    open_archive : callable
        Called there, once, when the first act comes.
    """

    def __init__(self, open_archive: "Callable[[], Archive]") -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="archive")
        self._open = open_archive
        self._archive: Archive | None = None
        self._lock = threading.Lock()
        self._waiting = 0

    @property
    def waiting(self) -> int:
        """How many acts wait for the one that is under way."""
        return self._waiting

    def start(self) -> None:
        """Open the archive now, so that what is wrong with it is said before anybody asks."""
        self._thread.submit(self._opened).result()

    async def act(self, who: SignedIn | Caller | None, what: "Callable[[Archive], T]") -> T:
        """Do something as a person or a program; None = as the machine's user."""
        return await asyncio.wrap_future(self._queued(who, what))

    def hand_in(self, what: "Callable[[Archive], T]") -> "Future[T]":
        """Do something as the machine's user, for who has no event loop to wait in."""
        return self._queued(None, what)

    def begin(self, who: SignedIn | None, what: "Callable[[Archive], T]") -> "Future[T]":
        """Begin something as a person, and do not wait for it."""
        return self._queued(who, what)

    def close(self) -> None:
        """Let go of the archive, after what is under way."""
        if self._archive is not None:
            self._thread.submit(self._archive.close).result()
        self._thread.shutdown()

    def _queued(self, who: SignedIn | Caller | None, what: "Callable[[Archive], T]") -> "Future[T]":
        self._count(1)
        asked = self._thread.submit(self._act, who, what)
        asked.add_done_callback(self._given_up)
        return asked

    def _given_up(self, asked: "Future[T]") -> None:
        """Count out what nobody waited for any more before its turn came."""
        if asked.cancelled():
            self._count(-1)

    def _count(self, by: int) -> None:
        with self._lock:
            self._waiting += by

    def _act(self, who: SignedIn | Caller | None, what: "Callable[[Archive], T]") -> T:
        self._count(-1)
        archive = self._opened()
        with archive.acting_as(who):
            return what(archive)

    def _opened(self) -> "Archive":
        if self._archive is None:
            self._archive = self._open()
        return self._archive
