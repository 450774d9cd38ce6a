"""Adjusting by a cohort, and comparing two ways of scoring on one trial."""

import numpy as np
import pytest

from visavis.evaluation.cohort import Cohort, nearest_mean
from visavis.evaluation.ranking import Scored, fused, observed_hits, paired, score_adjusted, score_cosine
from visavis.testing.templates import identity_centres, pictures_of, unit

CEILING = 0.46


@pytest.fixture(scope="module")
def hubs():
    """Photographs of which some lean towards everybody, as light or blur makes them: gallery, probes, whose they are."""
    rng = np.random.default_rng(3)
    middle, centres = identity_centres(1, 64, rng), identity_centres(700, 64, rng)
    gallery, probes = (unit(pictures_of(centres, rng) + rng.uniform(0.1, 0.6, (700, 1)).astype(np.float32) * middle) for _ in range(2))
    return gallery, probes, np.arange(700)


def test_the_mean_is_of_the_nearest_tenth_and_of_nobody_who_may_be_the_same():
    table = np.linspace(0, 1, 1_000)[None, :]
    below = np.linspace(0, 1, 1_000)[np.linspace(0, 1, 1_000) < CEILING]
    assert nearest_mean(table, ceiling=CEILING)[0] == pytest.approx(below[-100:].mean())


def test_pictures_of_the_same_person_in_the_cohort_change_nothing(hubs):
    gallery, probes, _ = hubs
    many = np.concatenate([gallery, np.repeat(probes[:1], 40, axis=0)])
    plain, crowded = (Cohort(vectors=vectors, ceiling=CEILING, usual=0.0) for vectors in (gallery, many))
    assert crowded.nearness(probes[:1])[0] == pytest.approx(plain.nearness(probes[:1])[0], abs=0.01)


def test_two_faces_of_usual_nearness_keep_their_cosine(hubs):
    gallery, _, _ = hubs
    cohort = Cohort.of(gallery, ceiling=CEILING)
    assert float(cohort.nearness(gallery).mean()) == pytest.approx(0, abs=0.01)
    usual = gallery[np.argsort(np.abs(cohort.nearness(gallery)))[:2]]
    assert cohort.adjust(np.array([0.4]), usual[0], usual[1:])[0] == pytest.approx(0.4, abs=0.01)


def test_adjusting_misses_fewer_people_where_some_resemble_everybody(hubs):
    gallery, probes, owner = hubs
    plain = score_cosine((probes @ gallery.T).astype(np.float64), owner)
    change = paired(plain, score_adjusted(probes, gallery, owner, ceiling=CEILING), owner, 0.1, draws=200)
    assert change.after < change.before
    assert change.high < 0
    assert change.improved > 0.95


def test_a_trial_compared_with_itself_has_not_changed(hubs):
    gallery, probes, owner = hubs
    plain = score_cosine((probes @ gallery.T).astype(np.float64), owner)
    change = paired(plain, plain, owner, None, draws=50)
    assert (change.before, change.low, change.high) == (change.after, 0.0, 0.0)


def test_a_tie_with_a_stranger_is_a_miss():
    scored = Scored(mate=np.array([0.5, 0.6]), best_other=np.array([0.5, 0.1]), non_mated=np.array([0.5, 0.1]))
    assert scored.rank_one_misses().tolist() == [True, False]


def test_hits_are_drawn_by_subject():
    hits, low, high = observed_hits(np.array([1.0, 1.0, 0.0, 0.0]), np.array([0, 0, 1, 1]), draws=200)
    assert (hits, low, high) == (0.5, 0.0, 1.0)


def test_the_mean_of_templates_is_of_length_one():
    vectors = identity_centres(4, 16, np.random.default_rng(0))
    means = fused(vectors, [np.array([0, 1]), np.array([2, 3])])
    assert np.linalg.norm(means, axis=1) == pytest.approx(1)
    assert means[0] @ vectors[0] == pytest.approx(means[0] @ vectors[1], abs=1e-6)
