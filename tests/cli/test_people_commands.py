"""`visavis person` and signing in, as a terminal sees them."""

import getpass

import pytest

SECRET = "correct horse battery staple"


@pytest.fixture
def archive(run, tmp_path, monkeypatch):
    monkeypatch.delenv("VISAVIS_PASSPHRASE_FILE", raising=False)  # the album's, if that was made before
    (tmp_path / "passphrase").write_text(SECRET + "\n", encoding="utf-8")
    assert run("init", tmp_path / "archive").code == 0
    added = run("person", "add", "Ada", "--role", "owner", "--passphrase-file", tmp_path / "passphrase", "-a", tmp_path / "archive")
    assert added.code == 0, added.err
    return tmp_path / "archive"


def test_a_passphrase_is_asked_for_hidden_and_twice_when_it_is_new(run, archive, monkeypatch):
    asked = []
    monkeypatch.setattr(getpass, "getpass", lambda prompt: asked.append(prompt) or SECRET)
    added = run("person", "add", "Ivo", "--role", "reviewer", "--as", "ada", "-a", archive, "--format", "json")
    assert added.code == 0, added.err
    assert added.document["roles"] == ["reviewer"]
    assert asked == ["Passphrase of ada: ", "New passphrase: ", "Once more: "]
    assert SECRET not in added.out + added.err


def test_a_wrong_passphrase_ends_with_4_and_names_the_rule(run, archive, monkeypatch):
    monkeypatch.setattr(getpass, "getpass", lambda prompt: "wrong")
    refused = run("person", "revoke", "Ada", "--as", "Ada", "-a", archive)
    assert refused.code == 4
    assert "[rule: signed-in]" in refused.err


def test_an_unknown_case_and_an_unknown_person_end_with_2(run, archive):
    assert run("case", "show", "nothing", "-a", archive).code == 2

    assert run("person", "add", "Eve", "--role", "king", "-a", archive).code == 2


def test_roles_are_changed_and_the_last_owner_stays_one(run, archive, monkeypatch):
    monkeypatch.setattr(getpass, "getpass", lambda prompt: SECRET)
    run("person", "add", "Ivo", "--role", "reviewer", "--as", "Ada", "-a", archive)
    changed = run("person", "roles", "Ivo", "--role", "rights-clerk", "--role", "reviewer", "--as", "Ada", "-a", archive)
    assert changed.out == "Ivo is now: reviewer, rights-clerk\n"
    assert run("person", "roles", "Ada", "--role", "reviewer", "--as", "Ada", "-a", archive).code == 2
    apart = run("person", "roles", "Ivo", "--role", "auditor", "--role", "owner", "--as", "Ada", "-a", archive)
    assert apart.code == 4
    assert "[rule: roles-apart]" in apart.err


def test_on_the_machine_an_owner_forgets_their_own_lost_second_factor(run, archive, monkeypatch):
    import pyotp

    from visavis.wiring.archive import open_archive

    monkeypatch.setattr(getpass, "getpass", lambda prompt: SECRET)
    assert run("person", "reset-factor", "Ada", "--as", "Ada", "-a", archive).code == 2
    with open_archive(archive) as opened:
        opened.people.sign_in("Ada", ask=lambda prompt: SECRET)
        secret = pyotp.random_base32()
        opened.accounts.enrol(secret, pyotp.TOTP(secret).now())
    assert run("person", "reset-factor", "Ada", "--as", "Ada", "-a", archive).code == 0
    with open_archive(archive) as opened:
        opened.people.sign_in("Ada", ask=lambda prompt: SECRET)
        assert not opened.accounts.enrolled()
