"""Every role at every door: let in or refused as the table in docs/security.md says.

`python tests/web/test_doors.py` writes the table there again.
"""

import re
from pathlib import Path

import pytest
from starlette.responses import Response

from visavis.domain.actor import Role
from visavis.domain.errors import SetupError
from visavis.web import app
from visavis.web.doors import Door, Who, check_declared, table
from visavis.web.visit import Visit

PAGE = Path(__file__).parents[2] / "docs" / "security.md"
MARKS = ("<!-- doors: made by tests/web/test_doors.py -->\n", "<!-- end of doors -->\n")
ROLES = {
    "Ada": Role.OWNER,
    "Ines": Role.INVESTIGATOR,
    "Rolf": Role.REVIEWER,
    "Carl": Role.CLERK,
    "Olga": Role.OFFICER,
    "Aude": Role.AUDITOR,
}
ANY_ID = "01a20294-abe7-7094-a57f-37246b8fa3e5"


def with_table(text: str) -> str:
    """Return the page with the table as the code has it now."""
    before, rest = text.split(MARKS[0])
    return before + MARKS[0] + "\n" + table(app.doors()) + "\n" + MARKS[1] + rest.split(MARKS[1])[1]


def address(door: Door) -> str:
    """Return an address behind a door at which nothing is."""
    return re.sub(r"\{\w+\}", ANY_ID, door.path)


def asked(browser, door: Door):
    """Knock as a page of the desk would."""
    if door.method == "GET":
        return browser.get(address(door))
    return browser.post(address(door))


def test_the_table_in_security_md_is_what_the_code_says():
    text = PAGE.read_text(encoding="utf-8")
    assert text == with_table(text), "run: python tests/web/test_doors.py"


def test_every_door_says_all_that_it_must():
    for door in app.doors():
        door.check()


@pytest.mark.parametrize("name", ROLES)
def test_every_role_is_let_in_where_the_table_says_and_nowhere_else(as_person, name):
    browser = as_person(name)
    for door in app.doors():
        if door.path == "/sign-out" or door.who is Who.SIGNATURE:  # no person has a signature; tests/web/test_rekognition.py knocks there
            continue
        answer = asked(browser, door)
        refused = answer.status_code == 403 and "role-allowed" in answer.text
        assert refused is (ROLES[name] not in door.roles), (door.method, door.path, answer.status_code)
        assert answer.status_code < 500


def test_nobody_who_is_not_signed_in_passes_a_door_but_those_for_anybody(desk, browser_of):
    for door in app.doors():
        answer = asked(browser_of(desk), door)
        if door.path.startswith("/v1/"):
            assert answer.status_code == 401
        elif door.who is Who.SIGNATURE:
            assert (answer.status_code, answer.json()["__type"]) == (400, "MissingAuthenticationTokenException")
        elif door.who is Who.ANYBODY:
            assert answer.headers.get("location") != "/sign-in"
        elif door.method == "GET":
            assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/sign-in")
        else:
            assert answer.status_code == 403


def test_the_machines_user_passes_no_door_by_role_in_an_organisation(desk, browser_of):
    browser = browser_of(desk)
    session = desk.house.sessions.begin(None)
    browser.client.cookies.set("visavis", session.id)
    for door in app.doors():
        if door.who is Who.ROLE:
            answer = asked(browser, door)
            assert answer.status_code == 403
            assert "person-needed" in answer.text


@pytest.mark.parametrize("acts", [("search",), ("ingest",), ("browse",), ("browse", "ingest", "search")], ids=" ".join)
def test_a_key_is_let_in_where_the_table_says_and_nowhere_else(desk, programs, acts):
    program = programs(acts=acts)
    for door in app.doors():
        if not door.path.startswith("/v1/"):
            continue
        answer = program.ask(door.method, re.sub("{seq}", "0", address(door)))
        problem = answer.json() if "json" in answer.headers["content-type"] else {}
        refused = problem.get("rule") in ("person-needed", "key-bounds") and answer.status_code == 403
        assert refused is not (door.key_act in (*acts, "any")), (door.method, door.path, answer.status_code)
        assert answer.status_code < 500


def test_a_key_opens_no_page(desk, programs):
    program = programs()
    for path in ("/", "/searches/" + ANY_ID):
        assert program.ask("GET", path).headers["location"].startswith("/sign-in")


async def _nothing(_: Visit) -> Response:
    return Response()


def test_a_route_without_a_declaration_fails_the_build(desk):
    with pytest.raises(SetupError, match="without a declaration"):
        check_declared([type("Route", (), {"path": "/secret", "methods": {"GET"}})()], app.doors())


@pytest.mark.parametrize(
    "door",
    [
        Door(method="GET", path="/x", who=Who.ANYBODY),
        Door(method="GET", path="/x", who=Who.ROLE, because="why not"),
        Door(method="POST", path="/x", who=Who.ANYBODY, because="why not"),
        Door(method="GET", path="/x", who=Who.ANYBODY, operation="set-up", because="both"),
    ],
    ids=["no operation", "no act", "no limit", "both"],
)
def test_a_declaration_that_leaves_something_out_fails_the_build(desk, door):
    with pytest.raises(SetupError, match="/x"):
        app.make_app(desk.house, [(door, _nothing)])


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
