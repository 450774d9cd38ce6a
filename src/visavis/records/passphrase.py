"""Secrets closed by a passphrase: argon2id makes the key, AES-256-GCM closes; the parameters lie with what is closed."""

import os
import struct
import unicodedata
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from visavis.domain.errors import DamageError, InputError

SALT_BYTES, NONCE_BYTES, KEY_BYTES = 16, 12, 32
MOST_MEMORY_KIB = 4 << 20
"""4 GiB: a changed file must not be able to ask for more."""
_HEAD = struct.Struct(f"<BIHB{SALT_BYTES}s{NONCE_BYTES}s")
_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Argon2:
    """What each guess at a passphrase costs: KiB of memory, passes over it, lanes."""

    memory_kib: int
    passes: int
    lanes: int


PASSPHRASE = Argon2(memory_kib=64 << 10, passes=3, lanes=4)
"""RFC 9106, section 4, second recommended option."""
LIGHT = Argon2(memory_kib=64, passes=1, lanes=1)
"""Protects nothing: for tests."""


def derive(passphrase: str, salt: bytes, parameters: Argon2) -> bytes:
    """Return 32 bytes by argon2id (RFC 9106); one passphrase typed on different keyboards is one (Unicode NFKC)."""
    from argon2.low_level import Type, hash_secret_raw  # most commands ask for no passphrase

    return hash_secret_raw(
        unicodedata.normalize("NFKC", passphrase).encode(),
        salt,
        time_cost=parameters.passes,
        memory_cost=parameters.memory_kib,
        parallelism=parameters.lanes,
        hash_len=KEY_BYTES,
        type=Type.ID,
    )


def close_with(passphrase: str, context: str, plain: bytes, parameters: Argon2 = PASSPHRASE) -> bytes:
    """Return `plain` closed by a passphrase, bound to `context` (`person.private_key/ID`)."""
    head = _HEAD.pack(
        _VERSION, parameters.memory_kib, parameters.passes, parameters.lanes, os.urandom(SALT_BYTES), nonce := os.urandom(NONCE_BYTES)
    )
    salt = head[-SALT_BYTES - NONCE_BYTES : -NONCE_BYTES]
    return head + AESGCM(derive(passphrase, salt, parameters)).encrypt(nonce, plain, context.encode() + head)


def open_with(passphrase: str, context: str, closed: bytes) -> bytes:
    """Return what `close_with` closed.

    Raises
    ------
    InputError
        The passphrase is not the one it was closed with, or the bytes were changed: the two look alike.
    DamageError
        The bytes are not such a thing.
    """
    if len(closed) < _HEAD.size:
        raise DamageError("what a passphrase should open is too short")
    version, memory_kib, passes, lanes, salt, nonce = _HEAD.unpack_from(closed)
    if version != _VERSION or not (8 * lanes <= memory_kib <= MOST_MEMORY_KIB and passes and lanes):
        raise DamageError("what a passphrase should open is damaged")
    key = derive(passphrase, salt, Argon2(memory_kib=memory_kib, passes=passes, lanes=lanes))
    try:
        return AESGCM(key).decrypt(nonce, closed[_HEAD.size :], context.encode() + closed[: _HEAD.size])
    except InvalidTag:
        raise InputError("the passphrase is wrong", remedy="try again; see that Caps Lock is off") from None
