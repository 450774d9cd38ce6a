"""What makes a face hard to compare is told in words, and a good face has nothing told of it."""

from dataclasses import replace

import pytest

from visavis.domain.face import Quality
from visavis.web.hints import hints
from visavis.web.rendering import environment

GOOD = Quality(size_px=200, yaw=3, pitch=2, roll=1, sharpness=40, exposure=0.5, score=0.95, norm=20)
HARD = [
    ({"size_px": 20.4}, 0, ["tiny 20"]),
    ({"size_px": 50}, 0, ["small 50"]),
    ({"yaw": -48.2}, 0, ["turned 48"]),
    ({"pitch": 30}, 0, ["tilted 30"]),
    ({"sharpness": 2}, 0, ["blurred 0"]),
    ({"exposure": 0.05}, 0, ["dark 0"]),
    ({"exposure": 0.97}, 0, ["glaring 0"]),
    ({"score": 0.4}, 0, ["uncertain 0"]),
    ({}, 3.2, ["enlarged 3"]),
    ({"size_px": 20, "sharpness": 2}, 9.9, ["tiny 20", "blurred 0", "enlarged 10"]),
]


@pytest.mark.parametrize(("change", "enlarged", "told"), HARD)
def test_each_weakness_is_a_word_with_its_number(change, enlarged, told):
    assert [f"{hint.about} {hint.number}" for hint in hints(replace(GOOD, **change), enlarged=enlarged)] == told


def test_a_large_sharp_face_from_the_front_has_no_hint():
    assert hints(GOOD, enlarged=1.1) == ()


def test_every_word_has_a_sentence(desk):
    page = environment(desk.house.words).from_string('{% from "hints.html.j2" import sentence with context %}{{ sentence(hint) }}')
    told = [hint for change, enlarged, _ in HARD for hint in hints(replace(GOOD, **change), enlarged=enlarged)]
    sentences = [page.render(hint=hint).strip() for hint in told]
    assert all(sentence.endswith(".") for sentence in sentences)
    assert len(set(sentences)) >= len({hint.about for hint in told})
