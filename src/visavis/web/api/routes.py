"""Routes of `/v1`: a door as every page has one, and what is asked and answered there, as models."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from visavis.domain.errors import SetupError
from visavis.web.doors import Door, Who
from visavis.web.house import House
from visavis.web.sessions import WebSession
from visavis.wiring.accounts import SignedIn
from visavis.wiring.services import Caller

M = TypeVar("M", bound=BaseModel)


class Asked(BaseModel):
    """What a caller sends: nothing but what is declared."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Told(BaseModel):
    """What is answered."""

    model_config = ConfigDict(extra="forbid")


class Nothing(Asked):
    """No fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request that has passed the guard.

    Attributes
    ----------
    who : SignedIn or Caller or None
        None = the machine's user, with the session of the start link.
    ids : mapping of str to str
        The parts of the path.
    photo : bytes
        Empty = none was sent.
    """

    house: House
    who: SignedIn | Caller | None
    session: WebSession | None
    ids: dict[str, str]
    query: BaseModel
    body: BaseModel
    photo: bytes = field(default=b"", repr=False)

    @property
    def program(self) -> Caller | None:
        """The program that asks, if one does."""
        return self.who if isinstance(self.who, Caller) else None

    async def act(self, what: Callable[[Any], M | Any]) -> Any:
        """Do something in the archive, as who asks."""
        return await self.house.archive.act(self.who, what)

    def asked(self, model: type[M]) -> M:
        """Return the body; `SetupError` if the route declares another."""
        return _of(self.body, model)

    def filters(self, model: type[M]) -> M:
        """Return the query; `SetupError` if the route declares another."""
        return _of(self.query, model)


Handler = Callable[[Call], Awaitable["BaseModel | Response"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One route.

    Attributes
    ----------
    name : str
        `operationId`.
    answer : type or None
        Model of what is answered; None = other bytes, of `media`.
    says : str
        One line for the document.
    upload : bool
        The body may come as a form with a photograph, too.
    names_things : bool
        What is asked names something that may be none of the caller's: then it is as if it were not there.
    again, kept : callable or None
        What is kept of an answer, and what makes it anew from that where a request with the same `Idempotency-Key` comes again; None =
        the answer itself is kept, which holds ids and words only.
    """

    door: Door
    name: str
    says: str
    handler: Handler
    answer: type[Told] | None
    tag: str
    status: int = 200
    query: type[Asked] = Nothing
    body: type[Asked] = Nothing
    upload: bool = False
    media: str = "application/json"
    names_things: bool = False
    again: Callable[[Call, str], Awaitable[Told]] | None = None
    kept: Callable[[Any], str] | None = None

    def check(self) -> None:
        """Raise `SetupError` for a route that does not say all it must."""
        self.door.check()
        if not self.door.path.startswith("/v1/"):
            raise SetupError(f"{self.door.path} is not below /v1")
        if self.door.who is Who.ANYBODY:
            raise SetupError(f"{self.door.path} is open to anybody")


def _of(said: BaseModel, model: type[M]) -> M:
    if not isinstance(said, model):
        raise SetupError(f"a route reads {model.__name__}, and declares {type(said).__name__}")
    return said
