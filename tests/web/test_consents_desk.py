"""Consents in a browser: withdrawal as one click, with what follows, and the request that asks for it."""

import asyncio
import re
import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parent.parent / "faults"), str(Path(__file__).parent.parent / "forges")]
import rig  # noqa: E402 - its folder is no package

from visavis.cli.commands.serve import words  # noqa: E402
from visavis.domain.actor import Role  # noqa: E402
from visavis.records.passphrase import LIGHT  # noqa: E402
from visavis.services.people import AddPerson  # noqa: E402
from visavis.web.serving import Listening, make_desk  # noqa: E402
from visavis.wiring.build import SystemClock  # noqa: E402

CHARTER = (Path(__file__).parents[2] / "examples" / "consent" / "charter.toml").read_text(encoding="utf-8")
PASSPHRASE = "a long passphrase of the tests"


@pytest.fixture
def guests(tmp_path, monkeypatch):
    """Return the desk of an archive in which Anna agreed to be found in two pictures; faces are made up."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    words_file, charter = tmp_path / "words.txt", tmp_path / "charter.toml"
    words_file.write_text("I agree that my pictures are found by my face.\nI may change my mind.", encoding="utf-8")
    charter.write_text(CHARTER, encoding="utf-8")
    for number in (1, 2):
        file = tmp_path / "pictures" / f"anna-{number}.jpg"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"f" + str(number).encode())
    folder = rig.make_archive(tmp_path / "archive")
    with rig.QuickArchive(folder) as archive:
        records = archive._session.records()
        AddPerson(records, argon2=LIGHT).run(archive._session.actor, "Ada", [Role.OWNER], PASSPHRASE)
        ada = archive.accounts.sign_in("Ada", PASSPHRASE)
        AddPerson(records, argon2=LIGHT).run(ada.actor, "Carl", [Role.CLERK], PASSPHRASE)
        with archive.acting_as(ada):
            archive.add_source(tmp_path / "pictures", charter=charter)
            (source,) = archive.sources()
            archive.charters.sign(source.title)
            said = {"text": words_file, "text_version": "guests-1", "means": "paper", "purposes": ["own-pictures"], "proof": "folder 7"}
            archive.consents.give(source.title, person="Anna", files=["anna-*"], **said)
            archive.ingest(workers=0)
    desk = make_desk(
        lambda: rig.QuickArchive(folder),
        read=lambda data, faceless=False: None,
        within=lambda data, box: None,
        words=words,
        listening=Listening(host="127.0.0.1", port=8478),
        clock=SystemClock(),
    )
    yield desk
    desk.close()


@pytest.fixture
def carl(guests, browser_of):
    browser = browser_of(guests)
    assert browser.sign_in("Carl").status_code == 303
    return browser


def test_a_consent_is_withdrawn_by_one_click_and_the_request_for_it_is_answered(carl, guests):
    page = carl.post("/requests", {"kind": "withdrawal", "contact": "anna@example.org", "channel": "post"}).text
    at = re.search(r"/requests/[0-9a-f-]{36}", page)[0]
    for number in (1, 2):
        assert carl.post(f"{at}/look", {"file": f"anna-{number}.jpg"}).status_code == 303
    found = re.findall(r'name="candidate" value="([^"]+)"', carl.get(at).text)
    assert len(found) == 2
    carl.post(f"{at}/judge", {"says": "confirmed", "candidate": found})
    carl.post(f"{at}/steps", {"step": "identity", "text": "by her number"})
    assert "Withdraw the consent." in carl.get(at).text
    (consent,) = re.findall(r"/consents/[0-9a-f-]{36}", carl.get("/consents").text)
    shown = carl.get(consent).text
    assert "I may change my mind." in shown
    assert "The consent stands." in shown
    carl.post(f"{consent}/withdraw")
    finished(guests)
    assert "Withdrawn" in carl.get(consent).text
    assert "withdrawn" in carl.get("/consents").text
    again = carl.post(f"{consent}/withdraw")
    assert again.status_code in (303, 422)
    carl.post(f"{at}/answer")
    finished(guests)
    assert "Download the answer" in carl.get(at).text


def finished(desk) -> None:
    for work in desk.house.works:
        asyncio.run(asyncio.to_thread(work.future.exception))


def test_a_consent_that_never_was_is_nothing(carl):
    for wanted in ("Anna", "x", "01a20294-abe7-7094-a57f-37246b8fa3e5"):
        assert carl.get(f"/consents/{wanted}").status_code == 404
        assert carl.post(f"/consents/{wanted}/withdraw").status_code == 404


CONSENT = {
    "person": "Berta",
    "text": "I agree that my pictures are found by my face.",
    "version": "guests-2",
    "means": "web-form",
    "proof": "form 12",
    "files": "berta-*\nparty/",
    "agreed": "yes",
}


def test_a_consent_is_recorded_with_its_words_and_listed(carl):
    (source,) = re.findall(r'name="source" value="([^"]+)"', carl.get("/consents/new").text)
    answer = carl.post("/consents", {**CONSENT, "source": source, "given": "2026-01-02", "until": "2030-01-02"})
    shown = carl.get(answer.headers["location"]).text
    for said in ("Berta", CONSENT["text"], "guests-2", "form 12", "berta-*", "party/"):
        assert said in shown
    assert "Berta" in carl.get("/consents").text


def test_whose_face_it_is_is_said_on_the_page_of_a_picture_and_taken_back_there(guests, browser_of, carl):
    ada = browser_of(guests)
    ada.sign_in("Ada")
    (source,) = [one["source_id"] for one in ada.get("/v1/sources").json()["items"]]
    picture = re.search(r"/pictures/[0-9a-f-]{36}", ada.get(f"/sources/{source}/pictures").text)[0]
    (consent,) = re.findall(r'<option value="([0-9a-f-]{36})">Anna, 20', ada.get(picture).text)
    linked = "<small>Anna</small>"
    assert linked not in ada.get(picture).text
    assert ada.post(f"{picture}/link", {"face": "1", "consent": consent}).headers["location"] == picture
    assert linked in ada.get(picture).text
    for face, which, says in (("2", consent, "No face is picked."), ("1", "Anna", "No consent is picked.")):
        answer = ada.post(f"{picture}/link", {"face": face, "consent": which})
        assert (answer.status_code, says in answer.text) == (422, True)
    ada.post(f"{picture}/unlink", {"face": "1", "consent": consent})
    assert linked not in ada.get(picture).text
    assert carl.post(f"{picture}/link", {"face": "1", "consent": consent}).status_code == 404  # a clerk looks through no source


def test_the_words_may_come_as_a_file(carl):
    (source,) = re.findall(r'name="source" value="([^"]+)"', carl.get("/consents/new").text)
    words_file = {"file": ("words.txt", "Größe zählt nicht.".encode(), "text/plain")}
    answer = carl.post("/consents", {**CONSENT, "source": source, "text": ""}, files=words_file)
    assert "Größe zählt nicht." in carl.get(answer.headers["location"]).text
    no_text = {"file": ("words.pdf", b"%PDF\xff\xfe", "application/pdf")}
    answer = carl.post("/consents", {**CONSENT, "source": source}, files=no_text)
    assert (answer.status_code, "be read" in answer.text) == (422, True)


@pytest.mark.parametrize(
    ("left_out", "says"),
    [
        ({"text": ""}, "words that are kept"),
        ({"agreed": ""}, "does not allow what the source is for"),
        ({"proof": ""}, "can be shown"),
        ({"files": ""}, "covers files"),
        ({"given": "2999-01-01"}, "recorded once it was given"),
        ({"given": "soon"}, "is no day"),
    ],
)
def test_a_consent_that_does_not_hold_together_is_told_so_and_nothing_typed_is_lost(carl, left_out, says):
    (source,) = re.findall(r'name="source" value="([^"]+)"', carl.get("/consents/new").text)
    answer = carl.post("/consents", {**CONSENT, "source": source, **left_out})
    assert (answer.status_code, says in answer.text, "Berta" in answer.text) == (422, True, True)
    assert "Berta" not in carl.get("/consents").text
