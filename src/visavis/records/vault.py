"""The one door that names, paths, captions and reasons pass on their way to disk.

AES-256-GCM under the data key of what the text belongs to. Table and column, row and key number are the associated data: a sealed
value that is put into another column, row or archive, or under another key, doesn't open.
"""

import hashlib
import os
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from visavis.domain.errors import DamageError

ARCHIVE_KEY = 0
"""The number that stands for the archive's own key; any other is a data key of the keyring."""
NONCE_BYTES, MARK_BYTES = 12, 16


class Vault(Protocol):
    """Closes and opens small secrets.

    `context` (`location.path`) and `row` bind a sealed value to its place; `key` is the number of the data key that closes it.
    """

    def seal(self, context: str, plain: bytes, *, row: str = "", key: int = ARCHIVE_KEY) -> bytes:
        """Return `plain` closed for its place."""
        ...

    def open(self, context: str, sealed: bytes, *, row: str = "", key: int = ARCHIVE_KEY) -> bytes:
        """Return what `seal` closed; `DamageError` if it was changed or belongs elsewhere, `KeyDestroyed` if its key was destroyed."""
        ...

    def mark(self, context: str, plain: bytes) -> bytes:
        """Return a 16-byte mark by which equal values are found again without being opened."""
        ...


class Keys(Protocol):
    """What a keyed vault asks of a `Keyring`."""

    def cipher(self, key: int) -> AESGCM:
        """Return what closes and opens with a data key."""
        ...

    def derive(self, label: str) -> bytes:
        """Return a 32-byte subkey of the archive's own data key."""
        ...


class KeyedVault:
    """Closes with the keys of a ring. Nonces are 12 random bytes (NIST SP 800-38D, 8.2.2: fewer than 2³² for one key)."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._mark_keys: dict[str, bytes] = {}

    def seal(self, context: str, plain: bytes, *, row: str = "", key: int = ARCHIVE_KEY) -> bytes:
        """Return nonce, ciphertext and tag: 28 bytes more than `plain`."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._keys.cipher(key).encrypt(nonce, plain, _place(context, row, key))

    def open(self, context: str, sealed: bytes, *, row: str = "", key: int = ARCHIVE_KEY) -> bytes:
        """Return what `seal` closed; `DamageError` if it was changed or belongs elsewhere, `KeyDestroyed` if its key was destroyed."""
        cipher = self._keys.cipher(key)
        try:
            return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _place(context, row, key))
        except (InvalidTag, ValueError):
            raise DamageError(
                f"{context} was changed, or put where it does not belong", remedy="restore the archive from a backup"
            ) from None

    def mark(self, context: str, plain: bytes) -> bytes:
        """Return 16 bytes of BLAKE2b keyed by a subkey of the archive's own data key, one for each context."""
        if context not in self._mark_keys:
            self._mark_keys[context] = self._keys.derive(f"mark {context}")
        return hashlib.blake2b(plain, digest_size=MARK_BYTES, key=self._mark_keys[context]).digest()


class PathSealer:
    """Paths and short texts through a vault: text in, text out; names with invalid UTF-8 survive (`os.fsencode`)."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def seal(self, context: str, text: str, *, row: str = "", key: int = ARCHIVE_KEY) -> bytes:
        """Close `text`."""
        return self._vault.seal(context, os.fsencode(text), row=row, key=key)

    def open(self, context: str, sealed: bytes, *, row: str = "", key: int = ARCHIVE_KEY) -> str:
        """Open what `seal` closed."""
        return os.fsdecode(self._vault.open(context, sealed, row=row, key=key))

    def mark(self, context: str, text: str) -> bytes:
        """Return the mark of `text`."""
        return self._vault.mark(context, os.fsencode(text))


def _place(context: str, row: str, key: int) -> bytes:
    """Write where a value belongs; no two places are written alike, because no context or row holds a zero byte."""
    return b"\0".join((context.encode(), row.encode(), str(key).encode()))
