"""`visavis webhook`, as a terminal sees it."""

import pytest

URL = "https://hooks.example.org/visavis"


@pytest.fixture
def archive(run, tmp_path):
    assert run("init", tmp_path / "archive").code == 0
    return tmp_path / "archive"


def test_a_webhook_is_added_listed_and_removed(run, archive, monkeypatch):
    monkeypatch.setenv("VISAVIS_WEBHOOK_HOSTS", "hooks.example.org, other.example.org")
    added = run("webhook", "add", URL, "--event", "case.frozen", "-a", archive)
    assert added.code == 0, added.err
    secret = added.out.strip()
    assert len(secret) == 64
    listed = run("webhook", "list", "-a", archive)
    assert "case.frozen; well" in listed.out
    assert secret not in listed.out
    (told,) = run("webhook", "list", "-a", archive, "--format", "json").document["webhooks"]
    assert (told["url"], told["events"], told["tries"]) == (URL, ["case.frozen"], 0)
    assert run("webhook", "remove", URL, "-a", archive).code == 0
    assert "nobody is told anything" in run("webhook", "list", "-a", archive).out
    assert run("webhook", "remove", URL, "-a", archive).code == 2


def test_a_host_that_the_operator_did_not_name_is_told_nothing(run, archive):
    refused = run("webhook", "add", URL, "-a", archive)
    assert refused.code == 2
    assert "VISAVIS_WEBHOOK_HOSTS" in refused.err
