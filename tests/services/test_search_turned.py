"""Searches over rotated templates: rankings as without a rotation, and never a comparison across two rotations."""

import numpy as np
import pytest
from archive_forge import ACTOR, DIM, MadeArchive, Picture, at_cosine, face, probe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from visavis.records import rotation


def unit_vectors(count: int, seed: int) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, DIM)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def own_group(made: MadeArchive, title: str):
    """A household source under a rotation of its own."""
    source = made.household(title)
    with made.records.work(ACTOR) as work:
        group = made.records.rotations.group_for(work, controller=title, purposes=("private",), profile="household")
        work.leaf("alteration", what="group")
    made.sql(f"UPDATE source SET rotation_group_id = {group} WHERE number = {source.number}")
    return made.records.sources.one(source.id)


def fill(made: MadeArchive, vectors: np.ndarray, groups: int) -> MadeArchive:
    for number, part in enumerate(np.array_split(np.arange(len(vectors)), groups)):
        source = own_group(made, f"Source {number}")
        made.put(source, *(Picture(path=f"{place}.jpg", vectors=(vectors[place],)) for place in part.tolist()))
    return made


def ranking(made: MadeArchive, vector: np.ndarray) -> dict[str, float]:
    found = made.search(probes=(probe(vector),), top=None, threshold=-1)
    return {candidate.path: candidate.similarity for candidate in found.candidates}


@pytest.mark.parametrize("groups", [1, 3])
def test_rankings_are_those_of_unturned_templates_but_for_candidates_closer_than_a_thousandth(tmp_path, empty_archive, monkeypatch, groups):
    vectors, asked = unit_vectors(240, seed=5), unit_vectors(4, seed=6)
    (tmp_path / "turned").mkdir()
    (tmp_path / "plain").mkdir()
    turned = fill(MadeArchive(tmp_path / "turned", empty_archive), vectors, groups)
    monkeypatch.setattr(rotation, "matrix_of", lambda secret, number, dim: np.eye(dim, dtype=np.float32))
    plain = fill(MadeArchive(tmp_path / "plain", empty_archive), vectors, groups)
    for vector in asked:
        have, want = ranking(turned, vector), ranking(plain, vector)
        assert have.keys() == want.keys()
        in_their_order = np.array([want[path] for path in have])
        assert (in_their_order[1:] - in_their_order[:-1]).max() < 1e-3
        assert max(abs(have[path] - want[path]) for path in have) < 1e-3
    turned.close()
    plain.close()


def test_a_face_of_one_group_finds_its_likes_in_another(made):
    first, second = own_group(made, "First"), own_group(made, "Second")
    made.put(first, Picture(path="a.jpg", vectors=(at_cosine(1),)))
    made.put(second, Picture(path="b.jpg", vectors=(at_cosine(0.9),)))
    a = made.search().candidates[0]
    found = made.search(face_id=a.face_id)
    assert [candidate.path for candidate in found.candidates] == ["a.jpg", "b.jpg"]
    np.testing.assert_allclose([candidate.similarity for candidate in found.candidates], [1, 0.9], atol=1e-3)


def test_top_and_all_count_over_every_group_together(made):
    first, second = own_group(made, "First"), own_group(made, "Second")
    made.put(first, *(Picture(path=f"{n}.jpg", vectors=(at_cosine(0.9 - n / 100),)) for n in range(0, 10, 2)))
    made.put(second, *(Picture(path=f"{n}.jpg", vectors=(at_cosine(0.9 - n / 100),)) for n in range(1, 10, 2)))
    assert [found.path for found in made.search(top=7).candidates] == [f"{n}.jpg" for n in range(7)]
    assert [found.path for found in made.search(top=None).candidates] == [f"{n}.jpg" for n in range(10)]
    assert [made.why(f"{n}.jpg").faces[0].rank for n in (0, 3, 8)] == [1, 4, 9]


def test_one_group_is_searched_once(made, monkeypatch):
    made.put(made.household("Family"), Picture(path="a.jpg", vectors=(at_cosine(1),)))
    made.put(made.household("Attic"), Picture(path="b.jpg", vectors=(at_cosine(0.9),)))
    asked, search = [], made.index.search
    monkeypatch.setattr(made.index, "search", lambda *args: asked.append(args) or search(*args))
    made.search()
    assert len(asked) == 1


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rotations=st.lists(st.sampled_from([1, 2, 3]), min_size=6, max_size=6),
    threshold=st.sampled_from([-1.0, 0.0, 0.3]),
    top=st.sampled_from([1, 4, None]),
)
def test_no_similarity_is_ever_given_for_a_template_under_another_rotation_than_the_probe(six, rotations, threshold, top):
    """While templates are re-keyed, rows of one source lie under two rotations. A row is said here to lie under any of three, whatever
    it really lies under: what comes back was compared under the rotation that its record names, or it does not come back.
    """
    numbers = sorted(set(six.sources.values()))
    for key, which in enumerate(rotations, start=1):
        six.sql(f"UPDATE template SET transform_key_id = {numbers[which - 1]} WHERE key = {key}")
    vector = face(at_cosine(1)).vector
    found = six.search(top=top, threshold=threshold)
    for candidate in found.candidates:
        key = int(candidate.path.removesuffix(".jpg"))
        row = six.records.rows.read(np.array([key]))[0]
        under = six.records.rotations.turn(vector, numbers[rotations[key - 1] - 1])
        assert candidate.similarity == pytest.approx(float(under @ row), abs=1e-5)
        assert six.sources[key] == numbers[rotations[key - 1] - 1]


@pytest.fixture
def six(made):
    """Two faces in each of three groups; `sources` names the rotations that belong to each key's source."""
    made.sources = {}
    for number in range(3):
        source = own_group(made, f"Source {number}")
        keys = made.put(source, *(Picture(path=f"{2 * number + n}.jpg", vectors=(at_cosine(0.9 - n / 10),)) for n in (1, 2)))
        (transform,) = made.records.rotations.under(frozenset({source.number}))
        made.sources.update(dict.fromkeys(keys, transform))
    return made
