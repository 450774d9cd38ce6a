"""The ledger for those who watch: reading it, proving from it, handing it out, and noticing that it was set back."""

from visavis.services.ledger.give import GiveLedger, Given
from visavis.services.ledger.guard import LedgerGuard
from visavis.services.ledger.prove import LeafProof, ProveLeaf
from visavis.services.ledger.read import LogEntry, LogQuestion, ReadLog

__all__ = ["GiveLedger", "Given", "LeafProof", "LedgerGuard", "LogEntry", "LogQuestion", "ProveLeaf", "ReadLog"]
