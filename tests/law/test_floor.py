"""No leak by scores: what 200 chosen probes tell of a template, with the floor and without it."""

import datetime as dt
from importlib import resources

import numpy as np
import pytest

from visavis.domain.actor import Actor
from visavis.domain.ids import CaseId, SourceId
from visavis.engines.manifest import parse_manifest
from visavis.index.exact import ExactIndex
from visavis.law.clear import clear
from visavis.law.facts import CaseFacts, SourceFacts
from visavis.law.search_gates import SearchRequest
from visavis.testing.index_contract import FixedClock, some_rows
from visavis.testing.templates import identity_centres, pictures_of

DIM, PROBES = 128, 200
NOWHERE = -1.0


@pytest.fixture
def floor(rules):
    text = resources.files("visavis.engines").joinpath("packs", "yunet-sface-int8bq", "manifest.toml").read_text(encoding="utf-8")
    thresholds = parse_manifest(text, name="yunet-sface-int8bq").thresholds()
    assert thresholds[0.1].value == min(threshold.value for threshold in thresholds.values())
    return rules.floor({fpir: threshold.value for fpir, threshold in thresholds.items()})


@pytest.fixture
def gallery():
    """Return an index of one template, its clock, and the template."""
    clock = FixedClock()
    index = ExactIndex(DIM, clock)
    template = identity_centres(1, DIM, np.random.default_rng(3))
    index.add(some_rows([1], template), 1)
    return index, clock, template[0]


@pytest.fixture
def cleared(chartered, rules):
    """Return a function that issues a household's clearance with a floor."""
    source = SourceFacts(id=SourceId("home"), number=1, state="live", charter=chartered("household"))
    case = CaseFacts(id=CaseId("home"), kind="shared", profile="household", purpose="private", sources=frozenset({source.id}))

    def issue(at: dt.datetime, floor: float):
        return clear(SearchRequest(actor=Actor(name="me"), floor=floor), [source], case, rules, at=at).clearance

    return issue


def told(gallery, clearance, probes):
    """Return what a search with each probe says of the one template: its similarity, NaN where it says nothing."""
    index, _, _ = gallery
    hits = [index.search(probe, 1, None, clearance).similarity for probe in probes]
    return np.array([hit[0] if len(hit) else np.nan for hit in hits])


def rebuilt(probes, similarity):
    """Return the least-squares template for what was told, a silent search being taken as 0 and as nothing; the caller keeps the better."""
    known = ~np.isnan(similarity)
    guesses = [np.linalg.lstsq(probes, np.where(known, similarity, 0), rcond=None)[0]]
    if known.any():
        guesses.append(np.linalg.lstsq(probes[known], similarity[known], rcond=None)[0])
    return [guess / (np.linalg.norm(guess) or 1) for guess in guesses]


def test_two_hundred_chosen_probes_rebuild_a_template_without_the_floor_and_not_with_it(gallery, cleared, floor):
    _, clock, template = gallery
    probes = identity_centres(PROBES, DIM, np.random.default_rng(8))
    closeness = {}
    for least in (NOWHERE, floor):
        similarity = told(gallery, cleared(clock.now(), least), probes)
        closeness[least] = max(float(guess @ template) for guess in rebuilt(probes, similarity))
    assert closeness[NOWHERE] > 0.999  # the control: full scores give the template away
    assert closeness[floor] < 0.1


def test_two_hundred_photographs_of_other_people_give_no_template_that_would_be_found(gallery, cleared, floor):
    _, clock, template = gallery
    rng = np.random.default_rng(9)
    probes = pictures_of(identity_centres(PROBES, DIM, rng), rng)
    similarity = told(gallery, cleared(clock.now(), floor), probes)
    assert max(float(guess @ template) for guess in rebuilt(probes, similarity)) < floor


def test_the_person_themselves_is_still_found_above_the_floor(gallery, cleared, floor):
    _, clock, template = gallery
    similarity = told(gallery, cleared(clock.now(), floor), template[np.newaxis])
    assert similarity[0] == pytest.approx(1, abs=1e-3)
