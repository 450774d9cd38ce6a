import numpy as np
import pytest

from visavis.evaluation.recall import Recall


def test_recall_is_the_mean_of_the_probes_shares_and_lies_in_its_interval():
    measured = Recall.of(np.array([1, 0.75, 0, 0.5]))
    assert measured is not None
    assert measured.value == pytest.approx(2.25 / 4)
    assert measured.low <= measured.value <= measured.high
    assert measured.probes == 4


def test_without_probes_there_is_no_recall():
    assert Recall.of(np.array([])) is None
