"""Clips of a candidate: only what the case allows, others masked in every frame, on record."""

import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
from archive_forge import ACTOR, Picture, at_cosine
from cinema_forge import Seen, put_film
from square_film import TICK, Looker, box, film, seen

from visavis.decode.limits import FilmLimits
from visavis.decode.video.film import open_film
from visavis.domain.errors import InputError, RefusedError, UnreadablePicture
from visavis.domain.film import Moment
from visavis.law.rules import Rule
from visavis.services.clip import ClipOrder, ClipRequest, CutClip, FilmOriginals, Masking, TakeClip, span
from visavis.services.search import PastSearches

ME, HER = (60, 70), (220, 70)


def both(_: int) -> dict[str, tuple[int, int]]:
    return {"red": ME, "blue": HER}


def cut(data: bytes, masking: Masking, *, look: Looker | None = None, end: int = 1000) -> tuple[bytes, object]:
    target = io.BytesIO()
    order = ClipOrder(start_ticks=0, end_ticks=end, own=((0, box(*ME)),), masking=masking)
    with open_film(io.BytesIO(data)) as opened:
        made = CutClip(look or Looker(), threshold=0.5).run(opened, order, target)
    return target.getvalue(), made


def frames(clip: bytes) -> list[np.ndarray]:
    with open_film(io.BytesIO(clip)) as opened:
        return [frame.rgb() for frame in opened.frames()]


def test_a_clip_holds_the_frames_of_its_seconds_and_plays_from_the_first_byte():
    clip, made = cut(film(both, 50), Masking.NOTHING)
    shown = frames(clip)
    assert made.frames == len(shown) == 26
    assert clip.find(b"moov") < clip.find(b"mdat")
    assert {"red", "blue"} <= seen(shown[0]).keys()


def test_masked_others_are_in_no_frame_and_the_face_itself_in_all():
    clip, made = cut(film(both, 26), Masking.OTHERS)
    assert [sorted(seen(image)) for image in frames(clip)] == [["red"]] * 26
    assert (made.masked, made.unshown) == (26, 0)


@pytest.mark.finding("C6")
def test_two_films_that_differ_only_within_a_strangers_box_give_the_same_clip():
    """Byte for byte: nothing of the stranger reaches the file."""
    one, other = film(both, 10, seed=1), film(both, 10, seed=2)
    assert one != other
    assert cut(one, Masking.NOTHING, end=400)[0] != cut(other, Masking.NOTHING, end=400)[0]
    assert cut(one, Masking.OTHERS, end=400)[0] == cut(other, Masking.OTHERS, end=400)[0]


def test_a_face_that_the_looks_miss_between_two_sightings_is_masked_there_too():
    missed = {"blue": set(range(5, 20))}
    clip, _ = cut(film(both, 26), Masking.OTHERS, look=Looker(missed))
    assert all("blue" not in seen(image) for image in frames(clip))


def test_what_is_not_told_to_be_the_face_is_masked_as_another():
    """After a cut a stranger stands where the person stood."""
    shots = film(lambda number: {"red": ME} if number < 20 else {"green": ME}, 40)
    clip, made = cut(shots, Masking.OTHERS, end=2000)
    assert all("green" not in seen(image) for image in frames(clip))
    assert made.unshown == 20


def test_masking_the_rest_shows_the_face_and_nothing_else():
    clip, _ = cut(film(both, 6), Masking.REST)
    for image in frames(clip):
        image[66:114, 56:104] = 127
        assert np.abs(image.astype(int) - 127).max() < 20


def test_a_face_that_is_not_where_it_was_found_is_shown_to_nobody():
    with pytest.raises(UnreadablePicture):
        cut(film(lambda _: {"blue": HER}, 10), Masking.OTHERS)


def moment(start: float, end: float, at: float) -> Moment:
    ticks = (round(seconds * 1000) for seconds in (start, end, at))
    names = dict(zip(("start_ticks", "end_ticks", "at_ticks"), ticks, strict=True))
    return Moment(appearance=1, **names, time_base=TICK, duration_ticks=None, rate=None, timecode=None)


@pytest.mark.parametrize(
    ("when", "seconds", "expected"),
    [
        ((5, 8, 6), 60, (4, 9)),
        ((0, 2, 1), 60, (0, 3)),
        ((10, 200, 100), 60, (70, 130)),
        ((10, 200, 12), 60, (9, 69)),
        ((10, 200, 199), 60, (141, 201)),
    ],
)
def test_a_clip_has_a_second_around_and_of_a_long_appearance_the_part_around_its_best_moment(when, seconds, expected):
    assert tuple(ticks / 1000 for ticks in span(moment(*when), seconds)) == expected


# ---- asked for ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def found(made):
    """Return an archive with a film in which somebody is seen beside another, and the search that found them."""
    source = made.archive()
    made.put(source, Picture(path="still.jpg", vectors=(at_cosine(0.8),)))
    put_film(made, source, [Seen(start=2, end=5, vector=at_cosine(0.9)), Seen(start=3, end=4, vector=at_cosine(0.1), left=0.6)])
    return made, made.search(case_id=made.case_of(source)).candidates


def plan(made, candidate, *, check=lambda _: True, **asked):
    take = TakeClip(made.records, read=PastSearches(made.records).read, check=check)
    return take.plan(ClipRequest(actor=ACTOR, candidate=candidate, **asked))


def leaves(made) -> list[str]:
    return [bytes(body).decode() for (body,) in made.sql("SELECT body FROM leaf ORDER BY seq")]


def test_a_clip_that_shows_others_names_their_faces_too_and_a_masked_one_only_its_own(found):
    made, (film_one, *_) = found
    everybody = plan(made, film_one.candidate_id)
    alone = plan(made, film_one.candidate_id, masking=Masking.OTHERS)
    assert film_one.face_id in alone.faces < everybody.faces
    assert len(everybody.faces) == 2
    assert '"what":"clip"' in leaves(made)[-1]
    assert '"masked":"others"' in leaves(made)[-1]


def test_a_photograph_has_no_clip(found):
    made, candidates = found
    (still,) = (one for one in candidates if one.kind == "photo")
    with pytest.raises(InputError, match="is a photograph"):
        plan(made, still.candidate_id)


def test_a_case_that_asks_about_one_person_gives_out_nobody_else(found):
    made, (film_one, *_) = found
    made.sql('UPDATE "case" SET one_face = 1')
    with pytest.raises(RefusedError) as refused:
        plan(made, film_one.candidate_id)
    assert refused.value.rule == Rule.OTHERS_MASKED
    assert "others-masked" in leaves(made)[-1]
    assert plan(made, film_one.candidate_id, masking=Masking.OTHERS).faces == {film_one.face_id}


def test_no_clip_is_noted_where_nothing_may_leave_the_house(found):
    made, (film_one, *_) = found

    def nothing(_):
        raise RefusedError("results do not leave the house", rule=Rule.EXPORT_ALLOWED)

    with pytest.raises(RefusedError):
        plan(made, film_one.candidate_id, check=nothing)
    assert '"what":"clip"' not in leaves(made)[-1]


def test_a_candidate_that_may_not_be_shown_any_more_has_no_clip(found):
    made, (film_one, *_) = found
    made.sql("UPDATE media SET present = 0 WHERE kind = 'film'")
    with pytest.raises(InputError, match="may not be shown"):
        plan(made, film_one.candidate_id)


def test_no_clip_is_cut_from_a_film_that_was_changed_since_it_was_read(found):
    made, (film_one, *_) = found
    originals = FilmOriginals(made.records, lambda _root, _path: io.BytesIO(b"another film"), FilmLimits())
    with pytest.raises(InputError, match="changed since it was read"):
        originals.cut(plan(made, film_one.candidate_id), CutClip(Looker(), threshold=0.5), io.BytesIO())


def test_a_clip_is_cut_from_the_film_that_was_read(found):
    made, (film_one, *_) = found
    data = film(both, 200)
    digest = hashlib.sha256(data).hexdigest()
    made.sql(f"UPDATE media SET sha256 = x'{digest}' WHERE kind = 'film'")
    made.sql("UPDATE film SET time_base = '1/1000'")
    made.sql("UPDATE appearance SET start_ticks = start_ticks / 90, end_ticks = end_ticks / 90")
    made.sql("UPDATE face SET at_ticks = at_ticks / 90")
    opened: list[Path] = []

    def open_stream(root: Path, path: str) -> io.BytesIO:
        opened.append(root / path)
        return io.BytesIO(data)

    target = io.BytesIO()
    originals = FilmOriginals(made.records, open_stream, FilmLimits())
    cut_here = originals.cut(plan(made, film_one.candidate_id), CutClip(Looker(), threshold=0.5), target)
    assert cut_here.frames == 5 * 25 + 1
    assert [path.name for path in opened] == ["film.mp4"]
    assert len(frames(target.getvalue())) == cut_here.frames
