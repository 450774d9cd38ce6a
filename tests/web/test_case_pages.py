"""Cases and approvals in a browser: opened by one, read and signed by another, closed; and nothing told to who has no part."""

import datetime as dt
import re

import pytest
from people_forge import CHARTER

from visavis.wiring.archive import open_archive

PASSPHRASE = "a long passphrase of the tests"
ANY_ID = "01a20294-abe7-7094-a57f-37246b8fa3e5"
SAID = {
    "title": "Request 118",
    "purpose": "missing-person",
    "legal": "Law on missing persons, art. 3",
    "necessity": "the registers hold no names",
    "seeks": "a brother, born in 1961",
}


@pytest.fixture
def registers(museum, tmp_path):
    """Return the id of a source of the profile that wants one approval."""
    (tmp_path / "registers").mkdir()
    (tmp_path / "deed.pdf").write_bytes(b"deed")
    charter = CHARTER.format(
        profile="tracing", title="Registers", purpose="missing-person", basis="6(1)(e)", condition="9(2)(g)", last="2030-12-31"
    )
    (tmp_path / "tracing.toml").write_text(charter, encoding="utf-8")
    with open_archive(museum.folder) as archive, archive.acting_as(archive.accounts.sign_in("Ada", PASSPHRASE)):
        source = archive.add_source(tmp_path / "registers", charter=tmp_path / "tracing.toml")
        archive.charters.sign("Registers")
    return source


@pytest.fixture
def ines(registers, as_person):
    return as_person("Ines")


@pytest.fixture
def case(ines, registers):
    """Return the address of a case that waits for its approval."""
    opened = ines.post("/cases", SAID | {"source": registers})
    assert opened.status_code == 303, opened.text
    return opened.headers["location"]


def sealed(browser, what: str) -> tuple[str, str]:
    """Return the address under which something is signed, and the digest of what is shown of it."""
    page = browser.get("/approvals").text
    found = re.search(rf'action="(/approvals/{what}/[0-9a-f-]{{36}})/sign".*?name="seal" value="([0-9a-f]{{64}})"', page, re.DOTALL)
    assert found, page
    return found[1], found[2]


def test_a_case_is_opened_by_one_person_and_signed_by_another_who_reads_every_term(ines, case, as_person):
    assert "It waits for 1 approval." in ines.get(case).text
    rolf = as_person("Rolf")
    page = rolf.get("/approvals").text
    for said in SAID.values():
        assert said in page
    at, seal = sealed(rolf, "cases")
    assert rolf.post(f"{at}/sign", {"seal": seal}).headers["location"] == "/approvals"
    page = ines.get(case).text
    assert "Open: it can be searched under." in page
    assert "Rolf, reviewer" in page
    assert "Nothing waits for your signature." in rolf.get("/approvals").text


def test_who_asks_does_not_approve_whatever_they_send(as_person, registers, ledger_of, museum):
    ada = as_person("Ada")
    ada.post("/cases", SAID | {"source": registers})
    page = ada.get("/approvals").text
    assert "Yours, for somebody else to sign" in page
    rolf = as_person("Rolf")
    at, seal = sealed(rolf, "cases")
    refused = ada.post(f"{at}/sign", {"seal": seal})
    assert refused.status_code == 403
    assert "approver-apart" in refused.text
    assert "approver-apart" in ledger_of(museum.folder)[-2] + ledger_of(museum.folder)[-1]


def test_what_was_not_shown_is_not_signed(case, as_person):
    rolf = as_person("Rolf")
    at, _ = sealed(rolf, "cases")
    stale = rolf.post(f"{at}/sign", {"seal": "0" * 64})
    assert stale.status_code == 422
    assert "something else now" in stale.text


def test_a_refusal_closes_the_case_with_its_reason(ines, case, as_person):
    rolf = as_person("Rolf")
    at, seal = sealed(rolf, "cases")
    assert rolf.post(f"{at}/refuse", {"seal": seal}).status_code == 422
    assert rolf.post(f"{at}/refuse", {"seal": seal, "because": "the mandate names no sister"}).status_code == 303
    page = ines.get(case).text
    assert "Closed" in page
    assert "the mandate names no sister" in page
    assert rolf.post(f"{at}/sign", {"seal": seal}).status_code == 404


WRONG = [({"title": ""}, 403, "case-grounds"), ({"source": ""}, 422, "names the sources"), ({"searches": "many"}, 422, "no whole number")]


@pytest.mark.parametrize(("change", "status", "says"), WRONG)
def test_a_form_that_lacks_something_comes_back_with_what_was_typed(ines, registers, change, status, says):
    answer = ines.post("/cases", SAID | {"source": registers} | change)
    assert answer.status_code == status
    assert says in answer.text
    assert "a brother, born in 1961" in answer.text
    assert 'role="alert"' in answer.text


def test_a_case_closes_only_after_its_box_was_ticked(ines, case):
    assert ines.post(f"{case}/close", {"why": "found"}).status_code == 422
    assert ines.post(f"{case}/close", {"why": "found", "sure": "yes"}).headers["location"] == case
    assert "Closed" in ines.get(case).text


def test_a_frozen_case_goes_on_when_who_froze_it_says_so(ines, case, as_person):
    olga, carl = as_person("Olga"), as_person("Carl")
    assert carl.post(f"{case}/freeze").status_code == 303
    assert "Frozen" in ines.get(case).text
    assert olga.post(f"{case}/thaw").status_code == 303
    assert carl.post(f"{case}/thaw").status_code == 422


def test_members_see_the_searches_and_who_only_answers_for_the_case_sees_its_terms(as_person, museum, macron):
    ines = as_person("Ines")
    search = ines.search(macron, case=museum.own_case, reason="an undated print")
    own = ines.get(f"/cases/{museum.own_case}").text
    assert search in own
    assert "an undated print" in own
    carl = as_person("Carl").get(f"/cases/{museum.own_case}").text
    assert "Code du patrimoine" in carl
    assert search not in carl
    assert "an undated print</td>" not in carl


def test_an_id_of_somebody_elses_case_is_as_if_it_never_was(as_person, museum):
    ivan = as_person("Ivan")
    theirs, none = (ivan.get(f"/cases/{one}") for one in (museum.own_case, ANY_ID))
    assert (theirs.status_code, none.status_code) == (404, 404)
    assert re.sub("Request [0-9a-f-]+", "", theirs.text) == re.sub("Request [0-9a-f-]+", "", none.text)
    assert "A print" not in ivan.get("/cases").text
    assert ivan.post(f"/cases/{museum.own_case}/close", {"sure": "yes"}).status_code == 404
    assert ivan.get("/cases/..%2F..%2Fetc").status_code == 404


def test_a_standing_case_waits_for_its_renewal_when_its_year_is_nearly_over(clock, museum, as_person):
    assert "to be renewed" not in as_person("Ada").get("/approvals").text
    clock.ahead = dt.timedelta(days=340)
    ada = as_person("Ada")
    at, seal = sealed(ada, "renewals")
    assert ada.post(f"{at}/sign", {"seal": seal}).status_code == 303
    assert "to be renewed" not in ada.get("/approvals").text


def test_a_charter_is_signed_as_it_was_read_and_not_as_it_was_amended_meanwhile(museum, as_person, tmp_path):
    charter = museum.folder.parent / "new.toml"
    first = museum.folder.parent / "amended.toml"
    with open_archive(museum.folder) as archive:
        toml = archive.source("Museum").charter_toml
    (charter.parent / "deed.pdf").write_bytes(b"deed")
    charter.write_text(toml.replace("DPIA 2026-04", "DPIA 2026-05"), encoding="utf-8")
    first.write_text(toml.replace("DPIA 2026-04", "DPIA 2026-06"), encoding="utf-8")
    with open_archive(museum.folder) as archive, archive.acting_as(archive.accounts.sign_in("Ada", PASSPHRASE)):
        archive.charters.amend("Museum", charter)
    olga = as_person("Olga")
    assert "DPIA 2026-05" in olga.get("/approvals").text
    at, seal = sealed(olga, "charters")
    with open_archive(museum.folder) as archive, archive.acting_as(archive.accounts.sign_in("Ada", PASSPHRASE)):
        archive.charters.amend("Museum", first)
    assert olga.post(f"{at}/sign", {"seal": seal}).status_code == 422
    at, seal = sealed(olga, "charters")
    assert olga.post(f"{at}/sign", {"seal": seal}).status_code == 303
    with open_archive(museum.folder) as archive:
        assert "DPIA 2026-06" in archive.source("Museum").charter_toml
