"""Doors: what every route declares. A route without a door, or a door that hides what it writes, fails the making of the app."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from starlette.responses import Response
from starlette.routing import BaseRoute

from visavis.domain.actor import Role
from visavis.domain.errors import SetupError
from visavis.web.visit import Visit
from visavis.wiring.accounts import roles_for

FORM = 8 << 10
"""Bytes of a form without a file."""
UPLOAD = 40 << 20
"""Bytes of a form with one photograph."""


class Who(StrEnum):
    """Who may knock."""

    ANYBODY = "anybody"
    SIGNED_IN = "whoever signed in"
    ROLE = "by role"
    SIGNATURE = "keys that sign"
    """Programs that sign each request with the secret of their key, as AWS does; no person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One route.

    Attributes
    ----------
    act : str
        An act of `visavis.law.roles`, for `Who.ROLE`: only who holds it comes in.
    operation : str
        Under which the ledger has what is done here; empty = nothing, and `because` says why.
    body_bytes : int
        The longest body that is read; 0 = none.
    key_act : str
        Which act of a key lets a program in: `search`, `ingest`, `browse`; `any` = every key; empty = people only.
    streamed : bool
        The page itself reads the body, in pieces, and looks for the token of its form before it keeps any.
    own_token : bool
        For a form that anybody sends, without a cookie: the page checks a token of its own (`web.public`).
    """

    method: str
    path: str
    who: Who
    act: str = ""
    operation: str = ""
    because: str = ""
    body_bytes: int = 0
    key_act: str = ""
    streamed: bool = False
    own_token: bool = False

    def check(self) -> None:
        """Raise `SetupError` for a door that does not say all it must."""
        if bool(self.operation) == bool(self.because):
            raise SetupError(f"{self.method} {self.path} declares no operation for the ledger, nor why it has none")
        if bool(self.act) is not (self.who is Who.ROLE):
            raise SetupError(f"{self.method} {self.path}: a door by role names an act, and no other does")
        if self.own_token and self.who is not Who.ANYBODY:
            raise SetupError(f"{self.method} {self.path}: a form of somebody who signed in has the token of their session")
        if (self.method == "GET") is not (self.body_bytes == 0):
            raise SetupError(f"{self.method} {self.path}: every body has a limit, and GET has none")

    @property
    def roles(self) -> frozenset[Role]:
        """The roles that come in; `service` is every program whose key has the act."""
        if self.who is Who.SIGNATURE:
            return frozenset({Role.SERVICE})
        people = (roles_for(self.act) if self.act else frozenset(Role)) - {Role.SERVICE}
        return people | {Role.SERVICE} if self.key_act else people


Handler = Callable[[Visit], Awaitable[Response]]
Opening = tuple[Door, Handler]


def check_declared(routes: Iterable[BaseRoute], doors: Iterable[Door]) -> None:
    """Raise `SetupError` if a route has no door."""
    declared = {(door.method, door.path) for door in doors}
    for route in routes:
        path, methods = getattr(route, "path", str(route)), getattr(route, "methods", None) or {"?"}
        for method in methods:
            if (method, path) not in declared:
                raise SetupError(f"{method} {path} is a route without a declaration", remedy="declare a Door for it")


def table(doors: Iterable[Door]) -> str:
    """Return the doors as a table in Markdown, for `docs/security.md`."""
    lines = ["| route | who | in the ledger as | body, KiB |", "|---|---|---|---|"]
    for door in sorted(doors, key=lambda door: (door.path, door.method)):
        who = _who(door)
        kept = door.operation or f"nothing: {door.because}"
        lines.append(f"| `{door.method} {door.path}` | {who} | {kept} | {door.body_bytes >> 10 or ''} |")
    return "\n".join(lines) + "\n"


def _who(door: Door) -> str:
    if door.who is Who.SIGNATURE:
        return door.who.value
    people = [role.value for role in Role if role in door.roles - {Role.SERVICE}] if door.who is Who.ROLE else [door.who.value]
    keys = {"": [], "any": ["any key"]}.get(door.key_act, [f"keys to {door.key_act}"])
    return ", ".join([*people, *keys])
