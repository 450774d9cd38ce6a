import functools
import gc
import io
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from visavis.decode.video.film import open_film
from visavis.domain.film import FilmFacts, FilmPart, Sampling
from visavis.domain.media import PictureMetadata
from visavis.engines.chain import Chain, open_networks
from visavis.engines.pack import DEFAULT_PACK, find_pack
from visavis.services.ingest.film import PACES, FilmAnalyser, looked_side
from visavis.testing.film_scores import FilmScore, score
from visavis.testing.film_scripts import ARDERN, COLLINS, MACRON, MACRON_OLDER, OBAMA, PLANS, SENATE, SUNAK, short_appearances
from visavis.testing.films import PORTRAITS, MadeFilm, Part, Pose, Scene, Script, Studio, encodings, render

TICK = Fraction(1, 1000)


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Chain:
    pack = find_pack(DEFAULT_PACK, [])
    return Chain(pack, open_networks(pack, cache=tmp_path_factory.mktemp("cache")))


@pytest.fixture(scope="module")
def analyser(chain: Chain) -> FilmAnalyser:
    return FilmAnalyser(chain)


@pytest.fixture(scope="module")
def studio(examples: Path) -> Studio:
    return Studio(examples)


@pytest.fixture(scope="module")
def planned(studio: Studio) -> Callable[[str, str], MadeFilm]:
    """Return a film of the test set in a codec; drawn once."""

    @functools.cache
    def made(name: str, codec: str) -> MadeFilm:
        plan = PLANS[name]
        encoding = encodings(plan.script.rate, bit_rate=plan.bit_rate)[codec]
        return render(studio, plan.script, replace(encoding, rotation=plan.rotation))

    return made


class Frame:
    """A frame in memory."""

    def __init__(self, ticks: int, image_rgb: np.ndarray, *, key: bool = False) -> None:
        self.ticks, self.key, self._image = ticks, key, image_rgb

    def rgb(self, longer_side: int | None = None) -> np.ndarray:
        return self._image

    def luma(self, longer_side: int) -> np.ndarray:
        step = max(self._image.shape) // longer_side
        return np.ascontiguousarray(self._image[::step, ::step, 1])


@dataclass
class MemoryFilm:
    """A film of pictures in memory; counts how many of its frames are held at once."""

    images: list[np.ndarray]
    every: int = 40
    damaged: int = 0
    held: int = 0

    @property
    def facts(self) -> FilmFacts:
        height, width = self.images[0].shape[:2]
        return FilmFacts(
            format="memory",
            codec="none",
            width=width,
            height=height,
            time_base=TICK,
            duration_ticks=None,
            rate=None,
            timecode=None,
            metadata=PictureMetadata(),
        )

    def frames(self, start_ticks: int, end_ticks: int | None, *, key_frames_only: bool = False, apart_ticks: int = 0) -> Iterator[Frame]:
        alive: weakref.WeakSet[Frame] = weakref.WeakSet()
        for at, image in enumerate(self.images):
            frame = Frame(at * self.every, image)
            alive.add(frame)
            yield frame
            del frame
            gc.collect(0)
            self.held = max(self.held, len(alive))


def backdrop(seed: int) -> np.ndarray:
    coarse = np.random.default_rng(seed).integers(40, 160, (5, 8, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, (640, 360), interpolation=cv2.INTER_CUBIC))


def judged(
    analyser: FilmAnalyser, made: MadeFilm, sampling: Sampling = Sampling.NORMAL, *, shortest: float = 1
) -> tuple[FilmPart, FilmScore]:
    with open_film(io.BytesIO(made.data)) as film:
        part = analyser.part(film, 0, None, sampling)
        return part, score(part.tracks, made.sightings, time_base=film.facts.time_base, shortest=shortest)


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("pan, zoom, cut", "h264-mp4"),
        ("fade, turn", "mjpeg-avi"),
        ("come and go", "h264-mp4"),
        ("cross, replace, uneven rate", "mpeg2-ts"),
        ("low bit rate", "h264-mp4"),
        ("six small faces, grain", "h264-mp4"),
        ("turned by metadata", "h264-mp4"),
    ],
)
def test_everybody_seen_for_a_second_is_found_once_where_they_were_and_nobody_else(
    analyser: FilmAnalyser, planned: Callable[[str, str], MadeFilm], name: str, codec: str
) -> None:
    part, got = judged(analyser, planned(name, codec))
    assert not got.missed
    assert not got.invented
    assert got.doubled == 0
    assert got.boundary_error <= 0.25
    assert part.looked < part.frames / 4
    assert len(part.tracks) == len(got.found)


def test_faces_seen_for_three_frames_between_cuts_are_found(analyser: FilmAnalyser, studio: Studio) -> None:
    script = short_appearances().script
    made = render(studio, replace(script, scenes=script.scenes[:6]))
    _, got = judged(analyser, made, shortest=0)
    assert (len(got.found), got.missed, got.invented, got.doubled) == (3, (), (), 0)


@pytest.mark.parametrize(("one", "other", "size", "noise"), [(MACRON, MACRON_OLDER, 0.14, 8), (OBAMA, SENATE, 0.25, 3)])
def test_two_who_look_alike_and_cross_are_one_track_each_from_one_end_of_their_way_to_the_other(
    analyser: FilmAnalyser, studio: Studio, one: str, other: str, size: float, noise: float
) -> None:
    left, right = Pose(x=0.2, y=0.4, size=size), Pose(x=0.8, y=0.4, size=size)
    ways = (Part(portrait=one, start=left, end=right), Part(portrait=other, start=right, end=left))
    made = render(studio, Script(scenes=(Scene(seconds=3, parts=ways),), width=640, height=360, noise=noise, seed=3))
    with open_film(io.BytesIO(made.data)) as film:
        part, tick = analyser.part(film, 0, None, Sampling.NORMAL), film.facts.time_base
    walked = []
    for track in part.tracks:
        places = [(float(seen.at_ticks * tick) / 3, seen.face.box) for seen in (track.first, *track.best, track.last)]
        off = [max(abs(box.left + box.width / 2 - way.pose(share).x) for share, box in places) for way in ways]
        assert min(off) < 0.05 < max(off)
        walked.append(off.index(min(off)))
    assert sorted(walked) == [0, 1]
    assert all((track.start_ticks * tick, track.end_ticks * tick) == (0, made.times[-1]) for track in part.tracks)


def test_the_template_of_a_track_is_its_persons(analyser: FilmAnalyser, planned: Callable[[str, str], MadeFilm]) -> None:
    part, _ = judged(analyser, planned("pan, zoom, cut", "h264-mp4"))
    best = [track.best[0].face.vector for track in part.tracks]
    alike = np.stack(best) @ np.stack(best).T
    assert len(best) == 5  # Obama, Collins, Sunak, Ardern, Macron
    assert (alike - np.eye(5) < 0.4).all()


def test_faces_of_a_track_lie_in_it(analyser: FilmAnalyser, planned: Callable[[str, str], MadeFilm]) -> None:
    part, _ = judged(analyser, planned("come and go", "h264-mp4"))
    for track in part.tracks:
        assert track.start_ticks == track.first.at_ticks
        assert track.end_ticks == track.last.at_ticks
        assert 1 <= len(track.best) <= 3
        assert all(track.start_ticks <= seen.at_ticks <= track.end_ticks for seen in track.best)
        assert all(len(seen.dhash) == 16 for seen in (*track.best, track.first, track.last))


def test_fast_decodes_key_frames_only(analyser: FilmAnalyser, studio: Studio) -> None:
    scenes = tuple(Scene(seconds=4, parts=(Part(portrait=who, start=Pose(size=0.4)),)) for who in (SUNAK, COLLINS))
    made = render(studio, Script(scenes=scenes, width=320, height=180))
    part, got = judged(analyser, made, Sampling.FAST)
    assert part.frames == 4  # a key frame every two seconds
    assert part.looked <= 4
    assert (len(got.found), got.doubled, got.invented) == (2, 0, ())


def test_every_frame_looks_at_every_frame(analyser: FilmAnalyser, studio: Studio) -> None:
    scenes = (Scene(seconds=0.4), Scene(seconds=0.8, parts=(Part(portrait=SUNAK),)))
    made = render(studio, Script(scenes=scenes, width=320, height=180))
    part, got = judged(analyser, made, Sampling.EVERY_FRAME, shortest=0)
    assert part.looked == part.frames == 30
    assert (len(got.found), got.doubled, got.invented, got.boundary_error) == (1, 0, (), 0)


def test_a_film_in_stretches_holds_what_it_holds_whole(analyser: FilmAnalyser, studio: Studio) -> None:
    scenes = (Scene(seconds=5, parts=(Part(portrait=SUNAK, start=Pose(x=0.3), end=Pose(x=0.6)),)), Scene(seconds=1))
    made = render(studio, Script(scenes=scenes, width=320, height=180), encodings(Fraction(25), key_every=25)["h264-mp4"])
    with open_film(io.BytesIO(made.data)) as film:
        seam = int(Fraction(5, 2) / film.facts.time_base)
        whole = analyser.part(film, 0, None, Sampling.NORMAL)
        first = analyser.part(film, 0, seam, Sampling.NORMAL)
        second = analyser.part(film, seam, None, Sampling.NORMAL)
        again = analyser.part(film, seam, None, Sampling.NORMAL)
    assert first.frames + second.frames == whole.frames > 75  # at most every second one is left out
    assert first.to_ticks <= second.from_ticks
    (track,), (before,), (after,) = whole.tracks, first.tracks, second.tracks
    assert (before.start_ticks, after.end_ticks) == (track.start_ticks, track.end_ticks)
    assert after.start_ticks - before.end_ticks <= first.gap_ticks
    assert before.last.face.box.overlap(after.first.face.box) > 0.7
    assert float(before.last.face.vector @ after.first.face.vector) > 0.8
    assert [one.start_ticks for one in again.tracks] == [after.start_ticks]


def test_what_is_left_of_a_shot_behind_a_seam_is_left_to_the_stretch_before(analyser: FilmAnalyser, studio: Studio) -> None:
    scenes = tuple(Scene(seconds=0.52, parts=(Part(portrait=who, start=Pose(size=0.4)),)) for who in (SUNAK, COLLINS))
    images = [shot.image_rgb for shot in studio.shots(Script(scenes=scenes, width=640, height=360))]
    film = MemoryFilm(images[10:])  # three frames, then a cut
    assert [track.start_ticks for track in analyser.part(film, 0, None, Sampling.NORMAL).tracks] == [0, 120]
    assert [track.start_ticks for track in analyser.part(film, 400, None, Sampling.NORMAL).tracks] == [120]
    assert analyser.part(film, 400, None, Sampling.NORMAL).from_ticks == 0


def test_a_moving_head_calls_for_few_looks_and_hides_nobody_who_comes_for_a_second(analyser: FilmAnalyser, studio: Studio) -> None:
    def part(*others: Part) -> FilmPart:
        nodding = Part(portrait=SUNAK, start=Pose(x=0.3, y=0.5), end=Pose(x=0.32, y=0.55))
        script = Script(scenes=(Scene(seconds=4, parts=(nodding, *others)),), width=640, height=360)
        return analyser.part(MemoryFilm([shot.image_rgb for shot in studio.shots(script)]), 0, None, Sampling.NORMAL)

    assert part().looked <= 6  # one a second, not two
    for place in (Pose(x=0.8, size=0.2), Pose(x=0.3, y=0.1, size=0.15), Pose(x=0.4, y=0.87, size=0.15)):  # aside, above, before the chest
        _, newcomer = part(Part(portrait=ARDERN, start=place, enters=1.5, leaves=2.6)).tracks
        assert abs(newcomer.start_ticks - 1520) <= 125
        assert abs(newcomer.end_ticks - 2600) <= 125


def test_a_picture_that_does_not_move_is_looked_at_every_few_seconds(analyser: FilmAnalyser, studio: Studio) -> None:
    shot = next(studio.shots(Script(scenes=(Scene(seconds=1, parts=(Part(portrait=SUNAK),)),), width=640, height=360)))
    part = analyser.part(MemoryFilm([shot.image_rgb] * 250), 0, None, Sampling.NORMAL)
    (track,) = part.tracks
    assert (track.start_ticks, track.end_ticks) == (0, 249 * 40)
    assert part.looked <= 4
    assert part.gap_ticks <= 4500


def test_frames_are_given_up_after_half_a_second(analyser: FilmAnalyser) -> None:
    grain = np.random.default_rng(1)
    images = [np.clip(backdrop(at // 30) + grain.normal(0, 8, (360, 640, 3)), 0, 255).astype(np.uint8) for at in range(120)]
    film = MemoryFilm(images, every=16)
    part = analyser.part(film, 0, None, Sampling.NORMAL)
    assert not part.tracks
    assert film.held <= PACES[Sampling.NORMAL].most_frames + 6


def test_a_flash_does_not_end_an_appearance(analyser: FilmAnalyser, studio: Studio) -> None:
    script = Script(scenes=(Scene(seconds=2, parts=(Part(portrait=SUNAK),)),), width=640, height=360)
    images = [shot.image_rgb for shot in studio.shots(script)]
    images[24] = np.full_like(images[24], 255)
    images[25] = np.clip(images[25].astype(np.int16) + 120, 0, 255).astype(np.uint8)
    (track,) = analyser.part(MemoryFilm(images), 0, None, Sampling.NORMAL).tracks
    assert (track.start_ticks, track.end_ticks) == (0, 49 * 40)


def test_an_empty_stretch_is_an_empty_part(analyser: FilmAnalyser) -> None:
    film = MemoryFilm([backdrop(1)])
    film.frames = lambda *_, **__: iter(())  # type: ignore[method-assign]
    part = analyser.part(film, 500, 900, Sampling.NORMAL)
    assert (part.from_ticks, part.to_ticks, part.frames, part.tracks) == (900, 900, 0, ())


@pytest.mark.parametrize(("longer", "looked"), [(128, 128), (320, 160), (640, 320), (1920, 960), (3840, 1000)])
def test_a_face_of_forty_pixels_has_twenty_where_it_is_looked_for(longer: int, looked: int) -> None:
    assert looked_side(longer) == looked


def test_the_score_knows_the_missed_the_doubled_and_the_invented(analyser: FilmAnalyser, studio: Studio) -> None:
    script = Script(scenes=(Scene(seconds=1.5, parts=(Part(portrait=SUNAK),)),), width=320, height=180)
    part, right = judged(analyser, render(studio, script))
    (sighting,) = right.found
    nobody = score([], [sighting], time_base=Fraction(1, 12800))
    assert (nobody.recall, nobody.precision, nobody.missed) == (0, 1, (sighting,))
    twice = score(part.tracks * 2, [sighting], time_base=Fraction(1, 12800))
    assert (twice.recall, twice.precision, twice.doubled) == (1, 0.5, 1)
    invented = score(part.tracks, [], time_base=Fraction(1, 12800))
    assert (invented.precision, len(invented.invented)) == (0, 1)
    both = nobody.plus(right)
    assert (both.recall, both.boundary_error) == (0.5, 0)


def test_every_portrait_of_the_test_set_is_somebody(studio: Studio) -> None:
    used = {part.portrait for plan in PLANS.values() for scene in plan.script.scenes for part in scene.parts}
    assert used <= set(PORTRAITS)
    assert {PORTRAITS[one].person for one in used} == {one.person for one in PORTRAITS.values()}
