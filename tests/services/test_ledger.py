"""Reading, proving, handing out and guarding the ledger of a real archive; the auditor has the files alone."""

import datetime as dt
import io
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
from archive_forge import ACTOR, NOW, MadeArchive

from visavis.domain.actor import Actor, Role
from visavis.domain.errors import DamageError, InputError, RefusedError
from visavis.law.roles import Act, check_role
from visavis.ledger.audit import Audit, Finding
from visavis.ledger.checkpoint import read_checkpoint, read_proof
from visavis.ledger.leaf import Operation
from visavis.ledger.note import Ed25519Signer, read_note, verifier_of
from visavis.records import archive as records_archive
from visavis.services.ledger import GiveLedger, LedgerGuard, LogQuestion, ProveLeaf, ReadLog
from visavis.services.ledger.read import LogPurpose
from visavis.services.status import CHECKPOINT_DAYS, Status
from visavis.services.verify import Verify

SIGNER = Ed25519Signer("visavis/made", bytes(32))
CLERK = Actor(name="Investigator", role=Role.INVESTIGATOR)


class NoIndex:
    """An index that holds what the records hold: nothing."""

    def check(self):
        return []

    def open(self):
        return self

    def keys(self, after, limit):
        return []

    def discard(self):
        pass

    def close(self):
        pass


def may_read(actor: Actor) -> None:
    check_role(actor, Act.READ_LEDGER)


def give(made: MadeArchive, check: Callable[[Actor], None] = may_read) -> GiveLedger:
    return GiveLedger(made.records, SIGNER, check)


def exported(made: MadeArchive, *, payloads: bool = False) -> bytes:
    given = give(made).run(ACTOR, what="ledger", recipient="The regulator", because="Art. 58")
    return b"".join(give(made).export(given, payloads=payloads))


def audited(raw: bytes, *old: bytes) -> Finding:
    return Audit(old, key=verifier_of(SIGNER)).run(io.BytesIO(raw))


def read(made: MadeArchive, actor: Actor = ACTOR, **asked: object) -> list[dict]:
    return [dict(entry.told) for entry in ReadLog(made.records, may_read).run(LogQuestion(actor=actor, **asked))]


def acted(made: MadeArchive, *, days: int = 0) -> int:
    made.clock.at += dt.timedelta(days=days)
    with made.records.work(ACTOR) as work:
        return work.leaf("alteration", what="test")


def meddle(made: MadeArchive, statement: str) -> None:
    made.sql("DROP TRIGGER IF EXISTS leaf_no_update")
    made.sql("DROP TRIGGER IF EXISTS leaf_no_delete")
    made.sql(statement)


def verified(made: MadeArchive) -> tuple[str, ...]:
    return Verify(made.records, NoIndex()).run().problems


# ---- reading


def test_reading_the_log_is_itself_an_act_with_its_purpose(made):
    made.household()
    before = made.records.ledger.size()
    assert [told["seq"] for told in read(made, purpose=LogPurpose.INTEGRITY)] == list(range(before))
    noted = read(made, last=1)[0]
    assert (noted["operation"], noted["justification"]) == ("consultation", "integrity")
    assert noted["facts"] == {"what": "ledger", "leaves": before}


@pytest.mark.parametrize("act", [read, lambda made, actor: ProveLeaf(made.records, SIGNER, may_read).run(actor, 0)])
def test_who_searches_does_not_read_the_log(made, act):
    before = made.records.ledger.size()
    with pytest.raises(RefusedError) as caught:
        act(made, CLERK)
    assert caught.value.rule == "role-allowed"
    with pytest.raises(RefusedError):
        give(made).run(CLERK)
    assert made.records.ledger.size() == before


@pytest.mark.parametrize("role", [Role.OWNER, Role.OFFICER, Role.AUDITOR])
def test_owner_officer_and_auditor_read_it(made, role):
    assert read(made, actor=Actor(name="a", role=role))


def test_the_log_is_asked_by_day_by_operation_by_what_it_names_and_by_the_last_few(made):
    source = made.household()
    acted(made, days=2)
    assert [told["operation"] for told in read(made, operation=Operation.ALTERATION)] == ["alteration"]
    assert [told["operation"] for told in read(made, about=source.id)] == ["collection"]
    assert [told["operation"] for told in read(made, since=NOW + dt.timedelta(days=1), operation=Operation.ALTERATION)] == ["alteration"]
    assert [told["seq"] for told in read(made, until=NOW + dt.timedelta(days=1))] == [0, 1]
    assert len(read(made, last=2)) == 2


# ---- proving and handing out


def test_a_proof_holds_for_its_leaf_under_the_ledgers_key(made):
    made.household()
    found = ProveLeaf(made.records, SIGNER, may_read).run(ACTOR, 1)
    proof = read_proof(found.text)
    assert proof.holds(found.leaf_hash)
    assert read_note(proof.checkpoint).signed_by(verifier_of(SIGNER))


def test_there_is_no_proof_of_an_act_that_never_was(made):
    with pytest.raises(InputError, match="no leaf 99"):
        ProveLeaf(made.records, SIGNER, may_read).run(ACTOR, 99)


def test_a_checkpoint_signs_the_act_of_giving_it_too(made):
    given = give(made).run(ACTOR)
    _, checkpoint = read_checkpoint(given.checkpoint)
    assert checkpoint.size == given.size == made.records.ledger.size()
    (told,) = read(made, operation=Operation.DISCLOSURE)
    assert (told["facts"], told["commitments"]) == ({"what": "checkpoint"}, [])


def test_an_export_goes_on_from_every_checkpoint_that_was_given(made):
    given = []
    for _ in range(5):
        acted(made)
        given.append(give(made).run(ACTOR).checkpoint)
    found = audited(exported(made), *given)
    assert (found.problems, found.leaves, found.payloads) == ((), made.records.ledger.size(), 0)


def test_payloads_leave_the_house_only_when_asked_for_and_not_after_they_were_shredded(made):
    assert b"regulator" not in exported(made)
    told = exported(made, payloads=True)
    assert b"regulator" in told
    assert (audited(told).problems, audited(told).payloads) == ((), 2)
    (first, _) = made.sql("SELECT seq, key_id FROM leaf_payload ORDER BY seq")[0]
    with made.records.work(ACTOR) as work:
        made.records.keys.destroy(work, made.sql("SELECT key_id FROM leaf_payload ORDER BY seq")[0][0])
        work.leaf("erasure", payload_of=first)
    after = exported(made, payloads=True)
    assert (audited(after).problems, audited(after).payloads) == ((), 2)
    assert b"payload %d " % first not in after


def test_an_export_of_a_history_that_was_rewritten_in_the_database_does_not_pass(made):
    acted(made)
    kept = give(made).run(ACTOR).checkpoint
    meddle(made, "UPDATE leaf SET body = CAST(replace(CAST(body AS TEXT), 'test', 'best') AS BLOB) WHERE seq = 1")
    found = "\n".join(audited(exported(made), kept).problems)
    assert "two histories" in found
    assert "do not have the root" in found


# ---- guarding


@pytest.fixture
def kept(tmp_path):
    return tmp_path / "keys" / "made.checkpoint"


def guard(made: MadeArchive, kept) -> LedgerGuard:
    return LedgerGuard(made.records, SIGNER, kept)


def test_what_is_kept_goes_up_and_passes(made, kept):
    guard(made, kept).check()
    for _ in range(3):
        acted(made)
        guard(made, kept).keep()
        guard(made, kept).check()
        assert read_checkpoint(kept.read_bytes())[1].size == made.records.ledger.size()


def test_nothing_is_written_where_nothing_was_done(made, kept):
    guard(made, kept).keep()
    before = kept.stat().st_mtime_ns
    guard(made, kept).keep()
    assert kept.stat().st_mtime_ns == before


def test_an_older_copy_of_the_archive_is_noticed_and_what_is_kept_stays(made, kept, tmp_path):
    made.records.close()
    shutil.copytree(tmp_path / "archive", tmp_path / "older")
    made.records = records_archive.open_records(tmp_path / "archive", made.doors, writable=True)
    acted(made)
    guard(made, kept).keep()
    before = kept.read_bytes()
    older = records_archive.open_records(tmp_path / "older", made.doors, writable=False)
    try:
        with pytest.raises(DamageError, match="the ledger has 1 leaves and had 2"):
            LedgerGuard(older, SIGNER, kept).check()
        LedgerGuard(older, SIGNER, kept).keep()
    finally:
        older.close()
    assert kept.read_bytes() == before


def test_a_second_history_of_the_same_length_or_longer_is_noticed(made, kept, tmp_path):
    made.records.close()
    shutil.copytree(tmp_path / "archive", tmp_path / "other")
    made.records = records_archive.open_records(tmp_path / "archive", made.doors, writable=True)
    acted(made)
    guard(made, kept).keep()
    other = records_archive.open_records(tmp_path / "other", made.doors, writable=True)
    try:
        for _ in range(2):
            with other.work(ACTOR) as work:
                work.leaf("alteration", what="something else")
            with pytest.raises(DamageError, match="rewritten"):
                LedgerGuard(other, SIGNER, kept).check()
    finally:
        other.close()


def test_a_clock_set_back_before_the_last_act_is_noticed_and_a_corrected_one_is_not(made, kept):
    acted(made)
    made.clock.at -= dt.timedelta(seconds=59)
    guard(made, kept).check()
    made.clock.at -= dt.timedelta(seconds=2)
    with pytest.raises(RefusedError, match="the clock shows") as caught:
        guard(made, kept).check()
    assert caught.value.rule == "clock-set-back"


@pytest.mark.parametrize("content", [b"", b"nonsense", b"visavis/made\n9\nAAAA\n\n"])
def test_a_kept_checkpoint_that_is_damaged_or_of_another_archive_is_named(made, kept, content):
    kept.write_bytes(content)
    with pytest.raises(DamageError, match="kept with the key") as caught:
        guard(made, kept).check()
    assert str(kept) in caught.value.remedy
    LedgerGuard(made.records, Ed25519Signer("visavis/made", b"x" * 32), kept.with_name("other")).keep()
    with pytest.raises(DamageError, match="another archive"):
        LedgerGuard(made.records, SIGNER, kept.with_name("other")).check()


# ---- verify and status


def test_a_sound_ledger_has_no_problem(made):
    made.household()
    exported(made)
    assert verified(made) == ()


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE leaf SET body = CAST(replace(CAST(body AS TEXT), 'test', 'best') AS BLOB) WHERE seq = 2", "leaf 2 was changed"),
        ("UPDATE leaf SET nodes = zeroblob(length(nodes)) WHERE seq = 1", "leaf 1 was changed"),
        ("UPDATE leaf SET body = CAST(replace(CAST(body AS TEXT), '2026', '2025') AS BLOB) WHERE seq = 3", "leaf 3 (2025"),
        ("DELETE FROM leaf WHERE seq = 2", "comes leaf 3, not leaf 2"),
        ("UPDATE leaf SET seq = 99 WHERE seq = 4", "leaf 4 stands in row 99"),
        ("UPDATE leaf SET body = x'7b' WHERE seq = 3", "leaf 3 is not a leaf"),
    ],
)
def test_verify_goes_through_the_tree_and_names_the_leaf(made, statement, told):
    for _ in range(4):
        acted(made)
    meddle(made, statement)
    assert told in "\n".join(verified(made))


def test_verify_names_a_payload_that_was_exchanged(made):
    made.records.close()
    path = made.records.folder.database
    made.records = records_archive.open_records(made.records.folder.path, made.doors, writable=True)
    for text in ("one", "two"):
        with made.records.work(ACTOR) as work:
            work.leaf("consultation", {"reason": text})
    sealed = made.records.vault.seal("leaf_payload.sealed", bytes(32) + b"{}", row="1")
    with closing(sqlite3.connect(path)) as other:
        other.execute("UPDATE leaf_payload SET sealed = ? WHERE seq = 1", (sealed,))
        other.commit()
    assert "the payload of leaf 1 is not what the leaf commits to" in "\n".join(verified(made))


def test_status_reminds_when_no_checkpoint_has_left_the_house_for_a_month(made):
    def notices() -> str:
        return "\n".join(Status(made.records, vault="v").run().notices)

    acted(made, days=CHECKPOINT_DAYS - 1)
    assert "checkpoint" not in notices()
    made.clock.at += dt.timedelta(days=1)
    assert f"no checkpoint of the ledger has left the house for {CHECKPOINT_DAYS} days" in notices()
    give(made).run(ACTOR)
    assert "checkpoint" not in notices()
    made.clock.at += dt.timedelta(days=CHECKPOINT_DAYS)
    assert "checkpoint" in notices()


def test_a_leaf_is_json_that_says_all_that_the_law_asks(made):
    acted(made)
    (leaf,) = made.records.ledger.leaves(1)
    assert set(json.loads(leaf.body)) == {
        *("actor", "at", "case", "commitments", "facts", "gallery_size", "justification", "model", "objects", "operation", "policy"),
        *("purpose", "recipients", "seq", "sources", "threshold"),
    }
