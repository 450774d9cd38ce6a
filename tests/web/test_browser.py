"""Journeys through the running desk in Debian's Chromium; axe looks at each page. Screenshots are kept in docs/_build/desk."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from visavis.wiring.archive import open_archive

CHROMIUM = Path("/usr/bin/chromium")
SCREENS = Path(__file__).parents[2] / "docs" / "_build" / "desk"
ALONE = ("--no-sandbox", "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
PASSPHRASE = "a long passphrase of the tests"
PORT = 20_000 + os.getpid() % 20_000

Serve = Callable[[Path], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start the desk of an archive as a user does, return its link, and end it with Ctrl-C."""
    started: list[subprocess.Popen[str]] = []

    def start(folder: Path) -> str:
        command = [sys.executable, "-m", "visavis", "serve", "-a", str(folder), "--port", str(PORT)]
        process = subprocess.Popen(command, env=os.environ | {"CLOSED_NETWORK": "loopback"}, stderr=subprocess.PIPE, text=True)
        started.append(process)
        said = process.stderr.readline()
        assert "The desk is open" in said, said + process.stderr.read()
        for _ in range(200):  # the socket is open soon after
            if subprocess.run(["bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{PORT}"], capture_output=True, check=False).returncode == 0:
                break
        return re.search(r"http\S+", said)[0]

    yield start
    for process in started:
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
        assert "Traceback" not in said
        assert process.returncode == 130


@pytest.fixture
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists() and not os.environ.get("CI"):
        pytest.skip("needs Debian's chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ALONE))
        yield browser
        browser.close()


def looked_at(page: Page, name: str) -> None:
    """Let axe look at the page in the light and in the dark, and keep a picture of each, and of a phone's."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == [], (name, scheme)
        page.screenshot(path=SCREENS / f"{name}-{scheme}.png", full_page=True)
    page.emulate_media(color_scheme="light")
    size = page.viewport_size
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
    page.screenshot(path=SCREENS / f"{name}-phone.png", full_page=True)
    page.set_viewport_size(size)


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
    desk = f"http://127.0.0.1:{PORT}"

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
