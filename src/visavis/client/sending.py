"""Sending requests: the key in its header, again where that does no harm, and problems as errors."""

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from visavis.domain.errors import DamageError, InputError, RefusedError, SetupError, SeveralFacesInProbe, VisavisError

NOT_NOW = (429, 502, 503, 504)
LONGEST_WAIT_SECONDS = 30.0
"""A rate that is used up for longer is an error for the program to deal with, not to sleep over."""
FIRST_WAIT_SECONDS = 0.5
HERE = ("127.0.0.1", "localhost", "::1")


class Sending:
    """Requests to one desk; what its parameters mean stands with `Client`."""

    def __init__(
        self,
        url: str,
        *,
        api_key: str,
        timeout: float,
        transport: httpx.BaseTransport | None,
        retries: int,
        sleep: Callable[[float], None] | None,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in HERE):
            raise InputError(
                f"{url} has no TLS: the key would go in the clear", remedy="https://…, or http://127.0.0.1 on the desk's machine"
            )
        self._http = httpx.Client(
            base_url=f"{parts.scheme}://{parts.netloc}", headers={"x-api-key": api_key}, timeout=timeout, transport=transport
        )
        self._retries = retries
        self._sleep = sleep or time.sleep

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        """Return what is answered."""
        return self._sent("GET", path, params=dict(query or {})).json()

    def read(self, path: str) -> bytes:
        """Return the bytes that are answered."""
        return self._sent("GET", path).content

    def post(self, path: str, said: Mapping[str, Any]) -> Any:
        """Send an act, once whatever happens on the way; return what is answered."""
        return self._sent("POST", path, json=dict(said), headers={"idempotency-key": str(uuid.uuid4())}).json()

    def pages(self, path: str, query: Mapping[str, Any] | None = None) -> Iterator[Any]:
        """Yield the items of a list, page after page as they are wanted."""
        cursor = ""
        while True:
            page = self.get(path, {**(query or {}), **({"cursor": cursor} if cursor else {})})
            yield from page["items"]
            cursor = page["next_cursor"]
            if not cursor:
                return

    def _sent(self, method: str, path: str, **more: Any) -> httpx.Response:
        for tried in range(self._retries + 1):
            last = tried == self._retries
            try:
                answer = self._http.request(method, path, **more)
            except httpx.TransportError as error:
                if last:
                    raise SetupError(
                        f"the desk does not answer: {type(error).__name__}", remedy="see that it runs, and its address"
                    ) from error
                self._sleep(FIRST_WAIT_SECONDS * 2**tried)
                continue
            wait = _wait(answer, tried)
            if answer.status_code not in NOT_NOW or last or wait > LONGEST_WAIT_SECONDS:
                break
            self._sleep(wait)
        if answer.is_success:
            return answer
        raise _error(answer)


def _wait(answer: httpx.Response, tried: int) -> float:
    said = answer.headers.get("retry-after", "")
    return float(said) if said.isascii() and said.isdigit() else FIRST_WAIT_SECONDS * 2**tried


def _error(answer: httpx.Response) -> VisavisError:
    """Return what went wrong as the error that the engine itself would raise."""
    said = _problem(answer)
    message = str(said.get("detail") or f"the desk answered {answer.status_code}")
    remedy, rule = str(said.get("remedy", "")), str(said.get("rule", ""))
    error: VisavisError
    if isinstance(said.get("faces"), int):
        error = SeveralFacesInProbe(message, count=said["faces"], remedy=remedy)
    elif answer.status_code in (401, 403, 429):
        error = RefusedError(message, rule=rule, remedy=remedy)
    elif answer.status_code in NOT_NOW:
        error = SetupError(message, remedy=remedy)
    else:
        error = InputError(message, remedy=remedy) if answer.is_client_error else DamageError(message, remedy=remedy)
    error.request_id = answer.headers.get("x-request-id", "")
    return error


def _problem(answer: httpx.Response) -> dict[str, Any]:
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
