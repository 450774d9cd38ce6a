"""`visavis key`, as a terminal sees it."""

import datetime as dt

import pytest

UNTIL = (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=30)).isoformat()


@pytest.fixture
def archive(run, tmp_path):
    (tmp_path / "family").mkdir()
    assert run("init", tmp_path / "archive").code == 0
    assert run("source", "add", tmp_path / "family", "--profile", "household", "--title", "Family", "-a", tmp_path / "archive").code == 0
    return tmp_path / "archive"


def case_of(run, archive):
    (case,) = run("case", "list", "-a", archive, "--format", "json").document["cases"]
    return case["case_id"]


def test_a_key_is_made_listed_and_revoked(run, archive):
    case = case_of(run, archive)
    made = run("key", "add", "Frame", "--source", "Family", "--case", case, "--until", UNTIL, "-a", archive)
    assert made.code == 0, made.err
    assert made.out.startswith("vis_")
    assert "shown this once" in made.err
    listed = run("key", "list", "-a", archive)
    assert "Frame (search), key " in listed.out
    assert made.out.strip().rpartition("_")[2] not in listed.out
    assert run("key", "revoke", "frame", "-a", archive).code == 0
    (key,) = run("key", "list", "-a", archive, "--format", "json").document["keys"]
    assert (key["state"], key["until"]) == ("revoked", UNTIL)
    assert run("key", "revoke", "Frame", "-a", archive).code == 2


def test_a_key_without_an_end_or_a_case_is_refused_by_its_rule(run, archive):
    assert "[rule: key-terms]" in run("key", "add", "Frame", "--source", "Family", "-a", archive).err
    assert "[rule: key-bounds]" in run("key", "add", "Frame", "--source", "Family", "--until", UNTIL, "-a", archive).err


def test_a_case_that_no_burst_froze_is_not_released(run, archive):
    refused = run("key", "release", case_of(run, archive), "-a", archive)
    assert refused.code == 2
    assert "no burst" in refused.err


def test_an_archive_without_keys_says_how_to_make_one(run, archive):
    assert "visavis key add NAME" in run("key", "list", "-a", archive).out
