"""A person's Ed25519 key (RFC 8032), closed by their passphrase."""

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from visavis.domain.errors import InputError
from visavis.records.passphrase import PASSPHRASE, Argon2, close_with, open_with


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedKey:
    """What is stored of a person's key: 32 public bytes, and the private ones as the passphrase closes them."""

    public_key: bytes
    closed: bytes


def make_key(passphrase: str, parameters: Argon2 = PASSPHRASE) -> ClosedKey:
    """Make a new key that only the passphrase opens."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    return ClosedKey(public_key=public, closed=close_with(passphrase, _context(public), private.private_bytes_raw(), parameters))


def open_key(key: ClosedKey, passphrase: str) -> Ed25519PrivateKey | None:
    """Return the private key, or None if the passphrase does not open it."""
    try:
        private = Ed25519PrivateKey.from_private_bytes(open_with(passphrase, _context(key.public_key), key.closed))
    except InputError:
        return None
    return private


def close_again(key: ClosedKey, before: str, passphrase: str, parameters: Argon2 = PASSPHRASE) -> ClosedKey | None:
    """Return the same key as another passphrase closes it, or None if `before` does not open it."""
    private = open_key(key, before)
    if private is None:
        return None
    closed = close_with(passphrase, _context(key.public_key), private.private_bytes_raw(), parameters)
    return ClosedKey(public_key=key.public_key, closed=closed)


def holds(public_key: bytes, statement: bytes, signature: bytes) -> bool:
    """Whether a signature of a statement was made with this key."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, statement)
    except (InvalidSignature, ValueError):
        return False
    return True


def _context(public_key: bytes) -> str:
    return f"person.private_key/{public_key.hex()}"
