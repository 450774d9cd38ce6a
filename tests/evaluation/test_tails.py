"""Tails fitted to similarities whose truth is made."""

import numpy as np
import pytest

from visavis.domain.errors import InputError
from visavis.domain.tails import USUAL, Calibration, Strangers, Tail
from visavis.evaluation.tails import Pairs, fit_hazard, fit_tail, goodness, pairs_among, pairs_between, refit_tail
from visavis.testing.templates import identity_centres, pictures_of

DIM = 128


@pytest.fixture(scope="module")
def people():
    """Two pictures each of 600 people who are evenly spread, and who they are."""
    rng = np.random.default_rng(11)
    centres = identity_centres(600, DIM, rng)
    return np.concatenate([pictures_of(centres, rng) for _ in range(2)]), np.tile(np.arange(600), 2)


@pytest.fixture(scope="module")
def tail(people):
    return fit_tail(pairs_among(*people))


def of_photographs(similarity: np.ndarray, each: int = 6) -> Pairs:
    unit = np.arange(len(similarity)) // each
    return Pairs(similarity=similarity, weight=np.ones(len(unit)), first=unit, second=unit)


def drawn_from(tail: Tail, count: int, seed: int = 5) -> np.ndarray:
    """Return similarities of which `tail.share` lie in the tail."""
    rng = np.random.default_rng(seed)
    inside = rng.random(count) < tail.share
    similarity = rng.uniform(-0.2, tail.above, count)
    similarity[inside] = [tail.similarity_at(share) for share in tail.share * (1 - rng.random(int(inside.sum())))]
    return similarity


def test_pairs_leave_a_person_with_themselves_out_and_weigh_every_two_people_alike(people):
    pairs = pairs_among(*people)
    assert len(pairs.similarity) == 4 * 600 * 599 / 2
    assert pairs.weight.sum() == pytest.approx(600 * 599 / 2)
    table = pairs_between(np.zeros((3, 2)), np.array([0, 0, 1]), np.array([0, 1]))
    assert sorted(zip(table.first.tolist(), table.second.tolist(), table.weight.tolist(), strict=True)) == [
        (0, 1, 0.5),
        (0, 1, 0.5),
        (1, 0, 1.0),
    ]


def test_the_fit_finds_the_slope_and_the_bend_that_values_were_drawn_with():
    rng = np.random.default_rng(1)
    needed = -np.log(1 - rng.random(200_000))
    excess = 2 * needed / (30 + np.sqrt(30**2 + 4 * 60 * needed))
    slope, bend = fit_hazard(excess, np.ones(len(excess)))
    assert slope == pytest.approx(30, rel=0.03)
    assert bend == pytest.approx(60, rel=0.15)


def test_a_tail_that_thins_out_evenly_has_no_bend():
    slope, bend = fit_hazard(np.random.default_rng(2).exponential(1 / 40, 50_000), np.ones(50_000))
    assert (slope, bend) == (pytest.approx(40, rel=0.05), pytest.approx(0, abs=40))


@pytest.mark.parametrize(("size", "expected"), [(1_000, 3.0), (1_000, 1.0), (10_000, 1.0), (10_000, 0.3)])
def test_expected_false_hits_are_those_that_people_outside_the_fit_give(tail, size, expected):
    rng = np.random.default_rng(size)
    strangers = Strangers(calibration=Calibration(tails={(USUAL, "cosine"): tail}, data=""), gallery_size=size, probes=(USUAL,))
    threshold = strangers.similarity_for(expected)
    probes = pictures_of(identity_centres(400, DIM, rng), rng)
    hits = (probes @ pictures_of(identity_centres(size, DIM, rng), rng).T >= threshold).sum(axis=1)
    low, high = strangers.interval_at(threshold)
    error = 2.5 * hits.std() / np.sqrt(len(hits))
    assert low - error <= hits.mean() <= high + error


def test_the_tail_fits_the_pairs_that_it_was_fitted_to(people, tail):
    found = goodness(tail, pairs_among(*people))
    assert found.distance < 0.02
    assert all(fitted == pytest.approx(seen, abs=0.01) for _, fitted, seen in found.quantiles)


def test_own_pictures_move_share_and_slope_and_leave_start_and_bend(tail):
    truth = Tail(**{**{name: getattr(tail, name) for name in tail.__slots__}, "share": 2 * tail.share, "slope": 0.8 * tail.slope})
    own, aside = refit_tail(of_photographs(drawn_from(truth, 40_000)), tail, ceiling=0.46)
    assert (own.above, own.bend, aside) == (tail.above, tail.bend, 0)
    assert own.share == pytest.approx(2 * tail.share, rel=0.1)
    assert own.slope == pytest.approx(0.8 * tail.slope, rel=0.1)


def test_one_person_twice_is_set_aside_and_does_not_move_the_tail(tail):
    strangers = drawn_from(tail, 30_000)
    twice = np.random.default_rng(4).normal(0.7, 0.05, 300)  # one pair in a hundred
    clean, none = refit_tail(of_photographs(strangers), tail, ceiling=0.46)
    own, aside = refit_tail(of_photographs(np.concatenate([strangers, twice])), tail, ceiling=0.46)
    assert (none, aside) == (0, 300)
    assert own.share_at(0.45) == pytest.approx(clean.share_at(0.45), rel=0.02)


def test_what_lies_above_the_ceiling_is_thought_of_though_it_was_cut_off(tail):
    own, _ = refit_tail(of_photographs(drawn_from(tail, 60_000)), tail, ceiling=tail.similarity_at(tail.share / 20))
    assert own.slope == pytest.approx(tail.slope, rel=0.15)


@pytest.mark.parametrize("pairs", [of_photographs(np.full(600, 0.1)), of_photographs(np.full(60, 0.3), each=2)])
def test_too_few_pairs_or_photographs_give_no_tail(pairs, tail):
    with pytest.raises(InputError, match="not enough"):
        refit_tail(pairs, tail, ceiling=0.46)
