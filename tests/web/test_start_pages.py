"""The first page of each role, rules and papers; and ids of one role's pages tried by every other."""

import json
import re

import pytest

from visavis.wiring.archive import open_archive

LANDS_ON = {
    "Rolf": {"/approvals", "/cases"},
    "Carl": {"/approvals", "/cases", "/orders", "/ledger"},
    "Olga": {"/approvals", "/cases", "/orders", "/ledger"},
    "Aude": {"/approvals", "/ledger"},
}


@pytest.mark.parametrize("name", LANDS_ON)
def test_who_makes_no_searches_lands_on_what_they_do_with_counts(as_person, name):
    page = as_person(name).get("/")
    led = set(re.findall(r'<li><a href="(/[a-z]+)"><span>', page.text))
    assert page.status_code == 200
    assert led - {"/requests"} == LANDS_ON[name]
    assert "command line" not in page.text


def test_an_overdue_order_is_counted_on_the_clerks_first_page(as_person):
    carl = as_person("Carl")
    carl.post("/orders", {"authority": "CNIL", "reference": "1", "act": "freeze", "notified": "2022-10-17", "due": "2022-12-17"})
    assert "1 past its day" in carl.get("/").text


def test_every_rule_is_told_by_its_name_and_the_packs_in_force(as_person):
    page = as_person("Aude").get("/rules").text
    for rule in ("approver-apart", "case-file", "invited", "requests-first"):
        assert f'id="{rule}"' in page
    assert re.search(r"eu \S+ [0-9a-f]{12}|eu-\S+", page)


def test_the_record_of_processing_is_the_same_bytes_as_a_page_and_a_document(as_person, ledger_of, museum):
    olga = as_person("Olga")
    said = {"day": "2026-11-22", "form": "json"}
    papers = [olga.post("/papers/art30", said) for _ in range(2)]
    assert papers[0].content == papers[1].content
    assert json.loads(papers[0].content)["paper"] == "art30"
    page = olga.post("/papers/art30", said | {"form": "html"})
    assert page.headers["content-disposition"] == 'attachment; filename="art30-2026-11-22.html"'
    assert "Record of processing activities" in page.text
    assert '"art30"' in ledger_of(museum.folder)[-1]


def test_a_breach_is_drafted_for_ids_and_for_nothing_else(as_person, found_in):
    carl = as_person("Carl")
    (source, *_) = found_in(r'name="source" value="([0-9a-f-]{36})"> Museum', carl.get("/orders/new").text)
    draft = carl.post("/papers/breach", {"ids": source, "aware": "2026-11-21T09:30", "form": "json"})
    assert draft.status_code == 200, draft.text
    assert "2026-11-24 09:30" in draft.text
    for wrong in ({"ids": ""}, {"ids": "nobody"}, {"ids": source, "aware": "yesterday"}):
        answer = carl.post("/papers/breach", wrong)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text


def test_ids_of_one_roles_pages_open_nothing_to_another(as_person, museum):
    carl = as_person("Carl")
    said = {"authority": "CNIL", "reference": "1", "act": "freeze", "notified": "2022-10-17", "due": "2022-12-17"}
    order = carl.post("/orders", said).headers["location"]
    none = "/orders/01a20294-abe7-7094-a57f-37246b8fa3e5"
    for name in ("Ines", "Rolf", "Aude", "Ivan"):
        browser = as_person(name)
        for one in (order, none):
            refused = browser.get(one)
            assert (refused.status_code, "CNIL" in refused.text) == (403, False)
            assert browser.post(f"{one}/carry-out").status_code == 403
        assert browser.get(order).text.count("CNIL") == 0
    for name in ("Ivan", "Aude"):
        assert as_person(name).get(f"/cases/{museum.own_case}").status_code in (403, 404)
        assert "A print" not in as_person(name).get("/approvals").text


def test_at_home_the_machines_user_finds_every_page_and_is_told_what_takes_a_person(opening, album, browser_of, examples):
    with open_archive(album) as archive:
        archive.add_source(examples, profile="household", title="Family")
        archive.people.add("Grace", ["owner"], passphrase="a long passphrase of the tests")
    desk = opening(album)
    browser = browser_of(desk)
    browser.get(f"/start?key={desk.house.start_key}")
    for path in (
        "/cases",
        "/cases/new",
        "/approvals",
        "/orders",
        "/orders/new",
        "/ledger?purpose=lawfulness",
        "/people",
        "/papers",
        "/rules",
    ):
        assert browser.get(path).status_code == 200, path
    (case,) = set(re.findall(r'href="(/cases/[0-9a-f-]{36})"', browser.get("/cases").text))
    assert "Family" in browser.get(case).text
    assert browser.post(f"{case}/close", {"sure": "yes"}).status_code == 422
    assert browser.get("/account").status_code == 403
    refused = browser.post("/people/invitations", {"name": "Eve", "role": ["owner"]})
    assert (refused.status_code, "person-needed" in refused.text) == (403, True)
