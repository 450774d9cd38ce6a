"""Whose face a clip shows: told by templates, never by place alone."""

from fractions import Fraction

import numpy as np

from visavis.domain.face import AnalysedFace, Box, Quality
from visavis.services.clip.own import Found, faces_at

TICK = Fraction(1, 1000)
HERE = Box(left=0.4, top=0.3, width=0.2, height=0.3)
THERE = Box(left=0.7, top=0.3, width=0.2, height=0.3)
QUALITY = Quality(size_px=90, yaw=0, pitch=0, roll=0, sharpness=40, exposure=0.5, score=0.9, norm=12)
ME = np.eye(1, 128, dtype=np.float32)


def face(alike: float, box: Box = HERE) -> AnalysedFace:
    """Return a face with this cosine to mine."""
    vector = np.zeros(128, np.float32)
    vector[:2] = alike, np.sqrt(1 - alike**2)
    return AnalysedFace(box=box, landmarks_5x2=np.zeros((5, 2), np.float32), quality=QUALITY, vector=vector)


def shown(*frames: tuple[AnalysedFace, ...], step: int = 40) -> list[bool]:
    found = [Found(at_ticks=n * step, faces=faces) for n, faces in enumerate(frames)]
    told = faces_at(found, ME, threshold=0.4, time_base=TICK)
    assert all(len(one.others) + (one.own is not None) == len(frame) for one, frame in zip(told, frames, strict=True))
    return [one.own is not None for one in told]


def test_a_face_is_shown_where_its_template_tells_it():
    assert shown((face(0.9), face(0.1, THERE)), (face(0.8),)) == [True, True]


def test_a_stranger_who_stands_in_the_same_place_after_a_cut_is_not_shown():
    assert shown((face(0.9),), (face(0.9),), (face(0.1),), (face(0.1),), (face(0.1),)) == [True, True, False, False, False]


def test_a_stranger_who_is_in_the_same_place_for_two_frames_between_cuts_is_not_shown():
    assert shown((face(0.9),), (face(0.05),), (face(0.1),), (face(0.9),)) == [True, False, False, True]


def test_a_face_that_blinks_between_two_good_looks_is_shown():
    assert shown((face(0.9),), (face(0.3),), (face(0.25),), (face(0.8),)) == [True] * 4


def test_a_face_that_no_template_tells_for_longer_than_half_a_second_is_not_shown():
    blurred = [(face(0.3),)] * 40
    told = shown((face(0.9),), *blurred, (face(0.9),))
    assert (told[0], told[-1]) == (True, True)
    assert not any(told[14:27])


def test_nobody_is_shown_while_two_faces_touch_and_no_template_tells():
    close = (face(0.3), face(0.2, Box(left=0.45, top=0.3, width=0.2, height=0.3)))
    assert shown((face(0.9),), close, (face(0.9),)) == [True, False, True]


def test_of_two_alike_faces_only_the_more_alike_is_shown():
    (told,) = faces_at([Found(at_ticks=0, faces=(face(0.6, THERE), face(0.9)))], ME, threshold=0.4, time_base=TICK)
    assert told.own == HERE
    assert told.others == (THERE,)
