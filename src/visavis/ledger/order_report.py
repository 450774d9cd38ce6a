"""What a ledger tells of one authority's order: a pure function of leaves, so that whoever has the leaves can write it again.

::

    {"clock": …, "ledger": {"file": "ledger.export", "key": …, "leaves": N, "root": …, "sha256": …},
     "report": "visavis order report v1", "told": {"acts": […], "claims_after_notification": […], "claims_before": […], "order": ID, …},
     "until": "2023-02-09"}

`told` is what :func:`told_of` returns; `clock` follows from it and from the day; no name, path or text of anybody stands in it.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from visavis.domain.errors import InputError
from visavis.ledger.leaf import canonical_json
from visavis.ledger.tree import leaf_hash

HEAD = "visavis order report v1"


def told_of(order_id: str, bodies: Iterable[bytes]) -> dict[str, Any]:
    """Return what leaves tell of an order: its opening, claims before and after its notification, each act, each with its leaf's hash.

    Raises
    ------
    InputError
        No leaf tells of such an order.
    """
    every = [_act(body) for body in bodies]
    own = [act for act in every if order_id in (act["objects"].get("order"), *_ids(act, "orders"))]
    opened = next((act for act in own if act["facts"].get("what") == "order-opened"), None)
    if opened is None:
        raise InputError(f"no leaf up to that day tells of order {order_id}", remedy="visavis order list")
    erasures = {one for act in own for one in (*_ids(act, "erasures"), act["objects"].get("erasure")) if one}
    claims = {
        one for act in own for one in (*_ids(act, "kept_out"), *_ids(act, "late"), *_ids(act, "claims"), act["objects"].get("claim")) if one
    }
    late = {one for act in own for one in (*_ids(act, "late"), act["objects"].get("claim")) if one}
    about_claims = [act for act in every if act["objects"].get("claim") in claims]
    mine = {act["seq"] for act in (*own, *about_claims)}
    erased = [act for act in every if act["objects"].get("erasure") in erasures and act["seq"] not in mine]
    return {
        "order": order_id,
        "opened": opened,
        "acts": sorted((*[act for act in own if act not in about_claims], *erased), key=lambda act: int(act["seq"])),
        "claims_before": [act for act in about_claims if act["objects"]["claim"] not in late],
        "claims_after_notification": [act for act in about_claims if act["objects"]["claim"] in late],
    }


def write_report(told: Mapping[str, Any], *, until: str, ledger: Mapping[str, Any], clock: Mapping[str, Any]) -> bytes:
    """Return the report as canonical JSON and a line break."""
    return canonical_json({"report": HEAD, "until": until, "ledger": ledger, "told": told, "clock": clock}) + b"\n"


def problems(report: bytes, export_sha256: str, bodies: Iterable[bytes]) -> list[str]:
    """Say what in a report is not what the leaves of its export tell; nothing for a sound one."""
    try:
        said = json.loads(report)
        order_id, until, head, named = said["told"]["order"], said["until"], said["report"], said["ledger"]["sha256"]
        same = told_of(order_id, bodies) == said["told"]
        canonical = canonical_json(said) + b"\n" == report
    except (InputError, KeyError, TypeError, ValueError) as error:
        return [f"the report can't be read: {error}"]
    found = []
    if head != HEAD or not canonical:
        found.append(f"the report is not in the form «{HEAD}»")
    if named != export_sha256:
        found.append("the report is about another export: it does not name this one's SHA-256")
    if not same:
        found.append(f"the report of order {order_id} until {until} does not say what the leaves tell")
    return found


def _act(body: bytes) -> dict[str, Any]:
    leaf = json.loads(body)
    kept = ("seq", "at", "actor", "operation", "objects", "facts", "commitments")
    return {**{name: leaf[name] for name in kept}, "leaf": leaf_hash(body).hex()}


def _ids(act: Mapping[str, Any], name: str) -> tuple[str, ...]:
    return tuple(act["objects"].get(name) or ())
