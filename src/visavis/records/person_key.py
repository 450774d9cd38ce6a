"""A person's Ed25519 key, closed by their passphrase: Argon2id makes the key that AES-GCM closes it with."""

import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from visavis.domain.errors import DamageError
from visavis.records.passphrase import SALT_BYTES, Argon2, derive

_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedKey:
    """What is stored of a person's key.

    Attributes
    ----------
    closed : bytes
        Nonce (12 bytes) and the 32 private bytes under AES-256-GCM, bound to the public key.
    parameters : str
        Argon2id's `passes,memory_kib,lanes`.
    """

    public_key: bytes
    closed: bytes
    salt: bytes
    parameters: str


def make_key(passphrase: str, parameters: Argon2) -> ClosedKey:
    """Make a new key that only the passphrase opens."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    salt, nonce = secrets.token_bytes(SALT_BYTES), secrets.token_bytes(_NONCE_BYTES)
    closed = nonce + AESGCM(derive(passphrase, salt, parameters)).encrypt(nonce, private.private_bytes_raw(), public)
    written = f"{parameters.passes},{parameters.memory_kib},{parameters.lanes}"
    return ClosedKey(public_key=public, closed=closed, salt=salt, parameters=written)


def open_key(key: ClosedKey, passphrase: str) -> Ed25519PrivateKey | None:
    """Return the private key, or None if the passphrase does not open it."""
    try:
        passes, memory_kib, lanes = (int(number) for number in key.parameters.split(","))
    except ValueError as error:
        raise DamageError("a person's key can't be read", remedy="restore the archive from a backup") from error
    secret = derive(passphrase, key.salt, Argon2(passes=passes, memory_kib=memory_kib, lanes=lanes))
    try:
        private = AESGCM(secret).decrypt(key.closed[:_NONCE_BYTES], key.closed[_NONCE_BYTES:], key.public_key)
    except InvalidTag:
        return None
    return Ed25519PrivateKey.from_private_bytes(private)


def holds(public_key: bytes, statement: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature (RFC 8032) of a statement was made with this key."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, statement)
    except (InvalidSignature, ValueError):
        return False
    return True
