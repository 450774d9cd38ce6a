"""How records write leaves: what they tell in plain words becomes a leaf, its payload's commitment, and nodes of the tree."""

import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from typing import cast

from visavis.domain.actor import Actor
from visavis.domain.ids import CaseId
from visavis.ledger.leaf import Json, Leaf, Operation, canonical_json
from visavis.ledger.tree import Node, completed, leaf_hash

SALT_BYTES = 32

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Pen:
    """The ledger as `records` sees it."""

    def write(self, seq: int, at: dt.datetime, actor: Actor, operation: str, facts: Mapping[str, object]) -> bytes:
        """Write one act as a canonical leaf.

        The facts «case», «purpose», «justification», «recipients», «policy», «sources», «gallery_size», «pack», «threshold», «session» and
        «commitments» have places of their own; a fact that is an id, or a list of ids, is an object; what is left stays a fact.
        """
        told = cast("dict[str, Json]", dict(facts))
        leaf = Leaf(
            seq=seq,
            at=at,
            actor=actor,
            session=cast("str", told.pop("session", "")),
            operation=Operation(operation),
            purpose=cast("str | None", told.pop("purpose", None)),
            case_id=cast("CaseId | None", told.pop("case", None)),
            justification=cast("str | None", told.pop("justification", None)),
            recipients=tuple(cast("list[str]", told.pop("recipients", []))),
            policy=cast("str | None", told.pop("policy", None)),
            sources=tuple(cast("list[int]", told.pop("sources", []))),
            gallery_size=cast("int | None", told.pop("gallery_size", None)),
            model=cast("str | None", told.pop("pack", None)),
            threshold=cast("str | None", told.pop("threshold", None)),
            commitments=tuple(cast("list[str]", told.pop("commitments", []))),
            objects={name: value for name, value in told.items() if _is_object(value)},
            facts={name: value for name, value in told.items() if not _is_object(value)},
        )
        return leaf.body()

    def payload(self, salt: bytes, private: Mapping[str, str]) -> tuple[bytes, str]:
        """Return what is kept outside a leaf (salt ‖ canonical JSON), and its commitment in hexadecimal."""
        kept = salt + canonical_json(private)
        return kept, commitment(kept)

    def grow(self, seq: int, body: bytes, node: Node) -> bytes:
        """Return the hashes of the nodes that a leaf completes, one behind the other: level 0 first."""
        return b"".join(completed(seq, leaf_hash(body), node))


def commitment(kept: bytes) -> str:
    """Return SHA-256(salt ‖ payload), hexadecimal."""
    return hashlib.sha256(kept).hexdigest()


def _is_object(value: Json) -> bool:
    if isinstance(value, (list, tuple)):
        return bool(value) and all(_is_object(one) for one in value)
    return isinstance(value, str) and _ID.fullmatch(value) is not None
