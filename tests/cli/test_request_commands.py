"""`visavis request`, as a terminal sees it: from the first letter to the close."""

import json
import zipfile

import pytest

PETRA = "petra@example.org"


@pytest.fixture
def house(run, copied):
    assert run("person", "add", "Cleo", "--role", "rights-clerk", "--as", "Ada", "-a", copied).code == 0
    assert run("person", "add", "Dana", "--role", "data-protection-officer", "--as", "Ada", "-a", copied).code == 0
    return copied


def asked(run, house, kind="access"):
    opened = run("request", "open", "--kind", kind, "--contact", PETRA, "--channel", "post", "--as", "Ada", "-a", house, "--format", "json")
    assert opened.code == 0, opened.err
    return opened.document


@pytest.mark.finding("C6")
def test_from_a_letter_to_a_package_in_which_nobody_else_is_to_be_seen(run, house, portrait, tmp_path):
    asked(run, house)
    answer = ("request", "answer", PETRA, "--output", tmp_path / "petra.zip", "--as", "Cleo", "-a", house)
    assert "[rule: request-looked]" in run(*answer).err
    looked = run("request", "step", PETRA, "--photo", portrait, "--as", "Cleo", "-a", house)
    assert looked.code == 0, looked.err
    refused = run(*answer)
    assert (refused.code, "[rule: candidates-judged]" in refused.err) == (4, True)
    sheet = tmp_path / "sheet.html"
    assert run("request", "show", PETRA, "--output", sheet, "--as", "Cleo", "-a", house).code == 0
    assert "data:image/jpeg" in sheet.read_text(encoding="utf-8")
    numbers = [
        one["number"] for one in run("request", "show", PETRA, "--as", "Cleo", "-a", house, "--format", "json").document["candidates"]
    ]
    assert run("request", "confirm", PETRA, *numbers[:2], "--as", "Cleo", "-a", house).code == 0
    assert run("request", "confirm", PETRA, "--reject", "--as", "Cleo", "-a", house).code == 0
    assert "[rule: identity-recorded]" in run(*answer).err
    assert run("request", "identity", PETRA, "--means", "at the counter", "--as", "Cleo", "-a", house).code == 0
    done = run(*answer)
    assert done.code == 0, done.err
    with zipfile.ZipFile(tmp_path / "petra.zip") as package:
        said = json.loads(package.read("data.json"))
        assert len([name for name in package.namelist() if name.startswith("pictures/") and "face" not in name]) == 2
    assert len(said["appearances"]) == 2
    assert run("request", "close", PETRA, "--as", "Cleo", "-a", house).code == 0
    (listed,) = run("request", "list", "--as", "Dana", "-a", house, "--format", "json").document["requests"]
    assert listed["state"] == "closed"


def test_the_officer_sees_days_and_rates_and_nobody_unnamed_sees_anything(run, house):
    asked(run, house)
    told = run("request", "list", "--as", "Dana", "-a", house)
    assert "access, open" in told.out
    assert "searched with a photograph: 0" in told.out
    assert PETRA not in told.out + run("request", "list", "--as", "Dana", "-a", house, "--format", "json").out
    assert run("request", "list", "-a", house).code == 4
    assert run("request", "open", "--kind", "access", "--contact", PETRA, "--channel", "post", "-a", house).code == 4


@pytest.mark.finding("C3")
def test_a_refusal_is_a_persons_and_tells_reasons_and_remedies(run, house):
    asked(run, house)
    said = ("--ground", "exception", "--reasons", "held by an order until May.", "--remedies", "CNIL; tribunal administratif")
    assert run("request", "refuse", PETRA, *said, "-a", house).code == 4
    refused = run("request", "refuse", PETRA, *said, "--as", "Cleo", "-a", house)
    assert "You may go to: CNIL; tribunal administratif" in refused.out


def test_what_a_clerk_mistypes_ends_with_2(run, house):
    asked(run, house)
    assert run("request", "step", PETRA, "--as", "Cleo", "-a", house).code == 2
    assert run("request", "step", PETRA, "--doubt", "a", "--extend", "b", "--as", "Cleo", "-a", house).code == 2
    assert run("request", "confirm", PETRA, "--as", "Cleo", "-a", house).code == 2
    assert run("request", "confirm", PETRA, "7", "--as", "Cleo", "-a", house).code == 2
    assert run("request", "show", "nobody", "--as", "Cleo", "-a", house).code == 2
    both = run("request", "open", "--kind", "fame", "--contact", PETRA, "--channel", "post", "--as", "Ada", "-a", house)
    assert both.code == 2


@pytest.mark.finding("C11")
def test_the_status_names_a_request_that_is_late(run, house):
    late = ("--received", "2026-01-05", "--as", "Ada", "-a", house)
    assert run("request", "open", "--kind", "erasure", "--contact", PETRA, "--channel", "post", *late).code == 0
    assert "(erasure): overdue since 2026-02-05" in run("status", "-a", house).out


@pytest.mark.finding("C7")
def test_an_erasure_is_answered_with_its_certificate_and_the_face_does_not_come_back(run, house, portrait, tmp_path):
    asked(run, house, "erasure")
    assert run("request", "step", PETRA, "--photo", portrait, "--as", "Cleo", "-a", house).code == 0
    found = run("request", "show", PETRA, "--as", "Cleo", "-a", house, "--format", "json").document["candidates"]
    assert run("request", "confirm", PETRA, *(one["number"] for one in found), "--as", "Cleo", "-a", house).code == 0
    assert run("request", "identity", PETRA, "--means", "at the counter", "--as", "Cleo", "-a", house).code == 0
    answer = ("request", "answer", PETRA, "--output", tmp_path / "petra.zip", "--as", "Cleo", "-a", house)
    assert "[rule: carried-out]" in run(*answer).err
    faces = [option for one in found for option in ("--face", one["face_id"])]
    erased = run("erase", "run", *faces, "--as", "Cleo", "-a", house, "--format", "json")
    assert erased.code == 0, erased.err
    certificate = ("erase", "certificate", erased.document["erasure"], "-a", house)
    assert run(*certificate, "--as", "Cleo").code == 0
    assert "[rule: carried-out]" in run(*answer).err
    assert run(*certificate, "--as", "Dana").code == 0
    done = run(*answer)
    assert done.code == 0, done.err
    with zipfile.ZipFile(tmp_path / "petra.zip") as package:
        assert "certificate-1.json" in package.namelist()
    gone = {one["face_id"] for one in found}
    assert run("ingest", "-a", house).code == 0
    everything = run("search", portrait, "--all", "-a", house, "--format", "json").document["candidates"]
    assert not gone & {one["face_id"] for one in everything}


def test_an_objection_is_carried_out_by_its_answer(run, house, portrait, tmp_path):
    asked(run, house, "objection")
    assert run("request", "step", PETRA, "--photo", portrait, "--as", "Cleo", "-a", house).code == 0
    assert run("request", "confirm", PETRA, "--as", "Cleo", "1", "-a", house).code == 0
    assert run("request", "confirm", PETRA, "--reject", "--as", "Cleo", "-a", house).code == 0
    assert run("request", "identity", PETRA, "--means", "at the counter", "--as", "Cleo", "-a", house).code == 0
    (face, *_) = run("request", "show", PETRA, "--as", "Cleo", "-a", house, "--format", "json").document["candidates"]
    done = run("request", "answer", PETRA, "--output", tmp_path / "petra.zip", "--as", "Cleo", "-a", house)
    assert done.code == 0, done.err
    everything = run("search", portrait, "--all", "-a", house, "--format", "json").document["candidates"]
    assert face["face_id"] not in {one["face_id"] for one in everything}
