import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.domain.errors import InputError
from visavis.evaluation import trials
from visavis.evaluation.trials import Templates, compare_pairs, parse_pairs, plan_identification, search_all


def lines(*rows: str) -> str:
    return "\n".join(rows) + "\n"


def numbered(count: int) -> list[str]:
    mated = [f"Ada\t{i}\t{i + 1}" for i in range(1, count + 1)]
    return mated + [f"Ada\t{i}\tBea\t{i}" for i in range(1, count + 1)]


def test_a_header_of_two_numbers_gives_the_files_own_folds():
    pairs = parse_pairs(lines("2\t2", *numbered(2), *numbered(2)))
    assert [pair.fold for pair in pairs] == [0, 0, 0, 0, 1, 1, 1, 1]
    assert [pair.mated for pair in pairs] == [True, True, False, False] * 2
    assert (pairs[0].line, pairs[0].first, pairs[0].second) == (2, ("Ada", 1), ("Ada", 2))
    assert (pairs[-1].line, pairs[-1].first, pairs[-1].second) == (9, ("Ada", 2), ("Bea", 2))


def test_a_header_of_one_number_deals_each_class_over_ten_folds():
    pairs = parse_pairs(lines("12", *numbered(12)))
    folds = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    assert [pair.fold for pair in pairs if pair.mated] == folds
    assert [pair.fold for pair in pairs if not pair.mated] == folds


def test_names_with_blanks_are_read_where_tabs_separate():
    text = lines("2 1", "Ada Lovelace\t1\t2", "Ada Lovelace\t1\tBea\t2", "Ada\t1\t2", "Ada\t1\tBea Z\t3")
    pairs = parse_pairs(text)
    assert pairs[0].first == ("Ada Lovelace", 1)
    assert pairs[3].second == ("Bea Z", 3)


def test_blank_lines_do_not_count_but_line_numbers_stay_true():
    pairs = parse_pairs("\n2 1\n\nAda 1 2\nAda 1 Bea 1\n\nAda 1 2\nAda 1 Bea 1\n")
    assert [pair.line for pair in pairs] == [4, 5, 7, 8]


@pytest.mark.parametrize("header", ["", "ten", "1 2 3", "-4", "Ada 1 2", "1 300", "9", "2 0"])
def test_a_header_that_is_none_is_refused(header):
    with pytest.raises(InputError):
        parse_pairs(lines(header))


def test_a_file_shorter_than_its_header_says_is_refused_with_both_counts():
    with pytest.raises(InputError, match=r"promises 20 pairs, 19 follow"):
        parse_pairs(lines("10", *numbered(10)[:-1]))


@pytest.mark.parametrize("broken", ["Ada 1 Bea 2", "Ada 1", "Ada one 2"])
def test_a_line_that_is_no_pair_is_named_by_number_and_never_by_person(broken):
    with pytest.raises(InputError, match=r"line 3 ") as caught:
        parse_pairs(lines("10", "Ada 1 2", broken, *numbered(10)[2:]))
    assert "Ada" not in str(caught.value)


def test_the_text_form_of_a_pair_hides_its_people():
    assert "Ada" not in repr(parse_pairs(lines("10", *numbered(10))))


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


def test_a_failure_to_enrol_is_rejected_in_every_comparison():
    templates = Templates.of([np.array([1, 0], np.float32), None, np.array([0.6, 0.8], np.float32)])
    assert templates.failures == 1
    similarity = compare_pairs(templates, np.array([0, 0, 1, 1]), np.array([2, 1, 2, 1]))
    np.testing.assert_allclose(similarity, [0.6, -np.inf, -np.inf, -np.inf])


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
