"""A journey in Debian's Chromium: several faces, together, the moment of a film that plays, a box drawn by hand; axe looks at each page."""

import pytest
from desk_browser import looked_at, pressed
from playwright.sync_api import Browser, Page, expect

PLAYED = """async (video) => {
  video.muted = true;
  await video.play();
  const from = video.currentTime;
  while (video.currentTime <= from) await new Promise((go) => video.addEventListener("timeupdate", go, { once: true }));
  return [from, video.currentTime, video.videoWidth];
}"""


@pytest.fixture
def link(cinema, serve) -> str:
    """Start the desk of the archive with the film, and give its link."""
    return serve(cinema)


@pytest.fixture
def page(chromium: Browser) -> Page:
    return chromium.new_page()


def test_two_of_four_faces_are_found_together_a_moment_plays_and_a_box_is_drawn(page, link, group):
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(link)
    page.get_by_label("Choose a photograph").set_input_files(group)
    expect(page.get_by_role("heading", level=1)).to_have_text("4 faces")
    pressed(page, "2")
    pressed(page, "3")
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
