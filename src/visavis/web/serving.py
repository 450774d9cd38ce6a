"""Serving the desk: where it listens, what it logs, how it ends."""

import secrets
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit

from visavis.domain.clock import Clock
from visavis.domain.errors import InputError, SetupError
from visavis.domain.speech import ENGLISH, Speech
from visavis.web.app import make_app
from visavis.web.house import Address, House, LookWithin, ReadPhotograph, Words
from visavis.web.languages import Languages
from visavis.web.logs import log_ids_only
from visavis.web.rendering import Pages
from visavis.web.sessions import Sessions
from visavis.web.thread import ArchiveThread
from visavis.wiring.folders import Folders

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from visavis.wiring import Archive

LOOPBACK = ("127.0.0.1", "::1")
LAST_ANSWERS_SECONDS = 10
"""How long requests that are under way may take when the desk is asked to stop."""
AT_ONCE = 400
"""Connections that are open, idle ones too: a browser opens six, and a proxy keeps them for all."""
KEPT_SECONDS = 150
"""How long a connection may be idle: longer than a proxy keeps it (Caddy 120, nginx 60), or it would send into one that is being closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where the desk listens, and to whom.

    Attributes
    ----------
    origin : str
        What stands before it, empty = nothing: browsers come from this machine.
    rights_page : bool
        Whether the public may send requests by `/rights`.
    """

    host: str
    port: int
    origin: str = ""
    rights_page: bool = True

    def address(self) -> Address:
        """Return how browsers reach the desk.

        Raises
        ------
        InputError
            An address that others reach without a proxy named, or a proxy without TLS.
        """
        own = frozenset({f"{host}:{self.port}" for host in ("127.0.0.1", "localhost", "[::1]")})
        if not self.origin:
            if self.host not in LOOPBACK:
                raise InputError(
                    f"{self.host} is reached by others, who would send their passphrases in the clear",
                    remedy="put a proxy with TLS before the desk, and name its address: --behind-proxy https://desk.example.org",
                )
            return Address(origin=f"http://127.0.0.1:{self.port}", hosts=own, proxied=False)
        parts = urlsplit(self.origin)
        if parts.scheme != "https" or not parts.hostname or self.origin != f"https://{parts.netloc}" or "@" in parts.netloc:
            raise InputError(f"«{self.origin}» is not the address of a proxy", remedy="write it as https://desk.example.org")
        return Address(origin=self.origin, hosts=own | {parts.netloc}, proxied=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A desk that can be served. `close` it when done."""

    app: "ASGIApp"
    house: House

    def close(self) -> None:
        """Let go of the archive."""
        self.house.previews.close()
        self.house.back.close()
        self.house.works.close()
        self.house.archive.close()


def make_desk(  # noqa: PLR0913 - what a desk is put together from, all keyword-only
    open_archive: "Callable[[], Archive]",
    *,
    read: ReadPhotograph,
    within: LookWithin,
    words: Callable[[Speech], Words],
    listening: Listening,
    clock: Clock,
    folders: Folders | None = None,
    languages: Path | None = None,
) -> Desk:
    """Return the desk of an archive, which is opened in threads of its own."""
    address = listening.address()
    archive = ArchiveThread(open_archive)
    archive.start()
    if folders is not None:
        folders.uploads.sweep()
    house = House(
        archive=archive,
        back=ArchiveThread(open_archive),
        sessions=Sessions(clock),
        read=read,
        within=within,
        words=words(ENGLISH),
        address=address,
        pages=Pages(Languages(*filter(None, (languages,))), words),
        clock=clock,
        folders=folders,
        start_key="" if address.proxied else secrets.token_urlsafe(24),
        rights_page=listening.rights_page,
    )
    return Desk(app=make_app(house), house=house)


def listen(listening: Listening) -> socket.socket:
    """Take the port: whoever follows the link from now on waits for the desk, and is not refused.

    Raises
    ------
    SetupError
        It is taken, or may not be listened on.
    """
    family = socket.AF_INET6 if ":" in listening.host else socket.AF_INET
    try:
        return socket.create_server((listening.host, listening.port), family=family, backlog=AT_ONCE)
    except OSError:
        where = f"{listening.host}:{listening.port}"
        raise SetupError(f"{where} can't be listened on", remedy="see that no other desk is open, or name another --port") from None


def run(desk: Desk, port: socket.socket, *, log_level: str = "info") -> None:
    """Serve at a port until somebody stops it; requests that are under way are answered first."""
    import uvicorn

    log_ids_only(log_level)
    config = uvicorn.Config(
        desk.app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        limit_concurrency=AT_ONCE,
        timeout_keep_alive=KEPT_SECONDS,
        timeout_graceful_shutdown=LAST_ANSWERS_SECONDS,
        h11_max_incomplete_event_size=32 << 10,
    )
    signal.signal(signal.SIGTERM, _end)  # uvicorn raises it again when the last answer is given: else nothing more would be closed
    uvicorn.Server(config).run(sockets=[port])


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    """End as after a success: whoever manages services asked for it."""
    raise SystemExit(0)
