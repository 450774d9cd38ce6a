"""The desk as a user starts it, in Debian's Chromium: serving, browsing, and axe's look at a page, of which a picture is kept."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
SCREENS = Path(__file__).parents[2] / "docs" / "_build" / "desk"
ALONE = ("--no-sandbox", "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")


PORT = 20_000 + os.getpid() % 10_000
"""One a process, below the ports that the system gives out by itself."""
DESK = f"http://127.0.0.1:{PORT}"
PASSPHRASE = "a long passphrase of the tests"

expect.set_options(timeout=90_000)  # a machine with other work answers late, and is not wrong


@contextmanager
def serving(folder: Path, *options: str, end: signal.Signals = signal.SIGINT) -> Iterator[str]:
    """Start the desk of an archive, give its link, and end it with Ctrl-C, or as a service's manager does."""
    command = [sys.executable, "-m", "visavis", "serve", "-a", str(folder), "--port", str(PORT), *options]
    process = subprocess.Popen(command, env=os.environ | {"CLOSED_NETWORK": "loopback"}, stderr=subprocess.PIPE, text=True)
    said = process.stderr.readline()
    assert "The desk is open" in said, said + process.stderr.read()
    try:
        yield re.search(r"http\S+", said)[0]
    finally:
        process.send_signal(end)
        _, said = process.communicate(timeout=60)
    assert "Traceback" not in said
    assert process.returncode == {signal.SIGINT: 130, signal.SIGTERM: 0}[end]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium; where it is not there a test is skipped, but in CI."""
    if not CHROMIUM.exists() and not os.environ.get("CI"):
        pytest.skip("needs Debian's chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ALONE))
        yield browser
        browser.close()


def signed_in(browser: Browser, name: str, at: str = "/", *, script: bool = True) -> Page:
    """Return a page in which a person has just signed in, of a browser's own."""
    page = browser.new_context(java_script_enabled=script).new_page()
    page.goto(f"{DESK}{at}")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Passphrase").fill(PASSPHRASE)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()
    return page


def pressed(page: Page, key: str) -> None:
    """Press a key once the page's scripts run: before, nobody hears it."""
    page.wait_for_load_state()
    page.keyboard.press(key)


def looked_at(page: Page, name: str) -> None:
    """Let axe look at the page, and keep a picture of it in the light, in the dark and on a phone.

    Contrast in the dark, and French, are `test_browser_every_page`'s.
    """
    page.wait_for_load_state()
    SCREENS.mkdir(parents=True, exist_ok=True)
    found = Axe().run(page).response["violations"]
    assert [(name, one["id"], one["nodes"][0]["html"]) for one in found] == []
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=SCREENS / f"{name}-{scheme}.png", full_page=True)
    size = page.viewport_size
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
    page.screenshot(path=SCREENS / f"{name}-phone.png", full_page=True)
    page.set_viewport_size(size)
