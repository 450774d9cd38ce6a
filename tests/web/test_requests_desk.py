"""Requests in a browser: each kind to its end, by those whose role it is, and by nobody else."""

import datetime as dt
import io
import json
import re
import zipfile

import pytest

NEVER = "01a20294-abe7-7094-a57f-37246b8fa3e5"
CANDIDATES = r"/candidates/([0-9a-f-]{36})/face"
MEANS = {"step": "identity", "text": "came to the counter"}


def opened(browser, kind: str = "access", **said: str) -> str:
    """Write a message down; return the address of its request."""
    answer = browser.post("/requests", {"kind": kind, "contact": "petra@example.org", "channel": "post", **said})
    assert answer.status_code == 201, answer.text
    return re.search(r"/requests/[0-9a-f-]{36}", answer.text)[0]


def looked_by_photo(carl, at: str, photo, found_in) -> list[str]:
    """Search with a photograph that the person gave; return the candidates."""
    carl.get(at)
    faces = carl.post(f"{at}/photos", files={"photo": ("p.jpg", photo.read_bytes(), "image/jpeg")})
    assert faces.headers["location"] == f"{at}/faces", faces.text
    assert carl.get(f"{at}/faces/photo.jpg").status_code == 200
    assert carl.post(f"{at}/search", {"face": "1"}).headers["location"] == at
    return found_in(CANDIDATES, carl.get(at).text)


def finished(desk) -> None:
    """Wait for what was begun in the second thread."""
    for work in desk.house.works:
        work.future.exception()


@pytest.fixture
def carl(as_person):
    return as_person("Carl")


def found(carl, kind: str, macron, found_in) -> str:
    """Return the address of a request whose person was found, confirmed and made sure of."""
    at = opened(carl, kind)
    candidates = looked_by_photo(carl, at, macron, found_in)
    assert carl.post(f"{at}/judge", {"says": "confirmed", "candidate": candidates[:2]}).status_code == 303
    carl.post(f"{at}/judge", {"says": "rejected"})
    assert carl.post(f"{at}/steps", MEANS).status_code == 303
    return at


def answered(carl, desk, at: str) -> zipfile.ZipFile:
    carl.post(f"{at}/answer")
    finished(desk)
    assert "Download the answer" in carl.get(at).text
    return zipfile.ZipFile(io.BytesIO(carl.get(f"{at}/answer.zip").content))


# ---- access ------------------------------------------------------------------------------------------------------------------


@pytest.mark.finding("C6")
def test_an_access_request_goes_to_its_package_and_its_close(carl, desk, macron, museum, found_in, ledger_of):
    at = found(carl, "access", macron, found_in)
    package = answered(carl, desk, at)
    assert len(json.loads(package.read("data.json"))["appearances"]) == 2
    page = carl.get(at).text
    assert "came to the counter" in page
    assert "Carl" in page
    assert carl.post(f"{at}/close").headers["location"] == at
    assert carl.get(f"{at}/answer.zip").status_code == 404
    assert "are destroyed" in carl.get(at).text
    told = [json.loads(body)["facts"].get("what") for body in ledger_of(museum.folder)]
    assert [one for one in told if one in ("request-received", "request-searched", "request-answered", "request-closed")] == [
        "request-received", "request-searched", "request-answered", "request-closed",
    ]  # fmt: skip


def test_what_is_missing_before_an_answer_is_said_and_the_law_refuses_it(carl, macron, found_in):
    at = opened(carl)
    assert "Look for what is held of the person." in carl.get(at).text
    refused = carl.post(f"{at}/answer")
    if refused.status_code == 303:  # a slow machine watches it instead
        refused = carl.get(refused.headers["location"])
    assert "request-looked" in refused.text
    looked_by_photo(carl, at, macron, found_in)
    assert "Judge every candidate." in carl.get(at).text
    carl.post(f"{at}/judge", {"says": "rejected"})
    assert "Before it can be answered" not in carl.get(at).text


def test_no_photograph_is_needed_and_a_path_of_the_server_is_none(carl, found_in, macron):
    at = opened(carl)
    assert carl.post(f"{at}/look", {"file": str(macron)}).status_code == 303
    assert found_in(CANDIDATES, carl.get(at).text) == []
    assert carl.post(f"{at}/look", {"url": "https://museum.example/press/emmanuel-macron-2014.jpg"}).status_code == 303
    (one,) = found_in(CANDIDATES, carl.get(at).text)
    for picture in ("face", "picture"):
        assert carl.get(f"{at}/candidates/{one}/{picture}.jpg").headers["content-type"] == "image/jpeg"
    assert carl.post(f"{at}/look").status_code == 422
    assert carl.post(f"{at}/look", {"day": "tomorrow"}).status_code == 422


def test_a_request_is_searched_with_one_set_of_photographs(carl, macron, group, found_in):
    at = opened(carl)
    carl.get(at)
    carl.post(f"{at}/photos", files={"photo": ("p.jpg", group.read_bytes(), "image/jpeg")})
    assert carl.post(f"{at}/search").status_code == 422
    assert carl.post(f"{at}/search", {"face": "9"}).status_code == 422
    assert carl.post(f"{at}/search", {"face": "2"}).status_code == 303
    carl.post(f"{at}/photos", files={"photo": ("p.jpg", macron.read_bytes(), "image/jpeg")})
    again = carl.post(f"{at}/search", {"face": "1"})
    assert "one-probe-set" in again.text


def test_a_photograph_that_is_none_is_told_so_on_the_page_of_the_request(carl):
    at = opened(carl)
    carl.get(at)
    assert carl.post(f"{at}/photos", files={"photo": ("p.jpg", b"no picture", "image/jpeg")}).status_code == 422
    assert carl.post(f"{at}/photos").status_code == 422
    assert carl.post(f"{at}/photos", {"given": "9"}).status_code == 422


# ---- the other kinds -----------------------------------------------------------------------------------------------------------


@pytest.mark.finding("C7")
def test_an_erasure_is_run_signed_by_two_answered_and_the_same_search_finds_nothing(carl, as_person, desk, macron, museum, found_in):
    ines = as_person("Ines")
    seen = found_in(r"/candidates/([0-9a-f-]{36})\"", ines.get(ines.search(macron, case=museum.own_case, reason="r")).text)
    assert len(seen) == 2
    at = found(carl, "erasure", macron, found_in)
    request = at.rpartition("/")[2]
    scope = carl.post("/erasures/scope", {"request": request})
    assert "Nothing is changed yet" in scope.text
    begun = carl.post("/erasures", {"request": request, "ground": "request"})
    finished(desk)
    run = re.search(r"/erasures/[0-9a-f-]{36}", carl.get("/erasures").text)[0]
    assert begun.headers["location"].startswith(("/under-way/", run))
    assert carl.get(begun.headers["location"]).status_code in (200, 303)
    (work,) = desk.house.works
    assert {"erasure-hidden", "rows-overwritten", "erased", "erasure-checked"} <= set(work.steps)
    page = carl.get(run).text
    assert "Checked; waits for two signatures" in page
    assert page.count("<dt>passed</dt>") == 5
    assert carl.get(f"{run}/certificate.json").status_code == 404
    for signer in (carl, carl, as_person("Olga")):
        signer.post(f"{run}/certificate")
        finished(desk)
    assert "Certified" in carl.get(run).text
    file = carl.get(f"{run}/certificate.json")
    assert file.headers["content-disposition"].startswith("attachment")
    assert json.loads(file.content)["certificate"]["erasure"] == run.rpartition("/")[2]
    assert "Signed by two people" in as_person("Olga").get(f"{run}/certificate").text
    assert "certificate-1.json" in answered(carl, desk, at).namelist()
    after = ines.get(ines.search(macron, case=museum.own_case, reason="r")).text
    assert "No candidate" in after


def test_an_objection_takes_the_faces_out_with_its_answer(carl, as_person, desk, macron, museum, found_in):
    at = found(carl, "objection", macron, found_in)
    said = json.loads(answered(carl, desk, at).read("data.json"))
    assert "stay out when the same pictures are read again" in json.dumps(said)
    ines = as_person("Ines")
    assert "No candidate" in ines.get(ines.search(macron, case=museum.own_case, reason="r")).text
    totals = carl.get("/suppressions").text
    assert "fewer than five" in totals


def test_a_restriction_hides_until_a_person_lifts_it_with_a_note(carl, as_person, desk, macron, museum, found_in):
    at = found(carl, "restriction", macron, found_in)
    answered(carl, desk, at)
    ines = as_person("Ines")
    assert "No candidate" in ines.get(ines.search(macron, case=museum.own_case, reason="r")).text
    assert "restriction-noted" in carl.post(f"{at}/steps", {"step": "lift"}).text
    assert carl.post(f"{at}/steps", {"step": "lift", "text": "weighed; told by letter"}).status_code == 303
    assert "2 candidates" in ines.get(ines.search(macron, case=museum.own_case, reason="r")).text


def test_a_wrong_name_is_taken_off_for_good(carl, as_person, desk, macron, museum, found_in):
    thread = desk.house.archive
    ines = as_person("Ines")
    link = ines.search(macron, case=museum.case, reason="r")
    (one, *_) = found_in(r"/candidates/([0-9a-f-]{36})\"", ines.get(link).text)
    rolf = as_person("Rolf")
    rolf.get(link)
    rolf.post(f"{link}/candidates/{one}/verdict", {"says": "same", "grounds": "the ears"})
    who = desk.house.sessions.find(rolf.client.cookies.get("visavis")).who
    thread._thread.submit(thread._act, who, lambda archive: archive.labels.add(one, "Somebody Else")).result()
    at = found(carl, "rectification", macron, found_in)
    page = carl.get(at).text
    assert "The name «Somebody Else»" in page
    (wrong,) = found_in(r'name="wrong" value="([^"]+)"', page)
    assert carl.post(f"{at}/correct", {"wrong": wrong}).status_code == 422
    assert carl.post(f"{at}/correct", {"wrong": wrong, "text": "not them"}).status_code == 303
    assert "link was removed" in json.dumps(json.loads(answered(carl, desk, at).read("data.json")))


def test_portability_gives_along_what_the_person_gave(carl, desk, macron, found_in):
    at = found(carl, "portability", macron, found_in)
    assert json.loads(answered(carl, desk, at).read("data.json"))["appearances"] == []


def test_a_refusal_has_a_ground_reasons_and_remedies_and_a_name(carl):
    at = opened(carl)
    said = {"ground": "exception", "reasons": "held by an order", "remedies": "CNIL"}
    refused = carl.post(f"{at}/refuse", said | {"remedies": ""})
    assert (refused.status_code, "refusal-reasoned" in refused.text, "held by an order" in refused.text) == (403, True, True)
    assert carl.post(f"{at}/refuse", said).status_code == 303
    page = carl.get(at).text
    assert "held by an order" in page
    assert "Carl" in page
    assert "request-open" in carl.post(f"{at}/refuse", said).text
    assert "request-open" in carl.post(f"{at}/steps", MEANS).text


# ---- clocks ------------------------------------------------------------------------------------------------------------------


@pytest.mark.finding("C11")
def test_clocks_are_seen_at_a_glance_in_words_by_those_who_answer_for_them(carl, as_person, clock):
    opened(carl)
    assert "days left</span>" in carl.get("/requests").text
    for days, says in ((18, "50 % of its time is gone"), (9, "80 % of its time is gone"), (12, "overdue by")):
        clock.ahead += dt.timedelta(days=days)
        for name in ("Carl", "Olga", "Ada"):
            browser = as_person(name)
            assert says in browser.get("/").text
            assert says in browser.get("/requests").text
    assert "Time is running" not in as_person("Ines").get("/").text


def test_the_time_is_extended_once_and_only_with_reasons(carl):
    at = opened(carl)
    assert "extension-told" in carl.post(f"{at}/steps", {"step": "extension"}).text
    assert carl.post(f"{at}/steps", {"step": "extension", "text": "many pictures"}).status_code == 303
    assert "extension-told" in carl.post(f"{at}/steps", {"step": "extension", "text": "again"}).text
    assert "clock-event-known" in carl.post(f"{at}/steps", {"step": "pause", "text": "asked for a date"}).text
    assert carl.post(f"{at}/steps", {"step": "fame", "text": "x"}).status_code == 422


def test_messages_of_one_person_join_and_their_day_stays(carl):
    at = opened(carl, text="first\nletter")
    answer = carl.post("/requests", {"contact": "PETRA@example.org", "channel": "e-mail", "text": "second letter"})
    assert "the message joined it" in answer.text
    page = carl.get(at).text
    assert "<p>letter</p>" in page
    assert "second letter" in page


NO_MESSAGES = [
    ({"kind": "", "contact": "new@example.org"}, "nothing of this person is open"),
    ({"channel": ""}, "how did it come in?"),
    ({"received": "2031-01-01"}, "still to come"),
    ({"received": "soon"}, "is no day"),
]


@pytest.mark.parametrize(("change", "says"), NO_MESSAGES)
def test_a_message_that_can_not_be_is_told_on_its_form(carl, change, says):
    answer = carl.post("/requests", {"kind": "access", "contact": "petra@example.org", "channel": "post", **change})
    assert (answer.status_code, says.lower() in answer.text.lower()) == (422, True)


# ---- who --------------------------------------------------------------------------------------------------------------------


def test_an_investigator_writes_a_message_down_and_sees_no_request(as_person):
    ines = as_person("Ines")
    answer = ines.post("/requests", {"kind": "access", "contact": "petra@example.org", "channel": "counter"})
    assert answer.status_code == 201
    assert 'href="/requests/0' not in answer.text
    assert ines.get("/requests").status_code == 403


def test_an_auditor_sees_days_and_counts_and_nobody(as_person, carl):
    at = opened(carl, text="I am Petra")
    aude = as_person("Aude")
    page = aude.get("/requests").text
    assert "Access" in page
    assert "petra" not in page.lower()
    assert at not in page
    assert aude.get(at).status_code == 403


@pytest.mark.finding("C6")
def test_nobody_but_the_clerk_searches_for_a_request(as_person, carl, macron):
    at = opened(carl)
    for name in ("Ada", "Olga"):
        browser = as_person(name)
        assert "A rights clerk does this." in browser.get(at).text
        assert browser.post(f"{at}/photos", files={"photo": ("p.jpg", macron.read_bytes(), "image/jpeg")}).status_code == 403


def test_a_request_that_never_was_and_an_id_that_is_none_are_nothing(carl):
    for wanted in (NEVER, "petra@example.org", "a" * 300, NEVER.upper(), "%2e%2e"):
        for path in ("", "/faces", "/answer.zip", "/photos/1.jpg", f"/candidates/{NEVER}/face.jpg"):
            assert carl.get(f"/requests/{wanted}{path}").status_code == 404
    for path in ("look", "judge", "steps", "correct", "refuse", "close", "answer", "photos", "search"):
        assert carl.post(f"/requests/{NEVER}/{path}", MEANS).status_code == 404
    for path in (f"/erasures/{NEVER}", f"/erasures/{NEVER}/certificate", f"/consents/{NEVER}", "/under-way/x"):
        assert carl.get(path).status_code == 404
    assert carl.post(f"/erasures/{NEVER}/certificate").status_code == 404
    assert carl.post(f"/consents/{NEVER}/withdraw").status_code == 404


def test_pictures_of_a_request_open_only_after_its_page_and_only_for_its_own_candidates(as_person, carl, macron, found_in):
    at = opened(carl)
    (one, *_) = looked_by_photo(carl, at, macron, found_in)
    olga = as_person("Olga")
    assert olga.get(f"{at}/candidates/{one}/face.jpg").status_code == 404
    olga.get(at)
    assert olga.get(f"{at}/candidates/{one}/face.jpg").status_code == 200
    assert olga.get(f"{at}/probes/1.jpg").status_code == 200
    other = opened(carl, "erasure")
    carl.get(other)
    assert carl.get(f"{other}/candidates/{one}/face.jpg").status_code == 404


def test_what_one_person_began_another_does_not_watch(carl, as_person, desk):
    at = opened(carl)
    carl.post(f"{at}/look", {"file": "nowhere.jpg"})
    carl.post(f"{at}/answer")
    finished(desk)
    (work,) = desk.house.works
    assert as_person("Olga").get(f"/under-way/{work.id}").status_code == 404
    assert carl.get(f"/under-way/{work.id}").headers["location"] == at
    assert carl.get(f"/under-way/{work.id}", headers={"hx-request": "true"}).headers["hx-redirect"] == at


# ---- holds, consents, objections ------------------------------------------------------------------------------------------------


def held_picture(desk) -> str:
    thread = desk.house.archive
    return thread._thread.submit(
        thread._act, None, lambda archive: archive._session.records()._database.raw.execute("SELECT id FROM media").fetchone()[0]
    ).result()


def test_a_hold_needs_a_law_an_end_and_a_second_person(carl, as_person, desk):
    picture = held_picture(desk)
    said = {"held": picture, "legal": "Art. 5 of an order", "until": (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=90)).isoformat()}
    assert "hold-grounds" in carl.post("/holds", said | {"legal": ""}).text
    assert "hold-ends" in carl.post("/holds", said | {"until": "2035-01-01"}).text
    assert carl.post("/holds", said | {"until": ""}).status_code == 422
    assert carl.post("/holds", said).status_code == 303
    (second,) = re.findall(r"/holds/[0-9a-f-]{36}/second", carl.get("/erasures").text)
    assert "second-person" in carl.post(second).text
    assert as_person("Olga").post(second).status_code == 303
    assert "In force" in carl.get("/erasures").text
    scope = carl.post("/erasures/scope", {"media": picture}).text
    assert "Held, and hidden instead" in scope
    assert carl.post(second.replace("second", "release")).status_code == 303
    assert "Ended" in carl.get("/erasures").text


def test_an_order_to_erase_names_something_that_is_there(carl):
    assert carl.post("/erasures/scope").status_code == 422
    assert carl.post("/erasures/scope", {"faces": NEVER}).status_code == 422
    assert carl.post("/erasures", {"faces": NEVER}).status_code in (303, 422)


def test_an_objection_without_a_request_is_taken_and_lifted_again(carl, desk):
    assert carl.post("/suppressions", {"because": "by telephone"}).status_code in (303, 422)
    began = carl.post("/suppressions", {"because": "by telephone", "url": "https://museum.example/nowhere.jpg"})
    finished(desk)
    if "under-way" in began.headers["location"]:
        carl.get(began.headers["location"])
    page = carl.get("/suppressions").text
    (number,) = re.findall(r'class="id">([0-9a-f-]{36})<', page)
    assert number not in carl.get("/suppressions").text
    assert carl.post("/suppressions/lift", {"suppression": number}).status_code == 422
    assert carl.post("/suppressions/lift", {"suppression": number, "lift_because": "they asked"}).status_code == 303


def test_where_no_source_stands_on_consents_the_page_says_so(carl):
    assert "No source here stands on consents" in carl.get("/consents").text
