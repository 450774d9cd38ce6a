"""The desk of moves to another pack, through the archive as programs use it, and the command."""

import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from typer.testing import CliRunner

sys.path[:0] = [str(Path(__file__).parent.parent / "faults")]
import rig  # noqa: E402 - its folder is no package

from visavis.cli.app import app  # noqa: E402
from visavis.services.repack import move  # noqa: E402
from visavis.wiring import build  # noqa: E402

DIMS = {"other-512": 512, "made-up": rig.DIM}


@dataclass
class Opened:
    """Stands for a photograph: what was read of it."""

    data: bytes


class OtherChain:
    """Embeds a picture by its bytes alone."""

    def __init__(self, pack_id: str) -> None:
        self.pack = SimpleNamespace(id=pack_id, dim=DIMS.get(pack_id, rig.DIM))

    def embed(self, sources):
        return [self._vectors(photo.data, len(faces)) for photo, faces in sources]

    def _vectors(self, data: bytes, count: int):
        rng = np.random.default_rng(int.from_bytes(hashlib.sha256(data + self.pack.id.encode()).digest()[:8], "big"))
        vectors = rng.standard_normal((count, self.pack.dim)).astype(np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.full(count, 9.0, np.float32)


@pytest.fixture
def archive(tmp_path, monkeypatch):
    """An archive of nine pictures, and a second pack."""
    monkeypatch.setattr(move, "open_photo", lambda data, **_: Opened(data))
    monkeypatch.setattr(build, "chain", lambda _settings, pack_id: OtherChain(pack_id))
    made = rig.make_archive(tmp_path / "archive", rig.fill(tmp_path / "pictures", 9))
    with rig.QuickArchive(made) as opened:
        opened.ingest(workers=0)
    return made


def test_a_move_is_searched_with_its_own_index_and_remembered_until_it_is_confirmed(archive):
    with rig.QuickArchive(archive) as opened:
        before = opened.status().pack
        report = opened.repacking.run("other-512")
        assert (report.state, report.templates, report.after) == ("switched", 9, 9)
        assert opened.status().pack == "other-512"
        assert any("until `visavis migrate --confirm`" in line for line in opened.status().warnings)
        records, index = opened._searching()
        assert (records.dim, len(index.keys(0, 100))) == (512, 9)
        assert opened.verify().problems == ()
        assert sorted(path.name for path in archive.iterdir() if path.is_dir() and path.name.startswith(("rows", "codes"))) == [
            "codes-1",
            "rows",
            "rows-1",
        ]
        assert opened.repacking.confirm().state == "confirmed"
        assert opened.status().warnings == ()
        assert opened.verify().problems == ()
        assert opened.repacking.run(before).state == "switched"


def test_an_archive_that_is_open_follows_a_switch_by_another_process(archive):
    with rig.QuickArchive(archive) as reader, rig.QuickArchive(archive) as writer:
        assert reader._searching()[0].dim == rig.DIM
        writer.repacking.run("other-512")
        writer.close()
        reader._follow()
        assert reader._searching()[0].dim == 512


def test_pictures_that_came_meanwhile_are_embedded_with_the_old_pack_on_the_way_back(archive):
    with rig.QuickArchive(archive) as opened:
        before = opened.status().pack
        DIMS[before] = rig.DIM
        opened.repacking.run("other-512")
        report = opened.repacking.back()
        assert (report.state, report.pack, report.templates) == ("taken back", before, 0)
        assert opened._searching()[0].dim == rig.DIM
        assert opened.verify().problems == ()


def test_the_command_says_what_it_did_and_what_to_do_next(archive):
    run = CliRunner().invoke
    first = min(path for path in (archive.parent / "pictures").rglob("*") if path.is_file())
    aside = first.rename(archive.parent / "aside")
    told = run(app, ["migrate", "--pack", "other-512", "--archive", str(archive)]).output
    assert "not switched" in told
    assert "not read (vanished): 1 face" in told
    assert "--leave-behind" in told
    aside.rename(first)
    told = run(app, ["migrate", "--pack", "other-512", "--archive", str(archive)]).output
    assert "switched from" in told
    assert "9 faces compared" in told
    told = json.loads(run(app, ["migrate", "--confirm", "--archive", str(archive), "--format", "json"]).output)
    assert told["state"] == "confirmed"
    assert run(app, ["migrate", "--archive", str(archive)]).exception.exit_code == 2
    assert run(app, ["migrate", "--back", "--archive", str(archive)]).exception.exit_code == 2
