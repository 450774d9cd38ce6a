"""Re-keying templates: other rows, the same answers, and no trace of the old rotation."""

import numpy as np
import pytest
from archive_forge import ACTOR, DIM, MadeArchive, Picture, at_cosine, probe
from hypothesis import given, settings
from hypothesis import strategies as st

from visavis.domain.errors import DamageError
from visavis.services.rekey_templates import RekeyTemplates


def unit_vectors(count: int, seed: int) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, DIM)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture
def filled(made):
    """Two groups of thirty faces."""
    vectors = unit_vectors(60, seed=1)
    made.put(made.household(), *(Picture(path=f"{n}.jpg", vectors=(vectors[n],)) for n in range(30)))
    museum = made.archive()
    made.put(museum, *(Picture(path=f"{n}.jpg", vectors=(vectors[n],)) for n in range(30, 60)))
    return made


def ranking(made) -> dict[str, float]:
    found = made.search(probes=(probe(unit_vectors(1, seed=2)[0]),), top=None, threshold=-1)
    return {candidate.path: candidate.similarity for candidate in found.candidates}


def assert_alike(have: dict[str, float], want: dict[str, float]) -> None:
    assert have.keys() == want.keys()
    assert max(abs(have[path] - want[path]) for path in have) < 2e-3
    order = np.array([want[path] for path in have])
    assert (order[1:] - order[:-1]).max() < 2e-3


def test_rankings_stay_and_every_row_is_another(filled):
    before, groups = ranking(filled), filled.records.rotations.groups()
    rows = filled.records.rows.read(np.arange(1, 61))
    report = RekeyTemplates(filled.records, filled.index).run(ACTOR)
    assert (report.groups, report.templates, report.resumed) == (2, 60, False)
    assert_alike(ranking(filled), before)
    now = filled.records.rotations.groups()
    assert {group.transform for group in now}.isdisjoint(group.transform for group in groups)
    assert [group.leaving for group in now] == [None, None]
    assert not filled.records.rows.read(np.arange(1, 61)).any()
    assert np.abs(np.vecdot(filled.records.rows.read(np.arange(61, 121)), rows)).max() < 0.98
    assert filled.index.keys(0, 1000).tolist() == list(range(61, 121))
    assert list(filled.records.integrity()) == []


def test_the_old_rotation_is_not_in_the_records_any_more(filled):
    (old, _) = filled.records.rotations.groups()
    RekeyTemplates(filled.records, filled.index).run(ACTOR)
    with pytest.raises(DamageError, match=f"rotation {old.transform} "):
        filled.records.rotations.turn(at_cosine(1), old.transform)


def test_pictures_that_come_afterwards_lie_under_the_new_rotation(filled):
    RekeyTemplates(filled.records, filled.index).run(ACTOR)
    (group, _) = filled.records.rotations.groups()
    filled.put(filled.records.sources.all()[0], Picture(path="late.jpg", vectors=(unit_vectors(1, seed=2)[0],)))
    assert filled.sql("SELECT transform_key_id FROM template WHERE key = 121") == [(group.transform,)]
    assert next(iter(ranking(filled))) == "late.jpg"


def test_an_archive_without_templates_or_sources_is_re_keyed_too(made):
    assert RekeyTemplates(made.records, made.index).run(ACTOR).groups == 0
    made.household()
    assert RekeyTemplates(made.records, made.index).run(ACTOR).templates == 0


class Stopped(BaseException):
    pass


@settings(max_examples=12)
@given(batch=st.sampled_from([7, 30]), stop_at=st.integers(0, 40))
def test_a_run_that_is_stopped_at_any_step_answers_as_before_and_is_resumed(tmp_path_factory, empty_archive, batch, stop_at):
    made = MadeArchive(tmp_path_factory.mktemp("rekey"), empty_archive)
    vectors = unit_vectors(30, seed=1)
    made.put(made.household(), *(Picture(path=f"{n}.jpg", vectors=(vectors[n],)) for n in range(30)))
    before, steps = ranking(made), iter(range(stop_at))

    def step(_: str) -> None:
        if next(steps, None) is None:
            raise Stopped

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("visavis.services.rekey_templates.BATCH", batch)
        try:
            RekeyTemplates(made.records, made.index, step=step).run(ACTOR)
        except Stopped:
            made.records.erasures.overwrite()
            for seq, rows in made.records.gallery.replay(0):
                made.index.add(rows, seq)
            assert_alike(ranking(made), before)
            RekeyTemplates(made.records, made.index).run(ACTOR)
    assert_alike(ranking(made), before)
    assert list(made.records.integrity()) == []
    assert len(made.index.keys(0, 1000)) == 30
    made.close()
