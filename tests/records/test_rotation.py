"""Rotations: which matrix follows from a secret, who shares one, and that none is seen in a result."""

import hashlib
import math

import numpy as np
import pytest
from archive_forge import ACTOR, DIM, Picture, at_cosine

from visavis.records.rotation import matrix_of

SECRET = bytes(range(32))


def unit_vectors(count: int, seed: int) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, DIM)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def by_hand(secret: bytes, number: int, dim: int) -> list[list[float]]:
    """The matrix as the docstring describes it, with the standard library alone: Gram and Schmidt have R's diagonal positive."""
    head = b"visavis rotation 1\0" + secret + number.to_bytes(8, "big") + dim.to_bytes(4, "big")
    stream = hashlib.shake_256(head).digest(8 * dim * dim)
    uniform = [(int.from_bytes(stream[i : i + 8], "little") >> 11) / 2**53 for i in range(0, len(stream), 8)]
    normals = []
    for u, v in zip(uniform[0::2], uniform[1::2], strict=True):
        length = math.sqrt(-2 * math.log(1 - u))
        normals += [length * math.cos(2 * math.pi * v), length * math.sin(2 * math.pi * v)]
    columns: list[list[float]] = []
    for j in range(dim):
        column = [normals[i * dim + j] for i in range(dim)]
        for other in columns:
            along = math.fsum(a * b for a, b in zip(column, other, strict=True))
            column = [a - along * b for a, b in zip(column, other, strict=True)]
        length = math.sqrt(math.fsum(a * a for a in column))
        columns.append([a / length for a in column])
    return [[columns[j][i] for j in range(dim)] for i in range(dim)]


@pytest.mark.parametrize("dim", [2, 8, 16])
def test_the_matrix_is_the_one_that_the_recipe_gives_by_hand(dim):
    np.testing.assert_allclose(matrix_of(SECRET, 7, dim), by_hand(SECRET, 7, dim), atol=1e-6)


def test_the_matrix_never_changes_between_versions():
    """A template that was stored yesterday is turned back tomorrow: these numbers are part of the format."""
    wanted = [[-0.9983891, -0.05673765], [-0.05673765, 0.9983891]]
    np.testing.assert_allclose(matrix_of(SECRET, 1, 2), wanted, atol=1e-6)


def test_a_rotation_keeps_every_cosine_and_turning_back_gives_the_vector(made):
    group = made.household().rotation_group_id
    with made.records.work(ACTOR) as work:
        number = made.records.rotations.current(work, group)
        work.leaf("alteration", what="nothing")
    vectors = unit_vectors(40, seed=1)
    turned = made.records.rotations.turn(vectors, number)
    np.testing.assert_allclose(turned @ turned.T, vectors @ vectors.T, atol=1e-5)
    np.testing.assert_allclose(made.records.rotations.turn_back(turned, number), vectors, atol=1e-5)
    assert abs(np.vecdot(turned, vectors)).max() < 0.95


def test_another_secret_number_or_dimension_is_another_rotation():
    matrices = [matrix_of(SECRET, 1, DIM), matrix_of(SECRET[::-1], 1, DIM), matrix_of(SECRET, 2, DIM)]
    for i, one in enumerate(matrices):
        assert np.abs(one @ one.T - np.eye(DIM)).max() < 1e-5
        for other in matrices[i + 1 :]:
            assert np.abs(np.vecdot(one, other)).max() < 0.95


def test_sources_of_one_controller_purposes_and_profile_share_a_group_and_others_do_not(made):
    first, second, museum = made.household("Family"), made.household("Attic"), made.archive()
    assert first.rotation_group_id == second.rotation_group_id != museum.rotation_group_id
    groups = made.records.rotations.groups()
    assert len({group.transform for group in groups}) == len(groups) == 2
    assert made.records.rotations.under(frozenset({1, 2, 3})) == {groups[0].transform: {1, 2}, groups[1].transform: {3}}


def test_the_order_of_purposes_makes_no_other_group(made):
    def group(controller="Museum", purposes=("a", "b"), profile="archive"):
        with made.records.work(ACTOR) as work:
            number = made.records.rotations.group_for(work, controller=controller, purposes=purposes, profile=profile)
            work.leaf("set-up", what="group")
        return number

    assert group() == group(purposes=("b", "a"))
    assert len({group(), group(controller="Other"), group(purposes=("a",)), group(profile="consent")}) == 4


def test_each_template_names_its_group_and_rotation(made):
    source = made.household()
    made.put(source, Picture(path="a.jpg", vectors=(at_cosine(1),)))
    (group,) = made.records.rotations.groups()
    assert made.sql("SELECT rotation_group_id, transform_key_id FROM template") == [(group.number, group.transform)]


def test_the_row_file_holds_the_turned_vector_only(made):
    vector = unit_vectors(1, seed=3)[0]
    keys = made.put(made.household(), Picture(path="a.jpg", vectors=(vector,)))
    (group,) = made.records.rotations.groups()
    row = made.records.rows.read(np.array(keys))[0]
    np.testing.assert_allclose(row, made.records.rotations.turn(vector, group.transform), atol=1e-3)
    assert vector.astype("<f2").tobytes() not in (made.folder / "archive" / "rows" / "000000.rows").read_bytes()
