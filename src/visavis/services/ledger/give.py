"""Handing the ledger out: a checkpoint for somebody outside to keep, or the whole for an auditor. Both are acts in the ledger."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from visavis.domain.actor import Actor
from visavis.ledger.export import Line, write_export
from visavis.ledger.note import Signer, verifier_of
from visavis.records.archive import Records
from visavis.records.keyring import KeyKind
from visavis.services.ledger.head import signed_head


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What leaves the house.

    Attributes
    ----------
    size : int
        Leaves that the checkpoint signs; the last one tells of this very act.
    checkpoint : bytes
        The signed note.
    key : str
        The public key that signed it, to be given beside it once.
    """

    size: int
    checkpoint: bytes
    key: str


class GiveLedger:
    """Hands out checkpoints and exports.

    Parameters
    ----------
    check : callable
        Raises `RefusedError` unless the actor may.
    """

    def __init__(self, records: Records, signer: Signer, check: Callable[[Actor], None]) -> None:
        self._records = records
        self._signer = signer
        self._check = check

    def run(self, actor: Actor, *, what: str = "checkpoint", recipient: str = "", because: str = "") -> Given:
        """Note that a checkpoint goes to `recipient`, and return it."""
        self._check(actor)
        private = {name: text for name, text in (("recipient", recipient), ("because", because)) if text}
        with self._records.work(actor) as work:
            if private:
                key = self._records.keys.make(work, KeyKind.LEAF)
                seq = work.leaf("disclosure", private, key, what=what)
            else:
                seq = work.leaf("disclosure", what=what)
            self._records.ledger.record_given(work, seq + 1)
        checkpoint = signed_head(self._records, self._signer, seq + 1)
        return Given(size=seq + 1, checkpoint=checkpoint, key=verifier_of(self._signer).text())

    def export(self, given: Given, *, payloads: bool = False) -> Iterator[bytes]:
        """Yield the export that ends with a checkpoint that `run` gave.

        Parameters
        ----------
        given : Given
        payloads : bool
            Show what people wrote, too, as far as its keys are not destroyed.
        """
        ledger = self._records.ledger
        lines = (
            Line(seq=leaf.seq, body=leaf.body, payload=ledger.payload(leaf.seq) if payloads else None)
            for leaf in ledger.leaves(until=given.size)
        )
        return write_export(verifier_of(self._signer), lines, given.checkpoint)
