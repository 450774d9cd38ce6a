"""Journeys through the running desk in Debian's Chromium; axe looks at each page. Screenshots are kept in docs/_build/desk."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from desk_browser import PASSPHRASE, looked_at, pressed, signed_in
from playwright.sync_api import expect

from visavis.wiring.archive import open_archive

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
    expect(page.get_by_role("heading", level=1)).to_have_text("4 faces")
    pressed(page, "2")
    expect(page.get_by_label("Face 2")).to_be_checked()
    looked_at(page, "faces")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("5 candidates")
    looked_at(page, "candidates")
    pressed(page, "?")
    expect(page.get_by_role("dialog")).to_be_visible()
    looked_at(page, "keys")
    pressed(page, "Escape")
    pressed(page, "j")
    pressed(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Candidate 1")
    pressed(page, "s")
    page.keyboard.type("the same ears")
    pressed(page, "Enter")
    expect(page.get_by_text("You said: the same, for the same ears")).to_be_visible()
    looked_at(page, "candidate")
    pressed(page, "j")
    expect(page.get_by_role("heading", level=1)).to_have_text("Candidate 2")
    pressed(page, "u")
    expect(page.get_by_role("heading", level=1)).to_have_text("5 candidates")
    page.get_by_role("button", name="Sign out").click()
    looked_at(page, "sign-in")
    assert complaints == []


def test_a_link_opens_for_a_member_of_the_case_and_for_nobody_else_and_without_script(chromium, serve, museum, macron):
    serve(museum.folder)
    ines = signed_in(chromium, "Ines", script=False)
    ines.get_by_label("Choose a photograph").set_input_files(macron)
    ines.get_by_role("button", name="Find the faces").click()
    expect(ines.get_by_role("heading", level=1)).to_have_text("1 face")
    ines.get_by_label("Case").select_option(label="A print (research, archive)")
    ines.get_by_role("button", name="Search").click()
    expect(ines.get_by_role("heading", level=1)).to_have_text("2 candidates")
    link = urlsplit(ines.url).path
    expect(signed_in(chromium, "Rolf", link, script=False).get_by_role("heading", level=1)).to_have_text("2 candidates")
    expect(signed_in(chromium, "Ivan", link, script=False).get_by_role("heading", level=1)).to_have_text("Nothing here")
