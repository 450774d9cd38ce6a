"""Checkpoints (https://c2sp.org/tlog-checkpoint) and proofs that carry one (https://c2sp.org/tlog-proof)."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from visavis.domain.errors import InputError
from visavis.ledger.note import Note, from_base64, read_note
from visavis.ledger.tree import HASH_BYTES, verify_inclusion

PROOF_HEAD = "c2sp.org/tlog-proof@v1"
MOST_DIGITS = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A ledger as it stood: so many leaves, this root.

    Attributes
    ----------
    origin : str
        Which ledger; the name of its key as well.
    size : int
    root : (32,) bytes
    """

    origin: str
    size: int
    root: bytes

    def text(self) -> bytes:
        """Return the three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n".encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """That a leaf stands in a ledger.

    Attributes
    ----------
    seq : int
    path : tuple of (32,) bytes
    checkpoint : bytes
        The signed note of the tree that holds it.
    """

    seq: int
    path: tuple[bytes, ...]
    checkpoint: bytes

    def text(self) -> bytes:
        """Return it as a `.tlog-proof` file."""
        lines = [PROOF_HEAD, f"index {self.seq}", *(base64.b64encode(sibling).decode() for sibling in self.path)]
        return ("\n".join(lines) + "\n\n").encode() + self.checkpoint

    def holds(self, leaf: bytes) -> bool:
        """Say whether it proves that a leaf's hash stands in the tree of its checkpoint; the signature is for the caller to check."""
        _, head = read_checkpoint(self.checkpoint)
        return verify_inclusion(leaf, self.seq, head.size, head.root, self.path)


def read_checkpoint(raw: bytes) -> tuple[Note, Checkpoint]:
    """Read a signed checkpoint; its signatures are for the caller to check. Extension lines are signed with the rest, and ignored.

    Raises
    ------
    InputError
        It is none.
    """
    note = read_note(raw)
    origin, *rest = note.text.decode().split("\n")
    if not origin or len(rest) < 3:
        raise InputError("not a checkpoint: origin, size and root, a line each")
    digits, encoded = rest[:2]
    root = from_base64(encoded, "the root of a checkpoint")
    if len(root) != HASH_BYTES:
        raise InputError(f"the root of a checkpoint has {HASH_BYTES} bytes")
    return note, Checkpoint(origin=origin, size=_whole(digits, "the size of a checkpoint"), root=root)


def read_proof(raw: bytes) -> Proof:
    """Read a `.tlog-proof` file; `InputError` if it is none."""
    head, _, checkpoint = raw.partition(b"\n\n")
    try:
        first, *lines = head.decode().split("\n")
    except UnicodeDecodeError:
        raise InputError("a proof that is not UTF-8") from None
    if first != PROOF_HEAD:
        raise InputError(f"not a proof: its first line is not «{PROOF_HEAD}»")
    if lines and lines[0].startswith("extra "):
        del lines[0]
    word, _, digits = (lines[0] if lines else "").partition(" ")
    if word != "index":
        raise InputError("a proof without an index")
    return Proof(seq=_whole(digits, "the index of a proof"), path=_hashes(lines[1:]), checkpoint=checkpoint)


def _hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    path = tuple(from_base64(line, "a hash of a proof") for line in lines)
    if any(len(sibling) != HASH_BYTES for sibling in path):
        raise InputError(f"a hash of a proof has {HASH_BYTES} bytes")
    return path


def _whole(digits: str, what: str) -> int:
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > MOST_DIGITS or str(int(digits)) != digits:
        raise InputError(f"{what} is not a whole number")
    return int(digits)
