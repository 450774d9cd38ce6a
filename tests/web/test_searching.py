"""Searching in a browser: photograph, faces, case, grid, whole picture; and for whom a link opens."""

import io
import json
import re

import pytest
from PIL import Image

from visavis.wiring.archive import open_archive

CANDIDATES = r"/candidates/([0-9a-f-]{36})\""
REASON = "an undated print"


@pytest.fixture
def ines(as_person):
    return as_person("Ines")


def test_a_photograph_of_several_people_shows_their_numbers_and_searches_nobody_silently(ines, group, museum):
    at = ines.upload(group).headers["location"]
    page = ines.get(at).text
    assert "4 faces" in page
    assert page.count('type="checkbox" name="face"') == 4
    answer = ines.post("/searches", {"probe": at.rpartition("/")[2], "case": museum.case, "reason": REASON})
    assert answer.status_code == 422
    assert "Pick the face that you look for" in answer.text


def test_a_search_leads_to_a_page_that_stays_with_a_leaf_for_each_look(ines, macron, museum, found_in, ledger_of):
    at = ines.search(macron, case=museum.case, reason=REASON)
    page = ines.get(at).text
    assert "2 candidates" in page
    assert "A candidate is a lead, not an identification." in page
    assert REASON in page
    assert "Expected false hits" in page
    assert len(found_in(CANDIDATES, page)) == 2
    looks = [json.loads(body)["facts"] for body in ledger_of(museum.folder)]
    assert [fact["what"] for fact in looks if fact.get("what") == "looked-again"] == ["looked-again"]


def test_a_face_is_picked_by_its_number(ines, group, museum):
    found = [ines.get(ines.search(group, face=number, case=museum.case, reason=REASON)).text for number in (1, 4)]
    assert ["2 candidates" in page for page in found] == [False, True]


def test_thumbnails_and_whole_pictures_come_from_the_originals_without_their_metadata(ines, macron, museum, found_in):
    at = ines.search(macron, case=museum.case, reason=REASON)
    (one, *_) = found_in(CANDIDATES, ines.get(at).text)
    for name, longest in (("face", 320), ("picture", 1200)):
        answer = ines.get(f"{at}/candidates/{one}/{name}.jpg")
        picture = Image.open(io.BytesIO(answer.content))
        assert max(picture.size) <= longest
        assert not picture.getexif()
        assert answer.headers["cache-control"] == "no-store"
    page = ines.get(f"{at}/candidates/{one}").text
    assert "Candidate 1" in page
    assert "emmanuel-macron" in page


def test_what_a_rule_refuses_is_told_on_the_form_with_its_rule(ines, macron, museum):
    probe = ines.upload(macron).headers["location"].rpartition("/")[2]
    answer = ines.post("/searches", {"probe": probe, "case": museum.case})
    assert answer.status_code == 403
    assert "rule reason-given" in answer.text


UNSEARCHABLE = [({"since": "yesterday"}, "is no day"), ({"face": "9"}, "has no face 9"), ({"face": "x"}, "is no number")]


@pytest.mark.parametrize(("said", "problem"), UNSEARCHABLE)
def test_what_can_not_be_searched_is_told_on_the_form(ines, macron, museum, said, problem):
    probe = ines.upload(macron).headers["location"].rpartition("/")[2]
    answer = ines.post("/searches", {"probe": probe, "case": museum.case, "reason": REASON, **said})
    assert answer.status_code == 422
    assert problem in answer.text


def test_a_link_to_a_search_opens_for_members_of_its_case_and_to_others_never_was(ines, as_person, macron, museum, found_in):
    at = ines.search(macron, case=museum.own_case, reason=REASON)
    (one, *_) = found_in(CANDIDATES, ines.get(at).text)
    assert as_person("Rolf").get(at).status_code == 200
    ivan = as_person("Ivan")
    never = "/searches/01a20294-abe7-7094-a57f-37246b8fa3e5"
    answers = [ivan.get(at), ivan.get(never)]
    assert [answer.status_code for answer in answers] == [404, 404]
    plain = [re.sub(r"Request [0-9a-f-]+", "", answer.text) for answer in answers]
    assert plain[0] == plain[1]
    for picture in ("", "/face.jpg", "/picture.jpg"):
        assert ivan.get(f"{at}/candidates/{one}{picture}").status_code == 404


def test_a_thumbnail_opens_only_after_its_page_and_only_under_its_own_search(ines, as_person, macron, museum, found_in):
    at = ines.search(macron, case=museum.own_case, reason=REASON)
    (one, *_) = found_in(CANDIDATES, ines.get(at).text)
    assert as_person("Rolf").get(f"{at}/candidates/{one}/face.jpg").status_code == 404
    other = ines.search(macron, case=museum.own_case, reason=REASON)
    assert ines.get(f"{other}/candidates/{one}/face.jpg").status_code == 404


def test_a_photograph_belongs_to_the_session_that_sent_it(ines, as_person, group):
    at = ines.upload(group).headers["location"]
    assert ines.get(f"{at}/faces/1.jpg").status_code == 200
    other = as_person("Ivan")
    for path in (at, f"{at}/picture.jpg", f"{at}/faces/1.jpg"):
        assert other.get(path).status_code == 404


def test_a_frozen_case_hides_its_searches_and_their_pictures(ines, macron, museum, desk, found_in):
    at = ines.search(macron, case=museum.own_case, reason=REASON)
    (one, *_) = found_in(CANDIDATES, ines.get(at).text)
    thread = desk.house.archive
    ada = thread._thread.submit(lambda: thread._archive.accounts.sign_in("Ada", "a long passphrase of the tests")).result()
    thread._thread.submit(thread._act, ada, lambda archive: archive.cases.freeze(museum.own_case)).result()
    assert ines.get(f"{at}/candidates/{one}/face.jpg").status_code == 403
    assert "frozen" in ines.get(at).text


def test_after_signing_in_a_link_goes_on_to_its_search(ines, browser_of, desk, macron, museum):
    at = ines.search(macron, case=museum.case, reason=REASON)
    late = browser_of(desk)
    form = late.get(late.get(at).headers["location"]).text
    assert f'name="next" value="{at}"' in form
    answer = late.post("/sign-in", {"name": "Rolf", "passphrase": "a long passphrase of the tests", "next": at})
    assert answer.headers["location"] == at


def test_at_home_nobody_names_a_case(opening, browser_of, reading, album, examples):
    with open_archive(album) as archive:
        archive.people.add("Grace", ["owner"], passphrase="a long passphrase of the tests")
        archive.add_source(examples, profile="household", title="Family")
    desk = opening(album)
    browser = browser_of(desk)
    browser.get(f"/start?key={desk.house.start_key}")
    page = browser.get(browser.search(examples / "rishi-sunak.jpg")).text
    assert "No candidate" in page
    assert "Household: own pictures, own eyes" in page
