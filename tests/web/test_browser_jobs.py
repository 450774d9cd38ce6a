"""A job from its button to its end, in the running desk and Debian's Chromium, carried out by the process that the desk starts."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from visavis.wiring.archive import open_archive

CHROMIUM = Path("/usr/bin/chromium")
SCREENS = Path(__file__).parents[2] / "docs" / "_build" / "desk"
ALONE = ("--no-sandbox", "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
PORT = 20_000 + (os.getpid() + 7_000) % 20_000


@pytest.fixture
def serve() -> Iterator[Callable[[Path], str]]:
    """Start the desk of an archive as a service does, return its link, and end it as a service's manager does."""
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
            time.sleep(0.1)
        return re.search(r"http\S+", said)[0]

    yield start
    for process in started:
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
        assert (process.returncode, "Traceback" in said) == (0, False), said


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


def test_a_job_is_watched_to_its_end_by_a_page_that_nobody_loads_again(chromium, serve, album, examples, tmp_path):
    photos = tmp_path / "photos"
    photos.mkdir()
    shutil.copy(examples / "rishi-sunak.jpg", photos)
    (photos / "broken.jpg").write_bytes((examples / "rishi-sunak.jpg").read_bytes()[:2000])
    with open_archive(album) as archive:
        archive.add_source(photos, profile="household", title="Family")
    page = chromium.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(serve(album))
    page.goto(f"http://127.0.0.1:{PORT}/jobs")
    page.get_by_text("How").click()
    looked_at(page, "jobs")
    page.get_by_role("button", name="Read it now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Family")
    looked_at(page, "job-under-way")
    expect(page.get_by_text("Done", exact=True)).to_be_visible(timeout=120_000)
    expect(page.get_by_role("button", name="Read again what could not be read")).to_be_visible()
    looked_at(page, "job")
    page.get_by_role("link", name="truncated").click()
    expect(page.get_by_text("broken.jpg")).to_be_visible()
    looked_at(page, "job-files")
    page.goto(f"http://127.0.0.1:{PORT}/jobs")
    page.get_by_role("link", name="Schedule").click()
    page.get_by_label("Look again every").fill("often")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("alert")).to_contain_text("no number of hours")
    looked_at(page, "schedule")
    assert [one for one in complaints if "status of 422" not in one] == []
