"""What an owner does to the archive as a whole: local policy packs, keys, rotations, expiry, reading the ledger."""

import json
import shutil
import sqlite3
from contextlib import closing

import pytest

ADA = ("--as", "Ada")
HOUSE_RULES = """
name = "house"
version = "2026-11-22"
extends = "eu 2026-11-22"
says = "the museum's own: fewer candidates"
unverified = []

[profiles.archive]
default_candidates = 5
"""
SECRETS = "SELECT key_id FROM transform ORDER BY number"


def ask(archive, query: str) -> list[tuple]:
    with closing(sqlite3.connect(archive / "records.db")) as connection:
        return connection.execute(query).fetchall()


def test_an_owner_signs_a_pack_of_the_house_and_a_charter_takes_it(run, album, copied, tmp_path):
    pack, at = tmp_path / "house.toml", ("-a", copied)
    pack.write_text(HOUSE_RULES, encoding="utf-8")
    assert run("person", "add", "Ivo", "--role", "investigator", *ADA, *at).code == 0
    for who, rule in (((), "person-needed"), (("--as", "Ivo"), "role-allowed")):
        refused = run("policy", "add", pack, *who, *at)
        assert (refused.code, f"[rule: {rule}]" in refused.err) == (4, True)
    added = run("policy", "add", pack, *ADA, *at)
    assert added.code == 0, added.err
    assert 'policy = "house"' in added.out
    assert run("policy", "add", pack, *ADA, *at).code == 2
    listed = run("policy", "list", *at, "--format", "json").document["policies"]
    assert [bool(entry["signed_by"]) for entry in listed if entry["name"] == "house"] == [True]
    assert "signed by " in run("policy", "list", *at).out
    shown = run("policy", "show", "house", *at, "--format", "json").document
    assert shown["profiles"]["archive"]["default_candidates"] == 5
    assert "profiles.archive.default_candidates = 5" in run("policy", "show", "house", *at).out

    charter, folder = tmp_path / "charter.toml", tmp_path / "attic"
    folder.mkdir()
    (tmp_path / "deed.pdf").write_bytes(b"deed")
    text = (
        (album.archive.parent / "charter.toml").read_text(encoding="utf-8").replace('title = "Museum"', 'title = "Attic"\npolicy = "house"')
    )
    charter.write_text(text, encoding="utf-8")
    taken = run("source", "add", folder, "--charter", charter, *ADA, *at, "--format", "json")
    assert taken.code == 0, taken.err
    assert run("source", "show", "Attic", *at, "--format", "json").document["policy"].startswith("house 2026-11-22")


def test_a_pack_whose_bytes_changed_after_it_was_signed_decides_nothing(run, copied, tmp_path):
    (tmp_path / "house.toml").write_text(HOUSE_RULES, encoding="utf-8")
    assert run("policy", "add", tmp_path / "house.toml", *ADA, "-a", copied).code == 0
    with closing(sqlite3.connect(copied / "records.db")) as connection:
        connection.execute("UPDATE policy_pack SET body = CAST(replace(body, '= 5', '= 9') AS BLOB)")
        connection.commit()
    refused = run("policy", "list", "-a", copied)
    assert (refused.code, "[rule: pack-signed]" in refused.err) == (4, True)


@pytest.mark.parametrize("command", [("vault", "rekey"), ("vault", "rekey", "--templates"), ("ledger", "log")])
def test_what_touches_the_whole_archive_asks_who_acts(run, copied, command):
    refused = run(*command, "-a", copied)
    assert (refused.code, "[rule: person-needed]" in refused.err) == (4, True)
    assert run(*command, *ADA, "-a", copied).code == 0


def test_templates_are_turned_anew_and_found_as_before(run, copied, album, portrait):
    def found() -> dict[str, float]:
        ran = run("search", portrait, "--all", "-a", copied, "--format", "json")
        return {candidate["face_id"]: candidate["similarity"] for candidate in ran.document["candidates"]}

    before, keys, rows = found(), ask(copied, SECRETS), sorted(path.read_bytes() for path in (copied / "rows").iterdir())
    turned = run("vault", "rekey", "--templates", *ADA, "-a", copied)
    assert turned.code == 0, turned.err
    assert turned.out.startswith("turned ")
    assert "in 2 groups of sources" in turned.out
    after = found()
    assert after.keys() == before.keys()
    assert max(abs(after[face] - before[face]) for face in before) < 1e-3
    assert not set(ask(copied, SECRETS)) & set(keys)
    assert sorted(path.read_bytes() for path in (copied / "rows").iterdir()) != rows
    assert run("vault", "rekey", "--templates", "--recovery-sheet", copied / "x", *ADA, "-a", copied).code == 2
    assert run("verify", "-a", copied).code == 0


def test_the_ledger_is_read_proven_and_given_by_who_signed_in(run, copied, tmp_path):
    at = ("-a", copied)
    assert run("person", "add", "Ida", "--role", "investigator", *ADA, *at).code == 0
    assert run("person", "add", "Otto", "--role", "auditor", *ADA, *at).code == 0
    acts = [
        ("ledger", "log"),
        ("ledger", "proof", "1"),
        ("ledger", "checkpoint", "--to", tmp_path / "checkpoint"),
        ("ledger", "export", tmp_path / "ledger.txt", "--recipient", "The regulator", "--because", "Art. 58"),
    ]
    for act in acts:
        refused = run(*act, "--as", "Ida", *at)
        assert (refused.code, "[rule: role-allowed]" in refused.err) == (4, True), act
    assert not (tmp_path / "checkpoint").exists()
    assert not (tmp_path / "ledger.txt").exists()
    for act in acts:
        done = run(*act, "--as", "Otto", *at)
        assert done.code == 0, (act, done.err)
    entries = [json.loads(line) for line in run("ledger", "log", "--as", "Otto", *at, "--format", "json").out.splitlines()]
    assert [entry["actor"]["role"] for entry in entries][-3:] == ["auditor"] * 3


def test_what_is_past_its_charters_end_is_erased_by_who_may(run, copied):
    at = ("-a", copied)
    with closing(sqlite3.connect(copied / "records.db")) as connection:
        connection.execute("UPDATE source SET live_until = '2026-01-31' WHERE profile = 'archive'")
        connection.commit()
    assert run("person", "add", "Ida", "--role", "investigator", *ADA, *at).code == 0
    due = run("expire", "--dry-run", *at)
    assert due.out.startswith("erase: source ")
    assert due.out.endswith("nothing was erased\n")
    for who, rule in (((), "person-needed"), (("--as", "Ida"), "role-allowed")):
        refused = run("expire", *who, *at)
        assert (refused.code, f"[rule: {rule}]" in refused.err) == (4, True)
    erased = run("expire", *ADA, *at, "--format", "json")
    assert erased.code == 0, erased.err
    assert sum(receipt["faces"] for receipt in erased.document["receipts"]) == 4
    assert run("expire", *ADA, *at).out == "nothing is due\n"
    assert ask(copied, "SELECT profile, count(*) FROM media JOIN source ON source.number = source_number GROUP BY 1") == [("household", 7)]


def test_after_an_erasure_nobody_is_sent_to_sign_who_does_not_exist(run, examples, tmp_path):
    (tmp_path / "one").mkdir()
    shutil.copy(examples / "rishi-sunak.jpg", tmp_path / "one")
    home = tmp_path / "home"
    assert run("init", home).code == 0
    assert run("source", "add", tmp_path / "one", "--profile", "household", "--title", "One", "-a", home).code == 0
    assert run("ingest", "-a", home).code == 0
    alone = run("erase", "run", "--source", "One", "-a", home)
    assert (alone.code, "person add NAME --role owner" in alone.out, "--as" in alone.out) == (0, True, False), alone.err
