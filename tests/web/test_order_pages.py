"""Orders in a browser: the dashboard's days and money, freezing at once, claims, questions, carrying out, the report."""

import asyncio
import datetime as dt
import io
import re
import zipfile

import pytest

from visavis.cli.audit import main as audit
from visavis.web.pages import order as order_page

OF_2022 = {
    "authority": "CNIL",
    "reference": "MED-2021-134",
    "act": ["stop", "freeze", "answer", "erase"],
    "notified": "2022-10-17",
    "months": "2",
    "rate": "100 000",
    "places": "FR",
}


@pytest.fixture
def carl(as_person):
    return as_person("Carl")


@pytest.fixture
def order(carl):
    """Return the address of the order of 2022."""
    opened = carl.post("/orders", OF_2022)
    assert opened.status_code == 303, opened.text
    return opened.headers["location"]


def test_the_order_of_2022_counts_52_days_and_5_200_000_euros(carl, order):
    page = carl.get(f"{order}?at=2023-02-09").text
    assert "52 days overdue" in page
    assert "EUR 5,200,000" in page
    assert "2022-12-19" in page
    assert "1 day overdue" in carl.get(f"{order}?at=2022-12-20").text
    assert "1 day left" in carl.get(f"{order}?at=2022-12-18").text


def test_the_dashboard_shows_days_and_sum_and_counts_on_by_itself(carl, order, clock):
    def shown() -> tuple[int, int]:
        page = carl.get("/orders").text
        days, money = re.search(r"([\d,]+) days overdue", page), re.search(r"EUR ([\d,]+) <small>EUR 100,000 a day", page)
        return int(days[1].replace(",", "")), int(money[1].replace(",", ""))

    days, money = shown()
    assert money == days * 100_000
    clock.ahead = dt.timedelta(days=1)
    carl.sign_in("Carl")
    assert shown() == (days + 1, money + 100_000)


def test_what_the_order_covers_is_out_of_every_search_when_the_answer_comes(as_person, carl, museum, macron):
    ines = as_person("Ines")
    search = ines.search(macron, case=museum.own_case, reason="an undated print")
    assert "2 candidates" in ines.get(search).text
    carl.post("/orders", OF_2022)
    assert ines.get(search).status_code == 403
    probe = ines.upload(macron).headers["location"].rpartition("/")[2]
    assert ines.post("/searches", {"probe": probe, "case": museum.own_case, "reason": "x"}).status_code == 403


def test_a_preview_counts_and_changes_nothing_and_keeps_what_was_typed(carl, ledger_of, museum):
    before = len(ledger_of(museum.folder))
    page = carl.post("/orders/preview", OF_2022).text
    assert "What this order would stop; nothing is changed yet" in page
    assert "Museum" in page
    assert 'value="MED-2021-134"' in page
    assert len(ledger_of(museum.folder)) == before
    assert "No order is open." in carl.get("/orders").text


WRONG = [
    ({"reference": ""}, "authority and a reference"),
    ({"act": []}, "asks for something"),
    ({"months": "", "due": ""}, "last day"),
    ({"places": "France"}, "no jurisdiction"),
    ({"notified": "2999-01-01"}, "when it was notified"),
    ({"rate": "-5"}, "no whole number"),
    ({"due": "tomorrow", "months": ""}, "is no day"),
]


@pytest.mark.parametrize(("change", "says"), WRONG)
def test_an_order_that_can_not_be_comes_back_with_what_was_typed(carl, change, says):
    answer = carl.post("/orders", OF_2022 | change)
    assert answer.status_code == 422
    assert says in answer.text
    assert 'value="CNIL"' in answer.text


def test_the_same_order_is_written_down_once(carl, order):
    again = carl.post("/orders", OF_2022)
    assert again.status_code == 422
    assert "here already" in again.text


def test_it_is_carried_out_once_and_says_what_was_erased(carl, order):
    page = carl.post(f"{order}/carry-out")
    assert page.status_code == 200
    assert re.search(r"Carried out now: faces erased \d+, pictures \d+\.", page.text)
    assert "done" in carl.get("/orders").text
    assert "Carry out what is left" not in carl.get(order).text


def test_what_takes_long_goes_on_by_itself_and_pressed_twice_it_is_done_once(carl, order, monkeypatch, museum, ledger_of):
    monkeypatch.setattr(order_page, "PATIENCE_SECONDS", 0)
    data = {"token": carl.token()}

    async def journey() -> str:
        both = [await carl.client.post(f"{order}/carry-out", data=data) for _ in range(2)]
        assert [answer.headers["location"] for answer in both] == [order, order]
        page = await carl.client.get(order)
        assert "It is being carried out." in page.text
        for _ in range(2_000):
            progress = await carl.client.get(f"{order}/progress")
            if "hx-refresh" in progress.headers:
                return (await carl.client.get(order)).text
            await asyncio.sleep(0.01)
        raise AssertionError("it never ended")

    assert "Carried out now" in asyncio.run(journey())
    assert sum("order-carried-out" in leaf for leaf in ledger_of(museum.folder)) == 1


def test_an_appeal_suspends_only_if_it_says_so_and_nothing_is_erased_meanwhile(carl, order):
    assert carl.post(f"{order}/appeal", {"on": "2022-12-20", "suspends": "yes"}).status_code == 303
    page = carl.get(order).text
    assert "suspended by an appeal, 1 day counted before" in page
    refused = carl.post(f"{order}/carry-out")
    assert refused.status_code == 403
    assert "order-suspended" in refused.text
    assert carl.post(f"{order}/appeal", {"what": "ended", "on": ""}).status_code == 422
    assert carl.post(f"{order}/appeal", {"what": "ended", "on": "2022-12-21"}).status_code == 303


def test_a_question_has_its_own_day_and_is_replied_to_once(carl, order):
    assert carl.post(f"{order}/questions", {"text": "How many templates?", "due": "2022-11-01"}).status_code == 303
    page = carl.get(order).text
    assert "days overdue" in page
    at = re.search(rf"{order}/questions/[0-9a-f-]+/reply", page)[0]
    assert carl.post(at, {"reply": ""}).status_code == 422
    assert carl.post(at, {"reply": "Six."}).status_code == 303
    assert "Replied on" in carl.get(order).text
    assert carl.post(at, {"reply": "Seven."}).status_code == 422
    assert "due 2022-11-01" not in carl.get("/orders").text


def test_a_question_is_not_replied_to_under_another_order(carl, order):
    other = carl.post("/orders", OF_2022 | {"reference": "SAN-2022-019"}).headers["location"]
    carl.post(f"{order}/questions", {"text": "How many templates?"})
    at = re.search(rf"{order}/questions/([0-9a-f-]+)/reply", carl.get(order).text)[1]
    assert carl.post(f"{other}/questions/{at}/reply", {"reply": "Six."}).status_code == 404


def test_a_late_claim_waits_for_a_second_person_who_is_not_its_maker(carl, order, as_person, found_in):
    (museum,) = found_in(r'name="claim_source" value="([0-9a-f-]{36})"> Museum', carl.get("/orders").text)
    said = {"claim_source": museum, "claim_places": "DE", "evidence": "folder", "because": "the day books of Berlin"}
    assert carl.post("/orders/claims", said | {"because": ""}).status_code == 403
    assert carl.post("/orders/claims", said).status_code == 303
    assert "waits for a second person" in carl.get("/orders").text
    at, seal = _claim(as_person("Olga"))
    assert carl.post(f"{at}/sign", {"seal": seal}).status_code == 403
    olga = as_person("Olga")
    assert "the day books of Berlin" in olga.get("/approvals").text
    assert olga.post(f"{at}/sign", {"seal": seal}).status_code == 303
    assert "waits for a second person" not in carl.get("/orders").text


def _claim(browser) -> tuple[str, str]:
    page = browser.get("/approvals").text
    found = re.search(r'action="(/approvals/claims/[0-9a-f-]{36})/sign".*?name="seal" value="([0-9a-f]{64})"', page, re.DOTALL)
    return found[1], found[2]


def test_the_report_of_a_past_day_is_the_same_bytes_each_time_and_the_auditor_finds_it_sound(carl, clock, tmp_path, capsys):
    at = carl.post("/orders", OF_2022).headers["location"]
    day = (dt.datetime.now(dt.UTC)).date()
    clock.ahead = dt.timedelta(days=1)
    carl.sign_in("Carl")
    packs = [carl.post(f"{at}/report", {"at": day.isoformat()}) for _ in range(2)]
    assert [pack.headers["content-type"] for pack in packs] == ["application/zip"] * 2
    assert packs[0].content == packs[1].content
    with zipfile.ZipFile(io.BytesIO(packs[0].content)) as pack:
        pack.extractall(tmp_path)
    assert audit([str(tmp_path / "ledger.export"), "--report", str(tmp_path / "report.json")]) == 0
    assert "sound" in capsys.readouterr().out
    assert carl.post(f"{at}/report", {"at": "2999-01-01"}).status_code == 422


def test_an_order_that_is_not_there_is_nowhere(carl):
    for address in ("/orders/01a20294-abe7-7094-a57f-37246b8fa3e5", "/orders/MED-2021-134", "/orders/..%2f..%2fetc"):
        assert carl.get(address).status_code == 404
