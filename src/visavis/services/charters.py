"""The life of a charter after `source add`: signed, answered for, frozen, thawed, amended, and given another folder."""

from collections.abc import Callable, Mapping
from pathlib import Path

from visavis.domain.actor import Actor
from visavis.law.policy import Policy
from visavis.records.archive import Records
from visavis.records.sources import SourceRecord

Sign = Callable[[str, str, Mapping[str, object]], tuple[bytes, bytes]]
"""(what, object id, facts) to a statement and the signature under it, of the person that is signed in."""


class Charters:
    """Acts on the charters of one archive. Every refusal leaves a leaf and no row."""

    def __init__(self, records: Records, policy: Policy, *, actor: Actor, sign: Sign | None) -> None:
        self._records = records
        self._policy = policy
        self._actor = actor
        self._sign = sign

    def sign(self, name: str) -> SourceRecord:
        """Put the version that waits in force, under the signature of an owner or a data-protection officer.

        Raises
        ------
        RefusedError
            `person-needed`, `role-allowed`, `answer-given`, `charter-in-dates`, `source-transition`.
        """
        raise NotImplementedError

    def answer(self, name: str, text: str) -> SourceRecord:
        """Say in writing why the files are no contradiction to the charter; signed and sealed."""
        raise NotImplementedError

    def freeze(self, name: str, because: str) -> SourceRecord:
        """Take a source out of every search and ingest, in this transaction."""
        raise NotImplementedError

    def thaw(self, name: str, because: str) -> SourceRecord:
        """Put a frozen source back."""
        raise NotImplementedError

    def amend(self, name: str, charter: Path) -> SourceRecord:
        """Bring a new version of a charter; the old one stays in force until this one is signed."""
        raise NotImplementedError

    def add_root(self, name: str, folder: Path, *, answer: str = "") -> SourceRecord:
        """Add a folder of the same class to a live source, under one signature."""
        raise NotImplementedError
