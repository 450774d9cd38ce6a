"""`/v1` in this process: what programs and people ask, what they are told, and what each is refused."""

import base64
import datetime as dt
import json
import re

import pytest

from visavis.web.api.problems import MEDIA

ANY_ID = "01a20294-abe7-7094-a57f-37246b8fa3e5"
REASON = "an undated print"


@pytest.fixture
def program(programs):
    return programs()


def problem(answer, status, *, rule=""):
    """Return the problem of an answer that failed so."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, MEDIA), answer.text
    said = answer.json()
    assert (said["status"], said["rule"], said["request_id"]) == (status, rule, answer.headers["x-request-id"])
    return said


class Person:
    """A signed-in person whose own program calls `/v1`."""

    def __init__(self, browser):
        self.browser = browser
        self.token = browser.get("/v1/me").json()["csrf_token"]

    def get(self, path, **more):
        return self.browser.get(path, **more)

    def post(self, path, said=None, **headers):
        return self.browser.ask("POST", path, json=said or {}, headers={"x-csrf-token": self.token, **headers})


@pytest.fixture
def person(as_person):
    return lambda name: Person(as_person(name))


def test_a_program_searches_with_a_form_and_with_json_and_is_told_what_the_command_line_tells(program, macron, museum):
    by_form = program.search(macron)
    assert by_form.status_code == 201, by_form.text
    said = {"photo_base64": base64.b64encode(macron.read_bytes()).decode(), "reason": REASON, "case_id": museum.case}
    by_json = program.ask("POST", "/v1/searches", json=said)
    assert by_json.status_code == 201, by_json.text
    told = [{**answer.json(), "search_id": "", "at": ""} for answer in (by_form, by_json)]
    for one in told:
        for candidate in one["candidates"]:
            candidate["candidate_id"] = ""
    assert told[0] == told[1]
    assert [candidate["rank"] for candidate in told[0]["candidates"]] == [1, 2]
    assert told[0]["probe"]["photos"][0]["faces"][0]["picked"] is True


def test_a_program_reads_its_own_search_again_and_no_other_s(program, programs, as_person, macron, museum):
    made = program.search(macron).json()
    again = program.ask("GET", f"/v1/searches/{made['search_id']}")
    assert [one["candidate_id"] for one in again.json()["candidates"]] == [one["candidate_id"] for one in made["candidates"]]
    at = f"/v1/searches/{made['search_id']}/candidates/{made['candidates'][0]['candidate_id']}/face.jpg"
    assert program.ask("GET", at).headers["content-type"] == "image/jpeg"
    other = programs("Another")
    theirs_is = problem(other.ask("GET", f"/v1/searches/{made['search_id']}"), 404)
    nothing_is = problem(other.ask("GET", f"/v1/searches/{ANY_ID}"), 404)
    assert {**theirs_is, "request_id": ""} == {**nothing_is, "request_id": ""}
    theirs = as_person("Ines").search(macron, case=museum.case, reason=REASON).rpartition("/")[2]
    problem(program.ask("GET", f"/v1/searches/{theirs}"), 404)


def test_several_faces_are_told_and_none_is_picked(programs, group, museum):
    said = problem(programs().search(group), 422)
    assert said["faces"] == 4


def test_a_program_is_kept_to_its_case_and_its_sources(program, macron, museum):
    problem(program.search(macron, case_id=museum.own_case), 403, rule="key-bounds")
    sources = program.ask("GET", "/v1/sources").json()["items"]
    assert [source["title"] for source in sources] == ["Museum"]
    (case,) = program.ask("GET", "/v1/cases").json()["items"]
    assert case["case_id"] == museum.case
    problem(program.ask("GET", f"/v1/cases/{museum.own_case}"), 404)


def test_one_search_too_many_waits_as_long_as_it_is_told(programs, macron, clock):
    program = programs(per_hour=1, per_day=1)
    assert program.search(macron).status_code == 201
    refused = program.search(macron)
    problem(refused, 429, rule="key-rate")
    wait = int(refused.headers["retry-after"])
    assert 23 * 3600 < wait <= 24 * 3600
    clock.ahead += dt.timedelta(seconds=wait + 1)
    assert program.search(macron).status_code == 201


def test_a_verdict_needs_a_person(program, person, macron):
    (first, *_) = program.search(macron).json()["candidates"]
    path = f"/v1/candidates/{first['candidate_id']}/verdicts"
    said = {"says": "same", "grounds": "ears"}
    problem(program.ask("POST", path, json=said), 403, rule="person-needed")
    given = person("Rolf").post(path, said)
    assert (given.status_code, given.json()["stands"]) == (201, "same"), given.text
    read = person("Rolf").get("/v1/reviews").json()
    assert first["candidate_id"] not in [lead["candidate"]["candidate_id"] for lead in read["items"]]


def test_a_person_s_session_needs_its_origin_and_its_token(as_person, person, museum):
    ines = person("Ines")
    path = "/v1/searches"
    problem(ines.browser.ask("POST", path, json={}), 403, rule="same-origin")
    problem(ines.post(path, {}, origin="https://evil.example"), 403, rule="same-origin")
    problem(ines.post(path, {}), 422)


@pytest.mark.parametrize("key", ["", "vis_", "vis_" + "0" * 32 + "_" + "0" * 64, "é", "x" * 5000])
def test_a_wrong_key_is_401_in_the_same_words_and_after_many_tries_429(desk, program, key):
    headers = {"x-api-key": key.encode("latin-1")}
    answers = [program.ask("GET", "/v1/me", headers=headers) for _ in range(22)]
    assert answers[-1].status_code == 429
    assert program.ask("GET", "/v1/me").status_code == 200
    if len(key) <= 200:
        said = problem(answers[0], 401, rule="key-valid")
        assert "wrong, was revoked, or is past its end" in said["detail"]


def test_nobody_is_asked_to_sign_in_with_a_page(desk, browser_of):
    problem(browser_of(desk).get("/v1/sources"), 401, rule="signed-in")


def test_a_revoked_key_opens_nothing_at_once(desk, program, as_person):
    import asyncio

    def revoke(archive):
        archive.services.revoke("Photo desk")

    ada = as_person("Ada")
    session = desk.house.sessions.find(ada.client.cookies.get("visavis"))
    asyncio.run(desk.house.archive.act(session.who, revoke))
    problem(program.ask("GET", "/v1/me"), 401, rule="key-valid")


def test_a_repeat_is_carried_out_once_and_another_request_under_its_key_is_refused(program, macron, museum, ledger_of):
    headers = {"idempotency-key": "job-17"}
    said = {"photo_base64": base64.b64encode(macron.read_bytes()).decode(), "reason": REASON}
    first, second = (program.ask("POST", "/v1/searches", json=said, headers=headers) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["search_id"] == second.json()["search_id"]
    searches = [leaf for leaf in map(json.loads, ledger_of(museum.folder)) if leaf["gallery_size"] is not None]
    assert len(searches) == 1
    problem(program.ask("POST", "/v1/searches", json={**said, "reason": "another"}, headers=headers), 422)
    problem(program.ask("POST", "/v1/searches", json=said, headers={"idempotency-key": "a b"}), 422)


def test_a_repeated_receipt_is_the_first_one_and_a_day_later_it_is_not(person, clock):
    carl = person("Carl")
    said = {"contacts": ["vera@example.org"], "channel": "letter", "kind": "access"}
    first, second = (carl.post("/v1/requests", said, **{"idempotency-key": "k"}) for _ in range(2))
    assert first.json() == second.json()
    assert first.json()["joined"] is False
    clock.ahead += dt.timedelta(hours=25)
    later = person("Carl").post("/v1/requests", said, **{"idempotency-key": "k"})
    assert later.json()["joined"] is True


def test_lists_go_on_behind_their_cursor_and_no_cursor_is_trusted(person):
    aude = person("Aude")
    first = aude.get("/v1/ledger/leaves", params={"limit": 3}).json()
    second = aude.get("/v1/ledger/leaves", params={"limit": 3, "cursor": first["next_cursor"]}).json()
    assert [leaf["seq"] for leaf in first["items"] + second["items"]] == [0, 1, 2, 3, 4, 5]
    proof = aude.get("/v1/ledger/leaves/3/proof")
    assert "tlog-proof" in proof.text
    problem(aude.get("/v1/ledger/leaves/999999/proof"), 404)
    for cursor in ("x", base64.urlsafe_b64encode(b'["sources","1"]').decode(), base64.urlsafe_b64encode(b"[" * 90).decode()):
        said = problem(aude.get("/v1/ledger/leaves", params={"cursor": cursor}), 422)
        assert said["errors"][0]["field"] == "cursor"


def test_a_case_is_opened_frozen_and_closed_by_people(person, museum):
    ines = person("Ines")
    (source,) = [one for one in ines.get("/v1/sources").json()["items"] if one["title"] == "Museum"]
    said = {"title": "Plates", "purpose": "research", "source_ids": [source["source_id"]], "legal_reference": "art. 44"}
    refused = problem(ines.post("/v1/cases", said), 403, rule="case-grounds")
    assert "necessity" in refused["detail"]
    made = ines.post("/v1/cases", {**said, "necessity": "undated", "seeks": "unknown person"})
    assert made.status_code == 201, made.text
    path = f"/v1/cases/{made.json()['case_id']}"
    assert person("Olga").post(f"{path}/freeze").json()["state"] == "frozen"
    assert person("Olga").post(f"{path}/thaw").json()["state"] == "open"
    problem(person("Olga").post(f"{path}/release"), 422)
    assert ines.post(f"{path}/close", {"why": "done"}).json()["state"] == "closed"
    problem(ines.post(f"/v1/cases/{ANY_ID}/close"), 404)


BAD = [
    ({"content": b"{", "headers": {"content-type": "application/json"}}, 422),
    ({"content": b"[]", "headers": {"content-type": "application/json"}}, 422),
    ({"content": b"[" * 100_000, "headers": {"content-type": "application/json"}}, 422),
    ({"content": b'{"reason": "\\ud800"}', "headers": {"content-type": "application/json"}}, 422),
    ({"content": b'{"reason": "\\u0000"}', "headers": {"content-type": "application/json"}}, 422),
    ({"content": b"a=b", "headers": {"content-type": "application/x-www-form-urlencoded"}}, 422),
    ({"json": {"photo_base64": "?"}}, 422),
    ({"json": {"photo_base64": "QUJD"}}, 422),
    ({"json": {"nonsense": 1}}, 422),
    ({"json": {"face_id": ANY_ID, "reason": REASON}}, 422),
    ({"data": {"reason": ["a", "b"]}, "files": {"photo": b"x"}}, 422),
    ({"content": b"x", "headers": {"content-type": "application/json", "content-length": "99999999"}}, 413),
]


@pytest.mark.parametrize(("sent", "status"), BAD, ids=[str(number) for number in range(len(BAD))])
def test_what_can_not_be_read_is_told_as_a_problem(program, sent, status):
    problem(program.ask("POST", "/v1/searches", **sent), status)


def test_a_threshold_under_the_floor_is_refused_by_its_rule(program, macron):
    problem(program.search(macron, threshold="-1"), 403, rule="similarity-floor")


def test_an_address_below_v1_that_is_none_is_told_as_json(program):
    problem(program.ask("GET", "/v1/nothing"), 404)
    answer = program.ask("DELETE", "/v1/sources")
    problem(answer, 405)
    assert answer.headers["allow"] == "GET"


def test_frames_sent_over_http_freeze_the_case_and_the_case_says_why(programs, person, macron, museum):
    program = programs()
    statuses = [program.search(macron).status_code for _ in range(9)]
    assert statuses == [201] * 8 + [403]
    problem(program.search(macron), 403, rule="case-open")
    said = program.ask("GET", f"/v1/cases/{museum.case}").json()
    assert said["state"] == "frozen"
    assert "nearly identical probes" in said["frozen_why"]
    problem(program.ask("POST", f"/v1/cases/{museum.case}/release"), 403, rule="person-needed")
    assert person("Olga").post(f"/v1/cases/{museum.case}/release").json()["state"] == "open"
    assert program.search(macron).status_code == 201


def test_who_asks_is_told_who_they_are(program, as_person):
    said = program.ask("GET", "/v1/me").json()
    assert (said["kind"], said["key"]["acts"], said["key"]["wait_seconds"]) == ("program", ["search"], 0)
    assert as_person("Rolf").get("/v1/me").json()["roles"] == ["reviewer"]


def test_no_key_stands_in_an_answer_or_a_log_line(program, macron, caplog):
    import logging

    with caplog.at_level(logging.INFO):
        texts = [program.ask("GET", path).text for path in ("/v1/me", "/v1/cases", "/v1/openapi.json")]
    assert program.key not in "".join(texts) + caplog.text
    assert not re.search(r"emmanuel|probe\.jpg", caplog.text)


def test_a_key_for_ingest_asks_for_a_job_and_steers_it_and_a_key_for_searching_does_not(programs):
    reader = programs("Loader", acts=("ingest",), case_id=None)
    (source,) = reader.ask("GET", "/v1/sources").json()["items"]
    made = reader.ask("POST", f"/v1/sources/{source['source_id']}/jobs", json={"workers": 2})
    assert (made.status_code, made.json()["state"]) == (201, "waiting"), made.text
    path = f"/v1/jobs/{made.json()['job_id']}"
    problem(reader.ask("POST", f"/v1/sources/{source['source_id']}/jobs", json={}), 422)
    assert reader.ask("POST", f"{path}/pause", json={}).json()["state"] == "paused"
    assert reader.ask("POST", f"{path}/resume", json={}).json()["state"] == "waiting"
    assert reader.ask("POST", f"{path}/stop").json()["state"] == "stopped"
    assert [job["job_id"] for job in reader.ask("GET", "/v1/jobs").json()["items"]] == [made.json()["job_id"]]
    assert reader.ask("GET", f"/v1/sources/{source['source_id']}/files").json()["items"]
    searcher = programs()
    problem(searcher.ask("POST", f"/v1/sources/{source['source_id']}/jobs", json={}), 403, rule="key-bounds")
    problem(searcher.ask("GET", path), 403, rule="key-bounds")


def test_a_key_for_browsing_sees_the_pictures_and_faces_of_its_sources(programs, person, museum):
    browsing = programs("Shelf", acts=("browse", "search"))
    (source,) = browsing.ask("GET", "/v1/sources").json()["items"]
    first = browsing.ask("GET", f"/v1/sources/{source['source_id']}/media", params={"limit": 1}).json()
    second = browsing.ask("GET", f"/v1/sources/{source['source_id']}/media", params={"limit": 1, "cursor": first["next_cursor"]}).json()
    assert (len(first["items"]), len(second["items"]), second["next_cursor"]) == (1, 1, None)
    assert first["items"][0]["path"] != second["items"][0]["path"]
    shown = first["items"][0]
    path = f"/v1/media/{shown['media_id']}"
    assert browsing.ask("GET", path).json() == shown
    (face,) = shown["faces"]
    for jpeg in (f"{path}/picture.jpg", f"{path}/faces/{face['face_id']}.jpg"):
        assert browsing.ask("GET", jpeg).content[:2] == b"\xff\xd8"
    problem(browsing.ask("GET", f"{path}/faces/{ANY_ID}.jpg"), 404)
    problem(browsing.ask("GET", f"/v1/media/{ANY_ID}"), 404)
    like = browsing.ask("POST", "/v1/searches", json={"face_id": face["face_id"], "reason": REASON})
    assert like.status_code == 201, like.text
    family = next(one for one in person("Ada").get("/v1/sources").json()["items"] if one["title"] == "Family")
    problem(browsing.ask("GET", f"/v1/sources/{family['source_id']}/media"), 404)
    theirs = person("Ada").get(f"/v1/sources/{family['source_id']}/media").json()["items"][0]
    problem(browsing.ask("GET", f"/v1/media/{theirs['media_id']}"), 404)
    problem(programs().ask("GET", path), 403, rule="key-bounds")
