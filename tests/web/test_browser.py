"""Journeys through the running desk in Debian's Chromium; axe looks at each page. Screenshots are kept in docs/_build/desk."""

from collections.abc import Callable
from pathlib import Path

from desk_browser import DESK, looked_at
from playwright.sync_api import Page, expect

from visavis.wiring.archive import open_archive

PASSPHRASE = "a long passphrase of the tests"

Serve = Callable[[Path], str]


def test_from_the_first_run_to_the_whole_picture_of_one_of_several_faces(chromium, serve, album, examples, group):
    with open_archive(album) as archive:
        archive.add_source(examples, profile="household", title="Public domain")
        archive.ingest()
    page = chromium.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(serve(album))
    looked_at(page, "first-run")
    page.get_by_label("Your name").fill("Grace Hopper")
    page.get_by_label("Passphrase").fill(PASSPHRASE)
    page.get_by_label("The same again").fill(PASSPHRASE)
    page.get_by_role("button", name="Make me the owner").click()
    looked_at(page, "home")
    page.get_by_label("Choose a photograph").set_input_files(group)
    expect(page.get_by_role("heading", level=1)).to_have_text("4 faces", timeout=90_000)
    page.keyboard.press("2")
    expect(page.get_by_label("Face 2")).to_be_checked()
    looked_at(page, "faces")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("5 candidates")
    looked_at(page, "candidates")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    looked_at(page, "keys")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Candidate 1")
    page.keyboard.press("s")
    page.keyboard.type("the same ears")
    page.keyboard.press("Enter")
    expect(page.get_by_text("You said: the same, for the same ears")).to_be_visible()
    looked_at(page, "candidate")
    page.keyboard.press("j")
    expect(page.get_by_role("heading", level=1)).to_have_text("Candidate 2")
    page.keyboard.press("u")
    expect(page.get_by_role("heading", level=1)).to_have_text("5 candidates")
    page.get_by_role("button", name="Sign out").click()
    looked_at(page, "sign-in")
    assert complaints == []


def test_a_link_opens_for_a_member_of_the_case_and_for_nobody_else_and_without_script(chromium, serve, museum, macron):
    serve(museum.folder)
    desk = DESK

    def signed_in(name: str, at: str) -> Page:
        page = chromium.new_context(java_script_enabled=False).new_page()
        page.goto(f"{desk}{at}")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Passphrase").fill(PASSPHRASE)
        page.get_by_role("button", name="Sign in").click()
        return page

    ines = signed_in("Ines", "/")
    ines.get_by_label("Choose a photograph").set_input_files(macron)
    ines.get_by_role("button", name="Find the faces").click()
    expect(ines.get_by_role("heading", level=1)).to_have_text("1 face", timeout=90_000)
    ines.get_by_label("Case").select_option(label="A print (research, archive)")
    ines.get_by_role("button", name="Search").click()
    link = ines.url.removeprefix(desk)
    expect(ines.get_by_role("heading", level=1)).to_have_text("2 candidates")
    expect(signed_in("Rolf", link).get_by_role("heading", level=1)).to_have_text("2 candidates")
    expect(signed_in("Ivan", link).get_by_role("heading", level=1)).to_have_text("Nothing here")
