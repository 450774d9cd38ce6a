"""The one door that names, paths and captions pass on their way to disk.

This version's vault is the null vault: it keeps the bytes as they are and `visavis status` says so. The keyed vault of the next issue
(AES-GCM, a data key a media item) replaces it behind the same door.
"""

import hashlib
import os
from typing import Protocol

ARCHIVE_KEY = 0
"""The number that stands for the archive's own key; any other is a data key of the keyring."""


class Vault(Protocol):
    """Closes and opens small secrets.

    `context` (`location.path`) and `row` bind a sealed value to its place; `key` is the number of the data key that closes it.
    """

    def seal(self, context: str, plain: bytes, *, row: str = "", key: int = ARCHIVE_KEY) -> bytes:
        """Return `plain` closed for its place."""
        ...

    def open(self, context: str, sealed: bytes, *, row: str = "", key: int = ARCHIVE_KEY) -> bytes:
        """Return what `seal` closed; `DamageError` if it was changed or belongs elsewhere."""
        ...

    def mark(self, context: str, plain: bytes) -> bytes:
        """Return a 16-byte mark by which equal values are found again without being opened."""
        ...


class NullVault:
    """Keeps bytes as they are. Its marks are unkeyed BLAKE2b: whoever guesses a path can check the guess."""

    def seal(self, context: str, plain: bytes, *, row: str = "", key: int = ARCHIVE_KEY) -> bytes:  # noqa: ARG002 - the protocol's shape
        """Return `plain`."""
        return plain

    def open(self, context: str, sealed: bytes, *, row: str = "", key: int = ARCHIVE_KEY) -> bytes:  # noqa: ARG002 - the protocol's shape
        """Return `sealed`."""
        return sealed

    def mark(self, context: str, plain: bytes) -> bytes:
        """Return 16 bytes of BLAKE2b personalised by `context`."""
        return hashlib.blake2b(plain, digest_size=16, person=context.encode()[:16]).digest()


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
