"""Folders made to stop an ingest, or to speak through its output. Each file is an outcome, and none of them speaks."""

import csv
import io
import json
import os
import socket
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
import rig

import visavis
from visavis.decode.limits import Limits
from visavis.domain.errors import UnreadablePicture
from visavis.services.ingest.analyse import MediaAnalyser

HERE = Path(__file__).parent
PORTRAIT = HERE.parents[1] / "examples" / "photos" / "eileen-collins.jpg"
DEADLY_SIDE = 33
NAMES = (
    b"line\nbreak.jpg",
    b"return\rtab\t.jpg",
    b"\xff\xfe not utf-8.jpg",
    b"\x1b[31mred\x07\x1b]0;title\x07.jpg",
    "\u202egpj.exe.jpg".encode(),
    b"<img src=x onerror=alert(1)>.jpg",
    b"=cmd|' -C calc'!A0.jpg",
    b"'; DROP TABLE location;--.jpg",
    b"-rf.jpg",
    b"[bold]markup.jpg",
    b"n" * 250 + b".jpg",
)


class NoNetworks:
    """Decodes as the chain does and finds one face in whatever has pixels. A picture of one size ends the process."""

    def analyse(self, photos, *, thorough):
        return [self._one(photo) for photo in photos]

    def _one(self, photo):
        if photo.full_width == DEADLY_SIDE:
            os._exit(9)
        try:
            return list(rig.faces_of(b"f" + photo.pixels().tobytes()[:1] * 7))
        except UnreadablePicture as error:
            return error


class VanishesWhenOpened:
    def __call__(self, root: Path, path: str) -> bytes:
        if "vanish" in path:
            (root / path).unlink()
        return rig.open_below(root, path)


def build_analyser() -> MediaAnalyser:
    return MediaAnalyser(VanishesWhenOpened(), NoNetworks(), Limits(), rig.MadeUpAnalyser()._films)


def _picture(side: int, seed: int, kind: str = ".jpg") -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (side, side, 3), np.uint8)
    return cv2.imencode(kind, pixels)[1].tobytes()


def _png_declaring(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\2\0\0\0"
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1 << 20), 9)) + chunk(b"IEND", b"")


def _fill(folder: Path) -> dict[str, str]:
    """Write the folder; return the outcome that each path must have."""
    folder.mkdir()
    plain = {
        "good.jpg": (_picture(64, 1), "indexed"),
        "png-in-truth.jpg": (_picture(64, 2, ".png"), "indexed"),
        "picture.txt": (_picture(64, 3), "unsupported"),
        "no-extension": (_picture(64, 4), "unsupported"),
        "zero.jpg": (b"", "empty"),
        "text.jpg": (b"This is no picture. " * 50, "unreadable"),
        "cut.jpg": (_picture(400, 5)[:9_000], "truncated"),
        "start-only.jpg": (_picture(64, 6)[:4], "truncated"),
        "bomb.png": (_png_declaring(60_000, 60_000), "too-large"),
        "liar.png": (_png_declaring(3_000, 3_000), "truncated"),
        "vanish.jpg": (_picture(64, 7), "vanished"),
        "deadly.png": (_picture(DEADLY_SIDE, 8, ".png"), "crashed"),
        "deadly-twin.png": (_picture(DEADLY_SIDE, 8, ".png"), "crashed"),
        "deadly-too.png": (_picture(DEADLY_SIDE, 9, ".png"), "crashed"),
        "after.jpg": (_picture(64, 10), "indexed"),
        "folder.jpg/inside.jpg": (_picture(64, 11), "indexed"),
    }
    plain |= {os.fsdecode(name): (_picture(64, 20 + place), "indexed") for place, name in enumerate(NAMES)}
    for name, (data, _) in plain.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    with (folder / "huge.jpg").open("wb") as file:
        file.truncate(600 << 20)
    os.mkfifo(folder / "pipe.jpg")
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind(str(folder / "s.jpg"))
    links = {
        "loop": (".", "unsupported"),
        "itself.jpg": ("itself.jpg", "not-allowed"),
        "nowhere.jpg": ("gone.jpg", "vanished"),
        "out.jpg": (str(PORTRAIT), "not-allowed"),
        "same.jpg": ("good.jpg", "duplicate"),
    }
    for name, (target, _) in links.items():
        (folder / name).symlink_to(target)
    special = {"huge.jpg": "too-large", "pipe.jpg": "unsupported", "s.jpg": "unsupported"}
    return {name: reason for name, (_, reason) in (plain | links).items()} | special


@pytest.fixture(scope="module")
def hostile():
    # A short path: a socket's may have 108 bytes.
    with tempfile.TemporaryDirectory() as base:
        wanted = _fill(Path(base) / "p")
        archive = rig.make_archive(Path(base) / "archive", Path(base) / "p")
        with rig.QuickArchive(archive, batch_files=24) as opened:
            opened.build_analyser = build_analyser
            report = opened.ingest(workers=2)
        yield archive, wanted, report


def test_each_hostile_file_is_an_outcome_and_stops_nothing(hostile) -> None:
    archive, wanted, report = hostile
    found = {path: kept.reason for path, kept in rig.contents(archive).items()}
    # Of two names of one content, which is the copy is a matter of order.
    assert {path: reason for path, reason in found.items() if path not in {"good.jpg", "same.jpg"}} == {
        path: reason for path, reason in wanted.items() if path not in {"good.jpg", "same.jpg"}
    }
    assert {found["good.jpg"], found["same.jpg"]} == {"indexed", "duplicate"}
    assert sum(report.outcomes.values()) == len(wanted)
    rig.assert_sound(archive)


def test_a_second_run_over_hostile_files_is_as_quiet(hostile) -> None:
    archive, _, _ = hostile
    with rig.QuickArchive(archive) as opened:
        opened.build_analyser = build_analyser
        report = opened.ingest(workers=1)
    assert "crashed" not in report.outcomes
    assert report.offline == ()


def _run(*arguments: object) -> bytes:
    command = [sys.executable, "-m", "visavis", *map(os.fsencode, map(str, arguments))]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, env={**os.environ, "COLUMNS": "400"}).stdout


def _speaks(text: str) -> bool:
    return any(ord(letter) < 32 and letter != "\n" for letter in text) or "\u202e" in text


def test_outcomes_lists_hostile_names_one_a_line(hostile) -> None:
    archive, wanted, _ = hostile
    table = _run("outcomes", "-a", archive).decode("utf-8")
    assert len(table.splitlines()) == len(wanted)
    assert not _speaks(table)
    lines = _run("outcomes", "-a", archive, "--format", "json").decode("utf-8").splitlines()
    as_shown = {os.fsencode(name).decode("utf-8", "backslashreplace") for name in wanted}
    assert {json.loads(line)["path"] for line in lines} == as_shown
    assert not _speaks("\n".join(lines))


def test_unreadable_modes_are_outcomes() -> None:
    with tempfile.TemporaryDirectory() as base:
        folder = Path(base)
        folder.chmod(0o755)
        pictures = rig.fill(folder / "pictures", 6)
        (pictures / "closed").mkdir()
        (pictures / "closed" / "in.jpg").write_bytes(b"f")
        (pictures / "00001.jpg").chmod(0)
        (pictures / "closed").chmod(0)
        told = subprocess.run([sys.executable, str(HERE / "unprivileged.py"), base], stdout=subprocess.PIPE, check=True, text=True).stdout
        (pictures / "closed").chmod(0o700)
    outcomes = json.loads(told)
    assert outcomes.pop("00001.jpg") == "not-allowed"
    assert outcomes.pop("closed") == "not-allowed"
    assert set(outcomes.values()) == {"indexed", "no-face"}


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("named")
    (base / "photos").mkdir()
    for place, name in enumerate(NAMES):
        (base / "photos" / os.fsdecode(name)).write_bytes(PORTRAIT.read_bytes() + b"%d" % place)
    with visavis.create(base / "archive") as archive:
        archive.add_source(base / "photos", profile="household", title="\x1b[31m<b>Fa\nmily</b>")
        archive.ingest()
    return base / "archive"


@pytest.mark.parametrize("form", ["table", "json", "csv", "html"])
def test_results_carry_hostile_names_and_do_not_speak(named: Path, form: str) -> None:
    text = _run("search", PORTRAIT, "-a", named, "--format", form, "--all").decode("utf-8")
    assert not _speaks(text.replace("\r\n", "\n"))
    if form == "json":
        assert len(json.loads(text)["candidates"]) == len(NAMES)
    if form == "csv":
        rows = list(csv.reader(io.StringIO(text)))
        assert len(rows) == len(NAMES) + 1
        assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)
    if form == "html":
        assert "<img src=x" not in text
