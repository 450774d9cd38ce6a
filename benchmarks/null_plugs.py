"""Ledger, vault and rotation that do nothing, to measure the real ones against. They exist only here: no archive made by them is safe."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy.engine import Connection

from visavis.domain.arrays import Vectors
from visavis.domain.clock import Clock
from visavis.records import archive as records_archive
from visavis.records.archive import Doors, Records
from visavis.records.database import Step, Work
from visavis.records.key_file import ArchiveKeys
from visavis.records.keyring import Keyring, KeyKind
from visavis.records.leaves import Act, LeafWriter
from visavis.records.rotation import Rotations
from visavis.records.vault import ARCHIVE_KEY, MARK_BYTES, Vault
from visavis.wiring import build


class NullVault:
    """Keeps bytes as they are."""

    def __init__(self, _: Keyring) -> None:
        pass

    def seal(self, _: str, plain: bytes, **__: Any) -> bytes:
        """Return it."""
        return plain

    def open(self, _: str, sealed: bytes, **__: Any) -> bytes:
        """Return it."""
        return sealed

    def mark(self, context: str, plain: bytes) -> bytes:
        """Return a hash without a key: paths are looked up by it."""
        return hashlib.blake2b(plain, digest_size=MARK_BYTES, person=context.encode()[:16]).digest()


class NullKeyring(Keyring):
    """Makes no keys: all is under the archive's own."""

    def make_many(self, _: Work, __: KeyKind, count: int, **___: Any) -> list[int]:  # type: ignore[override]
        """Return the archive's own key, as often as asked."""
        return [ARCHIVE_KEY] * count


class NullRotations(Rotations):
    """Turns nothing, and asks no table which rotation to turn by."""

    def under(self, sources: frozenset[int]) -> dict[int, frozenset[int]]:
        """Return one rotation for all."""
        return {0: sources}

    def current(self, _: Work, __: int) -> int:  # type: ignore[override]
        """Return that one."""
        return 0

    def turn(self, vectors: Vectors, _: int) -> Vectors:  # type: ignore[override]
        """Return them."""
        return vectors


class NullLedger(LeafWriter):
    """Writes no leaf."""

    def append(self, *_: Connection | int | Act) -> None:  # type: ignore[override]
        """Do nothing."""


class NullGuard:
    """Compares nothing with nothing."""

    def __init__(self, _: Records) -> None:
        pass

    def check(self) -> None:
        """Do nothing."""

    def keep(self) -> None:
        """Do nothing."""


class NullDoors(Doors):
    """Doors without a ledger."""

    def leaf_writer(self, vault: Vault) -> LeafWriter:
        """Return one that writes nothing."""
        return NullLedger(pen=self.pen, vault=vault, session=self.session)


def _null_doors(real: Callable[..., Doors]) -> Callable[..., Doors]:
    def doors(clock: Clock, keys: ArchiveKeys, step: Step = lambda _: None, *, session: str = "") -> Doors:
        chosen = real(clock, keys, step, session=session)
        return NullDoors(clock=chosen.clock, keys=chosen.keys, pen=chosen.pen, step=step, vault=NullVault, session=session)

    return doors


@contextmanager
def null_plugs() -> Iterator[None]:
    """Open archives with these plugs, for as long as this lasts; an archive that is open goes on with what it was opened with."""
    parts: Mapping[str, object] = {"Keyring": NullKeyring, "Rotations": NullRotations}
    with ExitStack() as patched:
        for name, part in parts.items():
            patched.enter_context(patch.object(records_archive, name, part))
        patched.enter_context(patch.object(build, "doors", _null_doors(build.doors)))
        patched.enter_context(patch.object(build, "ledger_guard", NullGuard))
        yield
