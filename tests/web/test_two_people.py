"""Holds and certificates of erasures, asked for by one person and signed in the desk by another."""

import datetime as dt
import json
import re
import sqlite3
from contextlib import closing

import pytest

from visavis.wiring.archive import open_archive
from visavis.wiring.erasure import EraseQuestion

PASSPHRASE = "a long passphrase of the tests"


@pytest.fixture
def picture(museum) -> str:
    """Return the id of a picture of the museum."""
    with closing(sqlite3.connect(museum.folder / "records.db")) as connection:
        (found,) = connection.execute("SELECT id FROM media ORDER BY number DESC LIMIT 1").fetchone()
    return found


@pytest.fixture
def as_carl(museum):
    """Return an archive in which Carl acts."""
    with open_archive(museum.folder) as archive, archive.acting_as(archive.accounts.sign_in("Carl", PASSPHRASE)):
        yield archive


def signing(browser, what: str) -> tuple[str, str]:
    page = browser.get("/approvals").text
    found = re.search(rf'action="(/approvals/{what}/[0-9a-f-]{{36}})/sign".*?name="seal" value="([0-9a-f]{{64}})"', page, re.DOTALL)
    return found[1], found[2]


def test_a_hold_comes_into_force_by_a_second_person_and_by_nobody_else(as_carl, as_person, picture):
    hold = as_carl.erasure.hold([picture], legal="Proceedings 22/1187", until=dt.datetime.now(dt.UTC).date() + dt.timedelta(days=30))
    olga = as_person("Olga")
    assert "Proceedings 22/1187" in olga.get("/approvals").text
    at, seal = signing(olga, "holds")
    carl = as_person("Carl")
    assert "Yours, for somebody else to sign" in carl.get("/approvals").text
    refused = carl.post(f"{at}/sign", {"seal": seal})
    assert (refused.status_code, "second-person" in refused.text) == (403, True)
    assert olga.post(f"{at}/sign", {"seal": seal}).status_code == 303
    (found,) = as_carl.erasure.holds()
    assert (found.id, found.state) == (hold.id, "in force")


def test_a_hold_that_is_refused_has_ended(as_carl, as_person, picture):
    as_carl.erasure.hold([picture], legal="Proceedings 22/1187", until=dt.datetime.now(dt.UTC).date() + dt.timedelta(days=30))
    olga = as_person("Olga")
    at, seal = signing(olga, "holds")
    assert olga.post(f"{at}/refuse", {"seal": seal}).status_code == 303
    assert as_carl.erasure.holds()[0].state == "ended"
    assert as_person("Ivan").post(f"{at}/refuse", {"seal": seal}).status_code == 403


def test_two_people_sign_the_certificate_that_both_have_read(as_carl, as_person, picture, museum):
    as_carl.erasure.run(EraseQuestion(media=(picture,)))
    carl, olga = as_person("Carl"), as_person("Olga")
    at, seal = signing(carl, "certificates")
    assert carl.post(f"{at}/sign", {"seal": seal}).status_code == 303
    assert carl.post(f"{at}/sign", {"seal": seal}).status_code == 403
    at, seal = signing(olga, "certificates")
    assert olga.post(f"{at}/sign", {"seal": seal}).status_code == 303
    assert "Nothing waits for your signature." in olga.get("/approvals").text
    (run,) = as_carl.erasure.all()
    assert run.state == "issued"
    assert len(json.loads(as_carl.erasure.certificate(run.id).file)["signatures"]) == 2
