"""What went wrong, as `application/problem+json` (RFC 9457), one shape for the four families of errors."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from visavis.domain.errors import DamageError, InputError, RefusedError, SetupError, SeveralFacesInProbe, VisavisError
from visavis.web.visit import NotThere, TooLarge

MEDIA = "application/problem+json"


class Unauthorised(RefusedError):
    """Nobody has come in: no key, no session, or a key that opens nothing."""


class TooOften(RefusedError):
    """A rate is used up; `wait_seconds` until the next try."""

    def __init__(self, message: str, *, rule: str, wait_seconds: int, remedy: str = "") -> None:
        super().__init__(message, rule=rule, remedy=remedy)
        self.wait_seconds = wait_seconds


class UnderWay(InputError):
    """The same request is being answered right now."""


FAMILIES: tuple[tuple[type[VisavisError], int, str], ...] = (
    (Unauthorised, 401, "urn:visavis:unauthorised"),
    (TooOften, 429, "urn:visavis:too-often"),
    (TooLarge, 413, "urn:visavis:too-large"),
    (NotThere, 404, "urn:visavis:not-there"),
    (UnderWay, 409, "urn:visavis:under-way"),
    (InputError, 422, "urn:visavis:input"),
    (RefusedError, 403, "urn:visavis:refused"),
    (SetupError, 503, "urn:visavis:set-up"),
    (DamageError, 500, "urn:visavis:damage"),
)
"""The first that fits says status and type; those of the command line's families come last."""


class WrongField(BaseModel):
    """One field of a request that can't be used."""

    model_config = ConfigDict(extra="forbid")

    field: str = Field(description="Its name; names of names are joined by dots.")
    problem: str


class Problem(BaseModel):
    """What went wrong."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(description="Of which family: `urn:visavis:input`, `…:refused`, `…:set-up`, `…:damage`, or a narrower one.")
    title: str
    status: int
    detail: str = Field(description="What happened, to what.")
    remedy: str = Field(description="The one act that mends it; may be empty.")
    rule: str = Field(description="Name of the rule that refused, as in docs/law/gates.md; empty = none did.")
    request_id: str = Field(description="Under which the server's log has it.")
    faces: int | None = Field(default=None, description="How many faces the probe shows, where none of several was picked.")
    errors: list[WrongField] = Field(default=[], description="Each field that can't be used.")


def problem(error: VisavisError, *, request_id: str, errors: Sequence[WrongField] = ()) -> Response:
    """Return the answer to a request that failed."""
    status, kind = next(((status, kind) for family, status, kind in FAMILIES if isinstance(error, family)), (500, "urn:visavis:damage"))
    headers = {"retry-after": str(max(1, error.wait_seconds))} if isinstance(error, TooOften) else {}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["www-authenticate"] = "ApiKey"
    return _answer(
        Problem(
            type=kind,
            title=HTTPStatus(status).phrase,
            status=status,
            detail=str(error),
            remedy=error.remedy,
            rule=error.rule if isinstance(error, RefusedError) else "",
            request_id=request_id,
            faces=error.count if isinstance(error, SeveralFacesInProbe) else None,
            errors=list(errors),
        ),
        headers,
    )


def unknown(status: int, *, request_id: str, headers: Mapping[str, str]) -> Response:
    """Return the answer at an address where nothing is, or that is not asked so."""
    said = Problem(
        type="urn:visavis:not-there" if status == HTTPStatus.NOT_FOUND else "about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        detail="there is nothing at this address, or it is not asked that way",
        remedy="see /v1/openapi.json",
        rule="",
        request_id=request_id,
    )
    return _answer(said, headers)


def _answer(said: Problem, headers: Mapping[str, str]) -> Response:
    return Response(said.model_dump_json(), status_code=said.status, media_type=MEDIA, headers=dict(headers))
