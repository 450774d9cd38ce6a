"""What the last probes of programs looked like, for telling a camera from photographs.

A look is a perceptual hash of the photograph and, of each template, on which side of 256 random planes it lies. Two such sketches differ
in a share of bits that is their angle over pi (Charikar, 2002): enough to tell nearly identical faces, and neither face nor template
comes back from it. The planes come from a subkey of the archive; the whole is sealed under the key of the case, and goes after a day.
"""

import datetime as dt
import functools
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from visavis.domain.arrays import Vectors
from visavis.domain.ids import CaseId
from visavis.records.cases import CaseRecord
from visavis.records.database import Database, Work
from visavis.records.keyring import Keyring
from visavis.records.program_tables import service_freeze, service_probe
from visavis.records.vault import Vault

SKETCH_BITS = 256
KEPT = dt.timedelta(hours=24)
_LOOK = "service_probe.look"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one probe looked like.

    Attributes
    ----------
    pictures : tuple of bytes
        Perceptual hashes, 16 bytes each; empty for a face of the archive.
    sketches : tuple of bytes
        32 bytes for each template that was searched with.
    """

    pictures: tuple[bytes, ...] = field(repr=False)
    sketches: tuple[bytes, ...] = field(repr=False)


class ProgramLooks:
    """Queries and writes about looks, and about the bursts that froze a case."""

    def __init__(self, database: Database, vault: Vault, keys: Keyring) -> None:
        self._database = database
        self._vault = vault
        self._keys = keys

    def sketch(self, vector: Vectors) -> bytes:
        """Return the sketch of a unit vector, (D,) float32."""
        seed = hashlib.sha256(self._keys.derive("probe sketch")).digest()
        return np.packbits(_planes(seed, len(vector)) @ vector > 0).tobytes()

    def last(self, case: CaseRecord, most: int, at: dt.datetime) -> list[Look]:
        """Return the last probes of programs under a case, of the last day, newest first."""
        query = sa.select(service_probe).where(service_probe.c.case_id == case.id, service_probe.c.at > at - KEPT)
        rows = self._database.ask(query.order_by(service_probe.c.number.desc()).limit(most)).all()
        return [_read(self._vault.open(_LOOK, row.look, row=row.case_id, key=case.key_id)) for row in rows]

    def alike(self, case_id: str, at: dt.datetime) -> list[dt.datetime]:
        """Return when probes came, within the last day, that resembled one before them."""
        query = sa.select(service_probe.c.at).where(
            service_probe.c.case_id == case_id, service_probe.c.alike, service_probe.c.at > at - KEPT
        )
        return [row.at for row in self._database.ask(query)]

    def keep(self, work: Work, case: CaseRecord, look: Look, *, alike: bool) -> None:
        """Write what a probe looked like, and drop those that are older than a day; the search's leaf tells of it."""
        work.run(sa.delete(service_probe).where(service_probe.c.at <= work.at - KEPT))
        told = json.dumps({name: [one.hex() for one in getattr(look, name)] for name in ("pictures", "sketches")}).encode()
        row = {
            "case_id": case.id,
            "service_id": work.actor.service_id,
            "at": work.at,
            "look": self._vault.seal(_LOOK, told, row=case.id, key=case.key_id),
            "alike": alike,
        }
        work.run(sa.insert(service_probe), [row])

    def froze(self, work: Work, case_id: CaseId, *, why: str, alike: int) -> None:
        """Note that a burst froze a case; what its probes looked like is dropped, so that a release begins anew."""
        work.run(sa.delete(service_probe).where(service_probe.c.case_id == case_id))
        row = {"case_id": case_id, "at": work.at, "service_id": work.actor.service_id, "why": why}
        work.run(sa.insert(service_freeze), [row])
        work.leaf("alteration", what="burst", case=case_id, service=work.actor.service_id, alike=alike)

    def why_frozen(self, case: CaseRecord) -> str:
        """Return which burst froze a case; empty if it is not frozen, or was by a person."""
        query = sa.select(service_freeze.c.why).where(service_freeze.c.case_id == case.id, service_freeze.c.at == case.frozen_at)
        return str(self._database.ask(query).scalar_one_or_none() or "") if case.frozen_at is not None else ""


@functools.lru_cache(maxsize=2)
def _planes(seed: bytes, dim: int) -> NDArray[np.float32]:
    return np.random.default_rng(list(seed)).standard_normal((SKETCH_BITS, dim), dtype=np.float32)


def _read(told: bytes) -> Look:
    said: dict[str, Sequence[str]] = json.loads(told)
    return Look(**{name: tuple(bytes.fromhex(one) for one in values) for name, values in said.items()})
