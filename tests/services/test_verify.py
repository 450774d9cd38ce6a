"""Verify: what the index holds against what the records know, both ways, and what it can mend."""

import numpy as np
import pytest
from archive_forge import DIM, MadeArchive, Picture, at_cosine

from visavis.domain.identification import UNKNOWN_DAY, IndexRows
from visavis.index.embedded import EmbeddedIndex, Upkeep, open_embedded
from visavis.services.verify import Verdict, Verify
from visavis.wiring.index import EmbeddedKeeper

SEALING = Upkeep(tail_rows=4, close_rows=1, segment_rows=100)
"""Writes codes at once, so that a few rows do what 65,536 do in use."""


@pytest.fixture
def indexed(made):
    """Ten templates whose codes are written."""
    made.put(made.household(), *(Picture(path=f"{number}.jpg", vectors=(at_cosine(0.9 - number / 100),)) for number in range(10)))
    index = codes(made)
    for seq, rows in made.records.gallery.replay(0):
        index.add(rows, seq)
    index.close()
    assert any(made.records.folder.codes.glob("*.codes"))
    return made


def codes(made: MadeArchive) -> EmbeddedIndex:
    return open_embedded(made.records.folder.codes, DIM, made.records.rows.read, made.clock, writable=True, upkeep=SEALING)


def keeper(made: MadeArchive) -> EmbeddedKeeper:
    return EmbeddedKeeper(made.records, made.clock, Upkeep())


def verify(made: MadeArchive, *, repair: bool = False) -> Verdict:
    return Verify(made.records, keeper(made)).run(repair=repair)


def test_a_sound_archive_has_no_problem_and_nothing_is_repaired(indexed):
    for repair in (False, True):
        assert verify(indexed, repair=repair) == Verdict(problems=(), templates=10, repaired=False)


def test_a_template_that_the_index_lacks_is_named_and_repair_brings_it_back(indexed):
    index = codes(indexed)
    index.remove(np.array([3]), index.applied())
    index.close()
    assert verify(indexed).problems == ("codes: template 3 is not in the index",)
    assert verify(indexed, repair=True) == Verdict(problems=(), templates=10, repaired=True)
    assert verify(indexed).problems == ()


def test_a_row_that_no_record_knows_is_named_and_repair_drops_it(indexed):
    index = codes(indexed)
    days = np.array([UNKNOWN_DAY], np.int32)
    stray = IndexRows(keys=np.array([99]), vectors=at_cosine(1)[np.newaxis], source=np.array([1], np.int32), first_day=days, last_day=days)
    index.add(stray, index.applied())
    index.close()
    assert verify(indexed).problems == ("codes: the index holds 99, which no record knows",)
    assert verify(indexed, repair=True).repaired
    assert verify(indexed).problems == ()


def test_a_flipped_byte_in_the_codes_is_found_and_repair_makes_them_anew(indexed):
    (file,) = indexed.records.folder.codes.glob("*.codes")
    data = bytearray(file.read_bytes())
    data[5] ^= 1
    file.write_bytes(data)
    (problem,) = verify(indexed).problems
    assert problem.startswith("codes")
    assert file.name in problem
    assert verify(indexed, repair=True) == Verdict(problems=(), templates=10, repaired=True)


def test_codes_that_were_thrown_away_are_made_anew_by_the_next_opening(indexed):
    keeper(indexed).discard()
    assert verify(indexed).problems == ()


def test_a_flipped_byte_in_the_rows_is_found_and_never_repaired_away(indexed):
    (file,) = (path for path in indexed.records.folder.rows.rglob("*") if path.is_file())
    data = bytearray(file.read_bytes())
    data[-5] ^= 1
    file.write_bytes(data)
    for repair in (False, True):
        verdict = verify(indexed, repair=repair)
        assert any("10" in problem for problem in verdict.problems)
        assert not verdict.repaired


def test_a_record_without_its_parent_is_found(indexed):
    indexed.sql("PRAGMA foreign_keys = OFF")
    indexed.sql("DELETE FROM face WHERE number = 4")
    assert any("template" in problem and "face" in problem for problem in verify(indexed).problems)


def test_it_says_what_it_is_reading(indexed):
    said: list[str] = []
    Verify(indexed.records, keeper(indexed)).run(say=said.append)
    assert said == ["records and rows", "ledger", "codes"]
