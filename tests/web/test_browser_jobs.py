"""A job from its button to its end, in the running desk and Debian's Chromium, carried out by the process that the desk starts."""

import shutil
import signal

from desk_browser import DESK, looked_at
from playwright.sync_api import expect

from visavis.wiring.archive import open_archive


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
    page.goto(serve(album, end=signal.SIGTERM))
    page.goto(f"{DESK}/jobs")
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
    page.goto(f"{DESK}/jobs")
    page.get_by_role("link", name="Schedule").click()
    page.get_by_label("Look again every").fill("often")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("alert")).to_contain_text("no number of hours")
    looked_at(page, "schedule")
    assert [one for one in complaints if "status of 422" not in one] == []
