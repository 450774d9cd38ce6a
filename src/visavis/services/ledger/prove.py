"""A proof that an act stands in the ledger."""

from collections.abc import Callable
from dataclasses import dataclass

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError
from visavis.ledger.checkpoint import Proof
from visavis.ledger.note import Signer
from visavis.ledger.tree import inclusion_path
from visavis.records.archive import Records
from visavis.services.ledger.head import signed_head


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafProof:
    """A proof of one leaf.

    Attributes
    ----------
    leaf_hash : (32,) bytes
        What is proven to stand at `seq`: SHA-256(0x00 ‖ leaf).
    text : bytes
        The `.tlog-proof` file.
    """

    seq: int
    leaf_hash: bytes
    text: bytes


class ProveLeaf:
    """Proves a leaf; the proof shows its hash, not the leaf.

    Parameters
    ----------
    check : callable
        Raises `RefusedError` unless the actor may.
    """

    def __init__(self, records: Records, signer: Signer, check: Callable[[Actor], None]) -> None:
        self._records = records
        self._signer = signer
        self._check = check

    def run(self, actor: Actor, seq: int) -> LeafProof:
        """Return the proof of leaf `seq`; `InputError` if there is none."""
        self._check(actor)
        ledger = self._records.ledger
        size = ledger.size()
        if not 0 <= seq < size:
            raise InputError(f"there is no leaf {seq}: the ledger has {size}", remedy="visavis ledger log")
        proof = Proof(
            seq=seq, path=tuple(inclusion_path(seq, size, ledger.node)), checkpoint=signed_head(self._records, self._signer, size)
        )
        return LeafProof(seq=seq, leaf_hash=ledger.node(0, seq), text=proof.text())
