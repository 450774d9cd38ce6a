"""Coming in: the start link, the first run, passphrases and second factors, sessions and their end."""

import datetime as dt
import json

import pyotp
import pytest

from visavis.domain.errors import InputError
from visavis.web.serving import Listening

PASSPHRASE = "a long passphrase of the tests"
NEW = {"name": "Grace Hopper", "passphrase": PASSPHRASE, "again": PASSPHRASE}


@pytest.fixture
def first(opening, album, browser_of):
    """Return a browser that came by the start link to an archive in which nobody is."""
    desk = opening(album)
    browser = browser_of(desk)
    answer = browser.get(f"/start?key={desk.house.start_key}")
    assert answer.headers["location"] == "/first-run"
    return browser


def test_the_first_page_of_a_new_archive_makes_its_owner_and_signs_them_in(first):
    assert first.get("/").headers["location"] == "/first-run"
    assert "Who owns this archive?" in first.get("/first-run").text
    assert first.post("/first-run", NEW).headers["location"] == "/"
    assert "Sign out Grace Hopper" in first.get("/").text


def test_nobody_becomes_a_second_owner(first, browser_of):
    first.post("/first-run", NEW)
    assert first.get("/first-run").status_code == 404
    assert first.post("/first-run", NEW | {"name": "Mallory"}).status_code == 404


WRONG = {
    "differ": ({"again": "another long passphrase"}, "differ"),
    "short": ({"passphrase": "short", "again": "short"}, "12 characters"),
    "nameless": ({"name": ""}, "name"),
}


@pytest.mark.parametrize(("change", "says"), WRONG.values(), ids=WRONG)
def test_a_first_run_that_can_not_be_says_why(first, change, says):
    answer = first.post("/first-run", NEW | change)
    assert answer.status_code == 422
    assert says in answer.text


@pytest.mark.parametrize("key", ["", "?key=", "?key=wrong", "?key=%00", "?key=é"])
def test_only_the_link_that_the_terminal_shows_lets_in(desk, browser_of, key):
    answer = browser_of(desk).get(f"/start{key}")
    assert answer.status_code == 404
    assert "set-cookie" not in answer.headers


def test_at_home_the_machines_user_needs_no_name_once_there_is_an_owner(first):
    first.post("/first-run", NEW)
    again = first.get(f"/start?key={first.house.start_key}")
    assert again.headers["location"] == "/"


def test_in_an_organisation_the_start_link_leads_to_signing_in(desk, browser_of):
    answer = browser_of(desk).get(f"/start?key={desk.house.start_key}")
    assert answer.headers["location"] == "/sign-in"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("name", ["Ada", "Nobody Atall"])
def test_a_wrong_passphrase_and_an_unknown_name_are_answered_alike(desk, browser_of, name):
    answer = browser_of(desk).sign_in(name, "not the passphrase")
    assert answer.status_code == 403
    assert "Name, passphrase or code is not right, or there were too many tries" in answer.text


def test_five_wrong_tries_lock_a_person_out_for_a_while_and_the_ledger_has_each(desk, browser_of, clock, museum, ledger_of):
    browser = browser_of(desk)
    for _ in range(5):
        assert browser.sign_in("Ines", "guess").status_code == 403
    assert browser.sign_in("Ines").status_code == 403
    clock.ahead += dt.timedelta(minutes=2)
    assert browser.sign_in("Ines").status_code == 303
    facts = [json.loads(body)["facts"] for body in ledger_of(museum.folder)]
    failed = [fact["failures"] for fact in facts if fact.get("what") == "web-sign-in-failed"]
    assert failed == [1, 2, 3, 4, 5]
    assert "web-signed-in" in {fact.get("what") for fact in facts}


def test_more_than_twenty_tries_a_minute_are_not_even_tried(desk, browser_of):
    while desk.house.tries.one_more():
        pass
    assert browser_of(desk).sign_in("Ines").status_code == 429


def test_a_session_fixed_by_somebody_else_is_worth_nothing(desk, browser_of):
    browser = browser_of(desk)
    browser.client.cookies.set("visavis", "chosen-by-mallory")
    answer = browser.post("/sign-in", {"name": "Ines", "passphrase": PASSPHRASE})
    assert answer.status_code == 303
    cookies = answer.headers["set-cookie"]
    assert "chosen-by-mallory" not in cookies
    assert desk.house.sessions.find("chosen-by-mallory") is None
    assert all(part in cookies for part in ("HttpOnly", "SameSite=strict", "Path=/"))


def test_signing_in_again_ends_the_session_that_was(as_person, desk):
    browser = as_person("Ines")
    before = browser.client.cookies.get("visavis")
    browser.post("/sign-in", {"name": "Rolf", "passphrase": PASSPHRASE})
    assert desk.house.sessions.find(before) is None


def test_signing_out_forgets_the_session(as_person, desk):
    browser = as_person("Ines")
    before = browser.client.cookies.get("visavis")
    assert browser.post("/sign-out").headers["location"] == "/sign-in"
    assert desk.house.sessions.find(before) is None


@pytest.mark.parametrize(("steps", "minutes"), [(1, 31), (30, 25)], ids=["asleep", "twelve hours"])
def test_a_session_ends_when_it_slept_half_an_hour_or_after_twelve_hours(as_person, clock, steps, minutes):
    browser = as_person("Ines")
    for _ in range(steps):
        clock.ahead += dt.timedelta(minutes=minutes)
        answer = browser.get("/")
    assert answer.headers["location"] == "/sign-in"


def test_a_person_who_was_revoked_is_out_at_once(as_person, desk):
    browser = as_person("Ines")
    ada = desk.house.archive._thread.submit(lambda: desk.house.archive._archive.accounts.sign_in("Ada", PASSPHRASE)).result()
    desk.house.archive._thread.submit(desk.house.archive._act, ada, lambda archive: archive.people.revoke("Ines")).result()
    assert browser.get("/").status_code == 403
    assert browser.get("/").headers["location"] == "/sign-in"


def secret_on(page: str, found_in) -> str:
    (secret,) = found_in(r"secret=([A-Z2-7]{32})", page)
    return secret


def test_a_second_factor_is_asked_for_once_it_is_enrolled_and_no_code_is_taken_twice(as_person, browser_of, desk, clock, found_in):
    browser = as_person("Ines")
    secret = secret_on(browser.get("/account/second-factor").text, found_in)
    totp = pyotp.TOTP(secret)
    assert browser.post("/account/second-factor", {"code": "000000"}).status_code == 422
    code = totp.at(clock.now())
    assert browser.post("/account/second-factor", {"code": code}).status_code == 303
    other = browser_of(desk)
    assert other.sign_in("Ines").status_code == 403
    assert other.sign_in("Ines", code=code).status_code == 403
    clock.ahead += dt.timedelta(minutes=1)
    assert other.sign_in("Ines", code=totp.at(clock.now())).status_code == 303


def test_an_open_session_is_not_enough_to_replace_a_second_factor(as_person, clock, found_in):
    browser = as_person("Ines")
    first = pyotp.TOTP(secret_on(browser.get("/account/second-factor").text, found_in))
    browser.post("/account/second-factor", {"code": first.at(clock.now())})
    clock.ahead += dt.timedelta(minutes=1)
    second = pyotp.TOTP(secret_on(browser.get("/account/second-factor").text, found_in))
    assert browser.post("/account/second-factor", {"code": second.at(clock.now())}).status_code == 422
    both = {"code": second.at(clock.now()), "before": first.at(clock.now())}
    assert browser.post("/account/second-factor", both).status_code == 303


def test_the_secret_of_a_second_factor_lies_sealed(as_person, clock, museum, found_in):
    browser = as_person("Ines")
    secret = secret_on(browser.get("/account/second-factor").text, found_in)
    browser.post("/account/second-factor", {"code": pyotp.TOTP(secret).at(clock.now())})
    assert all(secret.encode() not in file.read_bytes() for file in museum.folder.rglob("*") if file.is_file())


def test_behind_a_proxy_everybody_needs_a_second_factor_and_there_is_no_start_link(opening, museum, browser_of, clock, found_in):
    desk = opening(museum.folder, origin="https://desk.example.org")
    assert desk.house.start_key == ""
    browser = browser_of(desk, origin="https://desk.example.org")
    assert browser.get("/start?key=").status_code == 404
    signed = browser.sign_in("Ines")
    assert signed.headers["location"] == "/account/second-factor"
    assert all(part in signed.headers["set-cookie"] for part in ("__Host-visavis=", "Secure"))
    assert "max-age" in signed.headers["strict-transport-security"]
    assert browser.get("/").headers["location"] == "/account/second-factor"
    secret = secret_on(browser.get("/account/second-factor").text, found_in)
    browser.post("/account/second-factor", {"code": pyotp.TOTP(secret).at(clock.now())})
    assert "Whom do you look for?" in browser.get("/").text


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.10", "desk.example.org"])
def test_an_address_that_others_reach_is_refused_without_a_proxy(host):
    with pytest.raises(InputError, match="in the clear"):
        Listening(host=host, port=8478).address()


@pytest.mark.parametrize("origin", ["http://desk.example.org", "desk.example.org", "https://desk.example.org/path", "https://a@b.org"])
def test_a_proxy_without_tls_or_with_more_than_a_host_is_refused(origin):
    with pytest.raises(InputError, match="not the address of a proxy"):
        Listening(host="127.0.0.1", port=8478, origin=origin).address()


@pytest.mark.parametrize("going", ["https://evil.example", "//evil.example", "/sign-out", "/searches/../etc"])
def test_signing_in_leads_on_to_a_search_and_nowhere_else(desk, browser_of, going):
    browser = browser_of(desk)
    browser.get("/sign-in", params={"next": going})
    answer = browser.post("/sign-in", {"name": "Ines", "passphrase": PASSPHRASE, "next": going})
    assert answer.headers["location"] == "/"
