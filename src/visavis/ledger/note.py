"""Signed notes: a text and, below it, a line for each signature (https://c2sp.org/signed-note).

The kind of a signature is the first byte of its key; `KINDS` names the known ones, and whoever reads a note may hand in more.
Lines by keys that nobody asks about are kept and ignored, as the format wants: a witness may add its own.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from visavis.domain.errors import InputError

ED25519 = 0x01
KEY_ID_BYTES = 4
MOST_BYTES = 64 << 10
"""A note longer than this is not read: a checkpoint with a dozen witnesses has 2 kB."""

Check: TypeAlias = Callable[[bytes, bytes, bytes], bool]
"""(public key, signature, text) to whether the signature holds."""


class Signer(Protocol):
    """Signs notes under a name."""

    @property
    def name(self) -> str:
        """Name of the key: no white space, no «+»."""
        ...

    @property
    def key(self) -> bytes:
        """Kind (one byte) and public key."""
        ...

    def sign(self, text: bytes) -> bytes:
        """Return the signature over `text`."""
        ...


class Ed25519Signer:
    """Signs with Ed25519 (RFC 8032), kind 0x01.

    Parameters
    ----------
    name : str
    seed : (32,) bytes
        The private key.
    """

    def __init__(self, name: str, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.name: Final = _checked_name(name)
        self.key: Final = bytes([ED25519]) + self._private.public_key().public_bytes_raw()

    def sign(self, text: bytes) -> bytes:
        """Return the 64 bytes of the signature."""
        return self._private.sign(text)


def ed25519_holds(public: bytes, signature: bytes, text: bytes) -> bool:
    """Say whether an Ed25519 signature holds."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text)
    except (InvalidSignature, ValueError):
        return False
    return True


KINDS: Mapping[int, Check] = {ED25519: ed25519_holds}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifier:
    """A public key under its name.

    Attributes
    ----------
    name : str
    key : bytes
        Kind (one byte) and public key.
    """

    name: str
    key: bytes

    @property
    def key_id(self) -> bytes:
        """SHA-256(name, line break, key)[:4]: a hint of which key signed, no proof."""
        return hashlib.sha256(self.name.encode() + b"\n" + self.key).digest()[:KEY_ID_BYTES]

    def text(self) -> str:
        """Return the key as it is given away: `name+id+key`, id in hexadecimal, key in base64."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(self.key).decode()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One line below a note's text."""

    name: str
    key_id: bytes
    value: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A text and its signatures; none is checked yet."""

    text: bytes
    signatures: tuple[Signature, ...]

    def signed_by(self, verifier: Verifier, kinds: Mapping[int, Check] = KINDS) -> bool:
        """Say whether a signature by this key stands here and holds; one that stands and does not hold outweighs one that does."""
        mine = [one for one in self.signatures if (one.name, one.key_id) == (verifier.name, verifier.key_id)]
        check = kinds.get(verifier.key[0])
        return bool(mine) and check is not None and all(check(verifier.key[1:], one.value, self.text) for one in mine)


def verifier_of(signer: Signer) -> Verifier:
    """Return the public half of a signer."""
    return Verifier(name=signer.name, key=signer.key)


def read_verifier(text: str) -> Verifier:
    """Read a public key as `Verifier.text` writes it.

    Raises
    ------
    InputError
        Another form, or an id that is not the key's.
    """
    name, _, rest = text.partition("+")
    key_id, _, key = rest.partition("+")
    verifier = Verifier(name=_checked_name(name), key=from_base64(key, "the key"))
    if len(verifier.key) < 2 or key_id != verifier.key_id.hex():
        raise InputError("the id in a verifier key is not the key's own", remedy="copy the line «name+id+key» again, whole")
    return verifier


def sign(text: bytes, signer: Signer) -> bytes:
    """Return the note: `text`, which ends with a line break, an empty line, and one signature."""
    value = verifier_of(signer).key_id + signer.sign(text)
    return text + b"\n" + f"— {signer.name} {base64.b64encode(value).decode()}\n".encode()


def read_note(raw: bytes) -> Note:
    """Take a note apart.

    Raises
    ------
    InputError
        It is none.
    """
    if len(raw) > MOST_BYTES:
        raise InputError(f"a signed note of more than {MOST_BYTES} bytes")
    text, gap, tail = raw.rpartition(b"\n\n")
    try:
        lines = tail.decode().split("\n")
        text.decode()
    except UnicodeDecodeError:
        raise InputError("a signed note that is not UTF-8") from None
    if not gap or not text or lines.pop() or not lines:
        raise InputError("not a signed note: text, an empty line, signatures")
    return Note(text=text + b"\n", signatures=tuple(map(_signature, lines)))


def from_base64(text: str, what: str) -> bytes:
    """Decode base64 in its one canonical form; `InputError` names `what` is not in it."""
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        value = b""
    if not value or base64.b64encode(value).decode() != text:  # bits that decoding drops would let a byte change unseen
        raise InputError(f"{what} is not in base64")
    return value


def _signature(line: str) -> Signature:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    if dash != "—":
        raise InputError("a signature line must begin with «— »")
    value = from_base64(encoded, "a signature")
    if len(value) <= KEY_ID_BYTES:
        raise InputError("a signature line without a signature")
    return Signature(name=_checked_name(name), key_id=value[:KEY_ID_BYTES], value=value[KEY_ID_BYTES:])


def _checked_name(name: str) -> str:
    if not name or "+" in name or any(sign.isspace() for sign in name):
        raise InputError("a key's name is text without white space and «+»")
    return name
