import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.evaluation.extrapolation import carried, extrapolate
from visavis.evaluation.metrics import operating_points
from visavis.evaluation.trials import Searches


@given(st.floats(1e-9, 0.99), st.floats(1.0, 1000.0))
def test_carrying_to_a_larger_gallery_and_back_is_the_identity_where_it_has_not_run_full(rate, times):
    there = carried(rate, times)
    assert there >= rate * (1 - 1e-12)
    if there < 0.999:
        assert carried(there, 1 / times) == pytest.approx(rate, rel=1e-6)


def test_a_rate_per_pair_of_a_millionth_becomes_the_laws_table():
    # law: FMR 1e-6 gives FPIR 1 % at 10⁴, 9.5 % at 10⁵, 63 % at 10⁶
    assert [round(carried(1e-6, size), 3) for size in (1e4, 1e5, 1e6)] == [0.010, 0.095, 0.632]
    assert carried(1.0, 3) == 1.0


def population(people: int, searches: int, seed: int) -> Searches:
    """Similarities to strangers from one normal law, independent: what the model takes people to be."""
    rng = np.random.default_rng(seed)
    others = np.array([rng.normal(0, 0.1, people).max() for _ in range(searches)])
    mate = rng.normal(0.7, 0.1, searches)
    return Searches(mate=mate, best_other=others, rank=np.where(mate > others, 1, 2), subject=np.arange(searches), gallery_size=people)


def test_where_the_model_holds_the_larger_gallery_lies_within_the_interval():
    small, large = population(200, 2000, 1), population(4000, 2000, 2)
    points = operating_points(small, [0.1])
    (told,) = extrapolate(small, points, [4000])
    observed = np.mean(large.best_other >= points[0].threshold)
    assert told.low <= observed <= told.high
    assert told.threshold == pytest.approx(np.quantile(large.best_other, 0.9), abs=0.03)
    assert told.fnir_interval[0] <= told.fnir <= told.fnir_interval[1]


def test_a_tail_that_the_trial_does_not_reach_gives_no_threshold():
    small = population(50, 100, 3)
    (told,) = extrapolate(small, operating_points(small, [0.1]), [50_000])
    assert (told.threshold, told.fnir, told.fnir_interval) == (None, None, None)
    assert told.fpir == pytest.approx(1.0)


def test_a_gallery_that_is_no_larger_is_no_extrapolation():
    small = population(50, 100, 3)
    assert extrapolate(small, operating_points(small, [0.1]), [10, 50]) == ()


def test_a_trial_is_not_carried_where_nothing_of_it_is_left_nor_from_a_handful_of_people():
    small, handful = population(50, 100, 3), population(50, 29, 3)
    assert extrapolate(small, operating_points(small, [0.1]), [50_001]) == ()
    assert extrapolate(handful, operating_points(handful, [0.1]), [100]) == ()
