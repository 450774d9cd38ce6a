"""The guided charter in a browser: question by question, nothing lost on the way back, the law's own words, and a source at its end."""

import hashlib
import tomllib

import pytest

ANSWERS = {
    "title": {"title": "Press photographs"},
    "purposes": {"purposes": ["catalogue", "research"]},
    "jurisdiction": {"jurisdiction": "fr, unknown"},
    "shows_children": {"shows_children": "no"},
    "place": {"place": "none"},
    "metadata": {"metadata": ["caption", "credit"]},
    "dpia": {"dpia": "DPIA 2026-04"},
    "valid_from": {"valid_from": "2026-01-01"},
    "valid_to": {},
    "kind": {"kind": "own"},
    "opt_out": {"opt_out": "rights@museum.example"},
    "originals": {},
    "policy": {},
    "registration": {},
    "controller": {
        "controller.name": "Museum of Example",
        "controller.country": "fr",
        "controller.public_authority": "yes",
        "controller.processors": "Example Scanning Ltd\r\n\r\nExample Hosting",
    },
    "basis": {
        "basis.article": "6(1)(e)",
        "basis.holder": "Museum of Example",
        "basis.since": "2020-01-01",
        "basis.law": "Code du patrimoine",
    },
    "condition": {"condition.article": "9(2)(j)", "condition.law": "Loi 78-17, art. 44"},
    "retention": {"retention.rule": "review", "retention.action": "erase", "retention.months": "12"},
    "evidence": {},
    "standing_case": {
        "standing_case.title": "Cataloguing",
        "standing_case.purpose": "catalogue",
        "standing_case.reason": "Undated portraits can't be described otherwise",
    },
}
QUESTION = "/sources/new/questions"


@pytest.fixture
def prints(tmp_path, macron):
    """Return an opened folder with a folder of one photograph in it."""
    shelf = tmp_path / "shelf"
    (shelf / "prints" / "box 1").mkdir(parents=True)
    (shelf / ".hidden").mkdir()
    (shelf / "prints" / "box 1" / "one.jpg").write_bytes(macron.read_bytes())
    return shelf


@pytest.fixture
def ada(opening, museum, browser_of, prints):
    browser = browser_of(opening(museum.folder, photos=(prints,)))
    assert browser.sign_in("Ada").status_code == 303
    return browser


def begun(browser, profile: str = "archive") -> str:
    return browser.post("/sources/new", {"profile": profile}).headers["location"]


def deed(browser, **said):
    return browser.post("/sources/new/evidence", said, files={"document": (r"C:\deeds\..\deed of gift.pdf", b"deed", "application/pdf")})


def answered(browser, *, but: tuple[str, ...] = ()) -> str:
    """Go through every question in order; return where the last one leads."""
    at = begun(browser)
    while at.startswith(QUESTION):
        key = at.rpartition("/")[2]
        if key == "evidence":
            deed(browser, **{"evidence.kind": "deed of gift"})
        answer = browser.post(at, {"go": "on", **({} if key in but else ANSWERS[key])})
        assert answer.status_code == 303, (key, answer.text)
        at = answer.headers["location"]
    return at


def places(page: str, found_in) -> list[str]:
    return found_in(r'href="/sources/new/where\?at=([0-9a-f.]+)"', page)


def picked(browser, found_in, *names: str):
    """Walk down the opened folders and pick the last one."""
    at = "/sources/new/where"
    for _ in names:
        place = places(browser.get(at).text, found_in)[-1]
        at = f"/sources/new/where?at={place}"
    return browser.post("/sources/new/where", {"at": place})


def test_every_kind_says_what_it_is_for_who_signs_and_what_it_forbids(ada):
    page = ada.get("/sources/new").text
    assert all(f'value="{name}"' in page for name in ("household", "trial", "consent", "archive", "tracing", "police"))
    assert "evaluation" not in page
    assert "signed by the owner or the data-protection officer" in page
    assert "At most 2,000 pictures." in page
    assert "Each case is approved by" in page
    assert ada.post("/sources/new", {"profile": "evaluation"}).status_code == 422


def test_the_questions_lead_to_a_draft_that_is_signed_and_live(ada, museum, found_in, ledger_of, prints):
    assert answered(ada) == "/sources/new/where"
    assert picked(ada, found_in, "shelf", "prints", "box 1").headers["location"] == "/sources/new/charter"
    aloud = ada.get("/sources/new/charter").text
    assert "Museum of Example, FR" in aloud
    assert "looked at again every 12 months" in aloud
    assert "Not whole yet" not in aloud
    assert ada.get("/sources").text.count("/sources/0") == 2
    at = ada.post("/sources/new/charter").headers["location"]
    page = ada.get(at).text
    assert "The charter waits for a signature" in page
    assert str(prints / "prints" / "box 1") in page
    assert ada.post(f"{at}/sign").headers["location"] == at
    page = ada.get(at).text
    assert "signed by" in page
    assert "Look through the pictures" in page
    told = ledger_of(museum.folder)
    assert any('"state":"draft"' in leaf and '"profile":"archive"' in leaf for leaf in told)
    assert any('"what":"signed"' in leaf for leaf in told)
    assert not any("Press photographs" in leaf for leaf in told)


def test_the_file_is_the_one_that_the_command_line_takes(ada, found_in, tmp_path):
    answered(ada)
    answer = ada.get("/sources/new/charter.toml")
    document = tomllib.loads(answer.text)
    assert document["purposes"] == ["catalogue", "research"]
    assert document["jurisdiction"] == ["FR", "unknown"]
    assert document["controller"]["processors"] == ["Example Scanning Ltd", "Example Hosting"]
    (evidence,) = document["evidence"]
    assert (evidence["file"], evidence["sha256"]) == ("deed of gift.pdf", hashlib.sha256(b"deed").hexdigest())


def test_going_back_loses_nothing_even_what_does_not_fit(ada):
    at = begun(ada)
    back = ada.post(f"{QUESTION}/retention", {"go": "back", "retention.rule": "review", "retention.months": "a year"})
    assert back.headers["location"] == f"{QUESTION}/condition"
    page = ada.get(f"{QUESTION}/retention").text
    assert 'value="a year"' in page
    assert 'value="review" checked' in page
    assert ada.post(at, {"go": "back", "title": "Half a ti"}).headers["location"] == "/sources/new"
    assert 'value="Half a ti"' in ada.get(at).text


UNFIT = [
    ("title", {}, "is missing"),
    ("jurisdiction", {"jurisdiction": "France"}, "does not take"),
    ("controller", {"controller.name": "Museum", "controller.country": "FRA"}, "two capital letters"),
    ("retention", {"retention.rule": "review", "retention.action": "erase", "retention.months": "a year"}, "whole number"),
    ("valid_from", {"valid_from": "soon"}, "takes a day"),
    ("purposes", {}, "is missing"),
    ("evidence", {}, "is missing"),
]


def test_an_answer_that_does_not_fit_is_told_by_the_law_with_its_article(ada):
    begun(ada)
    for key, said, problem in UNFIT:
        answer = ada.post(f"{QUESTION}/{key}", {"go": "on", **said})
        told = (problem in answer.text, 'role="alert"' in answer.text, "Art" in answer.text)
        assert (answer.status_code, told) == (422, (True, True, True)), key


def test_what_contradicts_itself_is_told_at_the_end_with_the_question_that_mends_it(ada, found_in):
    answered(ada, but=("standing_case",))
    ada.post(f"{QUESTION}/basis", {"go": "on", **ANSWERS["basis"], "basis.holder": "Somebody else"})
    page = ada.get("/sources/new/charter").text
    assert "another one&#39;s basis can&#39;t be lent" in page
    assert f'href="{QUESTION}/basis"' in page
    assert ada.get("/sources/new/charter.toml").status_code == 404
    assert ada.post("/sources/new/charter").status_code == 422


def test_a_draft_without_pictures_is_not_added(ada):
    answered(ada)
    assert ada.post("/sources/new/where").status_code == 422
    assert ada.post("/sources/new/charter").status_code == 422
    assert "Say where the pictures are" in ada.get("/sources/new/charter").text


def test_a_document_is_taken_out_again_and_its_bytes_are_kept_nowhere(ada, museum):
    begun(ada)
    deed(ada)
    assert "deed of gift.pdf" in ada.get(f"{QUESTION}/evidence").text
    ada.post("/sources/new/evidence/remove", {"sha256": hashlib.sha256(b"deed").hexdigest()})
    assert "deed of gift.pdf" not in ada.get(f"{QUESTION}/evidence").text
    assert ada.post("/sources/new/evidence").status_code == 422


def test_a_draft_ends_with_its_session_and_with_a_click(ada, browser_of):
    at = begun(ada)
    ada.post("/sign-out")
    ada.sign_in("Ada")
    assert ada.get(at).headers["location"] == "/sources/new"
    answer = ada.post(at, {"go": "on", "title": "Lost"})
    assert answer.status_code == 422
    assert "no longer in memory" in answer.text
    begun(ada)
    ada.post("/sources/new/drop")
    assert ada.get("/sources/new/charter").headers["location"] == "/sources/new"


def test_a_household_is_asked_for_a_name_and_a_folder_and_no_more(opening, album, browser_of, prints, found_in):
    desk = opening(album, photos=(prints,))
    home = browser_of(desk)
    home.get(f"/start?key={desk.house.start_key}")
    home.post("/first-run", {"name": "Grace", "passphrase": "a long passphrase of the tests", "again": "a long passphrase of the tests"})
    at = begun(home, "household")
    assert at == f"{QUESTION}/title"
    assert "Question 1 of 2" in home.get(at).text
    assert home.post(at, {"go": "on", "title": "Family"}).headers["location"] == "/sources/new/where"
    picked(home, found_in, "shelf", "prints")
    assert "own pictures, own eyes" in home.get("/sources/new/charter").text
    at = home.post("/sources/new/charter").headers["location"]
    page = home.get(at).text
    assert "Family" in page
    assert "live" in page


def test_the_folder_of_a_source_is_not_taken_twice(ada, found_in):
    for _ in range(2):
        answered(ada)
        picked(ada, found_in, "shelf", "prints")
        answer = ada.post("/sources/new/charter")
    assert answer.status_code == 422
    assert "is a source already" in answer.text


def test_a_charter_is_amended_question_by_question_and_waits_for_its_signature(ada, found_in):
    at = found_in(r'href="(/sources/[0-9a-f-]{36})"', ada.get("/sources").text)[1]
    assert ada.post(f"{at}/amend").headers["location"] == "/sources/new/charter"
    assert "Museum" in ada.get(f"{QUESTION}/title").text
    assert ada.get("/sources/new/where").headers["location"] == "/sources/new"
    assert ada.post("/sources/new/charter").status_code == 422  # the charter that it has
    ada.post("/sources/new/charter")
    answer = ada.post(f"{QUESTION}/title", {"go": "end", "title": "Museum, new wing"})
    assert answer.headers["location"] == "/sources/new/charter"
    assert ada.post("/sources/new/charter").headers["location"] == at
    page = ada.get(at).text
    assert "The charter waits for a signature" in page
    ada.post(f"{at}/sign")
    assert "<h1>Museum, new wing</h1>" in ada.get(at).text


def test_only_who_may_add_sources_begins_a_charter(as_person):
    for name in ("Ines", "Rolf", "Carl", "Olga", "Aude"):
        assert as_person(name).post("/sources/new", {"profile": "archive"}).status_code == 403


WRONG_PLACES = ["1", "-1", "0.", "0.0", "..", "0/../..", "/etc", "0." + "a" * 20, "0" * 9, "0" + ".0" * 60, "0.%2e%2e", "²"]


def test_no_place_leads_out_of_the_opened_folders(ada):
    begun(ada)
    for place in WRONG_PLACES:
        assert ada.get("/sources/new/where", params={"at": place}).status_code == 422
        assert ada.post("/sources/new/where", {"at": place}).status_code == 422


def test_addresses_of_folders_tell_no_name_and_hidden_ones_are_not_there(ada, found_in, prints):
    begun(ada)
    top = ada.get("/sources/new/where").text
    (shelf,) = places(top, found_in)
    page = ada.get(f"/sources/new/where?at={shelf}").text
    assert ".hidden" not in page
    assert all("prints" not in place for place in places(page, found_in))
    assert str(prints.parent) not in page
