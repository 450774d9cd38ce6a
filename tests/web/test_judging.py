"""Verdicts in a browser: two people, the second blind to the first; and searching on with a face that was found."""

import datetime as dt
import io

import pytest
from PIL import Image

from visavis.domain.side_by_side import VIEW_SIDE
from visavis.records.cases import CaseFile
from visavis.wiring.archive import open_archive

CANDIDATES = r"/candidates/([0-9a-f-]{36})\""


@pytest.fixture
def found(as_person, macron, museum, found_in):
    """Return Ines' browser, and the address of the first candidate of her search."""
    ines = as_person("Ines")
    at = ines.search(macron, case=museum.own_case, reason="an undated print")
    (one, *_) = found_in(CANDIDATES, ines.get(at).text)
    return ines, f"{at}/candidates/{one}"


def test_a_verdict_decides_and_is_shown_to_its_giver_with_its_grounds(found, as_person):
    _, at = found
    rolf = as_person("Rolf")
    rolf.get(at.partition("/candidates")[0])
    assert rolf.post(f"{at}/verdict", {"says": "same", "grounds": "the left ear"}).headers["location"] == at
    page = rolf.get(at).text
    assert "You said: <b>the same</b>, for the left ear" in page
    assert "decided: the same" in page


def test_what_one_person_said_is_not_shown_to_another(found, as_person):
    ines, at = found
    rolf = as_person("Rolf")
    rolf.get(at.partition("/candidates")[0])
    rolf.post(f"{at}/verdict", {"says": "same", "grounds": "the left ear"})
    page = ines.get(at).text
    assert "the left ear" not in page
    assert "You said" not in page


NO_VERDICTS = [({"says": "same"}, "needs its grounds"), ({"says": "perhaps", "grounds": "x"}, "is no verdict")]


@pytest.mark.parametrize(("said", "problem"), NO_VERDICTS)
def test_a_verdict_that_can_not_be_is_told_on_the_page(found, said, problem):
    ines, at = found
    answer = ines.post(f"{at}/verdict", said)
    assert answer.status_code == 422
    assert problem in answer.text


def test_a_second_verdict_of_one_person_says_why_the_first_is_put_aside(found):
    ines, at = found
    ines.post(f"{at}/verdict", {"says": "same", "grounds": "the left ear"})
    assert "Why the earlier verdict is put aside" in ines.get(at).text
    again = {"says": "cannot-say", "grounds": "too blurred"}
    assert ines.post(f"{at}/verdict", again).status_code == 422
    assert ines.post(f"{at}/verdict", again | {"because": "a better print"}).status_code == 303


def test_a_slip_is_taken_back_and_judged_anew_as_long_as_nobody_else_has_looked(found, as_person, museum, ledger_of):
    ines, at = found
    ines.post(f"{at}/verdict", {"says": "same", "seen": ["Ears", "Nose"], "grounds": "left ear"})
    page = ines.get(at).text
    assert "You said: <b>the same</b>, for Ears; Nose; left ear." in page
    assert "Take it back" in page
    assert ines.post(f"{at}/undo").headers["location"] == at
    assert "verdict-withdrawn" in ledger_of(museum.folder)[-1]
    assert "You said" not in ines.get(at).text
    ines.post(f"{at}/verdict", {"says": "cannot-say", "grounds": "too blurred"})
    rolf = as_person("Rolf")
    rolf.get(at.partition("/candidates")[0])
    rolf.get(at)
    assert "Take it back" not in ines.get(at).text
    refused = ines.post(f"{at}/undo")
    assert refused.status_code == 403
    assert "rule verdict-unseen" in refused.text


def test_nobody_takes_back_what_another_said(found, as_person):
    ines, at = found
    ines.post(f"{at}/verdict", {"says": "same", "grounds": "the left ear"})
    rolf = as_person("Rolf")
    rolf.get(at.partition("/candidates")[0])
    answer = rolf.post(f"{at}/undo")
    assert answer.status_code == 422
    assert "you have no verdict" in answer.text.lower()


def test_both_faces_stand_level_at_one_size_before_and_after_the_photograph_is_forgotten(found, as_person):
    ines, at = found
    for browser, measured in ((ines, True), (as_person("Rolf"), False)):
        browser.get(at.partition("/candidates")[0])
        page = browser.get(at).text
        assert ("it was not measured again" not in page) is measured
        for name in ("searched", "found"):
            picture = Image.open(io.BytesIO(browser.get(f"{at}/{name}.jpg").content))
            assert picture.size == (VIEW_SIDE, VIEW_SIDE)
    assert as_person("Ivan").get(f"{at}/found.jpg").status_code == 404


def test_a_face_of_the_archive_that_was_searched_with_stands_beside_what_was_found(found, found_in):
    ines, at = found
    more = ines.post(f"{at}/more", {"reason": "from the print"}).headers["location"]
    (one, *_) = found_in(CANDIDATES, ines.get(more).text)
    assert ines.get(f"{more}/candidates/{one}/searched.jpg").status_code == 200


def test_the_page_of_a_candidate_leads_on_to_the_next_that_waits(found, found_in):
    ines, at = found
    (_, second) = found_in(CANDIDATES, ines.get(at.partition("/candidates")[0]).text)
    assert f'{second}" data-key="w"' in ines.get(at).text
    ines.post(f"{at.rpartition('/')[0]}/{second}/verdict", {"says": "same", "grounds": "x"})
    assert 'data-key="w"' not in ines.get(at).text


def test_a_person_outside_the_case_judges_nothing(found, as_person):
    _, at = found
    assert as_person("Ivan").post(f"{at}/verdict", {"says": "same", "grounds": "x"}).status_code == 404


def test_a_face_that_was_found_is_searched_with_under_the_same_case(found):
    ines, at = found
    assert ines.post(f"{at}/more").status_code == 303
    page = ines.get(ines.post(f"{at}/more", {"reason": "from the print"}).headers["location"]).text
    assert "A print" in page
    assert "from the print" in page


def test_a_reviewer_judges_and_does_not_search_on(found, as_person):
    _, at = found
    rolf = as_person("Rolf")
    rolf.get(at.partition("/candidates")[0])
    assert "More like this" not in rolf.get(at).text
    assert rolf.post(f"{at}/more", {"reason": "r"}).status_code == 403


@pytest.fixture
def blind(museum, as_person, macron, found_in):
    """Return the address of a candidate of Ines' search in a case in which two others decide: Rolf, and Ada, who opened it."""
    with open_archive(museum.folder) as archive:
        records = archive._session.records()
        people = {person.name: person.id for person in records.people.all()}
        file = CaseFile(
            kind="case",
            profile="archive",
            title="Portraits",
            purpose="catalogue",
            sources=frozenset({archive.source("Museum").number}),
            legal_reference="Code du patrimoine",
            necessity="undated portraits",
            seeks="unknown person",
            reviewers_needed=2,
            open_until=dt.date(2999, 1, 1),
            opened_by=people["Ada"],
        )
        with records.work(archive._session.actor) as work:
            case = records.cases.add(work, file)
    ines = as_person("Ines")
    at = ines.search(macron, case=case, reason="two decide")
    return f"{at}/candidates/{found_in(CANDIDATES, ines.get(at).text)[0]}"


def opened(browser, at):
    """Open a candidate as a person does, by the page of its search."""
    browser.get(at.partition("/candidates")[0])
    return browser.get(at).text


def test_the_second_reviewer_learns_nothing_of_the_first_on_any_page(blind, as_person):
    rolf, ada = as_person("Rolf"), as_person("Ada")
    search = blind.partition("/candidates")[0]
    opened(rolf, blind)
    assert rolf.post(f"{blind}/verdict", {"says": "not-the-same", "grounds": "the left ear"}).status_code == 303
    pages = [opened(ada, blind), ada.get(search).text, ada.get("/review").text]
    for page in pages:
        assert "the left ear" not in page
        assert "decided" not in page
        assert "You said" not in page
        assert "Rolf" not in page
    assert "1 candidate waits for the second verdict, blind to the first" in pages[2]
    assert rolf.post(f"{blind}/undo").status_code == 403
    assert ada.post(f"{blind}/verdict", {"says": "not-the-same", "grounds": "the hairline"}).status_code == 303
    assert "decided: not the same" in opened(rolf, blind)


def test_who_searched_is_refused_and_is_not_told_that_it_waits(blind, as_person):
    ines = as_person("Ines")
    opened(ines, blind)
    refused = ines.post(f"{blind}/verdict", {"says": "same", "grounds": "the left ear"})
    assert refused.status_code == 403
    assert "rule reviewer-apart" in refused.text
    assert "two decide" not in ines.get("/review").text


def test_what_waits_is_counted_filtered_and_only_of_cases_that_a_person_belongs_to(blind, found, as_person, museum):
    rolf, ivan = as_person("Rolf"), as_person("Ivan")
    page = rolf.get("/review").text
    assert "4 candidates wait for you" in page
    assert page.count("Search of ") == 2
    assert rolf.get("/review", params={"case": museum.own_case}).text.count("Search of ") == 1
    assert "Nothing fits these filters" in rolf.get("/review", params={"state": "second"}).text
    assert rolf.get("/review", params={"case": "<b>", "state": "x"}).text.count("Search of ") == 2
    assert "Nothing waits for you" in ivan.get("/review").text


def test_a_decided_face_is_named_found_renamed_and_forgotten(blind, as_person, found_in):
    rolf, ada = as_person("Rolf"), as_person("Ada")
    opened(rolf, blind)
    assert "rule label-decided" in rolf.post(f"{blind}/label", {"name": "Émilie"}).text
    for judge in (rolf, ada):
        opened(judge, blind)
        judge.post(f"{blind}/verdict", {"says": "same", "grounds": "ears"})
    assert "Who is shown" in rolf.get(blind).text
    assert rolf.post(f"{blind}/label", {"name": " "}).status_code == 422
    assert rolf.post(f"{blind}/label", {"name": "Émilie <b>", "authority": "Q7209"}).headers["location"] == blind
    page = rolf.get(blind).text
    assert "labelled: Émilie &lt;b&gt;" in page
    assert '<option value="Émilie &lt;b&gt;">' in page
    listed = rolf.get("/labels", params={"name": "emilie b"}).text
    assert "Q7209" in listed
    (label,) = found_in(r"/labels/([0-9a-f-]{36})/rename", listed)
    assert rolf.post(f"/labels/{label}/rename", {"name": "Gabrielle"}).status_code == 422
    assert rolf.post(f"/labels/{label}/rename", {"name": "Gabrielle", "because": "her first name"}).headers["location"] == "/labels"
    listed = rolf.get("/labels").text
    assert "Gabrielle" in listed
    assert "Émilie" not in listed
    (label,) = found_in(r"/labels/([0-9a-f-]{36})/rename", listed)
    assert rolf.post(f"/labels/{label}/remove").status_code == 422
    assert rolf.post(f"/labels/{label}/remove", {"because": "asked"}).status_code == 303
    assert "No label" in rolf.get("/labels").text


def test_a_face_of_a_source_that_is_not_catalogued_gets_no_name_in_the_words_of_the_law(as_person, museum, group, found_in):
    ada = as_person("Ada")
    thread = ada.house.archive
    case = thread._thread.submit(thread._act, None, lambda archive: archive.standing_case(archive.source("Family"))).result()
    at = ada.search(group, case=case, face="2")
    (one, *_) = found_in(CANDIDATES, ada.get(at).text)
    at = f"{at}/candidates/{one}"
    ada.post(f"{at}/verdict", {"says": "same"})
    refused = ada.post(f"{at}/label", {"name": "Uncle"})
    assert refused.status_code == 403
    assert "rule label-catalogue" in refused.text
    assert 'value="Uncle"' in refused.text
