"""What the checks look for, kept closed from the order to the checks, whatever happens between."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from visavis.records.archive import Records
from visavis.records.erasure_scope import Planted

LONGEST_WHOLE = 128
"""Bytes. A longer value may lie cut over two pages of the database, so its ends are looked for: either counts."""
END = 24


@dataclass(frozen=True, kw_only=True)
class Sought:
    """What is planted, and what the same search found before anything was erased: kind → how many."""

    planted: Planted
    before: Mapping[str, int]

    def to_bytes(self) -> bytes:
        """Return it as JSON."""
        fields = {name: getattr(self.planted, name) for name in Planted.__dataclass_fields__ if name not in ("rows", "values")}
        values = {kind: [base64.b64encode(value).decode() for value in found] for kind, found in self.planted.values.items()}
        rows = base64.b64encode(self.planted.rows.astype("<f4").tobytes()).decode()
        told = {**fields, "values": values, "rows": rows, "dim": self.planted.rows.shape[1], "before": dict(self.before)}
        return json.dumps(told).encode()

    @classmethod
    def from_bytes(cls, text: bytes) -> "Sought":
        """Read :meth:`to_bytes`."""
        told = json.loads(text)
        before, dim = told.pop("before"), told.pop("dim")
        rows = np.frombuffer(base64.b64decode(told.pop("rows")), "<f4").reshape(-1, dim)
        values = {kind: [base64.b64decode(value) for value in found] for kind, found in told.pop("values").items()}
        return cls(planted=Planted(rows=rows, values=values, **told), before=before)


def with_rows(planted: Planted, codes: Sequence[bytes]) -> Planted:
    """Return it with the bytes of its rows and codes among the values."""
    rows = [row.astype("<f2").tobytes() for row in planted.rows]
    return replace(planted, values={**planted.values, "row": rows, "code": list(codes)})


def lying(records: Records, values: Mapping[str, Sequence[bytes]]) -> dict[str, list[int]]:
    """Return by kind which of these values lie in any file of the archive: their positions, ascending."""
    windows: list[bytes] = []
    owners: list[tuple[str, int]] = []
    for kind, found in values.items():
        for number, value in enumerate(found):
            parts = (value,) if len(value) <= LONGEST_WHOLE or kind in ("row", "code") else (value[:END], value[-END:])
            windows += parts
            owners += [(kind, number)] * len(parts)
    lies = records.lies(windows)
    there = {owner for owner, here in zip(owners, lies.tolist(), strict=True) if here}
    return {kind: sorted(number for owner, number in there if owner == kind) for kind in values}
