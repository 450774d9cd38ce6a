import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.domain.errors import InputError
from visavis.evaluation import trials
from visavis.evaluation.trials import Templates, odd_and_even, plan_identification, search_all


def test_the_first_picture_of_each_person_is_enrolled_and_the_rest_are_probes():
    plan = plan_identification([3, 1, 2])
    assert plan.gallery.tolist() == [0, 3, 4]
    assert plan.probes.tolist() == [1, 2, 5]
    assert plan.owner.tolist() == [0, 0, 2]


@given(st.lists(st.integers(1, 6), min_size=2, max_size=40).filter(lambda counts: max(counts) > 1))
def test_every_picture_is_either_enrolled_or_a_probe_of_its_own_person(counts):
    plan = plan_identification(counts)
    assert sorted([*plan.gallery, *plan.probes]) == list(range(sum(counts)))
    person = np.repeat(np.arange(len(counts)), counts)
    assert (person[plan.probes] == plan.owner).all()
    assert (person[plan.gallery] == np.arange(len(counts))).all()


@pytest.mark.parametrize("counts", [[], [4], [1, 1, 1]])
def test_a_trial_without_two_people_or_without_probes_is_refused(counts):
    with pytest.raises(InputError, match="two people"):
        plan_identification(counts)


def test_a_test_set_without_any_template_is_refused():
    with pytest.raises(InputError, match="no picture"):
        Templates.of([None, None])


def axes(*numbers: int | None) -> Templates:
    """Make templates along the axes of a space: equal numbers have cosine 1, others 0."""
    return Templates.of([None if n is None else np.eye(8, dtype=np.float32)[n] for n in numbers])


def test_a_search_sees_its_mate_and_the_best_of_all_others_apart():
    # Person 0: pictures 0, 1; person 1: pictures 2, 3, of which picture 3 looks like person 0.
    searches = search_all(axes(0, 0, 1, 0), plan_identification([2, 2]))
    assert searches.mate.tolist() == [1, 0]
    assert searches.best_other.tolist() == [0, 1]
    assert searches.gallery_size == 2


def test_a_probe_or_mate_that_failed_to_enrol_can_never_be_reached():
    searches = search_all(axes(None, 0, 1, None, 2, 2), plan_identification([2, 2, 2]))
    assert searches.mate.tolist() == [-np.inf, -np.inf, 1]
    assert searches.best_other.tolist() == [0, -np.inf, 0]
    assert searches.gallery_size == 2


def test_searching_in_parts_equals_searching_at_once(monkeypatch):
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(60, 16)).astype(np.float32)
    templates = Templates.of(list(vectors / np.linalg.norm(vectors, axis=1, keepdims=True)))
    plan = plan_identification([3] * 20)
    whole = search_all(templates, plan)
    monkeypatch.setattr(trials, "_PROBES_AT_ONCE", 7)
    parts = search_all(templates, plan)
    np.testing.assert_allclose(parts.mate, whole.mate, atol=1e-6)
    np.testing.assert_allclose(parts.best_other, whole.best_other, atol=1e-6)


def made(people: int, pictures: int, seed: int) -> Templates:
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(people * pictures, 8)).astype(np.float32)
    return Templates.of(list(vectors / np.linalg.norm(vectors, axis=1, keepdims=True)))


@given(st.integers(2, 12), st.integers(2, 4), st.integers(0, 1000))
def test_the_mates_rank_is_its_place_in_the_sorted_list_of_candidates(people, pictures, seed):
    templates, plan = made(people, pictures, seed), plan_identification([pictures] * people)
    searches = search_all(templates, plan)
    similarity = templates.vectors[plan.probes] @ templates.vectors[plan.gallery].T
    for row, owner, rank in zip(similarity, plan.owner, searches.rank, strict=True):
        assert np.argsort(-row)[rank - 1] == owner


def test_whoever_ties_with_the_mate_stands_before_it_and_a_failure_stands_behind_everybody():
    searches = search_all(axes(0, 0, 0, 1, None, 2), plan_identification([2, 2, 2]))
    assert searches.rank.tolist() == [2, 2, 3]  # tied at 1; tied at 0; mate not enrolled
    assert searches.subject.tolist() == [0, 1, 2]


@given(st.lists(st.integers(1, 5), min_size=6, max_size=30).filter(lambda counts: max(counts[::2]) > 1 and max(counts[1::2]) > 1))
def test_a_split_by_identity_shares_nobody_and_loses_nobody(counts):
    plan = plan_identification(counts)
    odd, even = odd_and_even(plan)
    assert sorted([*odd.subjects, *even.subjects]) == plan.subjects.tolist()
    assert sorted([*odd.probes, *even.probes]) == plan.probes.tolist()
    person = np.repeat(np.arange(len(counts)), counts)
    for half in (odd, even):
        assert (person[half.gallery] == half.subjects).all()
        assert (person[half.probes] == half.subjects[half.owner]).all()
    assert (odd.subjects % 2 == 1).all()


def test_a_part_that_is_too_small_for_a_trial_is_refused():
    with pytest.raises(InputError, match="too few people"):
        odd_and_even(plan_identification([2, 1, 1, 1]))


def test_chosen_rows_keep_what_belongs_together():
    searches = search_all(made(4, 3, 1), plan_identification([3] * 4))
    part = searches.rows(np.array([5, 5, 0]))
    assert part.mate.tolist() == [searches.mate[5]] * 2 + [searches.mate[0]]
    assert part.subject.tolist() == [2, 2, 0]
    assert (part.gallery_size, part.subjects, searches.subjects) == (4, 2, 4)
