"""Random histories with a movable clock: whatever happens, every export goes on from every checkpoint that was ever given."""

import datetime as dt
import io
import shutil
import tempfile
from pathlib import Path

from archive_forge import ACTOR, MadeArchive
from hypothesis import given, settings
from hypothesis import strategies as st

from visavis.ledger.audit import Audit
from visavis.ledger.note import Ed25519Signer, verifier_of
from visavis.records import archive as records_archive
from visavis.records.keyring import KeyKind
from visavis.services.ledger import GiveLedger

SIGNER = Ed25519Signer("visavis/made", bytes(32))
STEPS = st.one_of(
    st.tuples(st.just("act"), st.integers(1, 3)),
    st.tuples(st.just("fail"), st.just(0)),
    st.tuples(st.just("confide"), st.just(0)),
    st.tuples(st.just("shred"), st.integers(0, 9)),
    st.tuples(st.just("clock"), st.integers(-400, 400)),
    st.tuples(st.just("give"), st.just(0)),
    st.tuples(st.just("reopen"), st.just(0)),
)


class History:
    """One archive and what was promised of it."""

    def __init__(self, made: MadeArchive) -> None:
        self.made = made
        self.given: list[bytes] = []
        self.keys: list[int] = []
        self.shredded = 0

    def act(self, number: int) -> None:
        with self.made.records.work(ACTOR) as work:
            for _ in range(number):
                work.leaf("alteration", what="test")

    def fail(self, _: int) -> None:
        try:
            with self.made.records.work(ACTOR) as work:
                work.leaf("alteration", {"reason": "never"})
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass

    def confide(self, _: int) -> None:
        with self.made.records.work(ACTOR) as work:
            self.keys.append(self.made.records.keys.make(work, KeyKind.LEAF))
            work.leaf("consultation", {"reason": "a secret"}, self.keys[-1])

    def shred(self, which: int) -> None:
        if self.keys:
            with self.made.records.work(ACTOR) as work:
                self.made.records.keys.destroy(work, self.keys.pop(which % len(self.keys)))
                work.leaf("erasure", what="payload")
            self.shredded += 1

    def clock(self, days: int) -> None:
        self.made.clock.at += dt.timedelta(days=days)

    def give(self, _: int) -> None:
        self.given.append(GiveLedger(self.made.records, SIGNER, lambda _: None).run(ACTOR).checkpoint)

    def reopen(self, _: int) -> None:
        self.made.records.close()
        self.made.records = records_archive.open_records(self.made.folder / "archive", self.made.doors, writable=True)


@settings(max_examples=20)
@given(st.lists(STEPS, max_size=25))
def test_no_history_breaks_a_promise(empty_archive, steps):
    folder = Path(tempfile.mkdtemp())
    made = MadeArchive(folder, empty_archive)
    try:
        history = History(made)
        for name, number in steps:
            getattr(history, name)(number)
        give = GiveLedger(made.records, SIGNER, lambda _: None)
        raw = b"".join(give.export(give.run(ACTOR), payloads=True))
        found = Audit(history.given, key=verifier_of(SIGNER)).run(io.BytesIO(raw))
        assert (found.problems, found.leaves, found.payloads) == ((), made.records.ledger.size(), len(history.keys))
        assert raw.count(b"a secret") == len(history.keys)
        assert b"never" not in raw
    finally:
        made.close()
        shutil.rmtree(folder)
