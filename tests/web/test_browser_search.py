"""A journey in Debian's Chromium: several faces, together, the moment of a film that plays, a box drawn by hand; axe looks at each page."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
SCREENS = Path(__file__).parents[2] / "docs" / "_build" / "desk"
ALONE = ("--no-sandbox", "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
PORT = 20_000 + (os.getpid() + 7_000) % 20_000
PLAYED = """async (video) => {
  video.muted = true;
  await video.play();
  const from = video.currentTime;
  while (video.currentTime <= from) await new Promise((go) => video.addEventListener("timeupdate", go, { once: true }));
  return [from, video.currentTime, video.videoWidth];
}"""


@pytest.fixture
def link(cinema) -> Iterator[str]:
    """Start the desk of the archive with the film as a user does, give its link, and end it with Ctrl-C."""
    command = [sys.executable, "-m", "visavis", "serve", "-a", str(cinema), "--port", str(PORT)]
    process = subprocess.Popen(command, env=os.environ | {"CLOSED_NETWORK": "loopback"}, stderr=subprocess.PIPE, text=True)
    said = process.stderr.readline()
    assert "The desk is open" in said, said + process.stderr.read()
    for _ in range(200):  # the socket is open soon after
        if subprocess.run(["bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{PORT}"], capture_output=True, check=False).returncode == 0:
            break
    yield re.search(r"http\S+", said)[0]
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert "Traceback" not in said
    assert process.returncode == 130


@pytest.fixture
def page() -> Iterator[Page]:
    if not CHROMIUM.exists() and not os.environ.get("CI"):
        pytest.skip("needs Debian's chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ALONE))
        yield browser.new_page()
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


def test_two_of_four_faces_are_found_together_a_moment_plays_and_a_box_is_drawn(page, link, group):
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(link)
    page.get_by_label("Choose a photograph").set_input_files(group)
    expect(page.get_by_role("heading", level=1)).to_have_text("4 faces", timeout=90_000)
    page.keyboard.press("2")
    page.keyboard.press("3")
    page.get_by_label("all of them together").check()
    page.get_by_text("Narrower and wider").click()
    looked_at(page, "faces-together")
    probe = page.url
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 pictures and moments with all of them")
    page.get_by_text("Play from").click()
    start, later, width = page.locator("details[open] video").evaluate(PLAYED)
    assert later > start
    assert width == 480
    looked_at(page, "moment")

    page.goto(probe)
    page.get_by_text("A face was missed").click()
    face = page.locator(".frame svg .box[data-face='1'] .under").bounding_box()
    page.mouse.move(face["x"], face["y"])
    page.mouse.down()
    page.mouse.move(face["x"] + face["width"], face["y"] + face["height"])
    page.mouse.up()
    looked_at(page, "box-by-hand")
    page.get_by_role("button", name="Look for the face there").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("5 faces")
    expect(page.get_by_label("Face 5 by hand")).to_be_checked()
    page.get_by_role("button", name="Search").click()
    page.get_by_role("button", name="Add to the probe").first.click()
    expect(page.get_by_text("Searched with 1 face that was found before.")).to_be_visible()
    looked_at(page, "searched-again")
    assert complaints == []
