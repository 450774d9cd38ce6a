"""Ends: hidden from the first instant, erased by `expire`, and nothing else is touched."""

import datetime as dt

import numpy as np
import pytest
from archive_forge import ACTOR, ARCHIVE_CHARTER, NOW, MadeArchive, Picture, at_cosine

from visavis.domain.errors import RefusedError
from visavis.records.erasure import Scope
from visavis.services.cases import CloseCase
from visavis.services.expire import Due, Expire
from visavis.services.sources import SourceRequest

LAST_DAY = dt.date(2026, 12, 31)
OVER = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)


def ending(made: MadeArchive, title: str = "Loan"):
    """A museum's source whose charter ends with the year."""
    (made.folder / "deed.pdf").write_bytes(b"deed")
    charter = made.folder / f"{title}.toml"
    text = ARCHIVE_CHARTER.format(title=title).replace("valid_from = 2026-01-01", f"valid_from = 2026-01-01\nvalid_to = {LAST_DAY}")
    charter.write_text(text, encoding="utf-8")
    draft = made.add(SourceRequest(actor=made.owner.actor, folder=made.root(title), charter=charter))
    return made.life().sign(draft.id)


def expire(made: MadeArchive, *, action: str = "erase") -> Expire:
    return Expire(made.records, action=lambda _source: action, close_ended=CloseCase(made.records).close_ended)


def of_sources(due: tuple[Due, ...]) -> list[Due]:
    """Leave out the standing case, which ends with its charter."""
    return [item for item in due if item.kind != "case"]


def counts(made: MadeArchive, *tables: str) -> list[int]:
    return [made.sql(f"SELECT count(*) FROM {table}")[0][0] for table in tables]


@pytest.fixture
def loaned(made):
    """A household of two faces beside a loan of three, which was searched once."""
    family, loan = made.household(), ending(made)
    made.put(family, Picture(path="ours.jpg", vectors=(at_cosine(0.9), at_cosine(0.8))))
    made.put(loan, Picture(path="a.jpg", vectors=(at_cosine(0.9),)), Picture(path="b.jpg", vectors=(at_cosine(0.8), at_cosine(0.1))))
    made.put(loan, Picture(path="no face.jpg"))
    made.loan, made.family = loan, family
    assert len(made.search(case_id=made.case_of(loan)).candidates) == 2
    return made


def test_nothing_is_due_on_the_last_day_and_the_source_is_from_midnight_on(loaned):
    loaned.clock.at = OVER - dt.timedelta(microseconds=1)
    assert expire(loaned).due() == ()
    loaned.clock.at = OVER
    (due,) = of_sources(expire(loaned).due())
    assert (due.kind, due.id, due.action, due.since, due.pictures, due.faces) == ("source", loaned.loan.id, "erase", OVER, 3, 3)


@pytest.mark.finding("C8")
def test_what_has_ended_is_hidden_before_anything_is_erased(loaned):
    loaned.clock.at = OVER
    assert loaned.records.gallery.visible([1, 2, 3, 4, 5], OVER) == {1, 2}
    with pytest.raises(RefusedError):
        loaned.search(case_id=loaned.case_of(loaned.loan))


def test_expire_erases_rows_codes_records_paths_and_candidates_of_that_source_alone(loaned):
    loaned.clock.at = OVER
    report = expire(loaned).run(loaned.owner.actor, loaned.index)
    (receipt,) = report.receipts
    assert (receipt.ground, receipt.pictures, receipt.faces, receipt.files, receipt.candidates) == ("expired", 3, 3, 3, 2)
    assert counts(loaned, "media", "location", "face", "appearance", "template", "candidate") == [1, 1, 2, 2, 2, 0]
    assert counts(loaned, "doomed", "erasure_face", "erasure_media") == [0, 0, 0]
    assert loaned.records.sources.one(loaned.loan.id).state == "erased"
    assert not loaned.records.rows.read(np.array([3, 4, 5])).any()
    assert loaned.index.keys(0, 10).tolist() == [1, 2]
    assert len(loaned.search().candidates) == 2
    assert list(loaned.records.integrity()) == []


def test_expiring_twice_is_expiring_once(loaned):
    loaned.clock.at = OVER
    expire(loaned).run(loaned.owner.actor, loaned.index)
    report = expire(loaned).run(loaned.owner.actor, loaned.index)
    assert (report.due, report.receipts) == ((), ())


def test_a_dry_look_changes_nothing(loaned):
    loaned.clock.at = OVER
    leaves = counts(loaned, "leaf")
    assert len(of_sources(expire(loaned).due())) == 1
    assert counts(loaned, "leaf", "media") == [*leaves, 4]


@pytest.mark.parametrize("action", ["review"])
def test_what_the_charter_wants_reviewed_is_named_and_kept_hidden(loaned, action):
    loaned.clock.at = OVER
    report = expire(loaned, action=action).run(loaned.owner.actor, loaned.index)
    assert [item.action for item in of_sources(report.due)] == ["review"]
    assert (report.receipts, counts(loaned, "media")) == ((), [4])
    assert loaned.records.gallery.visible([3, 4, 5], OVER) == set()


def test_a_frozen_source_is_named_and_not_touched(loaned):
    loaned.sql("UPDATE source SET state = 'frozen' WHERE number = 2")
    loaned.clock.at = OVER
    report = expire(loaned).run(loaned.owner.actor, loaned.index)
    assert [item.action for item in of_sources(report.due)] == ["frozen"]
    assert counts(loaned, "media") == [4]


def test_a_held_picture_stays_hidden_until_its_hold_ends_and_the_source_with_it(loaned):
    loaned.sql("UPDATE media SET holds = 1 WHERE number = 2")
    loaned.clock.at = OVER
    report = expire(loaned).run(loaned.owner.actor, loaned.index)
    assert [(item.pictures, item.faces, item.held) for item in of_sources(report.due)] == [(2, 2, 1)]
    assert counts(loaned, "media") == [2]
    assert loaned.records.sources.one(loaned.loan.id).state == "expired"
    assert loaned.records.gallery.visible([1, 2, 3, 4, 5], OVER) == {1, 2}
    loaned.sql("UPDATE media SET holds = 0")
    expire(loaned).run(loaned.owner.actor, loaned.index)
    assert (counts(loaned, "media"), loaned.records.sources.one(loaned.loan.id).state) == ([1], "erased")


def test_a_template_that_ends_before_its_source_takes_its_face_alone(loaned):
    """A withdrawn consent, say: the picture and the other face in it stay."""
    loaned.sql("UPDATE template SET expires_at = '2026-11-22T12:00:00.000000Z' WHERE key = 5")
    assert [(item.kind, item.faces) for item in of_sources(expire(loaned).due())] == [("faces", 1)]
    expire(loaned).run(loaned.owner.actor, loaned.index)
    assert counts(loaned, "media", "face", "template") == [4, 4, 4]
    assert loaned.sql("SELECT templates FROM media ORDER BY number") == [(2,), (1,), (1,), (0,)]
    assert loaned.search(case_id=loaned.case_of(loaned.loan)).gallery_size == 2


def test_cases_that_are_over_are_named_and_closed(loaned):
    closed = []
    loaned.sql("UPDATE \"case\" SET open_until = '2026-11-21' WHERE kind = 'standing'")
    work = Expire(loaned.records, action=lambda _source: "erase", close_ended=closed.append)
    assert [item.kind for item in work.due()] == ["case"]
    work.run(loaned.owner.actor, loaned.index)
    assert closed == [loaned.owner.actor]


def test_every_batch_leaves_one_receipt_and_one_leaf_with_its_counts(loaned, monkeypatch):
    monkeypatch.setattr("visavis.services.expire.BATCH", 2)
    loaned.clock.at = OVER
    report = expire(loaned).run(loaned.owner.actor, loaned.index)
    assert [(receipt.pictures, receipt.faces) for receipt in report.receipts] == [(2, 3), (1, 0)]
    bodies = [row[0].decode() for row in loaned.sql("SELECT body FROM leaf")]
    for receipt in report.receipts:
        assert len([body for body in bodies if receipt.id in body and '"what":"erased"' in body]) == 1
    assert [stored.id for stored in loaned.records.erasures.receipts()] == [receipt.id for receipt in report.receipts]


def test_single_faces_are_hidden_in_the_transaction_before_anything_is_overwritten(loaned):
    with loaned.records.work(ACTOR) as work:
        loaned.records.erasures.hide(work, Scope(ground="request", source_number=1, faces=[1]))
    assert loaned.records.erasures.pending()
    assert loaned.search().gallery_size == 1
    assert len(loaned.search().candidates) == 1
    assert loaned.records.rows.read(np.array([1])).any()
    assert [receipt.done_at for receipt in loaned.records.erasures.receipts()] == [None]


def test_what_hangs_on_an_erased_face_is_told_by_its_anchor(loaned):
    told = []
    loaned.records.erasures._forget = (lambda work, anchors: told.extend(anchors),)
    anchors = [row[0] for row in loaned.sql("SELECT anchor FROM face WHERE number > 2 ORDER BY number")]
    loaned.clock.at = OVER
    expire(loaned).run(loaned.owner.actor, loaned.index)
    assert told == anchors


def test_an_erased_source_is_never_live_again_by_a_clock_that_is_set_back(loaned):
    loaned.clock.at = OVER
    expire(loaned).run(loaned.owner.actor, loaned.index)
    loaned.clock.at = NOW
    with pytest.raises(RefusedError):
        loaned.search(case_id=loaned.case_of(loaned.loan))
    assert expire(loaned).due() == ()
