"""A journey in Debian's Chromium: from the first run by the guided charter to a live source, its pictures, and a search with one face."""

import os
import subprocess
import sys
from pathlib import Path

from desk_browser import PASSPHRASE, looked_at
from playwright.sync_api import Page, expect


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def answer(page: Page, asks: str, *, ticks: tuple[str, ...] = (), **texts: str) -> None:
    """Answer one question: tick words, fill in what is labelled, and go on."""
    heading(page, asks)
    for word in ticks:
        page.locator(f"input[value='{word}']").first.check()
    for name, text in texts.items():
        page.locator(f"[name='{name.replace('__', '.')}']").fill(text)
    page.get_by_role("button", name="Next").click()


def first_half(page: Page, tmp_path: Path) -> None:
    answer(page, "What is the collection called?", title="Press photographs")
    answer(page, "What may its pictures be searched for?", ticks=("catalogue", "research"))
    answer(page, "Where do the people in the pictures live?", jurisdiction="US, unknown")
    looked_at(page, "question")
    answer(page, "May the pictures show people under 18?", ticks=("no",))
    answer(page, "How much of a picture's position is kept?", ticks=("none",))
    answer(page, "Which texts of a picture are kept?", ticks=("caption", "credit"))
    answer(page, "Where is your impact assessment filed?", dpia="DPIA 2026-04")
    answer(page, "From which day does this charter hold?", valid_from="2026-01-01")
    for asks in ("Until which day?", "How did the pictures come into your house?", "Where do people ask to be left out?"):
        answer(page, asks)
    for asks in ("What does an erasure do with the photographs themselves?", "Which rules govern the source?"):
        answer(page, asks)
    answer(page, "Under which number is the collection registered?")


def second_half(page: Page, tmp_path: Path) -> None:
    answer(page, "Who answers for these pictures?", controller__name="Museum of Example", controller__country="FR")
    held = {"basis__holder": "Museum of Example", "basis__since": "2020-01-01", "basis__law": "Code du patrimoine"}
    answer(page, "First key: on which legal basis do you hold them?", ticks=("6(1)(e)",), **held)
    answer(page, "Second key: what allows face templates?", ticks=("9(2)(j)",), condition__law="Loi 78-17, art. 44")
    answer(page, "How long may templates live?", ticks=("review", "erase"), retention__months="a year")
    expect(page.get_by_role("alert")).to_contain_text("whole number")
    looked_at(page, "question-problem")
    answer(page, "How long may templates live?", retention__months="12")
    (tmp_path / "deed.pdf").write_bytes(b"deed")
    page.get_by_label("Document", exact=True).set_input_files(tmp_path / "deed.pdf")
    page.get_by_role("button", name="Take its SHA-256").click()
    looked_at(page, "question-evidence")
    answer(page, "Which documents prove what you wrote?")
    said = {"standing_case__title": "Cataloguing", "standing_case__reason": "Undated portraits"}
    answer(page, "Under which case is it searched every day?", ticks=("catalogue",), **said)


def test_from_the_guided_charter_to_a_live_source_and_a_search_with_one_of_its_faces(chromium, serve, album, examples, tmp_path):
    page = chromium.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(serve(album, "--photos", str(examples.parent)))
    page.get_by_label("Your name").fill("Grace Hopper")
    page.get_by_label("Passphrase").fill(PASSPHRASE)
    page.get_by_label("The same again").fill(PASSPHRASE)
    page.get_by_role("button", name="Make me the owner").click()
    page.get_by_role("link", name="Sources").click()
    page.get_by_role("link", name="Add a source").click()
    page.get_by_role("radio", name="archive").check()
    looked_at(page, "profiles")
    page.get_by_role("button", name="Begin").click()
    first_half(page, tmp_path)
    second_half(page, tmp_path)
    heading(page, "Where are the pictures?")
    page.get_by_role("link", name="examples").click()
    page.get_by_role("link", name="photos").click()
    looked_at(page, "where")
    page.get_by_role("button", name="Pick this folder").click()
    heading(page, "The charter, read aloud")
    looked_at(page, "charter")
    page.get_by_role("button", name="Add the source").click()
    heading(page, "Press photographs")
    looked_at(page, "source-draft")
    page.get_by_role("button", name="Sign it with my key").click()
    subprocess.run(
        [sys.executable, "-m", "visavis", "ingest", "-a", str(album)], env=os.environ | {"CLOSED_NETWORK": "loopback"}, check=True
    )
    page.reload()
    looked_at(page, "source")
    page.get_by_role("link", name="Sources", exact=True).click()
    looked_at(page, "sources")
    page.get_by_role("link", name="Press photographs").click()
    page.get_by_role("link", name="Look through the pictures").click()
    heading(page, "Pictures")
    page.wait_for_load_state("networkidle")
    looked_at(page, "pictures")
    page.locator("a.look", has_text="group-composite").click()
    heading(page, "Picture")
    page.get_by_label("Face 4").check()
    page.get_by_label("Reason").fill("an undated print")
    looked_at(page, "picture")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("candidate")
    assert [one for one in complaints if "422" not in one] == []  # an answer that does not fit
