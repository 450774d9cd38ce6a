"""Reading what a caller sent: query, JSON, or a form with a photograph, into the route's models."""

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, get_origin

from pydantic import BaseModel, ValidationError
from starlette.datastructures import QueryParams
from starlette.requests import Request

from visavis.domain.errors import InputError
from visavis.web.api.problems import WrongField
from visavis.web.api.routes import Route
from visavis.web.asked import ID
from visavis.web.visit import NotThere, read_body, read_form

NUMBER = re.compile(r"[0-9]{1,15}")
NUMBERED = ("seq",)
"""Parts of a path that are numbers; all others are ids."""
LONGEST_QUERY = 50


class WrongFields(InputError):
    """Fields that can't be used, each with why."""

    def __init__(self, errors: Sequence[WrongField]) -> None:
        super().__init__("some of what was sent can't be used: " + ", ".join(one.field for one in errors)[:200], remedy="see errors")
        self.errors = tuple(errors)


def ids_of(request: Request) -> dict[str, str]:
    """Return the parts of the path; `NotThere` unless each is an id or a number."""
    found = {name: str(said) for name, said in request.path_params.items()}
    for name, said in found.items():
        if not (NUMBER if name in NUMBERED else ID).fullmatch(said):
            raise NotThere(remedy="ids are 36 characters, lower case")
    return found


def query_of(route: Route, params: QueryParams) -> BaseModel:
    """Return the query; `WrongFields` for anything that is not declared."""
    if len(params.multi_items()) > LONGEST_QUERY:
        raise InputError("the query is too long", remedy="ask for less at once")
    return _made(route.query, _gathered(route.query, params.multi_items()))


async def body_of(route: Route, request: Request) -> tuple[BaseModel, bytes, bytes]:
    """Return the body as a model, the photograph in it, and the bytes that a repeat is compared by.

    Raises
    ------
    TooLarge
        It is longer than the door lets through.
    InputError
        It is no JSON object, and no form where one is taken.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if route.upload and kind == "multipart/form-data":
        form = await read_form(request, most=route.door.body_bytes)
        said = _gathered(route.body, [(name, text) for name, texts in form.fields.items() for text in texts])
        return _made(route.body, said), form.file, json.dumps(said, sort_keys=True).encode() + form.file
    raw = await read_body(request, route.door.body_bytes)
    if raw and kind != "application/json":
        raise InputError("this is no JSON", remedy="send it with the header content-type: application/json")
    said = _object(raw)
    made = _made(route.body, said)
    photo = _photo(getattr(made, "photo_base64", None))
    return made, photo, raw


def _object(raw: bytes) -> dict[str, Any]:
    try:
        said = json.loads(raw or b"{}")
        json.dumps(said).encode()
    except (ValueError, RecursionError) as error:
        raise InputError("the body is no JSON", remedy="send a JSON object in UTF-8") from error
    if not isinstance(said, dict):
        raise InputError("the body is no JSON object", remedy="send an object: {…}")
    if any("\0" in text or _lone(text) for text in _texts(said)):
        raise InputError("a text holds what no text does", remedy="send Unicode text without zero bytes")
    return said


def _texts(value: object) -> Sequence[str]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, dict):
        return [text for name, one in value.items() for text in (str(name), *_texts(one))]
    return [text for one in value for text in _texts(one)] if isinstance(value, list) else ()


def _lone(text: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in text)


def _photo(said: str | None) -> bytes:
    if not said:
        return b""
    try:
        return base64.b64decode(said, validate=True)
    except (binascii.Error, ValueError):
        raise WrongFields([WrongField(field="photo_base64", problem="this is no base64")]) from None


def _gathered(model: type[BaseModel], pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return texts by name, several of one name as a list where the model wants one."""
    found: dict[str, Any] = {}
    for name, text in pairs:
        field = model.model_fields.get(name)
        if field is not None and get_origin(field.annotation) in (list, tuple):
            found.setdefault(name, []).append(text)
        elif name in found:
            raise WrongFields([WrongField(field=name[:80], problem="this is given once")])
        else:
            found[name] = text
    if any("\0" in text for _, text in pairs):
        raise InputError("a text holds what no text does", remedy="send Unicode text without zero bytes")
    return found


def _made(model: type[BaseModel], said: Mapping[str, Any]) -> BaseModel:
    try:
        return model.model_validate(said)
    except ValidationError as error:
        wrong = [
            WrongField(field=".".join(str(part) for part in one["loc"])[:200] or "body", problem=one["msg"][:300])
            for one in error.errors(include_url=False, include_context=False, include_input=False)
        ]
        raise WrongFields(wrong[:50]) from None
