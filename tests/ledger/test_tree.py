"""The tree against the definition in RFC 6962 section 2.1, written down here as it stands there."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.ledger import tree

SIZES = st.integers(1, 130)


def bodies(size: int) -> list[bytes]:
    return [str(number).encode() for number in range(size)]


def oracle_root(leaves: list[bytes]) -> bytes:
    """MTH(D[n]) of RFC 6962 section 2.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = power_below(len(leaves))
    return hashlib.sha256(b"\x01" + oracle_root(leaves[:k]) + oracle_root(leaves[k:])).digest()


def oracle_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH(m, D[n]) of section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = power_below(len(leaves))
    if m < k:
        return [*oracle_path(m, leaves[:k]), oracle_root(leaves[k:])]
    return [*oracle_path(m - k, leaves[k:]), oracle_root(leaves[:k])]


def oracle_subproof(m: int, leaves: list[bytes], *, whole: bool = True) -> list[bytes]:
    """SUBPROOF(m, D[n], b) of section 2.1.2."""
    if m == len(leaves):
        return [] if whole else [oracle_root(leaves)]
    k = power_below(len(leaves))
    if m <= k:
        return [*oracle_subproof(m, leaves[:k], whole=whole), oracle_root(leaves[k:])]
    return [*oracle_subproof(m - k, leaves[k:], whole=False), oracle_root(leaves[:k])]


def power_below(size: int) -> int:
    k = 1
    while k * 2 < size:
        k *= 2
    return k


class Grown:
    """A tree as records keep it: with each leaf the hashes of the nodes that it completes."""

    def __init__(self, size: int) -> None:
        self.kept: list[tuple[bytes, ...]] = []
        for body in bodies(size):
            self.kept.append(tree.completed(len(self.kept), tree.leaf_hash(body), self.node))

    def node(self, level: int, index: int) -> bytes:
        return self.kept[tree.stored_at(level, index)][level]


def test_the_roots_of_the_empty_tree_and_of_one_empty_leaf_are_the_known_ones():
    assert tree.EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert tree.leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


def test_roots_are_those_of_the_test_vectors_of_certificate_transparency():
    # The eight leaves and roots that the reference implementations of RFC 6962 share.
    leaves = [
        bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
    ]
    frontier = tree.Frontier()
    for leaf in leaves:
        frontier.append(tree.leaf_hash(leaf))
    assert frontier.root().hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


@given(st.integers(0, 130))
def test_frontier_stored_nodes_and_definition_give_one_root(size):
    frontier, grown = tree.Frontier(), Grown(size)
    made = [frontier.append(tree.leaf_hash(body)) for body in bodies(size)]
    assert made == grown.kept
    assert frontier.root() == tree.root(size, grown.node) == oracle_root(bodies(size))


@given(st.data())
def test_every_older_root_can_still_be_told(data):
    size = data.draw(SIZES)
    old = data.draw(st.integers(0, size))
    assert tree.root(old, Grown(size).node) == oracle_root(bodies(old))


@given(st.data())
def test_an_inclusion_path_is_the_definitions_and_verifies(data):
    size = data.draw(SIZES)
    seq = data.draw(st.integers(0, size - 1))
    path = tree.inclusion_path(seq, size, Grown(size).node)
    assert path == oracle_path(seq, bodies(size))
    assert tree.verify_inclusion(tree.leaf_hash(bodies(size)[seq]), seq, size, oracle_root(bodies(size)), path)


@given(st.data())
def test_a_consistency_path_is_the_definitions_and_verifies(data):
    size = data.draw(SIZES)
    old = data.draw(st.integers(1, size))
    path = tree.consistency_path(old, size, Grown(size).node)
    assert path == oracle_subproof(old, bodies(size))
    assert tree.verify_consistency((old, oracle_root(bodies(old))), (size, oracle_root(bodies(size))), path)


@given(st.data())
def test_an_inclusion_proof_with_anything_changed_fails(data):
    size = data.draw(SIZES)
    seq = data.draw(st.integers(0, size - 1))
    leaf, root = tree.leaf_hash(bodies(size)[seq]), oracle_root(bodies(size))
    path = tree.inclusion_path(seq, size, Grown(size).node)
    other = data.draw(st.integers(0, size + 1).filter(lambda number: number != seq))
    assert not tree.verify_inclusion(leaf, other, size, root, path)
    assert not tree.verify_inclusion(flipped(leaf), seq, size, root, path)
    assert not tree.verify_inclusion(leaf, seq, size, flipped(root), path)
    assert not tree.verify_inclusion(leaf, seq, size, root, [*path, leaf])
    if path:
        place = data.draw(st.integers(0, len(path) - 1))
        assert not tree.verify_inclusion(leaf, seq, size, root, path[:-1])
        assert not tree.verify_inclusion(leaf, seq, size, root, [*path[:place], flipped(path[place]), *path[place + 1 :]])


@given(st.data())
def test_a_consistency_proof_with_anything_changed_fails(data):
    size = data.draw(st.integers(2, 130))
    old = data.draw(st.integers(1, size - 1))
    old_head, new_head = (old, oracle_root(bodies(old))), (size, oracle_root(bodies(size)))
    path = tree.consistency_path(old, size, Grown(size).node)
    place = data.draw(st.integers(0, len(path) - 1))
    assert not tree.verify_consistency((old, flipped(old_head[1])), new_head, path)
    assert not tree.verify_consistency(old_head, (size, flipped(new_head[1])), path)
    assert not tree.verify_consistency(old_head, new_head, path[:-1])
    assert not tree.verify_consistency(old_head, new_head, [*path, path[0]])
    assert not tree.verify_consistency(old_head, new_head, [*path[:place], flipped(path[place]), *path[place + 1 :]])
    assert not tree.verify_consistency(new_head, old_head, path)


def test_two_trees_of_one_size_are_consistent_only_if_they_are_one():
    assert tree.verify_consistency((3, oracle_root(bodies(3))), (3, oracle_root(bodies(3))), [])
    assert not tree.verify_consistency((3, oracle_root(bodies(3))), (3, flipped(oracle_root(bodies(3)))), [])


@pytest.mark.parametrize(("seq", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_there_is_no_path_to_a_leaf_that_is_not_there(seq, size):
    with pytest.raises(ValueError, match="no leaf"):
        tree.inclusion_path(seq, size, Grown(size).node)


@pytest.mark.parametrize(("old", "size"), [(0, 3), (4, 3)])
def test_there_is_no_consistency_proof_from_nothing_or_from_the_future(old, size):
    with pytest.raises(ValueError, match="no consistency proof"):
        tree.consistency_path(old, size, Grown(size).node)


def test_a_proof_reads_a_number_of_nodes_that_grows_with_the_logarithm_only():
    size, grown, asked = 100_003, Grown(100_003), []

    def node(level: int, index: int) -> bytes:
        asked.append((level, index))
        return grown.node(level, index)

    for act in (
        lambda: tree.root(size, node),
        lambda: tree.inclusion_path(777, size, node),
        lambda: tree.consistency_path(70_001, size, node),
    ):
        asked.clear()
        act()
        assert len(asked) <= 2 * size.bit_length()


def flipped(value: bytes) -> bytes:
    return bytes([value[0] ^ 1]) + value[1:]
