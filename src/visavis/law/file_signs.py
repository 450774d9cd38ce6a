"""What the files themselves say against a charter: signs of a gathering from the web, and credits that name somebody else.

A sign proves nothing: a museum may have bought its pictures over the web. Over the limit a named person answers in writing, and the
answer stays with the charter. The limits are data (`file_signs.toml`) and our own choice; no authority set them.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType

from visavis.law.charter import Charter
from visavis.law.gates import Gate, No, pass_all
from visavis.law.rules import Rule


class Sign(StrEnum):
    """One kind of sign; the value is stored."""

    ORIGIN_ADDRESS = "origin-address"
    """The file's attributes name the web address that it was downloaded from."""
    SIDECAR = "downloader-sidecar"
    """A downloading program left something beside the pictures."""
    MANY_HOSTS = "many-hosts"
    """The addresses lie on many hosts."""
    CREDIT_DIFFERS = "credit-differs"
    """The picture's credit names somebody who is not the controller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """From when on a sign asks for an answer: at least so many, and at least so many of a hundred that were looked at."""

    says: str
    at_least: int
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """One sign, counted; `over_limit`: a named person must answer before anything is decoded."""

    sign: Sign
    count: int
    looked_at: int
    over_limit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSigns:
    """What a look at a folder found; `examples` are paths below it, for a terminal only."""

    contradictions: tuple[Contradiction, ...]
    examples: Mapping[str, tuple[str, ...]]


@cache
def limits() -> Mapping[Sign, Limit]:
    """Return the limits that ship with this version."""
    table = tomllib.loads(resources.files("visavis.law").joinpath("file_signs.toml").read_text(encoding="utf-8"))
    return MappingProxyType({sign: Limit(**table[sign]) for sign in Sign})


def weigh(counted: Mapping[Sign, tuple[int, int]]) -> tuple[Contradiction, ...]:
    """Hold what was counted, sign to (files, of how many), against the limits; signs that no file carries are left out."""
    return tuple(
        Contradiction(sign=sign, count=count, looked_at=looked_at, over_limit=_is_over(limits()[sign], count, looked_at))
        for sign, (count, looked_at) in counted.items()
        if count
    )


def _is_over(limit: Limit, count: int, looked_at: int) -> bool:
    return count >= limit.at_least and count * 100 >= limit.percent * looked_at


def names_another(credit: str, charter: Charter) -> bool:
    """Whether a picture's credit names neither the controller nor one of its processors. Without a controller nothing is compared."""
    said = _plain(credit)
    if charter.controller is None or not said:
        return False
    ours = [_plain(name) for name in (charter.controller.name, *charter.controller.processors)]
    return not any(name in said or said in name for name in ours)


def _plain(text: str) -> str:
    return " ".join("".join(sign if sign.isalnum() else " " for sign in text.casefold()).split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """What speaks against a source's charter over the limit, and was not answered for; `remedy` is the command that answers."""

    signs: Sequence[str]
    remedy: str


def _answered(asked: Unanswered) -> No | None:
    if not asked.signs:
        return None
    said = "; ".join(limits()[Sign(sign)].says for sign in asked.signs)
    return No(f"the files speak against the charter, and nobody has answered for it: {said}", asked.remedy)


FILE_GATES: tuple[Gate[Unanswered], ...] = (Gate(Rule.ANSWER_GIVEN, _answered),)


def check_answered(asked: Unanswered) -> None:
    """Ask whether a person has answered for what the files say; `RefusedError` (`answer-given`) if not."""
    pass_all(FILE_GATES, asked)
