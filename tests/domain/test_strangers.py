"""What a tail says of similarities, of N faces and of several probes."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.domain.tails import COSINE, FUSED, USUAL, WEAK, Calibration, Strangers, Tail

TAIL = Tail(
    probes=USUAL,
    score=COSINE,
    above=0.3,
    share=0.01,
    slope=30.0,
    bend=60.0,
    spread=(0.002, 0.0, 0.0, 1.0, 0.0, 100.0),
    pairs=500_000,
    subjects=1_000,
)
SIMILARITIES = st.floats(min_value=0.3, max_value=0.9)


def among(size: int, *probes: str, tails: tuple[Tail, ...] = (TAIL,)) -> Strangers:
    calibration = Calibration(tails={(tail.probes, tail.score): tail for tail in tails}, data="made")
    return Strangers(calibration=calibration, gallery_size=size, probes=probes or (USUAL,))


@given(SIMILARITIES)
def test_share_and_similarity_are_each_the_others_inverse(similarity):
    assert TAIL.similarity_at(TAIL.share_at(similarity)) == pytest.approx(similarity, abs=1e-9)


def test_a_tail_without_a_bend_is_exponential():
    straight = replace(TAIL, bend=0.0)
    assert straight.share_at(0.4) == pytest.approx(0.01 * math.exp(-3))
    assert straight.similarity_at(0.01 * math.exp(-3)) == pytest.approx(0.4)


def test_below_its_start_a_tail_says_at_least_its_share():
    assert TAIL.share_at(-1) == TAIL.share_at(0.3) == 0.01
    assert TAIL.similarity_at(0.5) == 0.3


@given(SIMILARITIES)
def test_the_interval_holds_the_share_and_widens_with_the_similarity(similarity):
    low, high = TAIL.interval_at(similarity)
    assert low <= TAIL.share_at(similarity) <= high
    further = TAIL.interval_at(similarity + 0.05)
    assert further[1] / further[0] >= high / low


@given(st.integers(1, 10**7), SIMILARITIES)
def test_more_faces_expect_more_strangers_and_a_filter_fewer(size, similarity):
    assert among(size).at(similarity) <= among(size + 1).at(similarity)
    assert among(size).at(similarity) <= size


def test_several_probes_add_up_and_kinds_have_tails_of_their_own():
    weak, fused = replace(TAIL, probes=WEAK, share=0.02), replace(TAIL, probes=FUSED, share=0.015)
    tails = (TAIL, weak, fused)
    one = among(1_000).at(0.4)
    assert among(1_000, USUAL, USUAL, USUAL).at(0.4) == pytest.approx(3 * one)
    assert among(1_000, WEAK, tails=tails).at(0.4) == pytest.approx(2 * one)
    assert among(1_000, FUSED, tails=tails).at(0.4) == pytest.approx(1.5 * one)
    assert among(1_000, WEAK).at(0.4) == pytest.approx(one)  # none of its own was measured


@given(st.integers(10, 10**7), st.sampled_from([0.01, 0.1, 1.0]), st.integers(1, 5))
def test_the_similarity_for_a_number_of_strangers_expects_that_number(size, expected, probes):
    strangers = among(size, *[USUAL] * probes)
    similarity = strangers.similarity_for(expected)
    assert strangers.at(similarity) <= expected * (1 + 1e-9) or similarity == 0.3
    if similarity > 0.3:
        assert strangers.at(similarity) == pytest.approx(expected)


def test_an_empty_gallery_expects_nobody():
    assert among(0).at(0.3) == 0
    assert among(0).similarity_for(0.1) == 0.3
