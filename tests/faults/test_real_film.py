"""A small real film, decoded, killed and resumed with the real networks: the same archive, and everybody is found when they are there."""

import signal
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import rig

import visavis

pytest.importorskip("av", reason="needs the extra `video`")
from visavis.testing.films import Part, Pose, Scene, Script, Studio, encodings, render

HERE = Path(__file__).parent
PHOTOS = HERE.parents[1] / "examples" / "photos"
CAST = (("rishi-sunak.jpg", 20), ("eileen-collins.jpg", 12), ("jacinda-ardern-2018.jpg", 10))


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Yield a folder with a film of three scenes, of which the first and the second go over the end of a stretch."""
    passing = {"start": Pose(x=0.35, y=0.5, size=0.5), "end": Pose(x=0.6, y=0.5, size=0.5)}
    scenes = tuple(Scene(seconds=seconds, parts=(Part(portrait=who, **passing),)) for who, seconds in CAST)
    script = Script(scenes=scenes, width=320, height=180, rate=Fraction(8))
    made = render(Studio(PHOTOS), script, encodings(script.rate, key_every=16)["h264-mp4"])
    folder = tmp_path_factory.mktemp("films")
    (folder / "cast.mp4").write_bytes(made.data)
    return folder


def make(folder: Path, films: Path) -> Path:
    visavis.create(folder)
    with visavis.open(folder) as opened:
        opened.add_source(films, profile="household", title="Films")
    return folder


def test_a_real_film_that_is_killed_and_resumed_gives_the_same_archive_in_which_everybody_is_found(tmp_path, films):
    undisturbed, archive = (make(tmp_path / name, films) for name in ("undisturbed", "killed"))
    with visavis.open(undisturbed) as opened:
        opened.ingest()
    command = [sys.executable, str(HERE / "killed_real.py"), str(archive), "index-added", "2"]
    killed = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert rig.films(archive)["cast.mp4"].stretches == 2
    with visavis.open(archive) as opened:
        assert opened.verify().problems == ()
        opened.ingest()
        assert opened.verify().problems == ()
        moments = [opened.search(PHOTOS / who).candidates for who, _ in CAST]
    assert [len(found) >= 1 and found[0].path == "cast.mp4" for found in moments] == [True] * 3
    one, other = rig.films(archive)["cast.mp4"], rig.films(undisturbed)["cast.mp4"]
    assert one.appearances == other.appearances
    assert (one.reason, one.stretches, one.frames, one.faces) == ("indexed", 3, 8 * 42, 3)
    seconds = np.array([(start, end) for start, end, _ in one.appearances]) * float(one.time_base)
    np.testing.assert_allclose(seconds, [(0, 20), (20, 32), (32, 42)], atol=0.25)
