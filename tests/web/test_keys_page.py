"""The page of programs: a key is made and shown once, revoked, and a case that a burst froze goes on."""

import datetime as dt
import re

import pytest

from visavis.wiring.build import SystemClock

UNTIL = (SystemClock().now() + dt.timedelta(days=30)).date().isoformat()
KEY = re.compile(r"vis_[0-9a-f]{32}_[0-9a-f]{64}")


@pytest.fixture
def ada(as_person):
    return as_person("Ada")


def made(ada, museum, **changes):
    (source,) = [one["source_id"] for one in ada.get("/v1/sources").json()["items"] if one["title"] == "Museum"]
    said = {
        "name": "Photo desk",
        "act": "search",
        "source": source,
        "case": museum.case,
        "per_hour": "60",
        "per_day": "500",
        "until": UNTIL,
    }
    return ada.post("/keys", {**said, **changes})


def test_a_key_is_made_shown_once_and_opens(ada, museum, desk):
    page = made(ada, museum)
    (key,) = KEY.findall(page.text)
    assert "shown this once" in page.text
    assert key not in ada.get("/keys").text
    assert ada.get("/v1/me", headers={"x-api-key": key}).json()["kind"] == "program"


def test_a_revoked_key_stays_on_the_page_and_opens_nothing(ada, museum):
    (key,) = KEY.findall(made(ada, museum).text)
    (path,) = set(re.findall(r'action="(/keys/[0-9a-f-]{36}/revoke)"', ada.get("/keys").text))
    assert ada.post(path).headers["location"] == "/keys"
    page = ada.get("/keys").text
    assert "revoked" in page
    assert path not in page
    assert ada.get("/v1/me", headers={"x-api-key": key}).status_code == 401
    assert ada.post(path).status_code == 422


WRONG = [
    ({"name": ""}, 422, "has a name"),
    ({"until": "soon"}, 422, "is no day"),
    ({"until": ""}, 403, "key-terms"),
    ({"per_hour": "x"}, 422, "is no number"),
    ({"per_hour": "600"}, 403, "key-terms"),
    ({"case": ""}, 403, "key-bounds"),
    ({"source": ""}, 403, "key-terms"),
    ({"act": "judge"}, 422, "key is made for «judge»"),
]


@pytest.mark.parametrize(("changes", "status", "problem"), WRONG, ids=[found for *_, found in WRONG])
def test_what_was_wrong_is_told_on_the_form_and_what_was_typed_is_kept(ada, museum, changes, status, problem):
    page = made(ada, museum, **changes)
    assert (page.status_code, problem in page.text) == (status, True)
    assert changes.get("name", "Photo desk") in page.text
    assert 'role="alert"' in page.text


def test_a_case_that_a_burst_froze_is_told_with_its_reason_and_released(ada, museum, programs, macron):
    program = programs()
    for _ in range(9):
        program.search(macron)
    page = ada.get("/keys").text
    assert "nearly identical probes in 10 minutes" in page
    (path,) = re.findall(r'action="(/keys/cases/[0-9a-f-]{36}/release)"', page)
    assert ada.post(path).headers["location"] == "/keys"
    assert "nearly identical" not in ada.get("/keys").text
    assert program.search(macron).status_code == 201


def test_a_program_is_allowed_a_collection_of_its_source_and_forbidden_it_again(ada, museum):
    made(ada, museum, act=["search", "ingest"])
    page = ada.get("/keys").text
    (allow,) = re.findall(r'action="(/keys/[0-9a-f-]{36}/collections)"', page)
    (source,) = re.findall(r'<select id="called-[0-9a-f-]{36}" name="called"><option value="([0-9a-f-]{36})">Museum<', page)
    folder = re.search(r'<option value="(/[^"]+)">', page)[1]
    assert ada.post(allow, {"collection": "photos", "called": source, "folder": folder}).headers["location"] == "/keys"
    page = ada.get("/keys").text
    assert "<b>photos</b>: Museum, allowed, not created" in page
    assert f"puts pictures into {folder}" in page
    assert ada.post(allow.replace("collections", "forbid"), {"collection": "photos"}).headers["location"] == "/keys"
    assert "<b>photos</b>" not in ada.get("/keys").text


@pytest.mark.parametrize(
    ("changes", "status", "problem"),
    [
        ({"collection": "my photos"}, 422, "no name of a collection"),
        ({"folder": "/etc"}, 422, "no folder of"),
        ({"called": "everything"}, 422, "everything"),
    ],
    ids=lambda said: str(said) if isinstance(said, str) else "",
)
def test_a_collection_that_can_not_be_allowed_comes_back_with_what_was_typed(ada, museum, changes, status, problem):
    made(ada, museum)
    page = ada.get("/keys").text
    (allow,) = re.findall(r'action="(/keys/[0-9a-f-]{36}/collections)"', page)
    (source,) = re.findall(r'name="called"><option value="([0-9a-f-]{36})">Museum<', page)
    answered = ada.post(allow, {"collection": "photos", "called": source, "folder": ""} | changes)
    assert (answered.status_code, problem in answered.text) == (status, True)
    assert f'value="{changes.get("collection", "photos")}"' in answered.text
    assert "<details open>" in answered.text
