"""Films on the command line: found, played on the page, cut, marked for editors."""

import base64
import io
import json
import re
import shutil
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest

from visavis.decode.video.film import open_film
from visavis.testing.films import Part, Pose, Scene, Script, Studio, render


@dataclass(frozen=True)
class Reel:
    """An archive with a photograph and a film of two people in two scenes, and a search for one of them."""

    archive: Path
    found: dict

    @property
    def moment(self) -> dict:
        return next(one for one in self.found["candidates"] if one["kind"] == "film")

    @property
    def still(self) -> dict:
        return next(one for one in self.found["candidates"] if one["kind"] == "photo")


@pytest.fixture(scope="session")
def reel(run, examples: Path, portrait: Path, tmp_path_factory: pytest.TempPathFactory) -> Reel:
    base = tmp_path_factory.mktemp("reel")
    album, archive = base / "album", base / "archive"
    album.mkdir()
    shutil.copy(examples / "barack-obama-2009.jpg", album)
    him = Part(portrait="barack-obama-senate.jpg", start=Pose(x=0.25, size=0.4), end=Pose(x=0.32, size=0.4))
    her = Part(portrait="jacinda-ardern-2022.jpg", start=Pose(x=0.75, size=0.4))
    script = Script(scenes=(Scene(seconds=2, parts=(him, her)), Scene(seconds=1, parts=(her,))), width=480, height=270, rate=Fraction(12))
    (album / "interview.mp4").write_bytes(render(Studio(examples), script).data)
    assert run("init", archive).code == 0
    assert run("source", "add", album, "--profile", "household", "--title", "Family", "-a", archive).code == 0
    assert run("ingest", "-a", archive).code == 0
    return Reel(archive=archive, found=run("search", portrait, "-a", archive, "--format", "json").document)


def frames(film: Path | bytes) -> int:
    with open_film(film if isinstance(film, Path) else io.BytesIO(film)) as opened:
        return sum(1 for _ in opened.frames())


def test_a_film_is_found_beside_photographs_with_its_times(reel):
    assert [one["kind"] for one in reel.found["candidates"]].count("film") == 1
    moment = reel.moment
    assert moment["start_s"] < 0.3
    assert 1.7 < moment["end_s"] < 2.1
    assert moment["start_s"] <= moment["at_s"] <= moment["end_s"]
    assert moment["timecode"] is None


def test_the_page_plays_the_moment_without_asking_anything_of_anybody(reel, run, portrait, tmp_path):
    page = tmp_path / "result.html"
    assert run("search", portrait, "-a", reel.archive, "--format", "html", "--output", page).code == 0
    text = page.read_text(encoding="utf-8")
    ((film, at),) = re.findall(r'src="data:video/mp4;base64,([^"#]+)#t=([0-9.]+)"', text)
    with open_film(io.BytesIO(base64.b64decode(film))) as opened:
        assert (opened.facts.codec, opened.facts.width, opened.facts.height) == ("h264", 480, 270)
    assert float(at) == pytest.approx(reel.moment["at_s"], abs=0.2)
    assert 'class="tick own"' in text
    assert "<script" not in text
    assert not re.findall(r'(?:src|href)="(?!data:)', text)


def test_a_clip_is_cut_with_everybody_or_with_the_others_masked(reel, run, tmp_path):
    end = reel.moment["candidate_id"][-8:]
    whole, masked = tmp_path / "whole.mp4", tmp_path / "masked.mp4"
    assert run("clip", end, "--output", whole, "-a", reel.archive).code == 0
    ran = run("clip", end, "--mask-others", "--output", masked, "-a", reel.archive)
    assert ran.code == 0, ran.err
    assert "masked in" in ran.err
    assert frames(whole) == frames(masked) > 24
    with open_film(whole) as one, open_film(masked) as other:
        seen, hidden = (film.at(0).astype(int) for film in (one, other))
    left = slice(0, 180)
    assert abs(seen[:, left] - hidden[:, left]).mean() < 6
    assert abs(hidden[100:160, 340:380] - 127).max() < 20


def test_what_no_clip_can_be_is_said_in_one_line(reel, run, tmp_path):
    film, photo = reel.moment["candidate_id"], reel.still["candidate_id"]
    for arguments, said in (
        ((photo, "--output", tmp_path / "x.mp4"), "is a photograph"),
        ((film, "--output", tmp_path / "x.avi"), "MP4"),
        (("nothing-like-it", "--output", tmp_path / "x.mp4"), "no candidate"),
        ((film, "--output", tmp_path / "no" / "x.mp4"), "no folder"),
        ((film, "--mask-others", "--mask-rest", "--output", tmp_path / "x.mp4"), "leave one out"),
    ):
        ran = run("clip", *arguments, "-a", reel.archive)
        assert (ran.code, list(tmp_path.iterdir())) == (2, [])
        assert said in ran.err


def test_moments_are_markers_for_editors(reel, run, tmp_path):
    edl, otio = tmp_path / "x.edl", tmp_path / "x.otio"
    for target in (edl, otio):
        assert run("markers", reel.found["search_id"], "--output", target, "-a", reel.archive).code == 0
    lines = edl.read_text(encoding="utf-8").splitlines()
    assert lines[3].startswith("001  AX       V     C        00:00:00:00 00:00:0")
    assert lines[4] == "* FROM CLIP NAME: interview.mp4"
    (clip,) = json.loads(otio.read_text(encoding="utf-8"))["tracks"]["children"][0]["children"]
    (marker,) = clip["markers"]
    assert marker["metadata"]["visavis"]["candidate_id"] == reel.moment["candidate_id"]
    assert run("markers", reel.found["search_id"], "--output", tmp_path / "x.txt", "-a", reel.archive).code == 2


def test_why_says_when_in_the_film(reel, run, portrait):
    ran = run("why", portrait, "interview.mp4", "-a", reel.archive)
    assert ran.code == 0, ran.err
    assert re.search(r"0:00(\.\d)?-0:0", ran.out)
    told = run("why", portrait, "interview.mp4", "-a", reel.archive, "--format", "json").document
    assert {face["start_s"] is None for face in told["faces"]} == {False}


def test_a_face_in_a_film_is_searched_with(reel, run):
    again = run("search", "--face-id", reel.moment["face_id"], "-a", reel.archive, "--format", "json").document
    assert again["candidates"][0]["media_id"] == reel.moment["media_id"]
