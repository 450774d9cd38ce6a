"""The case that gave the engine its name: an order for France over an archive of mixed sources, from its notification to its report."""

import datetime as dt
import json

import pytest
from archive_forge import ACTOR, DIM, PACK, MadeArchive, Picture, SetClock, at_cosine, doors, keys_beside
from order_forge import OrderDesk

from visavis.cli.audit import main as audit
from visavis.domain.errors import RefusedError
from visavis.domain.orders import Scope
from visavis.law.admit import Item
from visavis.law.clocks import holidays_of
from visavis.law.orders import Evidence
from visavis.law.rulebook import shipped
from visavis.records import archive as records_archive
from visavis.records.folder import ArchiveFolder
from visavis.wiring.gate import LawGate, stops_of

NOTIFIED = dt.datetime(2022, 10, 17, 9, tzinfo=dt.UTC)
OBEYED = dt.datetime(2023, 2, 9, 16, tzinfo=dt.UTC)


@pytest.fixture
def desk(tmp_path):
    """An archive of June 2022 with three museums' sources: of nobody knows where, of Berlin, and of both."""
    clock = SetClock(at=dt.datetime(2022, 6, 1, 12, tzinfo=dt.UTC))
    empty = tmp_path / "empty" / "archive"
    empty.parent.mkdir()
    records_archive.create(ArchiveFolder(empty), doors(clock, keys_beside(empty)), pack_id=PACK, dim=DIM, actor=ACTOR)
    (tmp_path / "house").mkdir()
    made = MadeArchive(tmp_path / "house", empty)
    made.clock.at = clock.at
    desk = OrderDesk(made)
    desk.street, desk.berlin, desk.press = desk.source("Street"), desk.source("Berlin", jurisdiction="DE"), desk.source("Press")
    for source in (desk.street, desk.berlin, desk.press):
        for number in range(4):
            folder = "berlin" if number % 2 else "paris"
            made.put(source, Picture(path=f"{folder}/{source.title} {number}.jpg", vectors=(at_cosine(0.9 - number / 50),)))
    desk.claim(desk.berlin, "DE", evidence=Evidence.CHARTER, because="")
    desk.claim(desk.press, "DE", folder="berlin/*", because="the Berlin office's day books")
    yield desk
    made.close()


def found(desk: OrderDesk, source) -> int:
    """Count what a search of a source finds; a refused one finds nothing."""
    try:
        return len(desk.made.search(case_id=desk.made.case_of(source), sources=(source.id,)).candidates)
    except RefusedError:
        return 0


def taken_in(desk: OrderDesk, source, path: str) -> bool:
    """Whether ingest would take a new picture in now."""
    gate = LawGate(shipped(), desk.made.clock, stops_of(desk.records))
    return gate.admit(desk.records.sources.one(source.id), Item(step="decode", kind="photo", pictures=0, path=path)) is None


@pytest.mark.finding("C12")
@pytest.mark.finding("C13")
@pytest.mark.finding("C14")
def test_the_order_of_2022_from_its_notification_to_its_report(desk, tmp_path, capsys):
    sources = (desk.street, desk.berlin, desk.press)
    assert [found(desk, source) for source in sources] == [4, 4, 4]

    # 17 October 2022: it is notified, and opened; search and ingest of France and of what is unknown stop at once
    desk.made.clock.at = NOTIFIED
    french = holidays_of(shipped().pack("fr").clocks, "FR")
    asked = {"reference": "SAN-2022-019", "months": 2, "rate": 100_000, "scope": Scope(jurisdictions=("FR",))}
    order = desk.open(is_holiday=french, **asked).order
    assert order.terms.due == dt.date(2022, 12, 19)
    assert [found(desk, source) for source in sources] == [0, 4, 2]
    assert [taken_in(desk, source, "paris/new.jpg") for source in sources] == [False, True, False]
    assert [taken_in(desk, source, "berlin/new.jpg") for source in sources] == [False, True, True]

    # half-way it is named; «we can't know who is French» is a claim that comes late, and nobody else bears it out
    desk.made.clock.at = dt.datetime(2022, 11, 20, tzinfo=dt.UTC)
    assert [line.split(", due")[0].split(": ")[1] for line in desk.watch.warnings()] == ["50 % of its time is over"]
    late = desk.claim(desk.street, "US", because="most of the street speaks English")
    with pytest.raises(RefusedError):
        desk.second(late, desk.owner)

    # nothing is erased while access requests are open
    desk.requests = ["01890000-0000-7000-8000-000000000001"]
    with pytest.raises(RefusedError) as refused:
        desk.carry_out(order.id)
    assert refused.value.rule == "requests-first"
    assert desk.made.sql("SELECT count(*) FROM media") == [(12,)]

    # 9 February 2023: they are answered; it is carried out, 52 days too late, and no day more is counted from then on
    desk.made.clock.at = OBEYED
    desk.requests = []
    done = desk.carry_out(order.id)
    assert sum(receipt.pictures for receipt in done.receipts) == 4 + 2
    for day in (OBEYED.date(), dt.date(2026, 11, 22)):
        now = desk.watch.standing(done.order, day)
        assert (now.state, now.days_overdue, now.penalty) == ("done", 52, 5_200_000)
    assert [found(desk, source) for source in sources] == [0, 4, 2]
    assert list(desk.records.integrity()) == []

    # the report: of each day the same bytes ever after, checked from two files alone
    desk.made.clock.at = OBEYED + dt.timedelta(days=1)
    pack = desk.report(order.id, OBEYED.date())
    eve = desk.report(order.id, OBEYED.date() - dt.timedelta(days=1))
    desk.made.clock.at = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
    assert desk.report(order.id, OBEYED.date()) == pack
    told = json.loads(pack.report)
    assert (told["clock"]["days_overdue"], told["clock"]["penalty"], told["clock"]["state"]) == (52, 5_200_000, "done")
    before = json.loads(eve.report)["clock"]
    assert (before["days_overdue"], before["penalty"], before["state"]) == (51, 5_100_000, "overdue")
    assert (len(told["told"]["claims_before"]), len(told["told"]["claims_after_notification"])) == (2, 2)
    export, report = tmp_path / "ledger.export", tmp_path / "report.json"
    export.write_bytes(pack.export)
    report.write_bytes(pack.report)
    assert audit([str(export), "--report", str(report), "--key", told["ledger"]["key"]]) == 0
    assert capsys.readouterr().out.endswith("report: says what the leaves tell\n")
