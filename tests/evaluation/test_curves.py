import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visavis.evaluation.curves import DISCARDS, det, det_of_pairs, error_versus_discard, fnmr_at, ranks, strengths
from visavis.evaluation.metrics import tar_at_far
from visavis.evaluation.trials import MEASURES, Searches


def trial(seed=1, count=300):
    rng = np.random.default_rng(seed)
    mate, others = rng.normal(0.6, 0.15, count), rng.normal(0.3, 0.05, count)
    rank = np.where(mate > others, 1, rng.integers(2, 60, count))
    return Searches(mate=mate, best_other=others, rank=rank, subject=np.arange(count) // 2, gallery_size=80)


def test_a_det_curve_spans_what_the_trial_resolves_falls_and_lies_in_its_band():
    line = det(trial())
    assert (line.x[0], line.x[-1]) == (pytest.approx(1 / 300), 1.0)
    assert all(np.diff(line.y) <= 0)
    assert all(low <= y <= high for low, y, high in zip(line.low, line.y, line.high, strict=True))


def test_a_longer_list_of_candidates_never_misses_more():
    one, ten = det(trial()), det(trial(), r=10)
    assert all(long <= short for long, short in zip(ten.y, one.y, strict=True))
    assert ten.y[-1] < one.y[-1]


@given(st.integers(0, 1000), st.sampled_from([0.01, 0.03, 0.1]))
def test_fnmr_is_what_tar_leaves_at_every_fmr(seed, fmr):
    rng = np.random.default_rng(seed)
    similarity = np.round(np.concatenate([rng.normal(0.5, 0.2, 50), rng.normal(0.2, 0.1, 200)]), 2)
    mated = np.arange(250) < 50
    accepted = tar_at_far(similarity, mated, fmr).rate.value
    assert fnmr_at(similarity[mated], similarity[~mated], np.array([fmr]))[0] == pytest.approx(1 - accepted)


def test_failures_to_enrol_are_rejected_at_every_fmr_even_where_all_are_accepted():
    similarity = np.array([-np.inf, 0.5, 0.9, 0.1, 0.2])
    line = det_of_pairs(similarity, np.array([True, True, True, False, False]), np.arange(5))
    assert line.y[-1] == pytest.approx(1 / 3)


def test_misses_fall_with_the_length_of_the_list_which_ends_with_the_gallery():
    line = ranks(trial())
    assert line.x == tuple(range(1, 51))
    assert all(np.diff(line.y) <= 0)
    small = Searches(mate=np.ones(3), best_other=np.zeros(3), rank=np.array([1, 2, 4]), subject=np.arange(3), gallery_size=3)
    assert ranks(small).x == (1, 2, 3)
    assert ranks(small).y[-1] == pytest.approx(1 / 3)  # the third failed to enrol


def test_strengths_turn_every_measure_so_that_more_is_better_and_a_failure_is_weakest():
    measures = {name: np.array([np.nan, 5.0, -40.0]) for name in MEASURES} | {"exposure": np.array([np.nan, 0.5, 0.95])}
    for name, values in strengths(measures).items():
        assert values[0] == -np.inf
        assert values[1] > values[2], name


def test_taking_away_what_misses_first_leaves_nothing_to_miss_and_chance_leaves_as_much():
    rng = np.random.default_rng(3)
    missed = rng.random(1000) < 0.2
    subject = np.arange(1000)
    foresight = error_versus_discard(missed, np.where(missed, 0.0, 1.0), subject, measure="best")
    chance = error_versus_discard(missed, rng.random(1000), subject, measure="chance")
    place = DISCARDS.index(0.2)
    assert foresight.fnir[place] == pytest.approx(0, abs=0.03)
    assert foresight.change[place][1] < -0.1
    assert chance.fnir[place] == pytest.approx(0.2, abs=0.04)
    assert chance.change[place][0] < 0 < chance.change[place][1]
    assert foresight.fnir[0] == chance.fnir[0] == missed.mean()


@settings(max_examples=12, deadline=None)
@given(st.lists(st.booleans(), min_size=5, max_size=40), st.integers(0, 1000))
def test_what_is_left_is_counted_as_by_hand(missed, seed):
    strength = np.random.default_rng(seed).permutation(len(missed)).astype(float)
    curve = error_versus_discard(np.array(missed), strength, np.arange(len(missed)), measure="any")
    order = np.argsort(strength)
    for share, rate in zip(curve.shares, curve.fnir, strict=True):
        left = [missed[i] for i in order[int(share * len(missed) + 1e-9) :]]
        assert rate == pytest.approx(sum(left) / len(left))


def test_where_nobody_misses_no_measure_is_said_to_change_anything():
    curve = error_versus_discard(np.zeros(40, bool), np.arange(40.0), np.arange(40), measure="any")
    assert set(curve.change) == {None}
