"""Papers from live data: what they say, what they leave open, and that the same archive and day give the same paper."""

import datetime as dt
import io
import json

import pytest
from archive_forge import Picture, at_cosine
from order_forge import OrderDesk

from visavis.cli.output.document import emit
from visavis.cli.output.paper import write_paper
from visavis.domain.errors import InputError
from visavis.law.rulebook import shipped
from visavis.services.paper import BreachAsked, Paper, breach, notice, paper_document, register

DAY = dt.date(2026, 11, 22)
AWARE = dt.datetime(2026, 11, 20, 22, 30, tzinfo=dt.UTC)


@pytest.fixture
def desk(made):
    desk = OrderDesk(made)
    desk.museum = desk.source("Museum")
    desk.made.put(desk.museum, *(Picture(path=f"{number}.jpg", vectors=(at_cosine(0.9), at_cosine(0.5))) for number in range(3)))
    return desk


def told(paper: Paper) -> dict[str, dict[str, list[str]]]:
    return {part["id"]: part["facts"] for part in paper_document(paper)["parts"]}


def html(paper: Paper) -> str:
    stream = io.StringIO()
    write_paper(paper, stream)
    return stream.getvalue()


def test_the_record_of_activities_has_what_art_30_asks_for_each_source(desk):
    made = register(desk.records, shipped(), DAY)
    facts = told(made)[desk.museum.id]
    assert facts["controller"] == ["Museum of Example, FR"]
    assert facts["purposes"][0].startswith("catalogue: ")
    assert facts["retention"] == ["looked at again every 12 months, then erased"]
    assert facts["recipients"] == ["nobody: nothing has left the house"]
    assert facts["holds"] == ["3 pictures, 6 faces; the source is live"]
    for asked in ("people", "data", "transfers", "measures", "basis"):
        assert facts[asked]


def test_a_household_stands_in_no_record_and_owes_no_notice(desk):
    family = desk.made.household()
    made = register(desk.records, shipped(), DAY)
    assert list(told(made)) == [desk.museum.id]
    assert "left out" in made.lead
    with pytest.raises(InputError, match="no notice is owed"):
        notice(desk.records, shipped(), family.id, DAY)


def test_a_notice_says_who_why_what_and_which_rights_and_names_what_the_charter_lacks(desk):
    made = notice(desk.records, shipped(), "Museum", DAY)
    facts = told(made)
    assert set(facts) == {"who", "why", "what", "rights", "version"}
    assert "objection" in facts["rights"]
    assert "portability" not in facts["rights"]
    assert "no photograph of you is needed" in facts["rights"]["how"][-1]
    assert facts["version"]["charter"] == [f"version 1, SHA-256 {desk.museum.charter_sha256}"]
    assert {"officer", "authority"} <= set(paper_document(made)["parts"][0]["open"])


def test_a_draft_has_no_notice(desk):
    with pytest.raises(InputError, match="draft"):
        notice(desk.records, shipped(), desk.made.draft("Waiting").id, DAY)


def face_ids(desk: OrderDesk) -> list[str]:
    return [face for (face,) in desk.made.sql("SELECT id FROM face ORDER BY number")]


def test_a_breach_of_single_faces_reaches_no_neighbour_and_one_of_a_source_reaches_all(desk):
    one, all_of_it = (
        told(breach(desk.records, shipped(), BreachAsked(ids=ids, aware_at=AWARE), DAY)) for ids in (face_ids(desk)[:1], [desk.museum.id])
    )
    assert one[desk.museum.id]["faces"] == ["1, with 1 templates"]
    assert all_of_it[desk.museum.id]["faces"] == ["6, with 6 templates"]
    assert all_of_it["draft"]["records"] == ["3 pictures, 6 faces"]


def test_the_clock_of_a_breach_is_72_hours_weekends_included(desk):
    made = breach(desk.records, shipped(), BreachAsked(ids=[desk.museum.id], aware_at=AWARE), DAY)
    assert told(made)["clock"]["due"][0].startswith("2026-11-23 22:30 UTC")


def test_encryption_is_claimed_only_where_somebody_says_that_the_key_is_safe(desk):
    unsafe, safe = (
        told(breach(desk.records, shipped(), BreachAsked(ids=[desk.museum.id], aware_at=AWARE, key_safe=sure), DAY))["draft"]["encryption"][
            0
        ]
        for sure in (False, True)
    )
    assert "no claim" in unsafe
    assert "34(3)(a)" in safe


def test_what_no_record_knows_is_left_to_people(desk):
    made = breach(desk.records, shipped(), BreachAsked(ids=[desk.museum.id], aware_at=AWARE), DAY)
    draft = paper_document(made)["parts"][1]
    assert draft["open"] == ["nature", "contact", "consequences", "measures"]
    assert html(made).count("to be written") == 5


def test_an_empty_source_reaches_nothing(desk):
    with pytest.raises(InputError, match="no picture"):
        breach(desk.records, shipped(), BreachAsked(ids=[desk.source("Empty").id], aware_at=AWARE), DAY)


@pytest.mark.parametrize("ids", [[], ["no such id"]])
def test_an_id_of_nothing_is_an_input_error(desk, ids):
    with pytest.raises(InputError):
        breach(desk.records, shipped(), BreachAsked(ids=ids, aware_at=AWARE), DAY)


def test_the_same_archive_and_day_give_the_same_bytes(desk):
    def papers():
        yield register(desk.records, shipped(), DAY)
        yield notice(desk.records, shipped(), "Museum", DAY)
        yield breach(desk.records, shipped(), BreachAsked(ids=face_ids(desk), aware_at=AWARE), DAY)

    first = [(html(paper), json.dumps(paper_document(paper))) for paper in papers()]
    desk.made.clock.at += dt.timedelta(days=3)
    assert [(html(paper), json.dumps(paper_document(paper))) for paper in papers()] == first


def test_a_title_can_put_nothing_into_a_page(desk):
    source = desk.source("A <script> & Co")
    assert "<script>" not in html(notice(desk.records, shipped(), source.id, DAY))
    emit(paper_document(notice(desk.records, shipped(), source.id, DAY)), io.StringIO())
