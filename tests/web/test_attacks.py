"""The classic attacks, each refused: forgery, traversal, hosts, headers, uploads, and what leaks in an answer or a log."""

import json
import logging
import re
from pathlib import Path

import pytest

from visavis.web.logs import IdsOnly, JsonLines
from visavis.web.visit import FIELDS, MOST_FILES
from visavis.wiring.archive import open_archive

HOUSE = Path(__file__).resolve().parents[2]

EVIL = "https://evil.example"


@pytest.fixture
def ines(as_person):
    return as_person("Ines")


@pytest.mark.parametrize(
    "headers",
    [{"origin": EVIL}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}],
    ids=["origin", "null", "cross-site", "same-site"],
)
def test_a_form_that_another_site_sends_is_refused_even_with_its_token(ines, headers):
    answer = ines.post("/sign-out", headers=headers)
    assert answer.status_code == 403
    assert ines.get("/").status_code == 200


@pytest.mark.parametrize("token", ["", "0" * 64, "é"])
def test_a_form_without_the_token_of_its_page_is_refused(ines, token):
    assert ines.post("/sign-out", {"token": token}).status_code == 403


def test_a_token_of_another_session_is_refused(ines, as_person):
    assert ines.post("/sign-out", {"token": as_person("Ivan").token()}).status_code == 403


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8478", "127.0.0.1:80", "", "127.0.0.1:8478, evil.example"])
def test_a_name_that_somebody_points_at_this_machine_is_not_answered(ines, host):
    assert ines.get("/", headers={"host": host}).status_code == 421


OUTSIDE = ("..%2fapp.py", "%2e%2e/%2e%2e/pyproject.toml", "/etc/passwd", "desk.css%00.py", "base.html.j2", "__init__.py")


@pytest.mark.parametrize("path", OUTSIDE)
def test_no_path_leads_out_of_the_desks_own_files(ines, path):
    assert ines.get(f"/static/{path}").status_code in (404, 307)


NO_IDS = ("%2e%2e%2f%2e%2e", "1 OR 1=1", "01A20294-ABE7-7094-A57F-37246B8FA3E5", "a" * 5000, "%00", "%0d%0aX-Evil:1")
ASKED = ("/searches/{0}", "/searches/{0}/candidates/{0}/face.jpg", "/probes/{0}", "/probes/{0}/faces/{0}.jpg")


@pytest.mark.parametrize("said", NO_IDS)
def test_an_id_is_an_id_and_nothing_else(ines, said):
    assert {ines.get(path.format(said)).status_code for path in ASKED} == {404}


@pytest.mark.parametrize("number", ["0", "5", "-1", "²", "9" * 30, "1e1"])
def test_a_face_has_a_number_or_is_not_there(ines, group, number):
    at = ines.upload(group).headers["location"]
    assert ines.get(f"{at}/faces/{number}.jpg").status_code == 404


def test_headers_can_not_be_injected_by_what_is_redirected_to(ines, desk, browser_of):
    browser = browser_of(desk)
    answer = browser.get("/searches/01a20294-abe7-7094-a57f-37246b8fa3e5%0d%0aset-cookie:x=1")
    assert "x=1" not in str(answer.headers)


@pytest.mark.parametrize(
    "data",
    [b"", b"GIF89a", b"\xff\xd8\xff" + bytes(5000), b"<svg onload=alert(1)>", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n" + b"\xff" * 200],
    ids=["empty", "gif", "jpeg", "svg", "pdf", "png"],
)
def test_an_upload_that_is_no_photograph_is_told_so(ines, data):
    answer = ines.upload(data)
    assert answer.status_code == 422
    assert "What to do" in answer.text


def test_a_photograph_without_a_face_is_told_so(ines, examples):
    at = ines.upload(examples / "landscape.jpg").headers["location"]
    page = ines.get(at).text
    assert "No face was found" in page
    assert "Draw a box around the face" in page
    answer = ines.post("/searches", {"probe": at.rpartition("/")[2]})
    assert answer.status_code == 422
    assert "No face is picked, and none was found" in answer.text


def test_an_upload_over_the_limit_is_cut_off_whatever_its_header_says(ines, monkeypatch):
    assert ines.upload(bytes((40 << 20) + 1)).status_code == 413
    lying = {"content-length": "10", "content-type": "multipart/form-data; boundary=x"}
    answer = ines.ask("POST", "/probes", content=bytes(41 << 20), headers=lying)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"--x"),
        ("multipart/form-data; boundary=x", b"--y\r\n\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\nno name\r\n--x--\r\n"),
        ("application/x-www-form-urlencoded", b"a=\xff%ff&b"),
        ("application/x-www-form-urlencoded", b"&".join(b"f=1" for _ in range(FIELDS + 1))),
        ("application/x-www-form-urlencoded", b"name=" + b"a" * 5000),
        ("application/json", b"{}"),
        ("", b"x"),
    ],
)
def test_a_form_that_can_not_be_read_is_refused_without_an_error_of_ours(ines, kind, body):
    assert ines.ask("POST", "/searches", content=body, headers={"content-type": kind}).status_code in (403, 422)


def test_more_photographs_than_a_probe_has_are_refused(ines, group):
    files = [("photo", (f"{number}.jpg", b"x")) for number in range(MOST_FILES + 1)]
    assert ines.post("/probes", files=files).status_code == 422


@pytest.mark.parametrize("path", ["/", "/nothing", "/sign-in", "/healthz", "/static/desk.css", "/searches/x"])
def test_every_answer_carries_the_headers_that_keep_a_browser_safe(ines, path):
    headers = ines.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-request-id"]


def test_no_page_holds_a_script_or_a_style_of_its_own(ines, group, museum):
    probe = ines.upload(group).headers["location"]
    pages = [ines.get(path).text for path in ("/", "/account/second-factor", "/nothing", probe)]
    for page in pages:
        assert " style=" not in page
        assert re.search(r"<[^>]* on[a-z]+=", page) is None
        assert page.count("<script") == page.count('<script src="/static/')


def test_what_people_write_is_text_on_every_page(ines, macron, museum):
    at = ines.search(macron, case=museum.case, reason="<script>alert(1)</script>\u202e")
    page = ines.get(at).text
    assert "&lt;script&gt;" in page
    assert "\u202e" not in page


def test_the_log_has_routes_and_numbers_and_nothing_of_a_person(ines, macron, museum, caplog):
    with caplog.at_level(logging.INFO, logger="visavis.web"):
        at = ines.search(macron, case=museum.case, reason="looking for Emmanuel")
        ines.get(at)
        ines.get("/Emmanuel/Macron?name=Emmanuel")
    lines = [json.loads(record.message) for record in caplog.records if record.name == "visavis.web"]
    assert {line["route"] for line in lines} == {"/probes", "/searches", "/searches/{search}", "none"}
    assert not {"Emmanuel", "Ines", "macron"} & {word for record in caplog.records for word in record.message.replace('"', " ").split()}


def test_a_traceback_does_not_reach_the_log():
    try:
        raise KeyError("/photos/Emmanuel Macron.jpg")
    except KeyError as error:
        trace = (KeyError, error, error.__traceback__)
    record = logging.LogRecord("uvicorn.error", logging.ERROR, "", 0, "Exception in ASGI application", (), trace)
    assert IdsOnly().filter(record)
    line = json.loads(JsonLines().format(record))
    assert set(line) == {"at", "level", "log", "message"}
    assert "Macron" not in line["message"]
    assert "KeyError" in line["message"]


def test_the_counters_say_how_the_archive_grows_and_what_waits(ines, museum, macron):
    before = counters(ines)
    ines.get(ines.search(macron, case=museum.case, reason="r"))
    after = counters(ines)
    assert after["visavis_searches_total"] == before["visavis_searches_total"] + 1
    assert after["visavis_candidates_total"] > before["visavis_candidates_total"]
    assert after["visavis_ledger_leaves_total"] > before["visavis_ledger_leaves_total"]
    assert after["visavis_archive_sources"] == 2
    assert after["visavis_archive_templates"] >= after["visavis_archive_pictures"] == 5
    assert after["visavis_archive_bytes"] > 100_000
    assert after["visavis_process_resident_bytes"] > 10_000_000
    assert after['visavis_queue{queue="archive"}'] == after['visavis_queue{queue="long"}'] == 0


def test_every_counter_is_documented(ines):
    page = (HOUSE / "docs" / "reference" / "metrics.md").read_text(encoding="utf-8")
    named = {re.sub(r"_(bucket|sum|count|created)?$", "", name.partition("{")[0]) for name in counters(ines)}
    assert not [name for name in named if f"`{name}" not in page and not name.endswith("_created")]


def counters(browser) -> dict[str, float]:
    lines = [line.rpartition(" ") for line in browser.get("/metrics").text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


def test_the_counters_tell_of_no_person_and_not_through_a_proxy(ines, desk, museum, macron):
    ines.get(ines.search(macron, case=museum.case, reason="r"))
    text = ines.get("/metrics").text
    assert 'visavis_requests_total{method="POST",route="/searches",status="303"} 1.0' in text
    with open_archive(museum.folder) as archive:
        people = archive.people.all()
        about = [word for one in people for word in (one.name, one.id)]
        about += [word for one in archive.sources() for word in (one.id, one.title, *(str(root.path) for root in one.roots))]
    assert len(about) > len(people)
    assert not [word for word in about if word in text]
    assert ines.get("/metrics", headers={"x-forwarded-for": "10.0.0.1"}).status_code == 403


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"])
def test_a_route_is_asked_in_its_own_way_only(ines, method):
    assert ines.ask(method, "/searches").status_code == 405
