"""An archive as programs use it: the ledger's head is kept with the key, and an archive that was set back opens closed."""

import json
import shutil
from pathlib import Path

import pytest
from archive_forge import NOW, SetClock

from visavis.domain.errors import DamageError, InputError, RefusedError
from visavis.ledger.checkpoint import read_checkpoint
from visavis.settings import Settings
from visavis.wiring.archive import Archive


class Opener:
    """Opens copies of one archive, all with its one key."""

    def __init__(self, folder: Path, empty: Path) -> None:
        self.folder = folder
        self.clock = SetClock()
        shutil.copytree(empty, folder / "archive")
        shutil.copytree(empty.parent / "keys", folder / "keys")
        (self.key,) = (folder / "keys").iterdir()
        (folder / "photos").mkdir()

    def open(self, name: str = "archive") -> Archive:
        return Archive(self.folder / name, Settings(key_file=self.key), self.clock)

    def add(self, title: str = "Family", *, to: str = "archive") -> None:
        root = self.folder / "photos" / title
        root.mkdir(exist_ok=True)
        with self.open(to) as archive:
            archive.add_source(root, profile="household", title=title)

    @property
    def kept(self) -> Path:
        return self.key.with_suffix(".checkpoint")


@pytest.fixture
def opener(tmp_path: Path, empty_archive: Path) -> Opener:
    return Opener(tmp_path, empty_archive)


def test_the_head_is_kept_with_the_key_when_an_act_ends(opener):
    opener.add()
    assert read_checkpoint(opener.kept.read_bytes())[1].size == 2
    with opener.open() as archive:
        archive.ledger.checkpoint()
    assert read_checkpoint(opener.kept.read_bytes())[1].size == 3


def test_an_older_copy_opens_closed_but_can_be_looked_at(opener):
    shutil.copytree(opener.folder / "archive", opener.folder / "older")
    opener.add()
    before = sorted((path, path.read_bytes()) for path in (opener.folder / "older").rglob("*") if path.is_file())
    with opener.open("older") as archive:
        for act in (archive.sources, archive.status, archive.ledger.checkpoint, lambda: archive.ledger.proof(0)):
            with pytest.raises(DamageError, match="older copy"):
                act()
        with pytest.raises(DamageError, match="older copy"):
            opener.add("Other", to="older")
        assert [entry.seq for entry in archive.ledger.log()] == [0]
        assert any("older copy" in problem for problem in archive.verify().problems)
    after = sorted((path, path.read_bytes()) for path in (opener.folder / "older").rglob("*") if path.is_file())
    assert {path.name for path, _ in after} >= {"records.db"}
    assert [item for item in after if item[0].name == "records.db"] == [item for item in before if item[0].name == "records.db"]
    assert read_checkpoint(opener.kept.read_bytes())[1].size == 2


def test_moving_what_is_kept_away_is_how_a_backup_is_accepted(opener):
    shutil.copytree(opener.folder / "archive", opener.folder / "older")
    opener.add()
    opener.kept.rename(opener.kept.with_suffix(".away"))
    opener.add(to="older")


def test_an_archive_whose_clock_is_set_back_opens_closed_until_it_is_right(opener):
    opener.add()
    opener.clock.at = NOW.replace(year=2020)
    with opener.open() as archive, pytest.raises(RefusedError, match="the clock shows"):
        archive.sources()
    opener.clock.at = NOW
    with opener.open() as archive:
        assert len(archive.sources()) == 1
        assert archive.verify().problems == ()


def test_ctrl_c_in_the_middle_of_a_statement_still_closes_quietly(opener):
    archive = opener.open()
    archive.sources()
    archive._session.records()._database._connection.invalidate()
    archive.close()
    assert not opener.kept.exists()


def test_a_key_folder_that_cannot_be_written_does_not_keep_an_act_from_ending(opener, monkeypatch, caplog):
    monkeypatch.setattr("visavis.records.durable.replace", read_only)
    opener.add()
    assert not opener.kept.exists()
    assert "checkpoint not kept" in caplog.text


def read_only(path: Path, content: bytes) -> None:
    raise PermissionError(30, "Read-only file system", str(path))


def test_the_leaves_of_one_run_carry_one_session(opener):
    opener.add()
    with opener.open() as archive:
        archive.ledger.checkpoint()
        archive.ledger.checkpoint()
        told = [dict(entry.told) for entry in archive.ledger.log()]
    sessions = [leaf["actor"]["session"] for leaf in told]
    assert sessions[2] == sessions[3] not in sessions[:2]
    assert len({*sessions[1:]}) == 2


def test_words_that_are_none_and_an_export_to_nobody_are_the_callers_mistake(opener):
    with opener.open() as archive:
        with pytest.raises(InputError, match="curiosity"):
            list(archive.ledger.log(purpose="curiosity"))
        with pytest.raises(InputError, match="gossip"):
            list(archive.ledger.log(operation="gossip"))
        with pytest.raises(InputError, match="to whom"):
            archive.ledger.export(recipient="", because="")
        assert [json.loads(json.dumps(dict(entry.told)))["seq"] for entry in archive.ledger.log()] == [0]
