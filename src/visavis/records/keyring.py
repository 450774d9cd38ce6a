"""Data keys by number: made with what they close, wrapped by their parent's key, destroyed with what they close.

::

    archive key (outside the archive: `key_file`)
    ├── 0: the archive's own data key (marks, subkeys, what belongs to no source or case)
    ├── a source ── its media
    ├── a case, a person
    └── a transform, a leaf's payload

Wrapping is AES-256-GCM with a random nonce; number, kind and parent are its associated data, so a wrapped key that is put into another
row is found out.
"""

import os
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from visavis.domain.errors import DamageError, KeyDestroyed, SetupError
from visavis.records.database import Work
from visavis.records.key_tables import data_key
from visavis.records.vault import ARCHIVE_KEY

KEY_BYTES, NONCE_BYTES = 32, 12
HELD = 1_024
"""Unwrapped keys in memory: a few batches of pictures, a page of results."""

Peek = Callable[..., tuple[Any, ...] | None]
"""(SQL, values) to the first row: reads with the driver, in a transaction or outside."""

_ROW = "SELECT kind, parent, wrapped, destroyed_at FROM data_key WHERE number = ?"


class KeyKind(StrEnum):
    """What a data key closes; the value is stored."""

    ARCHIVE = "archive"
    SOURCE = "source"
    MEDIA = "media"
    PERSON = "person"
    CASE = "case"
    TRANSFORM = "transform"
    LEAF = "leaf"
    SERVICE = "service"
    ERASURE = "erasure"
    """What the checks of an erasure look for, until they are made."""


@dataclass(frozen=True, slots=True)
class _Held:
    secret: bytes
    cipher: AESGCM


class Keyring:
    """Makes, opens and destroys data keys."""

    def __init__(self, archive_key: bytes, peek: Peek) -> None:
        self._archive = AESGCM(archive_key)
        self._peek = peek
        self._held: OrderedDict[int, _Held] = OrderedDict()
        self._seen = -1

    def begin(self, work: Work) -> None:
        """Make key 0, once, when an archive is made."""
        self._write(work, KeyKind.ARCHIVE, [ARCHIVE_KEY], self._archive, ARCHIVE_KEY)

    def make(self, work: Work, kind: KeyKind, *, parent: int = ARCHIVE_KEY) -> int:
        """Make a key wrapped by `parent` (0 = by the archive key), in this transaction; return its number."""
        return self.make_many(work, kind, 1, parent=parent)[0]

    def make_many(self, work: Work, kind: KeyKind, count: int, *, parent: int = ARCHIVE_KEY) -> list[int]:
        """Make several keys of one parent; return their numbers, ascending."""
        self._stay_current()
        first = work.next_number(data_key)
        numbers = list(range(first, first + count))
        if numbers:
            self._write(work, kind, numbers, self._archive if parent == ARCHIVE_KEY else self._get(parent).cipher, parent)
        return numbers

    def destroy(self, work: Work, key: int) -> None:
        """Destroy a key: what it closed can't be opened by anybody, in this archive or in a backup of it without its keys."""
        work.run(sa.update(data_key).where(data_key.c.number == key).values(wrapped=None, destroyed_at=work.at))
        work.destroyed.append(key)
        self._held.clear()  # keys that it wraps went with it

    def cipher(self, key: int) -> AESGCM:
        """Return what closes and opens with a key.

        Raises
        ------
        KeyDestroyed
            It, or a key above it, was destroyed.
        DamageError
            It is not there, or its row was changed.
        SetupError
            Another process changed the archive's key.
        """
        self._stay_current()
        return self._get(key).cipher

    def derive(self, label: str, *, key: int = ARCHIVE_KEY) -> bytes:
        """Return a 32-byte subkey of a data key: HKDF-SHA-256 (RFC 5869) with `label` as info. `vault rekey` leaves it as it is."""
        self._stay_current()
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"visavis " + label.encode()).derive(self._get(key).secret)

    def wrapped(self, work: Work) -> dict[int, bytes]:
        """Return every key that lives, as it lies in its row: number to bytes."""
        query = sa.select(data_key.c.number, data_key.c.wrapped).where(data_key.c.wrapped.is_not(None))
        return {row.number: bytes(row.wrapped) for row in work.ask(query)}

    def forget(self) -> None:
        """Drop every unwrapped key: a transaction that made some was rolled back."""
        self._held.clear()

    def lives(self, key: int) -> bool:
        """Whether a key is there and was not destroyed."""
        row = self._peek(_ROW, key)
        return row is not None and row[2] is not None

    def counts(self) -> tuple[int, int]:
        """Return (keys that live, keys that were destroyed)."""
        living, destroyed = self._peek("SELECT COUNT(wrapped), COUNT(destroyed_at) FROM data_key") or (0, 0)
        return int(living), int(destroyed)

    def rewrap(self, work: Work, archive_key: bytes) -> int:
        """Wrap all that the archive key wraps by a new one, from now on the key of this ring; return how many keys that were."""
        self._stay_current()
        new = AESGCM(archive_key)
        query = sa.select(data_key.c.number, data_key.c.kind).where(data_key.c.parent == ARCHIVE_KEY, data_key.c.wrapped.is_not(None))
        rows = [
            {"which": row.number, "wrapped": _wrap(new, self._get(row.number).secret, row.number, row.kind, ARCHIVE_KEY)}
            for row in work.ask(query).all()
        ]
        work.run(sa.update(data_key).where(data_key.c.number == sa.bindparam("which")).values(wrapped=sa.bindparam("wrapped")), rows)
        self._archive = new
        return len(rows)

    def _write(self, work: Work, kind: KeyKind, numbers: list[int], by: AESGCM, parent: int) -> None:
        rows = []
        for number in numbers:
            secret = os.urandom(KEY_BYTES)
            self._hold(number, secret)
            rows.append(
                {
                    "number": number,
                    "kind": kind.value,
                    "parent": parent,
                    "wrapped": _wrap(by, secret, number, kind.value, parent),
                    "made_at": work.at,
                }
            )
        work.run(sa.insert(data_key), rows)

    def _get(self, number: int) -> _Held:
        found = self._held.get(number)
        if found is not None:
            self._held.move_to_end(number)
            return found
        row = self._peek(_ROW, number)
        if row is None:
            raise DamageError(f"data key {number} is not there", remedy="restore the archive from a backup")
        kind, parent, wrapped, destroyed_at = row
        if wrapped is None:
            raise KeyDestroyed(f"data key {number} was destroyed at {destroyed_at}, with what it closed")
        by = self._archive if parent == ARCHIVE_KEY else self._get(parent).cipher
        return self._hold(number, _unwrap(by, wrapped, number, kind, parent))

    def _hold(self, number: int, secret: bytes) -> _Held:
        held = self._held[number] = _Held(secret, AESGCM(secret))
        if len(self._held) > HELD:
            self._held.popitem(last=False)
        return held

    def _stay_current(self) -> None:
        """Drop what is held when another connection has committed: it may have destroyed keys, or changed the archive's."""
        (version,) = self._peek("PRAGMA data_version") or (0,)
        if version == self._seen:
            return
        self._held.clear()
        _, _, wrapped, _ = self._peek(_ROW, ARCHIVE_KEY) or (None, None, None, None)
        if wrapped is not None and not _opens(self._archive, wrapped):
            raise SetupError("the archive's key was changed by another process meanwhile", remedy="run the command again")
        self._seen = version


def _unwrap(by: AESGCM, wrapped: bytes, number: int, kind: str, parent: int) -> bytes:
    """Return a key's bytes; `DamageError` if they are not closed by `by`, or belong into another row."""
    try:
        return by.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], _place(number, kind, parent))
    except (InvalidTag, ValueError):
        raise DamageError(f"data key {number} was changed", remedy="restore the archive from a backup") from None


def opens(wrapped: bytes) -> Callable[[bytes], bool]:
    """Return what says whether an archive key opens key 0: the check of a key file before anything is opened."""
    return lambda archive_key: _opens(AESGCM(archive_key), wrapped)


def _opens(archive: AESGCM, wrapped: bytes) -> bool:
    try:
        _unwrap(archive, wrapped, ARCHIVE_KEY, KeyKind.ARCHIVE.value, ARCHIVE_KEY)
    except DamageError:
        return False
    return True


def _wrap(by: AESGCM, secret: bytes, number: int, kind: str, parent: int) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + by.encrypt(nonce, secret, _place(number, kind, parent))


def _place(number: int, kind: str, parent: int) -> bytes:
    return f"data_key/{number}/{kind}/{parent}".encode()
