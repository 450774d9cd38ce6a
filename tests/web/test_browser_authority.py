"""A journey in Debian's Chromium: a case opened by one, signed by another; an order that counts days; a proof, downloaded and verified."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from desk_browser import DESK, PASSPHRASE, looked_at, signed_in
from people_forge import CHARTER
from playwright.sync_api import Browser, Page, expect

from visavis.ledger.checkpoint import read_proof
from visavis.wiring.archive import open_archive


@pytest.fixture
def served(museum, tmp_path, serve) -> None:
    """Serve the museum, with a source of the profile that wants an approval."""
    (tmp_path / "registers").mkdir()
    (tmp_path / "deed.pdf").write_bytes(b"deed")
    said = {"profile": "tracing", "purpose": "missing-person", "basis": "6(1)(e)", "condition": "9(2)(g)", "last": "2030-12-31"}
    (tmp_path / "tracing.toml").write_text(CHARTER.format(title="Registers", **said), encoding="utf-8")
    with open_archive(museum.folder) as archive, archive.acting_as(archive.accounts.sign_in("Ada", PASSPHRASE)):
        archive.add_source(tmp_path / "registers", charter=tmp_path / "tracing.toml")
        archive.charters.sign("Registers")
    serve(museum.folder)


@pytest.fixture
def as_page(chromium: Browser, served: None) -> Callable[[str], Page]:
    """Return a page in which a person is signed in, whose complaints fail the test."""

    def page_of(name: str) -> Page:
        page = signed_in(chromium, name)
        expect(page.get_by_role("button", name=f"Sign out {name}")).to_be_visible()
        return page

    return page_of


def test_a_case_is_opened_and_signed_an_order_counts_days_and_a_proof_holds(as_page, tmp_path):
    a_case(as_page)
    an_order(as_page("Carl"))
    a_proof(as_page("Aude"), tmp_path / "leaf.tlog-proof")
    an_invitation(as_page("Ada"))


def a_case(as_page: Callable[[str], Page]) -> None:
    ines = as_page("Ines")
    ines.get_by_role("link", name="Cases").click()
    looked_at(ines, "cases")
    ines.get_by_role("link", name="Open a case").click()
    looked_at(ines, "case-new")
    ines.get_by_label("Title").fill("Request 118")
    ines.get_by_label("Registers").check()
    ines.get_by_label("Purpose").fill("missing-person")
    ines.get_by_label("Legal reference").fill("Law on missing persons, art. 3")
    ines.get_by_label("Necessity").fill("The registers hold no names")
    ines.get_by_label("Whom it seeks").fill("a brother, born in 1961")
    ines.get_by_role("button", name="Open the case").click()
    expect(ines.get_by_text("It waits for 1 approval.")).to_be_visible()

    rolf = as_page("Rolf")
    looked_at(rolf, "start-reviewer")
    rolf.get_by_role("link", name=re.compile("Approvals 1")).click()
    expect(rolf.get_by_text("a brother, born in 1961")).to_be_visible()
    looked_at(rolf, "approvals")
    rolf.get_by_role("button", name="Sign it").click()
    expect(rolf.get_by_text("Nothing waits for your signature.")).to_be_visible()
    ines.reload()
    expect(ines.get_by_text("Open: it can be searched under.")).to_be_visible()
    looked_at(ines, "case")


def an_order(carl: Page) -> None:
    carl.goto(f"{DESK}/orders/new")
    carl.get_by_label("Authority").fill("CNIL")
    carl.get_by_label("Reference").fill("MED-2021-134")
    for act in ("Stop", "Freeze", "Answer", "Erase"):
        carl.get_by_label(re.compile(rf"^\s*{act}:?")).check()
    carl.get_by_label("Notified on").fill("2022-10-17")
    carl.get_by_label("or months").fill("2")
    carl.get_by_label("Penalty a day").fill("100,000")
    carl.get_by_label("Only people of these countries").fill("FR")
    carl.get_by_role("button", name="See what it would stop").click()
    expect(carl.get_by_role("table")).to_contain_text("Museum")
    looked_at(carl, "order-new")
    carl.get_by_role("button", name="Write it down and freeze").click()
    expect(carl.get_by_role("heading", level=1)).to_have_text("CNIL, MED-2021-134")
    carl.get_by_label("See days and sum").fill("2023-02-09")
    carl.get_by_role("button", name="Look").click()
    expect(carl.locator(".lead")).to_contain_text("52 days overdue, EUR 5,200,000")
    looked_at(carl, "order")
    carl.goto(f"{DESK}/orders")
    expect(carl.get_by_role("table")).to_contain_text("days overdue")
    looked_at(carl, "orders")


def a_proof(aude: Page, to: Path) -> None:
    aude.get_by_role("link", name=re.compile("^Ledger [0-9]")).click()
    aude.get_by_role("button", name="Show").click()
    looked_at(aude, "ledger")
    aude.get_by_role("row").filter(has_text="order-opened").get_by_role("link").click()
    looked_at(aude, "leaf")
    leaf_hash = aude.locator("dd.id").inner_text()
    with aude.expect_download() as download:
        aude.get_by_role("link", name="Download the proof").click()
    download.value.save_as(to)
    assert read_proof(to.read_bytes()).holds(bytes.fromhex(leaf_hash))
    aude.goto(f"{DESK}/rules")
    looked_at(aude, "rules")


def an_invitation(ada: Page) -> None:
    ada.goto(f"{DESK}/people")
    ada.get_by_label("Name, as they sign").fill("Grace Hopper")
    ada.get_by_role("group", name="Roles").last.get_by_label("reviewer").check()
    ada.get_by_role("button", name="Make the invitation").click()
    link = ada.locator("#link").inner_text()
    looked_at(ada, "people")
    ada.goto(f"{DESK}/papers")
    looked_at(ada, "papers")
    ada.goto(f"{DESK}/account")
    looked_at(ada, "account")
    ada.goto(link)
    looked_at(ada, "invitation")
