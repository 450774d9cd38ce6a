"""The real command and the real networks, stopped from outside."""

import json
import os
import signal
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import pytest
import rig

import visavis
from visavis.testing.films import Part, Pose, Scene, Script, Studio, encodings, render

HERE = Path(__file__).parent
PHOTOS = HERE.parents[1] / "examples" / "photos"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    visavis.create(tmp_path / "archive")
    with visavis.open(tmp_path / "archive") as opened:
        opened.add_source(PHOTOS, profile="household", title="Portraits")
    return tmp_path / "archive"


def _start(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


def _all_gone(group: int, *, within_s: float) -> bool:
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def _wait_for_worker(process: subprocess.Popen[str]) -> None:
    """Return once the ingest has a worker that has loaded a runtime: it is at work, or about to be."""
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
            try:
                maps = Path(f"/proc/{child}/maps").read_text()
                if "onnxruntime" in maps or "openvino" in maps:  # whichever is faster on this machine
                    return
            except OSError:
                continue
        time.sleep(0.05)
    pytest.fail("no worker came up")


def _wait_for_first_batch(archive: Path, process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end and process.poll() is None:
        if (archive / "rows" / "000000.rows").exists():
            return
        time.sleep(0.02)
    pytest.fail("no batch was written")


@pytest.mark.parametrize("at_work", [False, True])
def test_ctrl_c_ends_with_130_and_the_same_command_goes_on(tmp_path: Path, at_work: bool) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number in range(6):
        for photo in PHOTOS.glob("*-20*.jpg"):
            # Bytes behind a JPEG's end change nothing but its digest.
            (pictures / f"{number}-{photo.name}").write_bytes(photo.read_bytes() + b"%d" % number)
    visavis.create(tmp_path / "archive").add_source(pictures, profile="household", title="Portraits")
    command = ("-m", "visavis", "ingest", "-a", tmp_path / "archive", "--workers", "2", "--format", "json")
    with _start(*command) as process:
        _wait_for_worker(process)
        if at_work:
            _wait_for_first_batch(tmp_path / "archive", process)
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert _all_gone(process.pid, within_s=10)
    with visavis.open(tmp_path / "archive") as opened:
        assert opened.verify().problems == ()
    with _start(*command) as process:
        told, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    files = len(list(pictures.iterdir()))
    assert sum(json.loads(told)["outcomes"].values()) + json.loads(told)["unchanged"] == files
    assert len(rig.contents(tmp_path / "archive")) == files


def test_ctrl_c_in_the_middle_of_a_film_ends_with_130_and_the_same_command_reads_the_rest(tmp_path: Path) -> None:
    films = tmp_path / "films"
    films.mkdir()
    shown = Part(portrait="rishi-sunak.jpg", start=Pose(x=0.4, y=0.5, size=0.5), end=Pose(x=0.6, y=0.5, size=0.5))
    script = Script(scenes=(Scene(seconds=45, parts=(shown,)),), width=320, height=180, rate=Fraction(8))
    (films / "long.mp4").write_bytes(render(Studio(PHOTOS), script, encodings(script.rate, key_every=16)["h264-mp4"]).data)
    visavis.create(tmp_path / "archive").add_source(films, profile="household", title="Films")
    command = ("-m", "visavis", "ingest", "-a", tmp_path / "archive", "--sampling", "every-frame", "--format", "json")
    with _start(*command) as process:
        _wait_for_first_batch(tmp_path / "archive", process)
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert (process.returncode, "Traceback" in said) == (130, False), said
    assert _all_gone(process.pid, within_s=10)
    before = rig.films(tmp_path / "archive").get("long.mp4")
    assert before is None or (before.reason, before.stretches < 3) == ("unfinished", True)
    with _start(*command) as process:
        told, _ = process.communicate(timeout=120)
    assert (process.returncode, json.loads(told)["outcomes"]) == (0, {"indexed": 1})
    film = rig.films(tmp_path / "archive")["long.mp4"]
    assert (film.stretches, film.frames, film.faces, film.lost_s) == (3, 360, 1, 0)
    with visavis.open(tmp_path / "archive") as opened:
        assert opened.verify().problems == ()


def test_workers_do_not_outlive_a_killed_parent(archive: Path) -> None:
    with _start("-m", "visavis", "ingest", "-a", archive, "--workers", "2") as process:
        _wait_for_worker(process)
        process.kill()
        process.wait()
        assert _all_gone(process.pid, within_s=15)
    with visavis.open(archive) as opened:
        assert opened.verify().problems == ()


def test_the_real_chain_killed_between_batches_gives_the_same_archive(tmp_path: Path, archive: Path) -> None:
    for step, number in (("rows-synced", 2), ("sql-committed", 4), ("index-added", 2)):
        with _start(HERE / "killed_real.py", archive, step, number) as process:
            _, said = process.communicate(timeout=120)
        assert process.returncode == -signal.SIGKILL, said
        with visavis.open(archive) as opened:
            assert opened.verify().problems == ()
    visavis.create(tmp_path / "undisturbed")
    with visavis.open(tmp_path / "undisturbed") as opened:
        opened.add_source(PHOTOS, profile="household", title="Portraits")
        opened.ingest()
    with visavis.open(archive) as opened:
        opened.ingest()
        assert opened.verify().problems == ()
    rig.assert_equal(rig.contents(archive), rig.contents(tmp_path / "undisturbed"))


def test_ctrl_c_while_the_command_still_loads_ends_with_130_and_no_traceback() -> None:
    pressed = "signal.raise_signal(signal.SIGINT) if name == 'typer' else None"
    finder = f"type('Finder', (), {{'find_spec': staticmethod(lambda name, path, target=None: {pressed})}})"
    code = f"import runpy, signal, sys; sys.meta_path.insert(0, {finder}); runpy.run_module('visavis', run_name='__main__')"
    ended = subprocess.run([sys.executable, "-c", code, "--help"], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")


DROPPED = """
import signal, sys, time, weakref
from visavis import __main__

def stop():
    if {deaf}:
        signal.signal(signal.SIGINT, once)
    signal.raise_signal(signal.SIGINT)

def once(*_):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt

class Gone:
    def __del__(self):
        stop()

class Watched:
    pass

def work():
    if {callback}:
        watched = Watched()
        watch = weakref.ref(watched, lambda _: stop())
        del watched
    else:
        Gone()
    time.sleep(60)

sys.modules["visavis.cli.app"] = type(sys)("app")
sys.modules["visavis.cli.app"].main = work
__main__.main()
"""


@pytest.mark.parametrize("deaf", [False, True])
@pytest.mark.parametrize("callback", [False, True])
def test_ctrl_c_that_python_drops_in_a_finaliser_comes_again(callback: bool, deaf: bool) -> None:
    with _start("-c", DROPPED.format(callback=callback, deaf=deaf)) as process:
        _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (130, "")


def test_what_else_goes_wrong_in_a_finaliser_is_told_as_usual() -> None:
    wrong = (
        DROPPED.format(callback=False, deaf=False).replace("signal.raise_signal(signal.SIGINT)", "1 / 0").replace("sleep(60)", "sleep(0)")
    )
    with _start("-c", wrong) as process:
        _, said = process.communicate(timeout=30)
    assert (process.returncode, "ZeroDivisionError" in said) == (0, True)
