"""`visavis vault …` and the sheet that `visavis init` gives."""

import io
import sys

import pytest

from visavis.cli.commands import options, sources
from visavis.cli.commands import vault as vault_commands


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def base(tmp_path, run, monkeypatch):
    """Return a folder with an archive whose key file and recovery sheet lie beside it in folders of their own."""
    monkeypatch.setenv("VISAVIS_KEY_FILE", str(tmp_path / "keys" / "one.key"))
    monkeypatch.setenv("VISAVIS_ARCHIVE", str(tmp_path / "archive"))
    (tmp_path / "pictures").mkdir()
    assert run("init", tmp_path / "archive", "--recovery-sheet", tmp_path / "sheet.txt").code == 0
    assert run("source", "add", tmp_path / "pictures", "--profile", "household", "--title", "Family").code == 0
    return tmp_path


def test_init_writes_the_sheet_where_it_is_told_for_its_owner_alone(base, run):
    assert (base / "sheet.txt").stat().st_mode & 0o777 == 0o600
    assert "VISAVIS RECOVERY SHEET" in (base / "sheet.txt").read_text()
    assert run("init", base / "second", "--recovery-sheet", base / "sheet.txt").code == 2
    assert not (base / "second").exists()


def test_the_sheet_goes_to_a_terminal_but_into_no_pipe(base, run, monkeypatch):
    piped = run("vault", "rekey")
    assert piped.code == 0
    assert "VISAVIS RECOVERY SHEET" not in piped.out
    assert "visavis vault recovery" in piped.out
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", Terminal())
        vault_commands.give_sheet("SHEET", None)
        assert "SHEET" in sys.stdout.getvalue()


def test_status_tells_where_the_key_lies(base, run):
    document = run("vault", "status", "--format", "json").document
    assert document["key_file"] == str(base / "keys" / "one.key")
    assert not document["passphrase"]
    told = run("vault", "status").out
    assert "AES-256-GCM" in told
    assert "not closed by a passphrase" in told


@pytest.mark.parametrize("command", [("status",), ("source", "list"), ("vault", "rekey"), ("ingest",), ("vault", "recovery")])
def test_without_the_key_every_command_ends_with_3_and_names_the_way_back(base, run, command):
    (base / "keys" / "one.key").unlink()
    before = {path: path.read_bytes() for path in (base / "archive").rglob("*") if path.is_file()}
    ran = run(*command)
    assert ran.code == 3
    assert "there is no key file" in ran.err
    assert "visavis vault recover" in ran.err
    assert {path: path.read_bytes() for path in (base / "archive").rglob("*") if path.is_file()} == before


def test_a_changed_key_opens_the_archive_and_its_new_sheet_brings_it_back(base, run):
    assert run("vault", "rekey", "--recovery-sheet", base / "new.txt").code == 0
    (base / "keys" / "one.key").unlink()
    assert run("vault", "recover", base / "sheet.txt").code == 2
    assert run("vault", "recover", base / "absent.txt").code == 2
    assert run("vault", "recover", base / "new.txt").code == 0
    assert "Family" in run("source", "list").out
    assert "is now" in run("vault", "recover", base / "new.txt").out
    assert run("vault", "recovery").out.splitlines()[0] == "VISAVIS RECOVERY SHEET"
    assert run("vault", "recovery", "--recovery-sheet", base / "new.txt").code == 2


def test_a_sheet_may_come_by_standard_input(base, run, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO((base / "sheet.txt").read_text()))
    assert run("vault", "recover", "-").code == 0


def test_an_archive_with_a_passphrase_asks_for_it(tmp_path, run, monkeypatch):
    monkeypatch.setenv("VISAVIS_KEY_FILE", str(tmp_path / "keys" / "two.key"))
    monkeypatch.setattr(sources, "new_passphrase", lambda: "a rose")
    assert run("init", tmp_path / "archive", "--passphrase").code == 0
    monkeypatch.setattr(options, "ask_passphrase", lambda: "a nose")
    refused = run("status", "-a", tmp_path / "archive")
    assert refused.code == 3
    assert "passphrase is wrong" in refused.err
    (tmp_path / "phrase").write_text("a rose\n")
    monkeypatch.setenv("VISAVIS_KEY_PASSPHRASE_FILE", str(tmp_path / "phrase"))
    assert run("vault", "status", "-a", tmp_path / "archive", "--format", "json").document["passphrase"]
    (tmp_path / "phrase").write_text("")
    assert run("status", "-a", tmp_path / "archive").code == 3
    monkeypatch.setenv("VISAVIS_KEY_PASSPHRASE_FILE", str(tmp_path / "absent"))
    assert run("status", "-a", tmp_path / "archive").code == 3
