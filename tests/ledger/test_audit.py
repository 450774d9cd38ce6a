"""An auditor with the export alone: every kind of meddling is found and named."""

import io
import itertools
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger_forge import KEY, ORIGIN, SIGNER, body, checkpoint, export, lines

from visavis.domain.errors import InputError
from visavis.ledger.audit import Audit, Finding
from visavis.ledger.checkpoint import Checkpoint
from visavis.ledger.export import HEAD, Line, write_export
from visavis.ledger.note import Ed25519Signer, sign, verifier_of
from visavis.ledger.pen import Pen
from visavis.ledger.tree import Frontier, leaf_hash

TOLD = [
    *lines(4),
    Line(
        seq=4,
        body=body(4, commitments=[Pen().payload(b"s" * 32, {"reason": "é"})[1]]),
        payload=Pen().payload(b"s" * 32, {"reason": "é"})[0],
    ),
    Line(seq=5, body=body(5, what="after")),
]
SOUND = export(TOLD)
OTHER = Ed25519Signer(ORIGIN, bytes(32))


def audited(raw: bytes, *old: bytes, key=None) -> Finding:
    return Audit(old, key=key).run(io.BytesIO(raw))


def problems(raw: bytes, *old: bytes, key=None) -> str:
    return "\n".join(audited(raw, *old, key=key).problems)


def line_of(seq: int) -> bytes:
    return next(line for line in SOUND.splitlines(keepends=True) if b'"seq":%d,' % seq in line)


def test_a_sound_export_goes_on_from_each_of_its_older_checkpoints():
    found = audited(SOUND, *(checkpoint(TOLD[:size]) for size in range(7)), key=KEY)
    assert found.problems == ()
    assert (found.origin, found.leaves, found.payloads, found.key) == (ORIGIN, 6, 1, KEY.text())
    assert (found.first_at, found.last_at) == ("2026-11-22T12:00:00.000000Z", "2026-11-22T12:05:00.000000Z")


def test_the_export_of_an_empty_ledger_is_sound():
    assert audited(export([])).problems == ()


@given(st.integers(0, len(SOUND) - 1), st.integers(1, 255))
def test_any_byte_that_is_changed_is_found(place, change):
    meddled = SOUND[:place] + bytes([SOUND[place] ^ change]) + SOUND[place + 1 :]
    assert audited(meddled, checkpoint(TOLD[:3])).problems


@pytest.mark.parametrize("bit", [0, 1, 5, 7])
def test_no_byte_is_left_out(bit):
    for place in range(len(SOUND)):
        meddled = SOUND[:place] + bytes([SOUND[place] ^ (1 << bit)]) + SOUND[place + 1 :]
        assert audited(meddled).problems, f"byte {place} of «{SOUND[max(place - 20, 0) : place + 20]!r}»"


@pytest.mark.parametrize("seq", range(6))
def test_a_byte_changed_in_a_leaf_names_the_leaf(seq):
    line = line_of(seq)
    for place in (6, 40, 71, 90, len(line) - 3):
        meddled = SOUND.replace(line, line[:place] + bytes([line[place] ^ 1]) + line[place + 1 :])
        assert f"leaf {seq} " in problems(meddled)


@given(st.integers(0, len(SOUND) - 1))
def test_an_export_that_is_cut_anywhere_is_found(length):
    assert audited(SOUND[:length]).problems


def test_an_export_cut_between_two_leaves_says_after_which():
    whole = SOUND.split(line_of(3))[0]
    assert "the export is cut: it ends after leaf 2" in problems(whole)


def test_a_tail_that_was_cut_before_the_checkpoint_is_named():
    meddled = SOUND.replace(line_of(5), b"")
    assert "the tail is cut: the checkpoint at the end signs 6 leaves, here are 5" in problems(meddled)


def test_a_tail_that_was_cut_and_signed_anew_fails_against_a_kept_checkpoint():
    shorter = export(TOLD[:4])
    assert audited(shorter).problems == ()
    assert problems(shorter, checkpoint(TOLD)) == "the tail is cut: the kept checkpoint signs 6 leaves, here are 2 fewer"


@pytest.mark.parametrize(("one", "other"), [pair for pair in itertools.combinations(range(6), 2) if 4 not in pair])
def test_two_leaves_that_were_swapped_are_named(one, other):
    first, second = line_of(one), line_of(other)
    meddled = SOUND.replace(first, b"*").replace(second, first).replace(b"*", second, 1)
    found = problems(meddled)
    assert f"comes leaf {other}, not leaf {one}" in found
    assert "do not have the root that was signed" in found


def test_two_leaves_swapped_and_numbered_anew_are_out_of_time_and_of_the_root():
    told = [TOLD[0], Line(seq=1, body=body(1, minute=3)), Line(seq=2, body=body(2, minute=2)), *TOLD[3:]]
    meddled = b"".join(write_export(KEY, told, checkpoint(TOLD)))
    found = problems(meddled)
    assert "wrong order of time: leaf 2" in found
    assert "do not have the root that was signed" in found


def test_a_leaf_that_was_written_anew_and_signed_is_a_second_history():
    told = [*TOLD[:2], Line(seq=2, body=body(2, what="something else")), *TOLD[3:]]
    forked = export(told)
    assert audited(forked).problems == ()
    assert audited(forked, checkpoint(TOLD[:2])).problems == ()
    assert "two histories: the first 3 leaves here are not those" in problems(forked, checkpoint(TOLD[:3]))


def test_a_history_signed_by_another_key_is_foreign():
    foreign = export(TOLD, signer=OTHER)
    assert "foreign key" in problems(foreign, key=KEY)
    assert "foreign key" in problems(foreign, checkpoint(TOLD[:2]))
    assert audited(foreign).problems == ()


def test_a_checkpoint_put_under_another_ledgers_leaves_is_found():
    foreign = SOUND.replace(checkpoint(TOLD), checkpoint(TOLD, signer=OTHER))
    assert "not signed by the key that the export names" in problems(foreign)
    assert "of another ledger" in problems(SOUND, checkpoint(TOLD, signer=Ed25519Signer("visavis/other", bytes(32))))


def test_leaves_that_nobody_signed_are_found():
    more = b"".join(write_export(KEY, lines(5), checkpoint(lines(4))))
    assert "leaves were added that nobody signed" in problems(more)


def test_a_leaf_that_could_be_read_in_two_ways_is_found():
    told = [TOLD[0], Line(seq=1, body=body(1).replace(b'"seq":1', b'"seq":9,"seq":1'))]
    assert "leaf 1 is not in canonical form" in problems(export(told))


def test_a_payload_that_was_exchanged_or_hangs_on_nothing_is_found():
    payload = Pen().payload(b"t" * 32, {"reason": "another"})[0]
    assert "payload below leaf 4" in problems(export([*TOLD[:4], Line(seq=4, body=TOLD[4].body, payload=payload), TOLD[5]]))
    assert "payload below leaf 0" in problems(export([Line(seq=0, body=body(0), payload=payload)]))


def test_a_payload_may_be_left_out():
    assert audited(export([*TOLD[:4], Line(seq=4, body=TOLD[4].body), TOLD[5]])).problems == ()


@pytest.mark.parametrize("raw", [b"", HEAD, b"\n\n\n", b"{}", b"\xff" * 9, HEAD + b"key a+b+c\n\n", b"leaf " * 9 + b"\n" * 9])
def test_what_is_no_export_is_damaged_not_a_crash(raw):
    assert audited(raw).problems


def test_a_kept_checkpoint_that_is_none_is_the_askers_mistake():
    with pytest.raises(InputError):
        audited(SOUND, b"nonsense")


def test_a_hundred_thousand_leaves_are_one_pass_and_memory_does_not_grow_with_them(tmp_path):
    peaks = []
    for size in (1_000, 10_000):
        tracemalloc.start()
        assert pass_over(tmp_path / "export", size) == ((), size)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + (64 << 10)
    assert pass_over(tmp_path / "export", 100_000) == ((), 100_000)


def pass_over(path, size: int) -> tuple[tuple[str, ...], int]:
    frontier = Frontier()
    before, _, after = body(1_000_000, what="test").partition(b'"seq":1000000,')

    def told():
        for seq in range(size):
            line = Line(seq=seq, body=before + b'"seq":%d,' % seq + after)
            frontier.append(leaf_hash(line.body))
            yield line

    with path.open("wb") as file:
        file.writelines(write_export(KEY, told(), b""))
        file.write(sign(Checkpoint(origin=ORIGIN, size=size, root=frontier.root()).text(), SIGNER))
    with path.open("rb", buffering=0) as raw, io.BufferedReader(Once(raw)) as file:
        found = Audit().run(file)
    return found.problems, found.leaves


class Once(io.RawIOBase):
    """A file that can't be read twice."""

    def __init__(self, file: io.RawIOBase) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def readinto(self, buffer) -> int:
        return self._file.readinto(buffer)


def test_the_key_of_a_signer_is_its_verifiers():
    assert verifier_of(SIGNER) == KEY
