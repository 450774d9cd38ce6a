"""People sought together: every picture and moment in which all of them are seen, by the weakest similarity, against brute force."""

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from archive_forge import ACTOR, DIM, GOOD, Picture, at_cosine, probe
from cinema_forge import Seen, put_film

from visavis.domain.errors import InputError
from visavis.domain.identification import Candidate, Narrowing
from visavis.services.search import PastSearches, SearchQuestion
from visavis.services.search.found import Found
from visavis.services.search.together import seen_together


def axis(number: int, cosine: float = 1.0) -> np.ndarray:
    """Return a unit vector that leans towards person `number`, and for the rest where nobody is."""
    vector = np.zeros(DIM, np.float32)
    vector[number], vector[8 + number] = cosine, np.sqrt(1 - cosine**2)
    return vector


COUPLE = probe(axis(0), axis(1), picked=(1, 2))


def told(candidates: Sequence[Candidate]) -> list[tuple[int, int, str, float]]:
    return [(one.together, one.probe_face, one.path, round(one.similarity, 1)) for one in candidates]


@pytest.fixture
def couple(made):
    """Pictures of one, of the other, and of both, more alike in one of them than in the other."""
    source = made.household()
    made.put(
        source,
        Picture(path="he.jpg", vectors=(axis(0, 0.9),)),
        Picture(path="she.jpg", vectors=(axis(1, 0.9),)),
        Picture(path="both.jpg", vectors=(axis(0, 0.6), axis(1, 0.9), axis(2))),
        Picture(path="both again.jpg", vectors=(axis(1, 0.7), axis(0, 0.7))),
        Picture(path="he and a stranger.jpg", vectors=(axis(0, 0.9), axis(3))),
    )
    return made


def test_only_pictures_that_show_all_of_them_are_listed_by_the_weakest(couple):
    found = couple.search(probes=(COUPLE,), together=True)
    assert told(found.candidates) == [
        (1, 1, "both again.jpg", 0.7),
        (1, 2, "both again.jpg", 0.7),
        (2, 1, "both.jpg", 0.6),
        (2, 2, "both.jpg", 0.9),
    ]
    assert [one.rank for one in found.candidates] == [1, 2, 3, 4]
    assert found.notices[0].startswith("each of the 2 searched faces is in every picture")


def test_one_face_never_stands_for_two_people(made):
    made.put(made.household(), Picture(path="one.jpg", vectors=(at_cosine(0.9),)))
    twins = probe(at_cosine(1), at_cosine(0.99), picked=(1, 2))
    assert made.search(probes=(twins,), together=True).candidates == ()


def test_the_number_asked_for_counts_pictures_and_the_law_counts_faces(couple):
    assert len(couple.search(probes=(COUPLE,), together=True, top=1).candidates) == 2
    assert couple.search(probes=(COUPLE,), together=True, top=1).notices[-1].startswith("the list ends at --top 1")
    assert len(couple.search(probes=(COUPLE,), together=True, top=None).candidates) == 4


def test_a_film_shows_them_together_only_while_both_are_seen(made):
    source = made.household()
    spans = [(axis(0, 0.9), 0, 20), (axis(1, 0.8), 10, 12), (axis(1, 0.7), 15, 30), (axis(1, 0.9), 40, 50)]
    put_film(made, source, [Seen(start=start, end=end, vector=vector, left=0.3 * at) for at, (vector, start, end) in enumerate(spans)])
    found = made.search(probes=(COUPLE,), together=True).candidates
    assert [(one.together, one.probe_face, one.start_s) for one in found] == [(1, 1, 0), (1, 2, 10), (2, 1, 0), (2, 2, 15)]


def test_a_search_for_two_is_shown_again_as_it_was_and_a_hidden_face_takes_its_picture_with_it(couple):
    made = couple.search(probes=(COUPLE,), together=True)
    past = PastSearches(couple.records).read(made.search_id).result
    assert told(past.candidates) == told(made.candidates)
    hidden = made.candidates[3].face_id
    couple.sql(f"UPDATE face SET state = 'restricted' WHERE id = '{hidden}'")
    again = PastSearches(couple.records).read(made.search_id).result
    assert told(again.candidates) == told(made.candidates)[:2]
    assert any("2 of its candidates may not be shown now" in notice for notice in again.notices)
    assert told(couple.search(probes=(COUPLE,), together=True).candidates) == told(made.candidates)[:2]


ASKED_WRONG = [
    {"probes": (probe(axis(0)),)},
    {"probes": (COUPLE,), "fuse": True},
    {"probes": (COUPLE,), "same_person": True},
]


@pytest.mark.parametrize("asked", ASKED_WRONG, ids=["one face", "fused", "one person"])
def test_who_is_sought_together_are_two_people_or_more(couple, asked):
    with pytest.raises(InputError, match="two faces or more"):
        couple.search(together=True, **asked)


def test_the_law_is_asked_for_as_many_faces_as_are_sought_and_may_be_listed():
    asked = SearchQuestion(actor=ACTOR, probes=(COUPLE,), together=True, top=30).ask()
    assert (asked.probe_faces, asked.top) == (2, 60)
    alone = SearchQuestion(actor=ACTOR, probes=(probe(axis(0)),), also=("a face",), same_person=True).ask()
    assert (alone.probe_faces, alone.top) == (2, 50)


def brute(found: Sequence[Found], people: Sequence[int]) -> set[tuple[str, float]]:
    """Return by trying every way: of each picture the best weakest score."""
    best: dict[str, float] = {}
    for media in {one.shown.media_id for one in found}:
        here = [[one for one in found if one.shown.media_id == media and one.probe_face == person] for person in people]
        for way in itertools.product(*here):
            if len({one.shown.appearance_number for one in way}) == len(people):
                best[media] = max(best.get(media, -1.0), min(one.score for one in way))
    return set(best.items())


@pytest.mark.parametrize("people", [2, 3, 4])
def test_of_all_ways_the_one_whose_weakest_is_best_is_taken(couple, people):
    (shown,) = couple.records.gallery.show([1], couple.clock.now()).values()
    rng = np.random.default_rng(people)
    found = [
        Found(
            shown=replace(shown, key=int(100 * picture + face), media_id=f"m{picture}", appearance_number=int(100 * picture + face)),
            similarity=score,
            score=score,
            probe_face=person,
        )
        for picture in range(40)
        for face in range(6)
        for person in range(1, people + 1)
        if rng.random() < 0.4
        for score in [float(rng.random())]
    ]
    order = list(range(1, people + 1))
    moments = seen_together(found, order)
    weakest = [min(one.score for one in moment) for moment in moments]
    assert {(moment[0].shown.media_id, least) for moment, least in zip(moments, weakest, strict=True)} == brute(found, order)
    assert weakest == sorted(weakest, reverse=True)
    assert all([one.probe_face for one in moment] == order for moment in moments)


# ---- narrowing, and faces that join --------------------------------------------------------------------------------------------


@pytest.fixture
def mixed(made):
    """A good and a blurred picture, and a film, of one person."""
    source = made.household()
    made.put(source, Picture(path="good.jpg", vectors=(at_cosine(0.8),)))
    made.put(source, Picture(path="blurred.jpg", vectors=(at_cosine(0.9),), quality=replace(GOOD, sharpness=1)))
    put_film(made, source, [Seen(start=1, end=2, vector=at_cosine(0.7))])
    return made


NARROWED = [
    (Narrowing(kind="film"), ["film.mp4"], "only films are listed"),
    (Narrowing(kind="photo"), ["blurred.jpg", "good.jpg"], "only pictures are listed"),
    (Narrowing(good=True, kind="photo"), ["good.jpg"], "only pictures, good faces are listed"),
    (Narrowing(label="Nobody"), [], "only faces of one label are listed"),
]


@pytest.mark.parametrize(("narrow", "paths", "notice"), NARROWED)
def test_a_list_is_narrowed_before_it_is_cut_and_says_so(mixed, narrow, paths, notice):
    found = mixed.search(narrow=narrow, top=2)
    assert [one.path for one in found.candidates] == paths
    assert found.gallery_size == mixed.search().gallery_size
    assert any(line.startswith(notice) for line in found.notices)
    assert any(line.startswith(notice) for line in PastSearches(mixed.records).read(found.search_id).result.notices)


def test_a_kind_that_there_is_not_is_an_input_error(mixed):
    with pytest.raises(InputError, match="no kind of picture"):
        mixed.search(narrow=Narrowing(kind="hologram"))


def test_a_face_of_the_archive_joins_the_photograph_of_the_same_person(made):
    source = made.household()
    made.put(
        source, Picture(path="young.jpg", vectors=(axis(0, 0.9),)), Picture(path="old.jpg", vectors=(np.eye(DIM, dtype=np.float32)[8],))
    )
    young = made.search(probes=(probe(axis(0)),)).candidates[0]
    found = made.search(probes=(probe(axis(0)),), also=(young.face_id,), same_person=True)
    assert {one.path: round(one.similarity, 1) for one in found.candidates} == {"young.jpg": 1.0}
    lower = made.search(probes=(probe(axis(0)),), also=(young.face_id,), same_person=True, threshold=0.3)
    assert {one.path for one in lower.candidates} == {"young.jpg", "old.jpg"}
    kept = PastSearches(made.records).read(found.search_id)
    assert [saved.face_id for saved in kept.probes] == [None, young.face_id]
    assert kept.asked_face is None


def test_a_face_that_joins_stands_beside_one_person_only(couple):
    first = couple.search(probes=(COUPLE,)).candidates[0]
    with pytest.raises(InputError, match="for one person"):
        couple.search(probes=(COUPLE,), also=(first.face_id,))
