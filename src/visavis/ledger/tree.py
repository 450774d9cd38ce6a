"""The Merkle tree over the leaves: hashing, growing, proofs and their verification (RFC 6962 section 2.1; the same in RFC 9162).

A node is named by (level, index): level 0 are the leaves' hashes, and node (k, i) is the root over the 2ᵏ leaves from i·2ᵏ on. Only such
full nodes are ever stored, by whoever keeps the leaves; the rest of the tree is made of them anew in O(log n).
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

Node: TypeAlias = Callable[[int, int], bytes]
"""(level, index) to the hash of a full node; asked for full nodes only."""

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
"""Root of the tree without a leaf."""


def leaf_hash(body: bytes) -> bytes:
    """Return SHA-256(0x00 ‖ body), 32 bytes."""
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 ‖ left ‖ right), 32 bytes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The roots of the full subtrees of a growing tree, largest first: all that appending and the root need, ≤ log₂ n + 1 hashes."""

    def __init__(self) -> None:
        self.size = 0
        self._roots: list[bytes] = []

    def append(self, leaf: bytes) -> tuple[bytes, ...]:
        """Add a leaf's hash; return the hashes of the full nodes that it completes, its own first, one a level."""
        made = completed(self.size, leaf, lambda level, _: self._roots[-1 - level])
        del self._roots[len(self._roots) - (len(made) - 1) :]
        self._roots.append(made[-1])
        self.size += 1
        return made

    def root(self) -> bytes:
        """Return the root over all leaves so far."""
        if not self._roots:
            return EMPTY_ROOT
        *rest, root = self._roots
        for left in reversed(rest):
            root = node_hash(left, root)
        return root


def completed(seq: int, leaf: bytes, node: Node) -> tuple[bytes, ...]:
    """Return the hashes of the full nodes that leaf `seq` completes: level 0 first, two hashes on average.

    `node` is asked for the left sibling at each level.
    """
    made = [leaf]
    while (seq >> (level := len(made) - 1)) & 1:
        made.append(node_hash(node(level, (seq >> level) - 1), made[-1]))
    return tuple(made)


def root(size: int, node: Node) -> bytes:
    """Return the root over the first `size` leaves."""
    return _range(0, size, node) if size else EMPTY_ROOT


def inclusion_path(seq: int, size: int, node: Node) -> list[bytes]:
    """Return the proof that leaf `seq` is in the tree of `size` leaves, lowest sibling first (RFC 6962 section 2.1.1).

    Raises
    ------
    ValueError
        No such leaf in that tree.
    """
    if not 0 <= seq < size:
        raise ValueError(f"no leaf {seq} in a tree of {size}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        split = start + _split(end - start)
        if seq < split:
            path.append(_range(split, end, node))
            end = split
        else:
            path.append(_range(start, split, node))
            start = split
    return path[::-1]


def consistency_path(old: int, size: int, node: Node) -> list[bytes]:
    """Return the proof that the tree of `size` leaves begins with the tree of `old` leaves (RFC 6962 section 2.1.2).

    Raises
    ------
    ValueError
        `old` is not in 1 … `size`.
    """
    if not 0 < old <= size:
        raise ValueError(f"no consistency proof from {old} to {size} leaves")
    path: list[bytes] = []
    start, end = 0, size
    while end != old:
        split = start + _split(end - start)
        if old <= split:
            path.append(_range(split, end, node))
            end = split
        else:
            path.append(_range(start, split, node))
            start = split
    if start:  # else the verifier holds this very subtree: it is the old root
        path.append(_range(start, end, node))
    return path[::-1]


def verify_inclusion(leaf: bytes, seq: int, size: int, root: bytes, path: Sequence[bytes]) -> bool:
    """Say whether `path` proves that a leaf's hash is the `seq`-th of the tree with this root (RFC 9162 section 2.1.3.2)."""
    if not 0 <= seq < size:
        return False
    place, last, made = seq, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            made = node_hash(sibling, made)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            made = node_hash(made, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and made == root


def verify_consistency(old: tuple[int, bytes], new: tuple[int, bytes], path: Sequence[bytes]) -> bool:
    """Say whether `path` proves that the `new` (size, root) only added leaves to the `old` one (RFC 9162 section 2.1.4.2)."""
    (old_size, old_root), (new_size, new_root) = old, new
    if old_size == new_size:
        return old_root == new_root and not path
    if not 0 < old_size < new_size:
        return False
    hashes = iter([old_root, *path] if old_size & (old_size - 1) == 0 else path)
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    older = newer = next(hashes, b"")
    for sibling in hashes:
        if last == 0:
            return False
        if place & 1 or place == last:
            older, newer = node_hash(sibling, older), node_hash(sibling, newer)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            newer = node_hash(newer, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and older == old_root and newer == new_root


def stored_at(level: int, index: int) -> int:
    """Return the number of the leaf that completes a full node: its hash may be kept with that leaf."""
    return ((index + 1) << level) - 1


def _range(start: int, end: int, node: Node) -> bytes:
    """Return the root over leaves `start` … `end`, where `start` is a multiple of the power of two that holds them all."""
    roots = [node(level, index) for level, index in _full_nodes(start, end)]
    made = roots.pop()
    while roots:
        made = node_hash(roots.pop(), made)
    return made


def _full_nodes(start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def _split(size: int) -> int:
    """Return the largest power of two below `size` (≥ 2)."""
    return 1 << ((size - 1).bit_length() - 1)
