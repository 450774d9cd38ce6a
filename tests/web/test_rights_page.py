"""The public page: without an account, without a photograph, and without a word of what is held."""

import io
import json
import re
import struct
import zlib

import pytest
from PIL import Image

from visavis.records.holdings import Holdings
from visavis.records.likened import Likened

PETRA = {"kind": "access", "contact": "petra@example.org", "words": "I was at the opening in 1962."}
PLAIN = (r"Request [0-9a-f-]+", r'name="token" value="[^"]*"', r"<b>\w{4}-\w{4}</b>", r"\w{4}-\w{4}-\w{4}-\w{4}", r"request_id.*")


@pytest.fixture
def anybody(desk, browser_of):
    """Return a browser in which nobody is signed in; answers come as fast as they can."""
    desk.house.public.steady_seconds = 0
    return browser_of(desk)


def token_on(page) -> str:
    return re.search(r'name="token" value="([^"]+)"', page.text)[1]


def send(browser, said: dict, photo: bytes | None = None, path: str = "/rights"):
    """Load the form and send it, as a browser does."""
    data = {"token": token_on(browser.get(path)), **said}
    if path != "/rights":
        return browser.ask("POST", path, data=data)
    return browser.ask("POST", path, data=data, files={"photo": ("me.jpg", photo or b"", "image/jpeg")})


def plain(text: str) -> str:
    """Return a page without what is different each time: numbers and tokens."""
    for pattern in PLAIN:
        text = re.sub(pattern, "", text)
    return text


def receipt_on(answer) -> dict[str, str]:
    number = re.search(r"<b>(\w{4}-\w{4})</b>", answer.text)[1]
    return {"number": number, "code": re.search(r"\w{4}-\w{4}-\w{4}-\w{4}", answer.text)[0]}


def test_a_message_without_a_photograph_and_without_a_cookie_has_a_receipt(anybody):
    answer = send(anybody, PETRA)
    assert answer.status_code == 201
    assert "set-cookie" not in answer.headers
    assert "unless you are told, with reasons, that it takes longer" in answer.text
    assert receipt_on(answer)["number"]


@pytest.mark.finding("C6")
def test_the_answer_is_the_same_whether_the_person_is_held_or_not_and_nobody_looks(anybody, macron, examples, monkeypatch):
    def looked(*_: object, **__: object):
        raise AssertionError("somebody looked")

    for of in (Holdings, Likened):
        for name in ("faces", "faces_fitting", "sources_kept", "add"):
            if hasattr(of, name):
                monkeypatch.setattr(of, name, looked)
    held = send(anybody, PETRA | {"contact": "held@example.org"}, macron.read_bytes())
    strange = send(anybody, PETRA | {"contact": "strange@example.org"}, (examples / "rishi-sunak.jpg").read_bytes())
    assert held.status_code == strange.status_code == 201
    assert plain(held.text) == plain(strange.text)
    assert set(held.headers) == set(strange.headers)


def test_a_receipt_does_not_tell_that_somebody_has_asked_under_this_address_before(anybody, as_person):
    first, second = send(anybody, PETRA), send(anybody, PETRA | {"words": "I wrote last week."})
    assert plain(first.text) == plain(second.text)
    assert receipt_on(first) != receipt_on(second)
    assert as_person("Olga").get("/requests").text.count('href="/requests/0') == 1


def test_pressing_the_button_twice_is_one_message(anybody, desk):
    data = {"token": token_on(anybody.get("/rights")), **PETRA}
    first, second = (anybody.ask("POST", "/rights", data=data) for _ in range(2))
    assert receipt_on(first) == receipt_on(second)


WRONG = [
    ({"contact": ""}, "Where may the answer be sent?"),
    ({"kind": ""}, "What is asked for?"),
    ({"kind": "fame"}, "What is asked for?"),
    ({"representative": "noyb"}, "If you write for somebody else"),
]


@pytest.mark.parametrize(("change", "says"), WRONG)
def test_what_is_missing_is_told_on_the_form_and_what_was_written_stays(anybody, change, says):
    answer = send(anybody, PETRA | change)
    assert answer.status_code == 422
    assert says in answer.text
    assert PETRA["words"] in answer.text
    assert "visavis " not in answer.text


BOMBS = {"text": b"no picture", "png": b"\x89PNG\r\n\x1a\n" + b"\xff" * 300, "svg": b"<svg onload=alert(1)>"}


@pytest.mark.parametrize("data", BOMBS.values(), ids=BOMBS)
def test_a_photograph_that_is_none_is_told_so_and_no_request_is_made(anybody, data, as_person):
    answer = send(anybody, PETRA, data)
    assert answer.status_code == 422
    assert "your request counts without" in answer.text
    assert "Nothing is to be answered." in as_person("Olga").get("/requests").text


def test_a_picture_of_more_pixels_than_a_machine_holds_is_refused(anybody):
    header = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    rows = b"IDAT" + zlib.compress(bytes(1 << 20))
    chunks = b"".join(struct.pack(">I", len(one) - 4) + one + struct.pack(">I", zlib.crc32(one)) for one in (header, rows, b"IEND"))
    assert send(anybody, PETRA, b"\x89PNG\r\n\x1a\n" + chunks).status_code == 422


def test_a_message_longer_than_the_page_takes_is_cut_off(anybody):
    assert send(anybody, PETRA, bytes(12 << 20)).status_code == 413


def test_a_form_is_bound_to_who_loaded_it_and_to_its_hour(anybody, desk, clock):
    import datetime as dt

    token = token_on(anybody.get("/rights"))
    assert not desk.house.public.holds(token, "10.0.0.9", clock.now())
    for wrong in ("", "x", token[:-1] + ("0" if token[-1] != "0" else "1"), "9" * 400):
        answer = anybody.ask("POST", "/rights", data={"token": wrong, **PETRA})
        assert (answer.status_code, PETRA["words"] in answer.text) == (422, True)
    clock.ahead += dt.timedelta(hours=5)
    assert anybody.ask("POST", "/rights", data={"token": token, **PETRA}).status_code == 422


def test_a_form_of_another_site_is_refused(anybody):
    data = {"token": token_on(anybody.get("/rights")), **PETRA}
    assert anybody.ask("POST", "/rights", data=data, headers={"origin": "https://evil.example"}).status_code == 403


def test_a_flood_is_stopped_and_other_ways_are_named(anybody, desk):
    while desk.house.public.sent.one_more():
        pass
    answer = send(anybody, PETRA)
    assert answer.status_code == 429
    assert "write by e-mail or post" in answer.text
    assert send(anybody, receipt_on_nothing(), path="/rights/standing").status_code == 429


def test_a_flood_of_photographs_is_stopped_sooner(anybody, desk, macron):
    while desk.house.public.photos.one_more():
        pass
    assert send(anybody, PETRA, macron.read_bytes()).status_code == 429
    assert send(anybody, PETRA).status_code == 201


def receipt_on_nothing() -> dict[str, str]:
    return {"number": "ABCD-2345", "code": "AAAA-AAAA-AAAA-AAAA"}


def test_number_and_code_open_how_far_a_message_is_and_nothing_else(anybody, as_person):
    receipt = receipt_on(send(anybody, PETRA))
    answers = [send(anybody, said, path="/rights/standing") for said in (receipt_on_nothing(), receipt | {"code": "AAAA-AAAA-AAAA-AAAA"})]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert plain(answers[0].text) == plain(answers[1].text)
    assert "was received" in send(anybody, receipt, path="/rights/standing").text
    carl = as_person("Carl")
    at = re.search(r"/requests/[0-9a-f-]{36}", carl.get("/requests").text)[0]
    carl.post(f"{at}/look", {"file": "emmanuel-macron-2014.jpg"})
    assert "being worked on" in send(anybody, receipt, path="/rights/standing").text
    carl.post(f"{at}/judge", {"says": "rejected"})
    said = {"ground": "not-identified", "reasons": "nobody of that name", "remedies": "CNIL; tribunal administratif"}
    assert carl.post(f"{at}/refuse", said).status_code == 303
    page = send(anybody, {name: said.lower().replace("-", " ") for name, said in receipt.items()}, path="/rights/standing").text
    assert "was answered" in page
    assert "refused" not in page


def test_a_later_message_is_not_told_of_what_was_done_before_it(anybody, as_person):
    send(anybody, PETRA)
    carl = as_person("Carl")
    at = re.search(r"/requests/[0-9a-f-]{36}", carl.get("/requests").text)[0]
    carl.post(f"{at}/look", {"file": "nowhere.jpg"})
    later = receipt_on(send(anybody, PETRA | {"words": "again"}))
    assert "was received" in send(anybody, later, path="/rights/standing").text


def test_a_photograph_lies_sealed_without_its_header_and_dies_with_the_request(anybody, as_person, museum, macron):
    photo = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "taken in the garden of Petra"
    Image.open(macron).save(photo, "JPEG", exif=exif)
    send(anybody, PETRA, photo.getvalue())
    carl = as_person("Carl")
    at = re.search(r"/requests/[0-9a-f-]{36}", carl.get("/requests").text)[0]
    assert carl.get(f"{at}/photos/1.jpg").status_code == 404  # before its page was opened
    carl.get(at)
    shown = carl.get(f"{at}/photos/1.jpg").content
    assert not Image.open(io.BytesIO(shown)).getexif()
    stored = b"".join(file.read_bytes() for file in museum.folder.rglob("*") if file.is_file())
    assert shown[200:400] not in stored
    assert carl.post(f"{at}/close", {"withdrawn": "by telephone"}).status_code == 303
    assert carl.get(f"{at}/photos/1.jpg").status_code == 404


def test_the_operator_may_close_the_page(opening, museum, browser_of, desk):
    closed = browser_of(desk)
    object.__setattr__(desk.house, "rights_page", False)
    for path in ("/rights", "/rights/standing"):
        assert closed.get(path).status_code == 404
    assert closed.ask("POST", "/rights", data=PETRA).status_code == 404


def test_the_ledger_has_each_message_and_no_word_of_it(anybody, museum, ledger_of):
    send(anybody, PETRA)
    send(anybody, PETRA | {"words": "again"})
    facts = [json.loads(body) for body in ledger_of(museum.folder)][-2:]
    assert [leaf["facts"]["what"] for leaf in facts] == ["request-received", "request-message"]
    assert "petra" not in json.dumps(facts)


# ---- notices -----------------------------------------------------------------------------------------------------------------


def test_the_notice_of_a_source_is_public_as_a_page_and_for_programs(anybody):
    page = anybody.get("/rights").text
    (at,) = re.findall(r'href="(/notices/[0-9a-f-]{36})"', page)
    notice = anybody.get(at).text
    assert "Where you can complain" in notice
    assert "Museum of Example" in notice
    document = anybody.get(f"{at}/notice.json").json()
    assert document["paper"] == "notice"
    assert {part["id"] for part in document["parts"]} == {"who", "why", "what", "rights", "version"}


def test_a_households_source_and_one_that_never_was_have_no_notice(anybody, desk):
    thread = desk.house.archive
    ids = thread._thread.submit(thread._act, None, lambda archive: {one.title: one.id for one in archive.sources()}).result()
    for wanted in (ids["Family"], "Museum", ids["Museum"][-8:], "01a20294-abe7-7094-a57f-37246b8fa3e5"):
        assert anybody.get(f"/notices/{wanted}").status_code == 404
        assert anybody.get(f"/notices/{wanted}/notice.json").status_code == 404
