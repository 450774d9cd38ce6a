"""What was erased since a backup, as the ledger tells it: kept beside the key from the first backup on, or read in an export.

The file is a signature (hexadecimal, by the archive's ledger key) over the line below it: JSON with the number of leaves that it reaches
to, and the leaves themselves that tell of keyed marks of what was erased, or of keys that were destroyed.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from visavis.domain.errors import DamageError, InputError, RefusedError
from visavis.law.rules import Rule
from visavis.ledger.audit import Audit
from visavis.ledger.export import LEAF
from visavis.ledger.note import Signer, ed25519_holds, verifier_of
from visavis.records import durable
from visavis.records.archive import Records
from visavis.records.backup_files import KeyCopy


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What is known to be erased: keyed marks, numbers of keys; it reaches to the `size`-th leaf."""

    size: int
    marks: frozenset[str]
    keys: frozenset[int]

    def joined(self, other: "Erased") -> "Erased":
        """Return both together."""
        return Erased(size=max(self.size, other.size), marks=self.marks | other.marks, keys=self.keys | other.keys)


NOTHING = Erased(size=0, marks=frozenset(), keys=frozenset())


class KnownErasures:
    """Keeps and reads what was erased.

    Parameters
    ----------
    records : Records
    signer : Signer
        The archive's ledger key.
    file : path
        Beside the archive's key.
    keys : KeyCopy
        The keys of the backups: those that are destroyed go from it.
    """

    def __init__(self, records: Records, signer: Signer, file: Path, keys: KeyCopy) -> None:
        self._records = records
        self._signer = signer
        self._file = file
        self._keys = keys

    def keep(self) -> None:
        """Write down what was erased since the last time. Nothing where no backup was ever taken: there is nothing to replay into."""
        begun = self._records.backups.first_size()
        if begun is None:
            return
        size, kept = self._read() if self._file.exists() else (begun, [])
        now = self._records.ledger.size()
        if size == now and self._file.exists():
            return
        new = [leaf.body.decode() for leaf in self._records.ledger.leaves(min(size, now), now) if _tells(leaf.body)]
        self.write(now, [*kept, *new])
        self._keys.drop(_of(now, new).keys)

    def write(self, size: int, leaves: Iterable[str]) -> None:
        """Write the file anew."""
        line = json.dumps({"size": size, "leaves": list(leaves)}).encode()
        durable.replace(self._file, self._signer.sign(line).hex().encode() + b"\n" + line)

    def rewrite(self) -> None:
        """Let it go on from the ledger as it is now, which a restore has made shorter; what it tells stays."""
        self.write(self._records.ledger.size(), self._read()[1] if self._file.exists() else [])

    def kept(self) -> Erased | None:
        """Return what the file tells, None if there is none."""
        return _of(*self._read()) if self._file.exists() else None

    def exported(self, export: Path) -> Erased:
        """Return what an export of this archive's ledger tells; `InputError` if it is not sound, or of another archive."""
        with export.open("rb") as file:
            finding = Audit(key=verifier_of(self._signer)).run(file)
        if finding.problems:
            raise InputError(f"{export.name}: {finding.problems[0]}", remedy="bring a sound export of this archive's ledger")
        with export.open("rb") as file:
            return _of(finding.leaves, list(_leaves(file)))

    def _read(self) -> tuple[int, list[str]]:
        signature, _, line = self._file.read_bytes().partition(b"\n")
        try:
            told, public = json.loads(line), verifier_of(self._signer).key[1:]
            if not ed25519_holds(public, bytes.fromhex(signature.decode()), line):
                raise ValueError
            return int(told["size"]), list(told["leaves"])
        except (ValueError, KeyError, TypeError):
            raise DamageError(
                f"{self._file.name}, which tells what was erased, was changed", remedy="name an export of the ledger: --ledger EXPORT"
            ) from None


def check_reach(found: Erased | None, known_size: int) -> Erased:
    """Return what is known, if it reaches as far as the ledger ever did.

    Raises
    ------
    RefusedError
        `restore-replayed`: what was erased since the backup is not known.
    """
    if found is None or found.size < known_size:
        reach = 0 if found is None else found.size
        raise RefusedError(
            f"what was erased since the backup is known up to leaf {reach}, and the ledger had {known_size}: the archive stays closed",
            rule=Rule.RESTORE_REPLAYED,
            remedy="restore it again with the newest export of its ledger: visavis restore BACKUP DIR --ledger EXPORT",
        )
    return found


def _tells(body: bytes) -> bool:
    return b'"marks":' in body or b'"destroyed":' in body


def _of(size: int, leaves: Iterable[str]) -> Erased:
    facts = [json.loads(body)["facts"] for body in leaves]
    marks = frozenset(mark for told in facts for mark in told.get("marks", ()))
    keys = frozenset(int(key) for told in facts for key in told.get("destroyed", ()))
    return Erased(size=size, marks=marks, keys=keys)


def _leaves(export: Iterable[bytes]) -> Iterator[str]:
    for line in export:
        if line.startswith(LEAF) and _tells(body := line[len(LEAF) + 65 : -1]):
            yield body.decode()
