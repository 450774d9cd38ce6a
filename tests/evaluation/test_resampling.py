import numpy as np

from visavis.evaluation.resampling import resample


def test_a_subject_is_drawn_with_all_its_rows_or_not_at_all():
    subject = np.array([4, 1, 4, 9, 1, 4])
    seen = []

    def statistic(rows):
        drawn, counts = np.unique(subject[rows], return_counts=True)
        assert all(counts[i] % np.count_nonzero(subject == who) == 0 for i, who in enumerate(drawn))
        seen.append(sum(counts[i] // np.count_nonzero(subject == who) for i, who in enumerate(drawn)))
        return np.zeros(1)

    resample(subject, statistic, replicates=50)
    assert seen == [3] * 50


def test_the_interval_of_a_mean_over_independent_subjects_is_the_textbooks():
    values = np.random.default_rng(2).normal(0, 1, 400)
    low, high = resample(np.arange(400), lambda rows: values[rows].mean(keepdims=True))
    expected = 1.96 * values.std() / 20
    np.testing.assert_allclose([values.mean() - low[0], high[0] - values.mean()], expected, rtol=0.12)  # 1,000 draws


def test_equal_trials_give_equal_intervals_and_undefined_draws_are_left_out():
    values = np.arange(30.0)
    statistic = lambda rows: np.array([values[rows].mean(), np.nan if rows.min() > 2 else 1.0])  # noqa: E731
    first, second = resample(np.arange(30), statistic), resample(np.arange(30), statistic)
    np.testing.assert_array_equal(first, second)
    assert (first[0][1], first[1][1]) == (1.0, 1.0)
