"""`visavis ledger …` and `visavis-audit`: from an archive to an outsider's verdict."""

import json

import pytest

from visavis.cli import audit
from visavis.cli.commands.ledger import ledger_app


@pytest.fixture
def audited(capsys):
    """Run the auditor's tool with these arguments: (exit code, what it said)."""

    def go(*arguments: object) -> tuple[int, str]:
        code = audit.main([str(argument) for argument in arguments])
        told = capsys.readouterr()
        return code, told.out + told.err

    return go


@pytest.fixture
def made(run, tmp_path):
    assert run("init", tmp_path / "archive").code == 0
    return tmp_path / "archive"


def test_from_a_checkpoint_to_a_verdict(run, made, audited, tmp_path):
    old, file = tmp_path / "old.checkpoint", tmp_path / "ledger.txt"
    said = run("ledger", "checkpoint", "--to", old, "-a", made)
    assert (said.code, said.out.splitlines()[0]) == (0, f"signed 2 acts in {old}")
    key = said.out.splitlines()[1].removeprefix("key ")
    done = run("ledger", "export", file, "--recipient", "The regulator", "--because", "Art. 58", "-a", made)
    assert (done.code, done.out.splitlines()[0]) == (0, f"wrote 3 acts to {file}")
    code, told = audited(file, "--checkpoint", old, "--key", key)
    assert (code, told.splitlines()[-1]) == (0, "sound: 3 leaves")
    assert "regulator" not in file.read_text(encoding="utf-8")


def test_an_export_that_was_changed_ends_the_audit_with_5_and_the_leafs_number(run, made, audited, tmp_path):
    file = tmp_path / "ledger.txt"
    run("ledger", "export", file, "--recipient", "R", "--because", "B", "-a", made)
    file.write_bytes(file.read_bytes().replace(b'"set-up"', b'"set-UP"'))
    code, told = audited(file)
    assert code == 5
    assert "leaf 0 was changed" in told
    assert told.splitlines()[-1].startswith("NOT sound")


def test_an_audit_without_an_older_checkpoint_says_what_it_shows(run, made, audited, tmp_path):
    run("ledger", "export", tmp_path / "x", "--recipient", "R", "--because", "B", "--payloads", "-a", made)
    code, told = audited(tmp_path / "x")
    assert code == 0
    assert "agrees with itself" in told
    assert "sound: 2 leaves, 1 payloads" in told


def test_what_the_auditor_gets_wrong_ends_with_2(audited, tmp_path):
    (tmp_path / "x").write_bytes(b"x")
    assert audited(tmp_path / "missing")[0] == 2
    assert audited(tmp_path / "x", "--checkpoint", tmp_path / "x")[0] == 2
    assert audited(tmp_path / "x", "--key", "nonsense")[0] == 2
    with pytest.raises(SystemExit) as end:
        audited()
    assert end.value.code == 2


def test_the_log_lists_acts_and_its_own_reading(run, made):
    first, second = run("ledger", "log", "-a", made), run("ledger", "log", "-a", made, "--format", "json", "--ground", "integrity")
    assert (first.code, second.code) == (0, 0)
    assert first.out.startswith("0 ")
    assert "set-up by owner" in first.out
    assert [json.loads(line)["operation"] for line in second.out.splitlines()] == ["set-up", "consultation"]
    third = run("ledger", "log", "-a", made, "--last", "1", "--operation", "consultation", "--since", "2026-01-01", "--format", "json")
    assert third.document["justification"] == "integrity"
    assert run("ledger", "log", "-a", made, "--ground", "curiosity").code == 2


def test_a_proof_is_text_for_people_and_json_for_programs(run, made):
    text, document = run("ledger", "proof", "0", "-a", made), run("ledger", "proof", "0", "-a", made, "--format", "json").document
    assert text.out.startswith("c2sp.org/tlog-proof@v1\nindex 0\n")
    assert document["proof"] == text.out
    assert run("ledger", "proof", "7", "-a", made).code == 2


def test_a_checkpoint_goes_to_standard_output_or_into_a_new_file_only(run, made, tmp_path):
    assert run("ledger", "checkpoint", "-a", made).out.startswith("visavis/")
    assert run("ledger", "checkpoint", "-a", made, "--format", "json").document["size"] == 3
    (tmp_path / "there").touch()
    for refused in (
        run("ledger", "checkpoint", "--to", tmp_path / "there", "-a", made),
        run("ledger", "export", tmp_path / "there", "--recipient", "R", "--because", "B", "-a", made),
        run("ledger", "export", tmp_path / "new", "-a", made),
    ):
        assert refused.code == 2
    assert not (tmp_path / "new").exists()
    assert run("status", "-a", made, "--format", "json").document["leaves"] == 3


def test_there_are_four_commands():
    assert {command.name or command.callback.__name__ for command in ledger_app.registered_commands} == {
        "log",
        "proof",
        "checkpoint",
        "export",
    }
