"""Measuring strangers in an archive's own pictures, and what searches make of it."""

import dataclasses
import datetime as dt

import numpy as np
import pytest
from archive_forge import ACTOR, DIM, GOOD, Picture, at_cosine, probe, year

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError, RefusedError
from visavis.domain.face import Box
from visavis.domain.identification import Threshold
from visavis.domain.tails import Calibration, Tail
from visavis.law.calibration import SourceMeasured
from visavis.law.clear import clear_calibration, clear_evaluation
from visavis.law.rulebook import shipped
from visavis.services.calibrate import Calibrate
from visavis.services.search import PastSearches, Scale, Search, SearchQuestion

TAIL = Tail(
    probes="usual",
    score="cosine",
    above=0.3,
    share=0.1,
    slope=8.0,
    bend=4.0,
    spread=(0.002, 0.0, 0.0, 0.1, 0.0, 1.0),
    pairs=500_000,
    subjects=1_000,
)
TAILS = Calibration(tails={("usual", "cosine"): TAIL}, data="a trial of made faces")
SCALE = Scale(recorded=Threshold(value=0.5, trial="made"), ceiling=0.95, tails=TAILS)


def unit(rng: np.random.Generator) -> np.ndarray:
    vector = rng.standard_normal(DIM)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def group(number: int, rng: np.random.Generator, *, faces: int = 4, **facts: object) -> Picture:
    return Picture(path=f"group {number}.jpg", vectors=tuple(unit(rng) for _ in range(faces)), **facts)


@pytest.fixture
def album(made, monkeypatch):
    """A household's album of 80 photographs with four strangers each, side by side."""
    source = made.household()
    rng = np.random.default_rng(6)
    made.put(source, *(group(number, rng) for number in range(80)))
    places = {}

    def apart(self, other):  # every made face lies in one box: give each key of a photograph a place of its own
        return 0.0 if places.setdefault(id(self), len(places)) != places.setdefault(id(other), len(places)) else 1.0

    monkeypatch.setattr(Box, "overlap", apart)
    return made, source


def measure(made, source, *, people=None, tails=TAILS):
    asked = [SourceMeasured(actor=ACTOR, source_id=source.id, state="live", profile=source.profile)]
    clearance = clear_calibration(asked, frozenset({source.number}), shipped(), at=made.clock.now())
    return Calibrate(made.records, known=tails, ceiling=0.95).run(clearance, people=people)


def search(made, **asked):
    scale = asked.pop("scale", SCALE)
    asked.setdefault("probes", (probe(at_cosine(1)),))
    return Search(made.records, made.index, made.permission, scale=scale, notices=lambda _: []).run(SearchQuestion(actor=ACTOR, **asked))


def test_an_album_is_measured_on_the_faces_that_stand_together(album):
    made, source = album
    measured = measure(made, source)
    assert (measured.photographs, measured.pairs, measured.set_aside) == (80, 80 * 6, 0)
    assert measured.tails[0].subjects == 80
    assert made.records.calibrations.all() == [measured]
    assert made.records.calibrations.covering(frozenset({source.number}), made.records.pack_id) == measured


def test_a_photograph_that_may_show_one_person_twice_is_set_aside_whole(album):
    made, source = album
    rng = np.random.default_rng(1)
    face = unit(rng)
    made.put(source, Picture(path="collage.jpg", vectors=(face, face, unit(rng))))
    measured = measure(made, source)
    assert (measured.photographs, measured.set_aside) == (80, 3)


def test_near_duplicates_count_once_and_hidden_pictures_never(album):
    made, source = album
    rng = np.random.default_rng(2)
    made.put(source, group(100, rng, dhash=b"same" * 4), group(101, rng, dhash=b"same" * 4), group(102, rng))
    made.sql("UPDATE media SET holds = 1 WHERE number = (SELECT max(number) FROM media)")
    assert measure(made, source).photographs == 81


def test_too_few_photographs_are_said_to_be_too_few_and_nothing_is_kept(made):
    source = made.household()
    made.put(source, group(1, np.random.default_rng(0)))
    with pytest.raises(InputError, match="not enough") as error:
        measure(made, source)
    assert "photographs or people compared: 0, it takes 50" in str(error.value)
    assert "--people" in error.value.remedy
    assert made.records.calibrations.all() == []


def test_pictures_of_one_face_are_measured_by_who_is_on_them(made, tmp_path):
    source = made.household()
    rng = np.random.default_rng(7)
    made.put(source, *(Picture(path=f"{number}.jpg", vectors=(unit(rng),)) for number in range(90)))
    file = tmp_path / "people.csv"
    file.write_text("path,person\n" + "".join(f"{number}.jpg,{number // 2}\n" for number in range(90)) + "gone.jpg,x\n", encoding="utf-8")
    with pytest.raises(InputError, match="not enough"):
        measure(made, source, people=file)  # 45 people
    file.write_text("path,person\n" + "".join(f"{number}.jpg,{number}\n" for number in range(90)), encoding="utf-8")
    measured = measure(made, source, people=file)
    assert (measured.photographs, measured.tails[0].subjects) == (90, 90)


@pytest.mark.parametrize("text", ["file,who\na,b\n", None])
def test_a_file_of_people_without_its_columns_is_refused(made, tmp_path, text):
    file = tmp_path / "people.csv"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError):
        measure(made, made.household(), people=file)


def test_another_purpose_measures_nothing(made):
    clearance = clear_evaluation(Actor(name="me"), shipped(), at=made.clock.now())
    with pytest.raises(RefusedError) as refused:
        Calibrate(made.records, known=TAILS, ceiling=0.95).run(clearance)
    assert refused.value.rule == "purpose-allowed"


def test_a_pack_without_tails_has_nothing_to_start_from(album):
    with pytest.raises(InputError, match="records no tails"):
        measure(*album, tails=None)


# ---- searches


def test_a_search_says_how_many_strangers_to_expect_and_that_it_was_not_measured_here(album):
    made, _ = album
    result = search(made)
    assert result.expected.count == pytest.approx(320 * TAIL.share_at(result.threshold.value))
    assert result.expected.low < result.expected.count < result.expected.high
    assert "not measured on your pictures: it rests on a trial of made faces" in result.expected_false_hits
    assert "320 templates" in result.expected_false_hits


def test_once_measured_a_search_says_so(album):
    made, source = album
    own = measure(made, source).tails[0]
    result = search(made)
    assert result.expected.own
    assert result.expected.count == pytest.approx(320 * own.share_at(result.threshold.value))
    assert "480 pairs of faces in 80 of your own photographs" in result.expected_false_hits


def test_a_source_that_was_not_measured_makes_the_search_say_so_again(album):
    made, source = album
    measure(made, source)
    made.put(made.household("Second"), Picture(path="a.jpg", vectors=(at_cosine(0.9),)))
    assert not search(made).expected.own
    assert search(made, sources=("Family",)).expected.own


def test_without_a_threshold_a_tenth_of_a_stranger_is_expected_and_with_a_number_that_number(album):
    made, _ = album
    assert search(made).expected.count == pytest.approx(0.1)
    result = search(made, expected=2.0)
    assert result.expected.count == pytest.approx(2.0)
    assert "2 false hits expected among 320 templates, as asked" in result.threshold.trial


def test_an_expectation_too_small_to_tell_has_no_interval_in_words(album):
    said = search(album[0], expected=1e-9).expected_false_hits
    assert said.startswith("fewer than 0.001 strangers would reach")


def test_the_floor_stands_below_any_number_of_strangers(album):
    made, _ = album
    floored = type(made.permission)(made.records, shipped(), floor=0.6)
    made.permission = floored
    result = search(made, expected=100.0)
    assert result.threshold.value == 0.6
    assert "the floor" in result.threshold.trial


def test_a_date_filter_that_shrinks_the_gallery_shrinks_what_is_expected(album):
    made, source = album
    made.put(source, Picture(path="old.jpg", vectors=(at_cosine(0.9),), date=year(1962)))
    whole, part = search(made, threshold=0.5), search(made, threshold=0.5, since=dt.date(1960, 1, 1))
    assert part.gallery_size == 1
    assert part.expected.count == pytest.approx(whole.expected.count / whole.gallery_size)


def test_each_candidate_carries_its_strangers_and_shown_again_they_are_those_of_then(album):
    made, source = album
    made.put(source, Picture(path="me.jpg", vectors=(at_cosine(0.95),)))
    result = search(made, threshold=0.5)
    best = result.candidates[0]
    assert best.strangers == pytest.approx(321 * TAIL.share_at(best.similarity))
    measure(made, source)
    again = PastSearches(made.records).read(result.search_id).result
    assert again.candidates[0].strangers == best.strangers
    assert (again.expected_false_hits, again.expected) == (result.expected_false_hits, result.expected)


def test_several_probes_expect_the_sum_and_weak_ones_say_so(album):
    made, _ = album
    one, two = search(made, threshold=0.5), search(made, threshold=0.5, probes=(probe(at_cosine(1), at_cosine(0.2), picked=(1, 2)),))
    assert two.expected.count == pytest.approx(2 * one.expected.count)
    assert two.expected_false_hits.startswith("at most about")
    blurred = dataclasses.replace(GOOD, sharpness=1.0)
    picture = probe(at_cosine(1))
    weak = dataclasses.replace(picture, faces=(dataclasses.replace(picture.faces[0], quality=blurred),))
    result = search(made, threshold=0.5, probes=(weak,))
    assert result.expected.probes == ("weak",)
    assert "a weak face resembles more strangers" in result.expected_false_hits


@pytest.mark.parametrize("asked", [{"expected": 0.0}, {"expected": -1.0}, {"expected": 0.1, "threshold": 0.5}, {"expected": float("nan")}])
def test_a_number_of_strangers_that_is_none_is_refused(album, asked):
    with pytest.raises(InputError):
        search(album[0], **asked)


def test_a_number_of_strangers_needs_a_pack_that_was_measured(album):
    with pytest.raises(InputError, match="records no tails"):
        search(album[0], expected=0.1, scale=Scale(recorded=Threshold(value=0.5, trial="made")))


# ---- ranking by a cohort


def test_the_cohort_moves_the_score_and_never_the_similarity(made):
    source = made.household()
    rng = np.random.default_rng(5)
    made.put(source, *(Picture(path=f"{number}.jpg", vectors=(unit(rng),)) for number in range(520)))
    made.put(source, Picture(path="me.jpg", vectors=(at_cosine(0.9),)))
    plain = search(made, threshold=0.5, top=None)
    adjusted = search(made, threshold=0.5, top=None, scale=dataclasses.replace(SCALE, adjusted=True, tails=with_adjusted()))
    cosines = {one.face_id: one.similarity for one in plain.candidates}
    assert all(one.similarity == cosines.get(one.face_id, one.similarity) for one in adjusted.candidates)
    scores = [one.adjusted for one in adjusted.candidates]
    assert scores == sorted(scores, reverse=True)
    assert min(scores) >= 0.5
    assert adjusted.expected.ranked_by == "adjusted"
    assert scores != [one.similarity for one in adjusted.candidates]
    assert all(one.adjusted is None for one in plain.candidates)


def test_too_small_a_cohort_ranks_by_the_cosine_and_says_so(album):
    made, _ = album
    result = search(made, threshold=0.5, scale=dataclasses.replace(SCALE, adjusted=True, tails=with_adjusted()))
    assert any("fewer than 500 faces" in notice for notice in result.notices)
    assert result.expected.ranked_by == "cosine"


def with_adjusted() -> Calibration:
    return dataclasses.replace(TAILS, tails={**TAILS.tails, ("usual", "adjusted"): dataclasses.replace(TAIL, score="adjusted")})
