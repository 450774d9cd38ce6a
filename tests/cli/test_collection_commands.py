"""`visavis collection`, as a terminal sees it."""

import datetime as dt

import pytest

UNTIL = (dt.datetime.now(dt.UTC) + dt.timedelta(days=30)).date().isoformat()


@pytest.fixture
def archive(run, tmp_path):
    """Return an archive with a household's folder, and a key that reads it."""
    (tmp_path / "album" / "in").mkdir(parents=True)
    assert run("init", tmp_path / "archive").code == 0
    assert run("source", "add", tmp_path / "album", "--profile", "household", "--title", "Family", "-a", tmp_path / "archive").code == 0
    added = run("key", "add", "Old program", "--source", "Family", "--act", "ingest", "--until", UNTIL, "-a", tmp_path / "archive")
    assert added.code == 0, added.err
    return tmp_path / "archive"


def test_a_collection_is_allowed_listed_and_forbidden(run, archive):
    folder = archive.parent / "album" / "in"
    said = ("collection", "allow", "photos", "--key", "Old program", "--source", "Family", "-a", archive)
    assert "may be created" in run(*said, "--folder", folder).out
    assert run(*said).code == 2
    listed = run("collection", "list", "-a", archive)
    assert "photos of Old program: «Family», allowed, not created, puts pictures into" in listed.out
    (told,) = run("collection", "list", "-a", archive, "--format", "json").document["collections"]
    assert (told["name"], told["folder"], told["created_at"]) == ("photos", str(folder.resolve()), None)
    gone = ("collection", "forbid", "photos", "--key", "Old program", "-a", archive)
    assert run(*gone).code == 0
    assert run(*gone).code == 2
    assert "no program has a collection" in run("collection", "list", "-a", archive).out


def test_names_folders_and_sources_that_are_not_the_keys_are_refused(run, archive, tmp_path):
    said = ("--key", "Old program", "--source", "Family", "-a", archive)
    assert run("collection", "allow", "a b", *said).code == 2
    outside = run("collection", "allow", "photos", *said, "--folder", tmp_path)
    assert (outside.code, "is no folder of «Family»" in outside.err) == (2, True)
    (archive.parent / "others").mkdir()
    assert run("source", "add", archive.parent / "others", "--profile", "household", "--title", "Others", "-a", archive).code == 0
    refused = run("collection", "allow", "photos", "--key", "Old program", "--source", "Others", "-a", archive)
    assert (refused.code, "key-bounds" in refused.err) == (4, True)
