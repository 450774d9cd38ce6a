"""Is it gone? Five checks, each of which could find it, and all of which must not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from visavis.domain.arrays import Vectors
from visavis.domain.clearance import Clearance
from visavis.domain.errors import KeyDestroyed
from visavis.index.base import VectorIndex
from visavis.records.archive import Records
from visavis.services.erasure.planted import Sought, lying

PROBES = 200
"""Faces that are searched with, spread evenly over what was erased."""
NEAREST = 50
_PAGE = 65_536

Encode = Callable[[Vectors], Sequence[bytes]]
"""(N, dim) rows to the codes that an index keeps of them."""
Rebuilt = Callable[[list[int]], tuple[str, str]]
"""Keys of the living templates to the hash of what the index's files hold, and of what they would hold made anew."""


@dataclass(frozen=True, kw_only=True)
class Tools:
    """What the checks ask: the index in use, a clearance to search it with, its codes, its rebuilding, the pack's threshold (cosine)."""

    encode: Encode
    index: VectorIndex
    clearance: Clearance
    rebuilt: Rebuilt
    threshold: float


def check_erased(records: Records, sought: Sought, tools: Tools) -> list[dict[str, Any]]:
    """Make the five checks; the write-ahead log must be empty.

    Returns
    -------
    list of dict
        Each `check` (its letter), `says`, `passed`, and counts.
    """
    return [
        _rows(records, sought, tools),
        _bytes(records, sought, tools),
        _probes(sought, tools),
        _index(records, tools),
        _keys(records, sought),
    ]


def _rows(records: Records, sought: Sought, tools: Tools) -> dict[str, Any]:
    remains = records.erasure_scope.remains(sought.planted)
    gone, after, indexed = np.array(sought.planted.keys, np.int64), 0, 0
    while len(page := tools.index.keys(after, _PAGE)):
        indexed, after = indexed + int(np.isin(page, gone).sum()), int(page[-1])
    found = {name: count for name, count in {**remains, "keys of the index": indexed}.items() if count}
    says = "no row, id or key of what was erased is in any table or in the index"
    return {"check": "a", "says": says, "passed": not found, "looked_in": len(remains) + 1, "found": found}


def _bytes(records: Records, sought: Sought, tools: Tools) -> dict[str, Any]:
    values = sought.planted.values
    planted, lie = {kind: len(found) for kind, found in values.items()}, lying(records, values)
    shared = {kind: sum(_shared(records, sought, tools, kind, place) for place in places) for kind, places in lie.items()}
    after = {kind: len(places) - shared[kind] for kind, places in lie.items()}
    unproven = [kind for kind, count in planted.items() if kind != "code" and sought.before[kind] < count]
    says = "nothing that was stored of it lies in any file: database, log, rows, codes, caches; before, the same search found it"
    return {
        "check": "b",
        "says": says,
        "passed": not any(after.values()) and not unproven,
        "planted": planted,
        "before": dict(sought.before),
        "after": after,
        "shared_with_others": shared,
    }


def _shared(records: Records, sought: Sought, tools: Tools, kind: str, place: int) -> bool:
    """Whether a value that lies in a file is one that something else, which stays, has as well: the same picture in another source."""
    value = sought.planted.values[kind][place]
    if kind not in ("row", "code"):
        return records.erasure_scope.held_by_others(kind, value)
    hits = tools.index.search(np.array(sought.planted.rows[place], np.float32), NEAREST, None, tools.clearance)
    rows = records.rows.read(np.sort(hits.keys))
    others = [row.astype("<f2").tobytes() for row in rows] if kind == "row" else tools.encode(rows)
    return value in others


def _probes(sought: Sought, tools: Tools) -> dict[str, Any]:
    rows = sought.planted.rows[:: max(1, len(sought.planted.rows) // PROBES)]
    gone, found, others = set(sought.planted.keys), 0, 0
    for row in rows:
        hits = tools.index.search(np.array(row, np.float32), NEAREST, None, tools.clearance)
        found += bool(gone & set(hits.keys.tolist()))
        others += bool((hits.similarity >= tools.threshold).any())
    says = "a search with what was erased finds none of it; faces that were not ordered to go may still resemble it"
    return {"check": "c", "says": says, "passed": not found, "probes": len(rows), "found": found, "others_alike": others}


def _index(records: Records, tools: Tools) -> dict[str, Any]:
    stored, rebuilt = tools.rebuilt(records.erasure_scope.living_keys())
    says = "the index's files hash as if they were made anew from the living rows"
    return {"check": "d", "says": says, "passed": stored == rebuilt, "sha256": stored, "made_anew": rebuilt}


def _keys(records: Records, sought: Sought) -> dict[str, Any]:
    opened = 0
    for number in sought.planted.data_keys:
        try:
            records.keys.cipher(number)
        except KeyDestroyed:
            continue
        opened += 1
    says = "none of the destroyed keys opens"
    return {"check": "e", "says": says, "passed": not opened, "keys": len(sought.planted.data_keys), "opened": opened}
