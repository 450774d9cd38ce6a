"""What the files themselves say against a charter: signs of a gathering from the web, and credits that name somebody else.

A sign proves nothing: a museum may have bought its pictures over the web. Over the policy pack's limit a named person answers in
writing, and the answer stays with the charter. The limits are our own choice; no authority set them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from visavis.law.charter import Charter
from visavis.law.policy import Policy


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
class Counted:
    """How many files, of how many that were looked at, carry a sign."""

    count: int
    looked_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """One sign, counted; `over_limit`: a named person must answer before anything is decoded."""

    sign: Sign
    count: int
    looked_at: int
    over_limit: bool


def weigh(counted: Mapping[Sign, Counted], policy: Policy) -> tuple[Contradiction, ...]:
    """Hold what was counted against the pack's limits; signs that no file carries are left out."""
    return tuple(
        Contradiction(sign=sign, count=found.count, looked_at=found.looked_at, over_limit=_is_over(sign, found, policy))
        for sign, found in sorted(counted.items())
        if found.count
    )


def _is_over(sign: Sign, found: Counted, policy: Policy) -> bool:
    limit = policy.contradictions[sign]
    return found.count >= limit.at_least and found.count * 100 >= limit.percent * found.looked_at


def names_another(credit: str, charter: Charter) -> bool:
    """Whether a picture's credit names neither the controller nor one of its processors. Without a controller nothing is compared."""
    if charter.controller is None or not _plain(credit):
        return False
    ours = [_plain(name) for name in (charter.controller.name, *charter.controller.processors)]
    said = _plain(credit)
    return not any(name in said or said in name for name in ours)


def _plain(text: str) -> str:
    return " ".join("".join(sign if sign.isalnum() else " " for sign in text.casefold()).split())
