"""Does an export hold what it says? One pass, a line at a time, from the export alone (and a checkpoint that was kept elsewhere)."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from visavis.domain.errors import InputError
from visavis.ledger.checkpoint import Checkpoint, read_checkpoint
from visavis.ledger.export import HEAD, KEY, LEAF, PAYLOAD, SALT_DIGITS
from visavis.ledger.leaf import canonical_json
from visavis.ledger.note import MOST_BYTES, Note, Verifier, read_verifier
from visavis.ledger.pen import commitment
from visavis.ledger.tree import Frontier, leaf_hash

LINE_BYTES = 1 << 20
"""No leaf is longer: one has some 500 bytes."""
MOST_PROBLEMS = 50
"""What is told of one export; the rest is counted."""

_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What an audit found.

    Attributes
    ----------
    origin : str
        Which ledger; "" if the export does not say.
    leaves, payloads : int
        That were read.
    first_at, last_at : str
        Times of the first and the last leaf, UTC.
    head : Checkpoint or None
        The export's own checkpoint.
    key : str
        The key that signed it.
    problems : tuple of str
        Each names a leaf, or what else is wrong; empty = sound.
    """

    origin: str
    leaves: int
    payloads: int
    first_at: str
    last_at: str
    head: Checkpoint | None
    key: str
    problems: tuple[str, ...]


@dataclass
class LeafOrder:
    """Goes along leaves and says what is wrong with each: its bytes, its number, its time.

    Attributes
    ----------
    seq : int
        Number of the last leaf.
    commitments : tuple of str
        What the last leaf commits to.
    nodes : bytes
        Hashes of the nodes of the tree that the last leaf completes, its own first.
    """

    seq: int = -1
    first_at: str = ""
    last_at: str = ""
    commitments: tuple[str, ...] = ()
    nodes: bytes = b""
    frontier: Frontier = field(default_factory=Frontier)

    def take(self, body: bytes) -> Iterator[str]:
        """Add a leaf to the tree; yield what is wrong with it."""
        self.nodes = b"".join(self.frontier.append(leaf_hash(body)))
        before, self.seq, self.commitments = self.seq, self.seq + 1, ()
        try:
            leaf = json.loads(body)
            seq, at, commitments = leaf["seq"], leaf["at"], tuple(leaf["commitments"])
            canonical = canonical_json(leaf) == body
            if type(seq) is not int:
                raise TypeError
        except (InputError, KeyError, TypeError, ValueError, RecursionError):
            yield f"leaf {self.seq} is not a leaf: it can't be read"
            return
        self.commitments = commitments
        if not canonical:
            yield f"leaf {self.seq} is not in canonical form: it could be read in two ways"
        if seq != self.seq:
            after = f"after leaf {before}" if before >= 0 else "first"
            yield f"wrong order: {after} comes leaf {seq}, not leaf {self.seq}"
            self.seq = seq
        if not isinstance(at, str) or not _TIME.fullmatch(at):
            yield f"leaf {self.seq} has no time"
            return
        if at < self.last_at:
            yield f"wrong order of time: leaf {self.seq} ({at}) is earlier than the leaf before it ({self.last_at})"
        self.first_at, self.last_at = self.first_at or at, at


class Audit:
    """Reads one export.

    Parameters
    ----------
    old : sequence of bytes
        Checkpoints of the same ledger that were kept elsewhere: the export must begin with what they sign.
    key : Verifier, optional
        The key that must have signed; without it the key that the export names, which the old checkpoints must bear out.

    Raises
    ------
    InputError
        An old checkpoint that is none.
    """

    def __init__(self, old: Sequence[bytes] = (), *, key: Verifier | None = None) -> None:
        self._old = [read_checkpoint(raw) for raw in old]
        self._wanted = key
        self._roots: dict[int, bytes] = {}
        self._order = LeafOrder()
        self._payloads = 0
        self._problems: list[str] = []
        self._untold = 0

    def run(self, export: BinaryIO) -> Finding:
        """Read it to its end; memory does not grow with it."""
        key = self._read_head(export)
        self._read_leaves(export)
        note, head = self._read_checkpoint(export)
        self._compare(note, head, key)
        if self._untold:
            self._problems.append(f"and {self._untold} more")
        return Finding(
            origin=head.origin if head else "",
            leaves=self._order.frontier.size,
            payloads=self._payloads,
            first_at=self._order.first_at,
            last_at=self._order.last_at,
            head=head,
            key=key.text() if key else "",
            problems=tuple(self._problems),
        )

    def _read_head(self, export: BinaryIO) -> Verifier | None:
        if export.readline(LINE_BYTES) != HEAD:
            self._tell("the head is damaged: the first line is not «" + HEAD.decode().strip() + "»")
        line = export.readline(LINE_BYTES)
        try:
            if not line.startswith(KEY) or not line.endswith(b"\n"):
                raise InputError("the second line names no key")
            key = read_verifier(line[len(KEY) : -1].decode())
        except (InputError, UnicodeDecodeError) as error:
            self._tell(f"the head is damaged: {error}")
            return None
        if self._wanted is not None and key != self._wanted:
            self._tell(f"foreign key: the export names {key.text()}, not {self._wanted.text()}")
        return key

    def _read_leaves(self, export: BinaryIO) -> None:
        self._keep_root()
        while line := export.readline(LINE_BYTES):
            if line == b"\n":
                return
            if line.startswith(PAYLOAD):
                self._take_payload(line)
            else:
                self._take_leaf(line)
                self._keep_root()
        self._tell(f"the export is cut: it ends after leaf {self._order.seq}, without its checkpoint")

    def _take_leaf(self, line: bytes) -> None:
        place = self._order.seq + 1
        head = len(LEAF) + 64
        body = line[head + 1 : -1]
        if not line.endswith(b"\n"):
            self._tell(f"leaf {place} is cut, or too long")
        if not line.startswith(LEAF) or line[head : head + 1] != b" ":
            self._tell(f"leaf {place} is damaged: its line does not begin with «{LEAF.decode()}HASH»")
        elif line[len(LEAF) : head] != leaf_hash(body).hex().encode():
            self._tell(f"leaf {place} was changed: it does not have the hash that stands before it")
        for problem in self._order.take(body):
            self._tell(problem)

    def _take_payload(self, line: bytes) -> None:
        """Compare a payload with what the leaf above it commits to."""
        self._payloads += 1
        seq, _, rest = line[len(PAYLOAD) : -1].partition(b" ")
        try:
            salt = bytes.fromhex(rest[:SALT_DIGITS].decode())
        except ValueError:
            salt = b""
        written = b"%d %s %s" % (self._order.seq, salt.hex().encode(), rest[SALT_DIGITS + 1 :])
        kept = salt + rest[SALT_DIGITS + 1 :]
        if line != PAYLOAD + written + b"\n" or seq == b"-1" or commitment(kept) not in self._order.commitments:
            self._tell(f"the payload below leaf {self._order.seq} is not what a leaf there commits to")

    def _read_checkpoint(self, export: BinaryIO) -> tuple[Note | None, Checkpoint | None]:
        raw = export.read(MOST_BYTES + 1)
        try:
            return read_checkpoint(raw)
        except InputError as error:
            self._tell(f"the checkpoint at the end is damaged or cut: {error}")
            return None, None

    def _compare(self, note: Note | None, head: Checkpoint | None, key: Verifier | None) -> None:
        size = self._order.frontier.size
        if note is not None and head is not None:
            if key is not None and (head.origin != key.name or not note.signed_by(key)):
                self._tell(
                    "the checkpoint at the end is not signed by the key that the export names: it was changed, or a foreign key signed it"
                )
            if head.size > size:
                self._tell(f"the tail is cut: the checkpoint at the end signs {head.size} leaves, here are {size}")
            elif head.size < size:
                self._tell(f"leaves were added that nobody signed: the checkpoint at the end signs {head.size}, here are {size}")
            elif head.root != self._order.frontier.root():
                self._tell(f"the {size} leaves do not have the root that was signed: leaves or the checkpoint were changed")
        for old_note, old in self._old:
            self._compare_old(old_note, old, key)

    def _compare_old(self, note: Note, old: Checkpoint, key: Verifier | None) -> None:
        if key is not None and old.origin != key.name:
            self._tell(f"the kept checkpoint is of another ledger: {old.origin}")
            return
        if key is not None and not note.signed_by(key):
            self._tell(f"foreign key: the kept checkpoint of {old.size} leaves is not signed by the key that the export names")
        if old.size > self._order.frontier.size:
            missing = old.size - self._order.frontier.size
            self._tell(f"the tail is cut: the kept checkpoint signs {old.size} leaves, here are {missing} fewer")
        elif self._roots[old.size] != old.root:
            self._tell(f"two histories: the first {old.size} leaves here are not those that the kept checkpoint signs")

    def _keep_root(self) -> None:
        size = self._order.frontier.size
        if any(old.size == size for _, old in self._old):
            self._roots[size] = self._order.frontier.root()

    def _tell(self, problem: str) -> None:
        if len(self._problems) < MOST_PROBLEMS:
            self._problems.append(problem)
        else:
            self._untold += 1
