"""Carries events to their targets: https only, to the one public address that the name gave, signed, and no redirect followed."""

import asyncio
import hashlib
import hmac
import json
import logging
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

from visavis.domain.clock import Clock
from visavis.domain.errors import VisavisError
from visavis.web.thread import ArchiveThread
from visavis.wiring.webhooks import Due, is_public

if TYPE_CHECKING:
    from visavis.wiring.webhooks import Target

LOG = logging.getLogger("visavis.web")
SIGNATURE = "x-visavis-signature"
EVERY_SECONDS = 5.0
PATIENCE_SECONDS = 10.0
LATE = 300
"""Seconds. Receivers refuse a signature that is older: a request that somebody wrote down is worth nothing later."""

Resolve = Callable[[str, int], list[str]]


def look_up(host: str, port: int) -> list[str]:
    """Return the addresses of a name."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class Courier:
    """Tells every target what it is to be told, now and then, in a thread of its own.

    Parameters
    ----------
    resolve : callable
        Names to addresses.
    transport : httpx.BaseTransport or None
        None = the network.
    """

    def __init__(
        self, archive: ArchiveThread, clock: Clock, *, resolve: Resolve = look_up, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._archive = archive
        self._clock = clock
        self._resolve = resolve
        self._http = httpx.Client(transport=transport, timeout=PATIENCE_SECONDS, follow_redirects=False, trust_env=False)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, after the request that is under way."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        self._http.close()

    def carry(self) -> int:
        """Tell every target what it is to be told now; return how many events were taken."""
        taken = 0
        for due in asyncio.run(self._archive.act(None, lambda archive: archive.webhooks.due())):
            taken += self._tell(due)
        return taken

    def _run(self) -> None:
        while not self._stopping.wait(EVERY_SECONDS):
            try:
                self.carry()
            except VisavisError as error:  # the archive is busy, or damaged: people are told at their own acts
                LOG.warning(json.dumps({"what": "webhooks", "failed": type(error).__name__}))

    def _tell(self, due: Due) -> int:
        taken, problem = 0, ""
        for event in due.events:
            problem = self._send(due.target, json.dumps(event.body, sort_keys=True).encode())
            if problem or self._stopping.is_set():
                break
            taken += 1
        if taken < len(due.events) and not problem:  # the desk is closing: what is left goes next time
            problem = "stopped"
        asyncio.run(self._archive.act(None, lambda archive: archive.webhooks.note(due, taken=taken, problem=problem)))
        return taken

    def _send(self, target: "Target", body: bytes) -> str:
        """Send one event; return why it was not taken, in a word, empty if it was."""
        parts = urlsplit(target.url)
        host, port = parts.hostname or "", parts.port or 443
        address = self._public(host, port)
        if address is None:
            return "no-public-address"
        shown = f"[{address}]" if ":" in address else address
        at = int(self._clock.now().timestamp())
        headers = {
            "host": host if port == 443 else f"{host}:{port}",
            "content-type": "application/json",
            "user-agent": "visavis",
            SIGNATURE: signature(target.secret, at, body),
        }
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            with self._http.stream(
                "POST", f"https://{shown}:{port}{path}", content=body, headers=headers, extensions={"sni_hostname": host}
            ) as answer:
                return "" if answer.is_success else f"status-{answer.status_code}"
        except httpx.HTTPError as error:
            return type(error).__name__

    def _public(self, host: str, port: int) -> str | None:
        """Return the one address that is connected to; None unless every address of the name is public."""
        try:
            found = self._resolve(host, port)
        except OSError:
            return None
        return found[0] if found and all(is_public(one) for one in found) else None


def signature(secret: str, at: int, body: bytes) -> str:
    """Return the header that says when an event was sent, and proves that who has the secret sent it: HMAC-SHA-256 of `at.body`."""
    proof = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={proof}"
