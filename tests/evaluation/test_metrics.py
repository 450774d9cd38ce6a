import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visavis.domain.errors import InputError
from visavis.evaluation.metrics import Rate, clopper_pearson, fnir_at, misses_at, operating_points, pair_accuracy, rank_rate, tar_at_far
from visavis.evaluation.report import listed, told_interval
from visavis.evaluation.trials import Searches


def at_least(count: int, trials: int, p: float) -> Fraction:
    exact = Fraction(p)
    return sum((math.comb(trials, k) * exact**k * (1 - exact) ** (trials - k) for k in range(count, trials + 1)), Fraction(0))


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.sampled_from([0.9, 0.95, 0.99]))
def test_an_interval_ends_where_the_exact_binomial_tails_hold_half_the_rest(case, level):
    count, trials = case
    low, high = clopper_pearson(count, trials, level)
    assert 0 <= low <= count / trials <= high <= 1
    tail = (1 - level) / 2
    if count:
        assert float(at_least(count, trials, low)) == pytest.approx(tail, rel=1e-9)
    if count < trials:
        assert float(1 - at_least(count + 1, trials, high)) == pytest.approx(tail, rel=1e-9)


def test_intervals_agree_with_published_values():
    # Rule of three's exact form: 1 − 0.025^(1/1000); 10 of 100: any table of exact binomial limits
    assert clopper_pearson(0, 1000) == (0.0, pytest.approx(1 - 0.025 ** (1 / 1000), rel=1e-9))
    assert clopper_pearson(10, 100) == (pytest.approx(0.0490047, abs=1e-6), pytest.approx(0.1762226, abs=1e-6))


def test_an_interval_over_many_trials_stays_finite():
    low, high = clopper_pearson(500_000 // 100, 500_000)
    assert low < 0.01 < high
    assert high - low == pytest.approx(2 * 1.96 * math.sqrt(0.01 * 0.99 / 500_000), rel=0.01)


@pytest.mark.parametrize(("count", "trials"), [(0, 0), (3, 2), (-1, 2)])
def test_a_rate_without_trials_or_with_more_events_than_trials_is_refused(count, trials):
    with pytest.raises(InputError):
        Rate.of(count, trials)


def test_accuracy_takes_each_folds_threshold_from_the_other_folds():
    similarity = np.array([0.9, 0.4, 0.8, 0.1])
    mated = np.array([True, False, True, False])
    fold = np.array([0, 0, 1, 1])
    measured = pair_accuracy(similarity, mated, fold)
    assert measured.thresholds == (0.8, 0.9)  # of fold 1 for fold 0, and the other way round
    assert measured.mean == 0.75  # 0.8 lies below the threshold that fold 0 gives
    assert measured.standard_error == pytest.approx(0.25 / math.sqrt(2))


def brute_force(similarity, mated, fold):
    rates = []
    for held_out in np.unique(fold):
        train = fold != held_out
        choices = np.unique(similarity[train])
        right = [np.mean((similarity[train] >= t) == mated[train]) for t in choices]
        threshold = choices[int(np.argmax(right))]
        rates.append(np.mean((similarity[~train] >= threshold) == mated[~train]))
    return np.mean(rates)


@given(st.integers(0, 10_000))
def test_the_fast_threshold_equals_trying_all_of_them_ties_included(seed):
    rng = np.random.default_rng(seed)
    mated = rng.random(80) < 0.5
    similarity = np.round(rng.normal(0.3, 0.2, 80) + 0.3 * mated, 1)
    fold = np.arange(80) % 10
    assert pair_accuracy(similarity, mated, fold).mean == pytest.approx(brute_force(similarity, mated, fold))


def test_pairs_that_failed_to_enrol_are_rejected_at_any_threshold():
    similarity = np.array([-np.inf, 0.1, 0.9, 0.2] * 2)
    mated = np.array([True, False, True, False] * 2)
    assert pair_accuracy(similarity, mated, np.repeat([0, 1], 4)).mean == 0.75


def test_no_threshold_can_be_chosen_where_nothing_was_enrolled():
    with pytest.raises(InputError, match="nothing to choose a threshold on"):
        pair_accuracy(np.full(4, -np.inf), np.array([True, False] * 2), np.array([0, 0, 1, 1]))


def test_tar_allows_as_many_false_accepts_as_the_rate_says():
    impostors = np.linspace(0, 0.6, 3000)
    genuine = np.array([0.5, 0.5996, 0.7, 0.9])
    similarity = np.concatenate([impostors, genuine])
    mated = np.concatenate([np.zeros(3000, bool), np.ones(4, bool)])
    at = tar_at_far(similarity, mated, 1e-3)
    assert at.allowed == 3
    assert np.count_nonzero(impostors > at.threshold) == 3
    assert (at.rate.count, at.rate.trials) == (3, 4)
    assert at.note == "at 3 of 3000 false accepts or fewer"


def test_tar_below_the_datas_resolution_is_at_no_false_accept_and_says_so():
    similarity = np.concatenate([np.linspace(0, 0.4, 500), [0.3, 0.4, 0.5, 0.6]])
    mated = np.concatenate([np.zeros(500, bool), np.ones(4, bool)])
    at = tar_at_far(similarity, mated, 1e-3)
    assert at.threshold == 0.4
    assert at.rate.count == 2  # above, not at
    assert at.note == "at 0 of 500 false accepts: FAR 0.001 is below the data's resolution"


def test_tied_impostors_never_exceed_the_allowed_false_accepts():
    similarity = np.array([0.5] * 10 + [0.5, 0.6])
    mated = np.array([False] * 10 + [True, True])
    assert tar_at_far(similarity, mated, 0.2).rate.count == 1


def test_a_failed_mated_pair_is_not_accepted_even_where_failed_impostors_set_the_threshold():
    similarity = np.array([-np.inf] * 4 + [-np.inf, 0.2])
    mated = np.array([False] * 4 + [True, True])
    at = tar_at_far(similarity, mated, 0.1)
    assert (at.rate.count, at.threshold) == (1, -1.0)


def test_tar_without_non_mated_pairs_is_refused():
    with pytest.raises(InputError, match="non-mated"):
        tar_at_far(np.array([0.5]), np.array([True]), 0.1)


def searches(mate, best_other, subject=None):
    mate, best_other = np.asarray(mate, float), np.asarray(best_other, float)
    rank = np.where(np.isfinite(mate), np.where(mate > best_other, 1, 2), 10)
    subject = np.arange(len(mate)) if subject is None else np.asarray(subject)
    return Searches(mate=mate, best_other=best_other, rank=rank, subject=subject, gallery_size=9)


def test_fnir_counts_mates_below_the_threshold_and_mates_that_are_not_first():
    #           first, high  first, low   not first    tied
    trial = searches([0.9, 0.32, 0.5, 0.2], [0.1, 0.3, 0.6, 0.2])
    assert rank_rate(trial, 1).count == 2
    half, none = operating_points(trial, [0.5, 0.0])
    assert half.threshold == pytest.approx(0.25)  # between 0.2 and 0.3
    assert (half.fnir.count, half.fnir.trials) == (2, 4)
    assert none.threshold == pytest.approx(0.6)
    assert none.fnir.count == 3


def test_a_probe_that_failed_to_enrol_is_a_miss_and_does_not_lower_the_threshold():
    good = searches([0.9, 0.9], [0.2, 0.4])
    with_failure = searches([0.9, 0.9, -np.inf], [0.2, 0.4, -np.inf])
    (before,), (after,) = operating_points(good, [0.5]), operating_points(with_failure, [0.5])
    assert after.threshold == before.threshold
    assert (before.fnir.count, after.fnir.count, after.fnir.trials) == (0, 1, 3)
    assert rank_rate(with_failure, 1).count == 2


def test_a_rate_that_too_few_non_mated_searches_resolve_is_marked():
    coarse, fine = operating_points(searches([0.9] * 50, np.linspace(0, 0.5, 50)), [0.1, 0.01])
    assert coarse.resolved
    assert not fine.resolved


def test_a_trial_in_which_no_search_ran_is_refused():
    with pytest.raises(InputError, match="no search"):
        operating_points(searches([-np.inf], [-np.inf]), [0.1])


def test_known_rates_of_a_made_population_lie_within_the_intervals():
    # Mates N(0.64, 0.12) and first non-mates N(0.35, 0.05), so that FNIR at each FPIR is known in closed form but for the rare mate
    # that is above T and yet second (under 0.2 % here: the tolerance below).
    rng = np.random.default_rng(11)
    trial = searches(rng.normal(0.64, 0.12, 5_000), rng.normal(0.35, 0.05, 5_000))
    for fpir, z, point in zip([0.1, 0.01], [1.2816, 2.3263], operating_points(trial, [0.1, 0.01]), strict=True):
        threshold = 0.35 + 0.05 * z
        assert point.threshold == pytest.approx(threshold, abs=0.005)
        expected = 0.5 * math.erfc((0.64 - point.threshold) / 0.12 / math.sqrt(2))
        assert point.fnir.low - 0.002 <= expected <= point.fnir.high, fpir


def test_a_longer_list_of_candidates_finds_who_is_second():
    trial = searches([0.9, 0.5, -np.inf], [0.1, 0.6, 0.2])
    assert [rank_rate(trial, k).count for k in (1, 2)] == [1, 2]
    assert misses_at(trial, np.array([-np.inf, 0.5, 0.95]), r=2).tolist() == [1, 1, 3]
    assert misses_at(trial, np.array([-np.inf]), r=1).tolist() == [2]


@given(st.integers(0, 1000), st.floats(0.01, 0.9))
def test_fnir_falls_where_more_false_positives_are_allowed(seed, fpir):
    rng = np.random.default_rng(seed)
    trial = searches(rng.normal(0.6, 0.2, 60), rng.normal(0.3, 0.1, 60))
    strict, lax = fnir_at(trial, [fpir / 2, fpir])
    assert strict >= lax


def test_ten_probes_of_each_person_widen_the_interval_by_subject_but_not_the_binomial_one():
    rng = np.random.default_rng(5)
    mate = rng.normal(0.6, 0.15, 60)
    alone = searches(np.repeat(mate, 10), np.full(600, 0.3) + rng.normal(0, 0.05, 600))
    grouped = searches(alone.mate, alone.best_other, np.repeat(np.arange(60), 10))
    (one,), (ten,) = operating_points(alone, [0.1]), operating_points(grouped, [0.1])
    assert one.fnir == ten.fnir
    assert ten.by_subject[1] - ten.by_subject[0] > 2 * (one.by_subject[1] - one.by_subject[0])
    assert ten.by_subject[0] < ten.fnir.value < ten.by_subject[1]


def test_without_a_miss_there_is_no_interval_by_subject_but_the_binomial_one():
    (point,) = operating_points(searches(np.full(40, 0.9), np.full(40, 0.3)), [0.1])
    assert (point.fnir.count, point.by_subject, told_interval(point.by_subject), listed(point.by_subject)) == (0, None, "–", None)
    assert point.fnir.high > 0.05
