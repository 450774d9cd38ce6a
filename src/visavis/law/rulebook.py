"""All policy packs of one archive: which one governs a source, and which one a past decision was made under."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from visavis.domain.errors import InputError, RefusedError, SetupError
from visavis.law.policy import Policy, Profile, build_policy, document_of
from visavis.law.rules import Rule

PINNED: Mapping[str, str] = MappingProxyType(
    {
        "eu-2026-11-22.toml": "525cb9338775628e7d26e817d0dbf9d7362afe4f1f3a472b713fbfbcbf08219c",
        "fr-2026-11-22.toml": "5ac00077e3413ddb3c3429b3b86edb0e325ca7d24dff63b75bc6258e91b6315b",
        "uk-2026-11-22.toml": "a37c312955525bdc6c7f602f02eb1c79372fef562ba1b187c18172dfbb5d46e3",
        "led-eu-2026-11-22.toml": "c165637cee0411940ef907dc00ace7371a058ca0cc22e6cbfd9c0be934a2fff2",
    }
)
"""SHA-256 of each shipped pack by file name, oldest first; a pack that was shipped once stays, for the days that it governed."""

_BY_COUNTRY: Mapping[str, str] = MappingProxyType({"FR": "fr", "GB": "uk"})
_BY_PROFILE: Mapping[str, str] = MappingProxyType({"police": "led-eu"})
_USUAL = "eu"


class _Controller(Protocol):
    @property
    def country(self) -> str:
        """ISO 3166-1."""


class Filed(Protocol):
    """What of a charter decides its pack."""

    @property
    def profile(self) -> str:
        """Its profile."""

    @property
    def policy(self) -> str:
        """The pack it names; empty = none."""

    @property
    def controller(self) -> _Controller | None:
        """Who answers for it; None at home."""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The packs of one archive, by mark, oldest first."""

    marks: Mapping[str, Policy] = field(repr=False)

    def of(self, charter: Filed) -> Policy:
        """Return the pack that governs a charter: the one it names, else its profile's, else its controller's country's."""
        return self.governing(charter.profile, country=charter.controller.country if charter.controller else "", named=charter.policy)

    def governing(self, profile: str, *, country: str = "", named: str = "") -> Policy:
        """Return the pack for a profile and a country, or the one named."""
        return self.pack(named or _BY_PROFILE.get(profile) or _BY_COUNTRY.get(country, _USUAL))

    def pack(self, name: str) -> Policy:
        """Return the newest pack of a name; `InputError` if there is none."""
        for policy in reversed(list(self.marks.values())):
            if policy.name == name:
                return policy
        names = dict.fromkeys(policy.name for policy in self.marks.values())
        raise InputError(f"there is no policy pack «{name}»", remedy=f"name one of {', '.join(names)}")

    def marked(self, mark: str) -> Policy:
        """Return the pack that a past decision records; `InputError` if this archive does not have it."""
        if mark not in self.marks:
            raise InputError(f"the policy pack «{mark}» is not here", remedy="bring the local pack that was in force then")
        return self.marks[mark]

    @property
    def profiles(self) -> tuple[str, ...]:
        """Every profile that a charter may name."""
        return tuple(dict.fromkeys(name for policy in self.marks.values() for name in policy.profiles))

    def profile(self, name: str) -> Profile:
        """Return a profile as its usual pack has it."""
        return self.governing(name).profiles[name]

    @property
    def floor_fpir(self) -> float:
        """The strictest `Policy.floor_fpir` of the packs."""
        return min(policy.floor_fpir for policy in self.marks.values())

    def floor(self, thresholds: Mapping[float, float]) -> float:
        """Return the similarity under which nothing is given: a model pack's threshold at `floor_fpir`, or at the next lower one recorded.

        Parameters
        ----------
        thresholds : mapping of float to float
            FPIR to cosine; `SetupError` if none is at or below `floor_fpir`.
        """
        recorded = [fpir for fpir in thresholds if fpir <= self.floor_fpir]
        if not recorded:
            raise SetupError(f"the model pack records no threshold at FPIR {self.floor_fpir} or below", remedy="visavis packs list")
        return thresholds[max(recorded)]

    def joined_by(self, body: bytes) -> "Rulebook":
        """Return these packs and one more, read from the bytes of its file; the pack that it `extends` must be here.

        Raises
        ------
        SetupError
            It is no pack, or extends one that is not here.
        """
        document = document_of(body)
        above = document.pop("extends", None)
        if above is not None:
            document = _merged(self._document(above), document)
        policy = build_policy(document, body)
        return Rulebook(MappingProxyType({**self.marks, policy.mark: policy}))

    def _document(self, above: object) -> Mapping[str, Any]:
        for policy in self.marks.values():
            if above == f"{policy.name} {policy.version}":
                return policy.document
        raise SetupError(f"this policy pack extends «{above}», which is not here", remedy="name a pack and its version")


@cache
def shipped() -> Rulebook:
    """Return the packs that ship with this version.

    Raises
    ------
    SetupError
        A pack's bytes are not those that were shipped.
    """
    folder = resources.files("visavis.law").joinpath("packs")
    rules = Rulebook(MappingProxyType({}))
    for name, pin in PINNED.items():
        rules = rules.joined_by(pinned(folder.joinpath(name).read_bytes(), pin, name))
    return rules


def pinned(body: bytes, pin: str, name: str) -> bytes:
    """Return a shipped pack's bytes if their SHA-256 is the one pinned in the code, else raise `SetupError`."""
    if hashlib.sha256(body).hexdigest() != pin:
        raise SetupError(
            f"the policy pack {name} is not the one that was shipped",
            remedy="install Visavis again; rules of your own belong in a local pack: `visavis policy add FILE --as OWNER`",
        )
    return body


def load_local(rules: Rulebook, body: bytes, *, signature: bytes, public_key: bytes) -> Rulebook:
    """Return the rules joined by a local pack that the archive's owner signed.

    Parameters
    ----------
    rules : Rulebook
    body : bytes
        The pack's file.
    signature, public_key : bytes
        Ed25519 (RFC 8032), 64 and 32 bytes; the signature is over the SHA-256 of `body`.

    Raises
    ------
    RefusedError
        `pack-signed`: the signature is not this key's over these bytes.
    SetupError
        It is no pack, or takes the name of a shipped one.
    """
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, hashlib.sha256(body).digest())
    except (InvalidSignature, ValueError) as error:
        raise RefusedError(
            "the policy pack does not carry its owner's signature, or was changed after it",
            rule=Rule.PACK_SIGNED,
            remedy="visavis policy add FILE --as OWNER",
        ) from error
    name = document_of(body)["name"]
    if name in {policy.name for policy in shipped().marks.values()}:
        raise SetupError(f"«{name}» is a shipped policy pack", remedy=f'give the local one another name and `extends = "{name} VERSION"`')
    return rules.joined_by(body)


def _merged(above: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document completed from the one above: tables field by field, everything else replaced."""
    both = {**above, **own}
    for name in above.keys() & own.keys():
        if isinstance(above[name], Mapping) and isinstance(own[name], Mapping):
            both[name] = _merged(above[name], own[name])
    return both
