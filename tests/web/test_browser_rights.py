"""A journey in Debian's Chromium: the public asks, a clerk answers; then an erasure, after which the same search finds nothing."""

import zipfile

import pytest
from desk_browser import DESK, looked_at, signed_in
from playwright.sync_api import Page, expect


def sent(page: Page, what: str, contact: str, photo=None) -> tuple[str, str]:
    """Send a message by the public page; return number and code of its receipt."""
    page.goto(f"{DESK}/rights")
    page.get_by_label(what).check()
    page.get_by_label("Where the answer goes").fill(contact)
    page.get_by_label("In your own words").fill("I was at the opening.\nI wore a blue tie.")
    if photo is not None:
        page.get_by_label("A photograph of you").set_input_files(photo)
    page.get_by_role("button", name="Send it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Received")
    number, code = (page.locator(f"dt:has-text('{title}') + dd").first.inner_text().split("\n")[0] for title in ("Number", "Code"))
    return number, code


def made_sure_of(page: Page, look=None) -> None:
    """Find the person of the request that is open, confirm both pictures, and record how identity was made sure of."""
    if look is None:
        page.get_by_role("button", name="Use this one").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Which face is the person's?")
        looked_at(page, "request-faces")
        page.get_by_role("button", name="Search for the request").click()
    else:
        for name in look:
            page.get_by_label("Name of the file").fill(name)
            page.get_by_role("button", name="Look", exact=True).click()
    expect(page.locator(".pairing").nth(1)).to_be_visible()
    for number in (0, 1):
        page.locator(".pairing input").nth(number).check()
    page.get_by_role("button", name="The ticked are who asks").click()
    expect(page.get_by_label("is who asks")).to_have_count(2)
    page.wait_for_load_state()
    if page.locator(".pairing:not(.confirmed)").count():
        page.get_by_role("button", name="none ticked").click()
    page.get_by_label("How you made sure").fill("came to the counter")
    page.get_by_role("button", name="Record it").first.click()
    expect(page.get_by_text("Identity made sure of")).to_be_visible()


def answered(page: Page, path) -> list[str]:
    """Put the answer together and take it; return the names of its files."""
    page.get_by_role("button", name="Put the answer together").click()
    expect(page.get_by_role("link", name="Download the answer")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the answer").click()
    download.value.save_as(path)
    with zipfile.ZipFile(path) as package:
        return package.namelist()


def candidates(page: Page, macron) -> str:
    page.goto(DESK)
    page.get_by_label("Choose a photograph").set_input_files(macron)
    expect(page.get_by_role("heading", level=1)).to_have_text("1 face")
    page.get_by_label("Case").select_option(label="A print (research, archive)")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".stamp, .asked").first).to_be_visible()
    return page.get_by_role("heading", level=1).inner_text()


def accessed(public: Page, carl: Page, macron, folder) -> None:
    """Ask by the public page, and go to the sent answer and the close."""
    public.goto(f"{DESK}/rights")
    looked_at(public, "rights")
    receipt = sent(public, "See what is held of me", "petra@example.org", macron)
    looked_at(public, "rights-receipt")
    carl.goto(f"{DESK}/requests")
    looked_at(carl, "requests")
    carl.get_by_role("link", name="Access").click()
    looked_at(carl, "request-received")
    made_sure_of(carl)
    looked_at(carl, "request-judged")
    assert "index.html" in answered(carl, folder / "answer.zip")
    looked_at(carl, "request-answered")
    carl.get_by_role("button", name="Close the request").click()
    expect(carl.get_by_text("are destroyed").first).to_be_visible()
    public.goto(f"{DESK}/rights/standing")
    public.get_by_label("Number").fill(receipt[0])
    public.get_by_label("Code").fill(receipt[1])
    public.get_by_role("button", name="Look").click()
    expect(public.get_by_role("status")).to_contain_text("was answered")
    looked_at(public, "rights-standing")


def erased(carl: Page, olga: Page, folder) -> None:
    """Erase what a request asks for, with two signatures, and answer it."""
    carl.goto(f"{DESK}/requests")
    carl.get_by_role("link", name="Erasure …").click()
    made_sure_of(carl, ("emmanuel-macron-2014.jpg", "emmanuel-macron-2025.jpg"))
    carl.get_by_role("button", name="See what goes").click()
    looked_at(carl, "erasure-scope")
    carl.get_by_role("button", name="Erase it for good").click()
    expect(carl.get_by_text("Checked; waits for two signatures")).to_be_visible()
    looked_at(carl, "erasure")
    run = carl.url
    for person in (carl, olga):
        person.goto(run)
        person.get_by_role("button", name="Sign it").click()
        expect(person).to_have_url(run)
    expect(olga.get_by_text("Certified")).to_be_visible()
    carl.goto(f"{run}/certificate")
    looked_at(carl, "certificate")
    carl.goto(f"{DESK}/erasures")
    looked_at(carl, "erasures")
    carl.goto(f"{DESK}/requests")
    carl.get_by_role("link", name="Erasure …").click()
    assert "certificate-1.json" in answered(carl, folder / "erased.zip")


@pytest.mark.finding("C7")
def test_a_public_request_is_answered_and_what_is_erased_is_found_no_more(museum, macron, tmp_path, chromium, serve):
    serve(museum.folder)
    carl, ines = signed_in(chromium, "Carl"), signed_in(chromium, "Ines")
    complaints: list[str] = []
    carl.on("console", lambda message: complaints.append(message.text))
    public = chromium.new_page()
    accessed(public, carl, macron, tmp_path)
    assert candidates(ines, macron) == "2 candidates"
    sent(chromium.new_context(java_script_enabled=False).new_page(), "Have it erased", "petra@example.org")
    erased(carl, signed_in(chromium, "Olga"), tmp_path)
    assert candidates(ines, macron) == "No candidate"
    for path, name in (("/suppressions", "objections"), ("/consents", "consents"), ("/requests/new", "request-new")):
        carl.goto(f"{DESK}{path}")
        looked_at(carl, name)
    public.goto(f"{DESK}/rights")
    public.get_by_role("link", name="Museum").click()
    looked_at(public, "notice")
    assert complaints == []
