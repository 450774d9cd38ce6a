"""Charters that are whole, as TOML documents, one a profile; tests take something away or change one thing."""

import copy
import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from visavis.law.charter import Charter
from visavis.law.reading import charter_from
from visavis.law.rulebook import Rulebook, shipped

_ORGANISATION: dict[str, Any] = {
    "title": "Portraits",
    "jurisdiction": ["FR", "unknown"],
    "shows_children": "yes",
    "dpia": "DPIA 2026-04",
    "valid_from": dt.date(2026, 1, 1),
    "controller": {"name": "Museum of Example", "country": "FR", "public_authority": True},
    "basis": {"article": "6(1)(e)", "holder": "Museum of  example", "since": dt.date(2020, 1, 1), "law": "Code du patrimoine"},
    "condition": {"article": "9(2)(j)", "law": "Loi 78-17, art. 44"},
    "evidence": [{"file": "deed.pdf", "sha256": "ab" * 32, "kind": "deed of gift"}],
}
_ENDING: dict[str, Any] = {"valid_to": dt.date(2027, 12, 31), "retention": {"rule": "charter", "action": "erase"}}

WHOLE: dict[str, dict[str, Any]] = {
    "household": {"title": "Family", "statement": "own pictures, own eyes", "valid_from": dt.date(2026, 1, 1)},
    "trial": {**_ORGANISATION, "valid_to": dt.date(2026, 1, 14)},
    "consent": {
        **_ORGANISATION,
        **_ENDING,
        "purposes": ["own-pictures"],
        "basis": {"article": "6(1)(a)", "holder": "Museum of Example", "since": dt.date(2026, 1, 1)},
        "condition": {"article": "9(2)(a)"},
        "standing_case": {"title": "Guests", "purpose": "own-pictures", "reason": "Guests ask for their pictures"},
    },
    "archive": {
        **_ORGANISATION,
        "purposes": ["catalogue", "research"],
        "metadata": ["caption", "credit"],
        "retention": {"rule": "review", "months": 12, "action": "erase"},
        "standing_case": {"title": "Cataloguing", "purpose": "catalogue", "reason": "Undated portraits"},
    },
    "tracing": {
        **_ORGANISATION,
        **_ENDING,
        "purposes": ["missing-person"],
        "condition": {"article": "9(2)(g)", "law": "Loi 95-73, art. 26"},
    },
    "police": {
        **_ORGANISATION,
        **_ENDING,
        "purposes": ["criminal-investigation"],
        "basis": {"article": "LED 8", "holder": "Museum of Example", "since": dt.date(2020, 1, 1), "law": "CPP, art. 230-6"},
        "condition": {"article": "LED 10", "law": "CPP, art. R. 40-26"},
    },
    "evaluation": {"title": "LFW", "statement": "licensed test set, aggregates only", "valid_from": dt.date(2026, 1, 1)},
}


@pytest.fixture(scope="session")
def rules() -> Rulebook:
    return shipped()


@pytest.fixture(scope="session")
def whole() -> Callable[[str], dict[str, Any]]:
    """Return a whole document of a profile, to be changed freely."""
    return lambda profile: copy.deepcopy({"profile": profile, **WHOLE[profile]})


@pytest.fixture(scope="session")
def chartered(whole, rules) -> Callable[..., Charter]:
    """Return a charter of a profile with some fields replaced."""
    return lambda profile, **changes: charter_from({**whole(profile), **changes}, rules)
