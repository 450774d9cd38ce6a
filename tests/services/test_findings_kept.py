"""What authorities found elsewhere, asked of an archive here: what is on the disk, in the tables and in a search afterwards."""

import datetime as dt

import numpy as np
import pytest
from archive_forge import ARCHIVE_CHARTER, MadeArchive, Picture, at_cosine

from visavis.domain.errors import CharterInvalid, RefusedError
from visavis.law.admit import Item
from visavis.law.charter import SourceState
from visavis.law.rulebook import shipped
from visavis.services.cases import CloseCase
from visavis.services.expire import Expire
from visavis.services.sources import SourceRequest
from visavis.wiring.gate import LawGate, stops_of

KEPT = ("source", "media", "face", "template", "location")


def charter(made: MadeArchive, **changes: tuple[str, str]):
    text = ARCHIVE_CHARTER.format(title="Museum")
    for old, new in changes.values():
        assert old in text
        text = text.replace(old, new)
    (made.folder / "deed.pdf").write_bytes(b"deed")
    path = made.folder / "charter.toml"
    path.write_text(text, encoding="utf-8")
    return path


def rows(made: MadeArchive) -> list[int]:
    return [made.sql(f"SELECT count(*) FROM {table}")[0][0] for table in KEPT]


@pytest.mark.finding("C1")
@pytest.mark.parametrize("key", ["basis", "condition", "retention"])
def test_a_refused_source_leaves_no_picture_no_face_no_template_and_no_path(made, key):
    without = charter(made, key=(f"[{key}]", f"[{key}_of_somebody_else]"))
    with pytest.raises(CharterInvalid):
        made.add(SourceRequest(actor=made.owner.actor, folder=made.root("Museum"), charter=without))
    assert rows(made) == [0] * len(KEPT)
    assert made.records.rows.high_water() == 0


@pytest.mark.finding("C1")
@pytest.mark.parametrize("state", [SourceState.DRAFT, SourceState.FROZEN, SourceState.EXPIRED])
def test_no_picture_of_a_source_that_is_not_live_becomes_a_template(made, state):
    source = made.archive()
    made.sql(f"UPDATE source SET state = '{state}'")
    gate = LawGate(shipped(), made.clock, stops_of(made.records))
    for step in ("decode", "index"):
        refusal = gate.admit(made.records.sources.one(source.id), Item(step=step, kind="photo", pictures=0, path="a.jpg"))
        assert refusal.detail.startswith("source-live")


@pytest.mark.finding("C8")
@pytest.mark.finding("FTC")
def test_when_its_time_is_over_all_that_was_made_of_a_source_is_gone(made):
    path = charter(made, end=("valid_from = 2026-01-01", "valid_from = 2026-01-01\nvalid_to = 2026-12-31"))
    loan = made.life().sign(made.add(SourceRequest(actor=made.owner.actor, folder=made.root("Museum"), charter=path)).id)
    keys = made.put(loan, Picture(path="a.jpg", vectors=(at_cosine(0.9), at_cosine(0.8))))
    assert len(made.search(case_id=made.case_of(loan)).candidates) == 2
    made.clock.at = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
    with pytest.raises(RefusedError):
        made.search(case_id=made.case_of(loan))
    Expire(made.records, action=lambda _: "erase", close_ended=CloseCase(made.records).close_ended).run(made.owner.actor, made.index)
    assert rows(made) == [1, 0, 0, 0, 0]
    assert made.sql("SELECT count(*) FROM candidate") == [(0,)]
    assert not made.records.rows.read(np.array(keys)).any()
    assert made.index.keys(0, 10).tolist() == []
