"""The scale from 0 to 100."""

import numpy as np
import pytest

from visavis.domain.hundred import ANCHORS, HundredScale
from visavis.domain.tails import COSINE, USUAL, Tail

TAIL = Tail(probes=USUAL, score=COSINE, above=0.3, share=1e-3, slope=20, bend=5, spread=(0.0,) * 6, pairs=10**6, subjects=1000)


@pytest.fixture
def scale():
    return HundredScale.of(TAIL)


def test_its_points_are_where_so_many_strangers_are_as_similar(scale):
    for hundred, share in ANCHORS:
        assert TAIL.share_at(scale.cosine_at(hundred)) == pytest.approx(share)
        assert scale.of_cosine(TAIL.similarity_at(share)) == pytest.approx(hundred)


def test_it_rises_with_the_cosine_from_0_to_100_and_back(scale):
    cosines = np.linspace(0, 1, 101)
    hundreds = [scale.of_cosine(cosine) for cosine in cosines]
    assert (hundreds[0], hundreds[-1]) == (0, 100)
    assert np.all(np.diff(hundreds) > 0)
    assert [scale.cosine_at(hundred) for hundred in hundreds] == pytest.approx(list(cosines))
    assert scale.of_cosine(-1) == 0
