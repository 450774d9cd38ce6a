"""People in a browser: invited by a link that works once, given roles, signed out, revoked; one's own passphrase."""

import datetime as dt
import re

import pyotp
import pytest

PASSPHRASE = "a long passphrase of the tests"
OWN = "four words of my own choosing"


@pytest.fixture
def ada(as_person):
    return as_person("Ada")


@pytest.fixture
def link(ada):
    """Return the path of an invitation's link."""
    made = ada.post("/people/invitations", {"name": "Grace Hopper", "role": ["reviewer", "investigator"]})
    assert made.status_code == 200, made.text
    return re.search(r"http://127\.0\.0\.1:8478(/invitations/[\w-]+)", made.text)[1]


def id_of(browser, name: str) -> str:
    """Return the address of what is done to a person."""
    page = browser.get("/people").text
    return re.search(rf'>{name}(?:(?!</article>).)*?action="(/people/[0-9a-f-]{{36}})/roles"', page, re.DOTALL)[1]


def test_an_invited_person_chooses_their_own_passphrase_and_is_signed_in(desk, link, browser_of, ada):
    grace = browser_of(desk)
    assert "Welcome, Grace Hopper" in grace.get(link).text
    assert grace.post(link, {"passphrase": OWN, "again": OWN}).headers["location"] == "/"
    assert "Sign out Grace Hopper" in grace.get("/cases").text
    again = browser_of(desk)
    assert again.sign_in("Grace Hopper", OWN).headers["location"] == "/"
    assert "investigator, reviewer" in ada.get("/people").text
    assert "added by Ada" in ada.get("/people").text


def test_a_link_is_shown_once_and_kept_nowhere(link, ada, museum, ledger_of):
    token = link.rpartition("/")[2]
    assert token not in ada.get("/people").text
    assert token not in "".join(ledger_of(museum.folder))
    assert token.encode() not in (museum.folder / "records.db").read_bytes()


def test_a_link_works_once(desk, link, browser_of):
    first, second = browser_of(desk), browser_of(desk)
    first.get(link)
    second.get(link)
    first.post(link, {"passphrase": OWN, "again": OWN})
    assert second.post(link, {"passphrase": OWN, "again": OWN}).status_code == 404
    assert second.get(link).status_code == 404


def test_a_link_that_is_too_old_is_as_one_that_never_was(desk, link, browser_of, clock):
    clock.ahead = dt.timedelta(hours=73)
    old, none = (browser_of(desk).get(one) for one in (link, "/invitations/" + "x" * 43))
    assert (old.status_code, none.status_code) == (404, 404)
    assert re.sub("Request [0-9a-f-]+", "", old.text) == re.sub("Request [0-9a-f-]+", "", none.text)


def test_an_invitation_is_taken_back(desk, link, browser_of, ada):
    (at,) = re.findall(r'action="(/people/invitations/[0-9a-f-]{36}/withdraw)"', ada.get("/people").text)
    assert ada.post(at).status_code == 303
    assert browser_of(desk).get(link).status_code == 404
    assert ada.post(at).status_code == 404


def test_an_invitation_ends_with_the_owner_who_made_it(desk, as_person, browser_of, ada, link):
    ada.post(f"{id_of(ada, 'Ines')}/roles", {"role": ["owner"]})
    ines = as_person("Ines")
    assert ines.post(f"{id_of(ines, 'Ada')}/revoke").status_code == 303
    assert browser_of(desk).get(link).status_code == 404


WRONG = [
    ({"passphrase": "short", "again": "short"}, "12 characters"),
    ({"passphrase": OWN, "again": "another one, and as long"}, "differ"),
]


@pytest.mark.parametrize(("said", "says"), WRONG)
def test_a_passphrase_that_can_not_be_leaves_the_link_as_it_was(desk, link, browser_of, said, says):
    grace = browser_of(desk)
    grace.get(link)
    answer = grace.post(link, said)
    assert answer.status_code == 422
    assert says in answer.text
    assert grace.post(link, {"passphrase": OWN, "again": OWN}).status_code == 303


NOT_INVITED = [
    ({"name": "Ines", "role": ["reviewer"]}, 422, "is, or was, a person"),
    ({"name": "", "role": ["reviewer"]}, 422, "name"),
    ({"name": "Eve", "role": []}, 422, "a role"),
    ({"name": "Eve", "role": ["emperor"]}, 422, "no role"),
    ({"name": "Eve", "role": ["auditor", "owner"]}, 403, "roles-apart"),
]


@pytest.mark.parametrize(("said", "status", "says"), NOT_INVITED)
def test_an_invitation_that_can_not_be_says_why(ada, said, status, says):
    answer = ada.post("/people/invitations", said)
    assert answer.status_code == status
    assert says in answer.text


def test_other_roles_end_the_sessions_that_had_the_old_ones(ada, as_person):
    ivan = as_person("Ivan")
    assert ada.post(f"{id_of(ada, 'Ivan')}/roles", {"role": ["rights-clerk"]}).status_code == 303
    assert ivan.get("/orders").headers["location"] == "/sign-in"
    assert as_person("Ivan").get("/orders").status_code == 200
    assert "roles changed on" in ada.get("/people").text


def test_roles_changed_elsewhere_end_a_session_too(as_person, museum):
    from visavis.wiring.archive import open_archive

    ivan = as_person("Ivan")
    with open_archive(museum.folder) as archive, archive.acting_as(archive.accounts.sign_in("Ada", PASSPHRASE)):
        archive.people.change_roles("Ivan", ["auditor"])
    refused = ivan.get("/cases")
    assert refused.status_code == 403
    assert "your roles were changed" in refused.text.lower()
    assert ivan.get("/cases").headers["location"] == "/sign-in"


def test_the_only_owner_stays(ada):
    at = id_of(ada, "Ada")
    for answer in (ada.post(f"{at}/revoke"), ada.post(f"{at}/roles", {"role": ["clerk"]}), ada.post(f"{at}/roles", {"role": ["reviewer"]})):
        assert answer.status_code == 422


def test_a_revoked_person_is_out_at_once_and_stays_on_the_list(ada, as_person, desk, browser_of):
    ivan = as_person("Ivan")
    assert ada.post(f"{id_of(ada, 'Ivan')}/revoke").status_code == 303
    assert ivan.get("/").headers["location"] == "/sign-in"
    assert browser_of(desk).sign_in("Ivan").status_code == 403
    assert "what they signed stays signed" in ada.get("/people").text


def enrolled(browser) -> str:
    """Enrol a second factor and return its secret."""
    page = browser.get("/account/second-factor").text
    secret = re.search(r"secret=([A-Z2-7]+)", page)[1]
    assert browser.post("/account/second-factor", {"code": pyotp.TOTP(secret).now()}).status_code == 303
    return secret


def test_a_lost_second_factor_is_reset_by_another_owner_and_not_by_oneself(ada, as_person, desk, browser_of, ledger_of, museum):
    ivan = as_person("Ivan")
    enrolled(ivan)
    enrolled(ada)
    assert browser_of(desk).sign_in("Ivan").status_code == 403
    refused = ada.post(f"{id_of(ada, 'Ada')}/second-factor")
    assert refused.status_code == 403
    assert "factor-apart" in refused.text
    assert ada.post(f"{id_of(ada, 'Ivan')}/second-factor").status_code == 303
    assert "second-factor-reset" in ledger_of(museum.folder)[-1]
    assert ivan.get("/").headers["location"] == "/sign-in"
    assert browser_of(desk).sign_in("Ivan").status_code == 303
    assert ada.post(f"{id_of(ada, 'Rolf')}/second-factor").status_code == 422


def test_the_list_says_when_somebody_last_signed_in_and_what_failed_since(ada, desk, browser_of):
    assert "never, in the desk" in ada.get("/people").text
    browser_of(desk).sign_in("Ivan", "wrong, and as long as it takes")
    assert "1 try has failed since" in ada.get("/people").text


def test_a_changed_passphrase_opens_the_same_key_and_ends_sessions_elsewhere(as_person, desk, browser_of):
    here, elsewhere = as_person("Ines"), as_person("Ines")
    said = {"before": PASSPHRASE, "passphrase": OWN, "again": OWN}
    assert "at 1 other place" in here.get("/account").text
    assert here.post("/account/passphrase", said | {"before": "not mine, I am afraid"}).status_code == 403
    assert here.post("/account/passphrase", said | {"again": "something else entirely"}).status_code == 422
    assert here.post("/account/passphrase", said).headers["location"] == "/account?changed=passphrase"
    assert here.get("/account").status_code == 200
    assert elsewhere.get("/account").headers["location"].startswith("/sign-in")
    assert browser_of(desk).sign_in("Ines").status_code == 403
    assert browser_of(desk).sign_in("Ines", OWN).status_code == 303


def test_one_signs_out_everywhere_else(as_person):
    here, elsewhere = as_person("Ines"), as_person("Ines")
    assert here.post("/account/sign-out-elsewhere").status_code == 303
    assert here.get("/account").status_code == 200
    assert elsewhere.get("/account").headers["location"].startswith("/sign-in")


def test_a_person_who_is_not_there_is_nowhere(ada):
    for what in ("roles", "revoke", "sign-out", "second-factor"):
        assert ada.post(f"/people/01a20294-abe7-7094-a57f-37246b8fa3e5/{what}", {"role": ["owner"]}).status_code == 404
        assert ada.post(f"/people/Ines/{what}", {"role": ["owner"]}).status_code == 404
