"""The document of `/v1`, OpenAPI 3.1, made from the same declarations that read what is asked and write what is answered."""

import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from visavis.web.api.problems import MEDIA, Problem
from visavis.web.api.routes import Nothing, Route
from visavis.web.house import Address

VERSION = "1.0"
_REF = "#/components/schemas/{model}"
_ABOUT = (
    "Search a lawfully held collection by face. A candidate is a lead, not an identification. Every act passes the same rules as in the "
    "desk and on the command line, and is in the same ledger. Errors are application/problem+json (RFC 9457). A request under another "
    "host's name is answered with 421, before anything is read."
)
_PROBLEMS = {
    401: "nobody has come in, or the key opens nothing",
    403: "a rule says no; `rule` names it",
    404: "there is no such thing, or it is none of the caller's",
    409: "the same request is being answered",
    413: "the body is too large",
    422: "what was sent can't be used",
    429: "a rate is used up; `retry-after` says how many seconds to wait",
    500: "the archive's records disagree with each other",
    503: "something is not set up, or the archive is busy",
}


def document(routes: Sequence[Route], address: Address) -> bytes:
    """Return the document as JSON."""
    schemas = _schemas(routes)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.door.path, {})[route.door.method.lower()] = _operation(route, schemas)
    told = {
        "openapi": "3.1.0",
        "info": {"title": "Visavis", "version": VERSION, "description": _ABOUT},
        "servers": [{"url": address.origin}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "api_key": {"type": "apiKey", "in": "header", "name": "x-api-key", "description": "A program's key."},
                "session": {"type": "apiKey", "in": "cookie", "name": address.cookie, "description": "A person's session in the desk."},
            },
        },
    }
    return json.dumps(told).encode()


def _schemas(routes: Sequence[Route]) -> dict[str, Any]:
    models: list[tuple[type[BaseModel], Any]] = [(Problem, "serialization")]
    for route in routes:
        models += [(route.body, "validation"), (route.query, "validation")]
        models += [] if route.answer is None else [(route.answer, "serialization")]
    _, found = models_json_schema(list(dict.fromkeys(models)), ref_template=_REF)
    schemas: dict[str, Any] = found["$defs"]
    return schemas


def _operation(route: Route, schemas: dict[str, Any]) -> dict[str, Any]:
    door = route.door
    told: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.says,
        "tags": [route.tag],
        "security": [{"session": []}, *([{"api_key": []}] if door.key_act else [])],
        "parameters": [*_path_parts(route), *_query_parts(route, schemas), *_headers(route)],
        "responses": _responses(route),
    }
    if door.method != "GET":
        told["requestBody"] = _request_body(route, schemas)
    return told


def _path_parts(route: Route) -> list[dict[str, Any]]:
    parts = [part[1:].partition("}")[0] for part in route.door.path.split("/") if part.startswith("{")]
    number = {"type": "string", "pattern": "^[0-9]{1,15}$"}
    one = {"type": "string", "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"}
    return [{"name": part, "in": "path", "required": True, "schema": number if part == "seq" else one} for part in parts]


def _query_parts(route: Route, schemas: dict[str, Any]) -> list[dict[str, Any]]:
    fields = schemas[route.query.__name__].get("properties", {})
    return [{"name": name, "in": "query", "required": False, "schema": _not_null(schema)} for name, schema in fields.items()]


def _not_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return what a query can say: there a value is absent, not null."""
    told = {name: value for name, value in schema.items() if name != "default" or value is not None}
    kinds = [one for one in told.get("anyOf", ()) if one.get("type") != "null"]
    if len(kinds) == 1:
        del told["anyOf"]
        told |= kinds[0]
    return told


def _headers(route: Route) -> list[dict[str, Any]]:
    if route.door.method == "GET":
        return []
    key = {"type": "string", "pattern": "^[\\x21-\\x7e]{1,200}$"}
    says = "Sent again within a day, the request is not carried out again."
    return [
        {"name": "idempotency-key", "in": "header", "required": False, "schema": key, "description": says},
        {
            "name": "x-csrf-token",
            "in": "header",
            "required": False,
            "schema": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "description": "With a session: `csrf_token` of /v1/me.",
        },
    ]


def _request_body(route: Route, schemas: dict[str, Any]) -> dict[str, Any]:
    name = route.body.__name__
    content: dict[str, Any] = {"application/json": {"schema": {"$ref": _REF.format(model=name)}}}
    if route.upload:
        fields = {field: schema for field, schema in schemas[name]["properties"].items() if field != "photo_base64"}
        photo = {"type": "string", "format": "binary", "description": "The photograph."}
        form = {"type": "object", "properties": {**fields, "photo": photo}, "additionalProperties": False}
        content["multipart/form-data"] = {"schema": form}
    return {"required": route.body is not Nothing, "content": content}


def _responses(route: Route) -> dict[str, Any]:
    shown = {"x-request-id": {"schema": {"type": "string"}, "description": "Under which the server's log has it."}}
    success = {"description": HTTPStatus(route.status).phrase, "headers": shown, "content": {route.media: {"schema": _answer(route)}}}
    told = {str(route.status): success}
    for status in _statuses(route):
        headers = {"retry-after": {"schema": {"type": "string"}}} if status == HTTPStatus.TOO_MANY_REQUESTS else {}
        content = {MEDIA: {"schema": {"$ref": _REF.format(model="Problem")}}}
        told[str(status)] = {"description": _PROBLEMS[status], "headers": {**shown, **headers}, "content": content}
    return told


def _answer(route: Route) -> dict[str, Any]:
    if route.answer is not None:
        return {"$ref": _REF.format(model=route.answer.__name__)}
    kinds = {"application/json": {"type": "object"}, "text/plain": {"type": "string"}}
    return kinds.get(route.media, {"type": "string", "format": "binary"})


def _statuses(route: Route) -> list[int]:
    """Return what a route may answer when it fails."""
    door = route.door
    changing = (409, 413) if door.method != "GET" else ()
    missing = (404,) if "{" in door.path or route.names_things else ()
    return sorted((401, 403, 422, 429, 500, 503, *changing, *missing))
