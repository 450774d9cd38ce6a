"""A journey in Debian's Chromium: side by side, verdict, undo, second reviewer, label, table, report; axe looks at each page."""

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from desk_browser import DESK, PASSPHRASE, looked_at, pressed, signed_in
from playwright.sync_api import Browser, Page, expect

from visavis.domain.actor import Role
from visavis.records.cases import CaseFile
from visavis.records.passphrase import LIGHT
from visavis.services.people import AddPerson
from visavis.wiring.archive import open_archive

CASE = "Portraits"

SignIn = Callable[[str, str], Page]


@pytest.fixture
def two_decide(museum) -> Path:
    """Return the museum's archive with a case of Ines', in which two reviewers decide: Rolf and Rita."""
    with open_archive(museum.folder) as archive:
        records = archive._session.records()
        AddPerson(records, argon2=LIGHT).run(archive.accounts.sign_in("Ada", PASSPHRASE).actor, "Rita", [Role.REVIEWER], PASSPHRASE)
        people = {person.name: person.id for person in records.people.all()}
        file = CaseFile(
            kind="case",
            profile="archive",
            title=CASE,
            purpose="catalogue",
            sources=frozenset({archive.source("Museum").number}),
            legal_reference="Code du patrimoine",
            necessity="undated portraits",
            seeks="unknown person",
            reviewers_needed=2,
            open_until=dt.date(2999, 1, 1),
            opened_by=people["Ines"],
        )
        with records.work(archive._session.actor) as work:
            records.cases.add(work, file)
    return museum.folder


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def sign_in(chromium: Browser, complaints: list[str]) -> SignIn:
    def page_of(name: str, at: str = "/") -> Page:
        page = signed_in(chromium, name, at)
        page.on("console", lambda message: complaints.append(message.text))
        return page

    return page_of


def compared(page: Page) -> None:
    """Lay one face over the other, zoom, mirror and set back, by keys and by hand."""
    found = page.locator("[data-compare] img[data-of=found]").first
    pressed(page, "+")
    pressed(page, "g")
    assert "scale(1.25) scaleX(-1)" in found.get_attribute("style")
    page.locator("#fade").fill("80")
    assert page.locator("[data-over]").evaluate("image => image.style.opacity") == "0.8"
    page.get_by_role("button", name="As it was").click()
    assert found.get_attribute("style") == "transform: translate(0%, 0%) scale(1);"


def says_same(page: Page, because: str) -> None:
    pressed(page, "s")
    page.keyboard.type(because)
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"You said: the same, for {because}")).to_be_visible()


def judged_by_two(sign_in: SignIn, link: str) -> None:
    """Let Rolf judge, take it back and judge again, and Rita judge without knowing; she names the face."""
    rolf = sign_in("Rolf", "/")
    rolf.get_by_role("link", name="Review").click()
    expect(rolf.get_by_role("heading", level=1)).to_have_text("2 candidates wait for you")
    looked_at(rolf, "review")
    rolf.get_by_role("link", name=re.compile("Search of")).click()
    rolf.locator(".card a.open").first.click()
    expect(rolf.get_by_role("heading", level=1)).to_have_text("Candidate 1")
    looked_at(rolf, "side-by-side")
    compared(rolf)
    says_same(rolf, "the same nose")
    pressed(rolf, "z")
    expect(rolf.get_by_text("You said")).to_have_count(0)
    says_same(rolf, "the same ears")

    rita = sign_in("Rita", link)
    rita.locator(".card a.open").first.click()
    expect(rita.get_by_role("heading", level=1)).to_have_text("Candidate 1")
    expect(rita.get_by_text("the same ears")).to_have_count(0)
    says_same(rita, "the same hairline")
    expect(rita.get_by_text("decided: the same")).to_be_visible()
    rita.get_by_label("Who is shown").fill("E. M.")
    rita.get_by_role("button", name="Give the name").click()
    expect(rita.get_by_text("labelled: E. M.")).to_be_visible()
    looked_at(rita, "decided")
    pressed(rita, "w")
    expect(rita.get_by_role("heading", level=1)).to_have_text("Candidate 2")
    rita.get_by_role("link", name="Labels").click()
    looked_at(rita, "labels")


def handed_out(ines: Page) -> None:
    """Hand out a table, refused first without a recipient, and read the report."""
    ines.get_by_label("Tick candidate 1").check()
    ines.get_by_role("button", name="Table (CSV)").click()
    expect(ines.get_by_role("alert")).to_contain_text("recipient-named")
    looked_at(ines, "hand-out")
    ines.get_by_label("Who is given it").fill("Head of collections")
    ines.get_by_label("Why").fill("a loan")
    with ines.expect_download() as table:
        ines.get_by_role("button", name="Table (CSV)").click()
    assert table.value.suggested_filename.endswith(".csv")
    ines.get_by_role("link", name="Report of the whole case").click()
    expect(ines.get_by_role("heading", level=1)).to_have_text("Case report")
    expect(ines.get_by_text("Head of collections")).to_be_visible()
    expect(ines.get_by_text("the same ears")).to_be_visible()
    looked_at(ines, "case-report")


def test_from_side_by_side_to_the_report_with_a_slip_taken_back_and_a_blind_second_reviewer(two_decide, serve, sign_in, complaints, macron):
    serve(two_decide)
    ines = sign_in("Ines")
    ines.get_by_label("Choose a photograph").set_input_files(macron)
    expect(ines.get_by_role("heading", level=1)).to_have_text("1 face")
    ines.get_by_label("Case").select_option(label=f"{CASE} (catalogue, archive)")
    ines.get_by_label("Reason").fill("an undated print")
    ines.get_by_role("button", name="Search").click()
    expect(ines.get_by_role("heading", level=1)).to_have_text("2 candidates")
    looked_at(ines, "results-to-hand-out")
    link = ines.url.removeprefix(DESK)

    judged_by_two(sign_in, link)
    handed_out(ines)
    assert [said for said in complaints if "403" not in said] == []
