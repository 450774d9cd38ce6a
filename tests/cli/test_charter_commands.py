"""The life of a legal file, as a person types it."""

import json
from pathlib import Path

import pytest

AS_ADA = ("--as", "Ada")


@pytest.fixture
def house(run, album, tmp_path) -> tuple[Path, Path]:
    """Return an archive with an owner, and a folder beside a charter that is filled in."""
    archive, pictures = tmp_path / "archive", tmp_path / "pictures"
    pictures.mkdir()
    (tmp_path / "deed.pdf").write_bytes(b"deed")
    (tmp_path / "charter.toml").write_bytes((album.archive.parent / "charter.toml").read_bytes())
    assert run("init", archive).code == 0
    assert run("person", "add", "Ada", "--role", "owner", "-a", archive).code == 0
    return archive, pictures


def test_a_draft_is_signed_read_amended_frozen_and_thawed(run, house):
    archive, pictures = house
    charter = pictures.parent / "charter.toml"
    at = ("-a", archive)
    added = run("source", "add", pictures, "--charter", charter, *AS_ADA, *at)
    assert added.code == 0, added.err
    assert "a draft: nothing is read or searched before it is signed" in added.out
    refused = run("ingest", *at)
    assert (refused.code, "[rule: charter-signed]" in refused.err, "source sign" in refused.err) == (4, True, True)
    draft = run("source", "show", "Museum", *at, "--format", "json").document
    assert (draft["state"], draft["signed_by"], draft["draft_version"], draft["case_id"]) == ("draft", None, 1, None)

    assert run("source", "sign", "Museum", *at).code == 4
    signed = run("source", "sign", "Museum", *AS_ADA, *at)
    assert "signed: «Museum» (archive, live), charter version 1" in signed.out
    assert "--case " in signed.out
    listed = run("source", "list", *at)
    assert "charter version 1, signed by Ada (owner) on 20" in listed.out
    assert run("ingest", *at).code == 0

    longer = charter.read_text(encoding="utf-8").replace("# valid_to = 2027-11-21", "valid_to = 2040-01-01")
    charter.write_text(longer, encoding="utf-8")
    amended = run("source", "amend", "Museum", "--charter", charter, *AS_ADA, *at, "--format", "json").document
    assert (amended["charter_version"], amended["draft_version"], amended["live_until"]) == (1, 2, None)
    assert "version 2 waits" in run("source", "list", *at).out
    assert "waiting for a signature" in run("source", "show", "Museum", *at).out
    again = run("source", "sign", "Museum", *AS_ADA, *at, "--format", "json").document
    assert (again["charter_version"], again["live_until"], again["signed_by"]["name"]) == (2, "2040-01-01", "Ada")

    frozen = run("source", "freeze", "Museum", "--because", "a complaint", *AS_ADA, *at, "--format", "json").document
    assert frozen["state"] == "frozen"
    assert run("source", "thaw", "Museum", "--because", "settled", *AS_ADA, *at).out.startswith("live again: «Museum»")
    notes = run("source", "show", "Museum", *at, "--format", "json").document["notes"]
    assert [(note["kind"], note["text"]) for note in notes] == [("frozen", "a complaint"), ("live", "settled")]


def test_gathered_files_are_told_with_examples_and_answered_for(run, house):
    archive, pictures = house
    at = ("-a", archive)
    for number in range(6):
        (pictures / f"{number}.jpg").write_bytes(b"")
        (pictures / f"{number}.jpg.json").write_text(json.dumps({"url": f"https://host{number}.example/"}), encoding="utf-8")
    added = run("source", "add", pictures, "--charter", pictures.parent / "charter.toml", *AS_ADA, *at)
    assert "! downloader-sidecar: 6 of 6 looked at" in added.out
    assert "0.jpg.json" in added.out
    assert "source answer" in added.out
    refused = run("source", "sign", "Museum", *AS_ADA, *at)
    assert (refused.code, "[rule: answer-given]" in refused.err, "source answer" in refused.err) == (4, True, True)
    answered = run("source", "answer", "Museum", "--text", "our own web site", *AS_ADA, *at, "--format", "json").document
    assert answered["unanswered"] == []
    assert {sign["rule"] for sign in answered["signs"]} == {"downloader-sidecar", "many-hosts"}
    assert run("source", "sign", "Museum", *AS_ADA, *at).code == 0


def test_a_folder_of_the_same_class_joins_a_source(run, house):
    archive, pictures = house
    at = ("-a", archive)
    attic = pictures.parent / "attic"
    attic.mkdir()
    run("source", "add", pictures, "--charter", pictures.parent / "charter.toml", *AS_ADA, *at)
    run("source", "sign", "Museum", *AS_ADA, *at)
    joined = run("source", "root", "add", "Museum", attic, *AS_ADA, *at, "--format", "json")
    assert joined.document["folders"] == [str(pictures), str(attic)]


@pytest.mark.parametrize("profile", ["household", "trial", "consent", "archive", "tracing", "police", "evaluation"])
def test_every_profile_has_a_template_that_explains_each_question(run, profile):
    template = run("source", "charter", "--profile", profile)
    assert template.code == 0
    assert f'profile = "{profile}"' in template.out
    assert template.out.count("# Write ") >= 3
    assert "GDPR" in template.out
