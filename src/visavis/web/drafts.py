"""A charter on its way, in the memory of a session: leaving or a restart forgets it, and nothing of it lies on a disk."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from visavis.wiring.charter_forms import Input, Question
from visavis.wiring.folders import Received

Said = Mapping[str, list[str]]
"""The fields of a form."""


@dataclass(slots=True, kw_only=True)
class CharterDraft:
    """What a person has answered until now.

    Attributes
    ----------
    document : dict
        As TOML has it, whether it fits or not: going back loses nothing.
    source_id : str
        The source whose charter is amended; empty = a new source.
    place : str
        Of the folder that was picked, as `wiring.folders` writes places.
    upload : str
        Of the pictures that were handed in instead, with what came.
    """

    document: dict[str, Any]
    source_id: str = ""
    place: str = ""
    upload: str = ""
    received: Received | None = None
    evidence: list[dict[str, str]] = field(default_factory=list)

    @property
    def profile(self) -> str:
        """Its profile."""
        return str(self.document.get("profile", ""))

    @property
    def placed(self) -> bool:
        """Whether it is known where the pictures are."""
        return bool(self.place or self.upload)

    def whole(self) -> dict[str, Any]:
        """Return the document with its evidence."""
        return {**self.document, "evidence": self.evidence} if self.evidence else dict(self.document)

    def take(self, question: Question, said: Said) -> None:
        """Keep the answers of a form to one question; what is left empty is not answered."""
        values = {one.name: value for one in question.inputs if (value := _READ.get(one.kind, _text)(one, said)) not in ("", None)}
        if len(question.inputs) == 1 and question.inputs[0].name == question.key:
            self._put(question.key, values.get(question.key))
        else:
            table = {name.partition(".")[2]: value for name, value in values.items() if value != []}
            self._put(question.key, table or None)

    def said(self, name: str) -> Any:
        """Return the answer to a field, dotted; None = none."""
        top, _, leaf = name.partition(".")
        value = self.document.get(top)
        return value.get(leaf) if leaf and isinstance(value, Mapping) else None if leaf else value

    def _put(self, key: str, value: object) -> None:
        if value is None:
            self.document.pop(key, None)
        else:
            self.document[key] = value


def _first(one: Input, said: Said) -> str:
    return (said.get(one.name) or [""])[0].strip()


def _text(one: Input, said: Said) -> object:
    return _first(one, said)


def _several(one: Input, said: Said) -> object:
    ticked = [word.strip() for word in said.get(one.name, []) if word.strip()]
    return ticked if ticked or one.field.may_be_empty else None


def _lines(one: Input, said: Said) -> object:
    return [line.strip() for line in _first(one, said).splitlines() if line.strip()] or None


def _places(one: Input, said: Said) -> object:
    return [word if word == "unknown" else word.upper() for word in re.split(r"[\s,;]+", _first(one, said)) if word] or None


def _country(one: Input, said: Said) -> object:
    return _first(one, said).upper()


def _count(one: Input, said: Said) -> object:
    text = _first(one, said)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else text


def _truth(one: Input, said: Said) -> object:
    return {"yes": True, "no": False}.get(_first(one, said))


_READ: Mapping[str, Callable[[Input, Said], object]] = MappingProxyType(
    {"choices": _several, "lines": _lines, "places": _places, "country": _country, "count": _count, "truth": _truth}
)
