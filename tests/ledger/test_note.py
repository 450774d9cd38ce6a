"""Signed notes and checkpoints, against the formats' own examples and every change of a byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger_forge import KEY, ORIGIN, SIGNER, checkpoint, lines

from visavis.domain.errors import InputError
from visavis.ledger import tree
from visavis.ledger.checkpoint import Checkpoint, Proof, read_checkpoint, read_proof
from visavis.ledger.note import ED25519, Ed25519Signer, Verifier, read_note, read_verifier, sign

# The example of the format's Go implementation (golang.org/x/mod/sumdb/note).
PETER_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()


def test_the_example_of_the_format_is_read_and_holds():
    verifier = read_verifier(PETER_KEY)
    assert verifier.text() == PETER_KEY
    assert read_note(PETER_NOTE).signed_by(verifier)


@given(st.integers(0, len(PETER_NOTE) - 1), st.integers(1, 255))
def test_a_note_with_any_byte_changed_is_not_signed(place, change):
    meddled = PETER_NOTE[:place] + bytes([PETER_NOTE[place] ^ change]) + PETER_NOTE[place + 1 :]
    try:
        held = read_note(meddled).signed_by(read_verifier(PETER_KEY))
    except InputError:
        held = False
    assert not held


def test_a_witness_may_add_its_line():
    witness = Ed25519Signer("witness.example", b"w" * 32)
    head = checkpoint(lines(3))
    text = read_note(head).text
    both = read_note(head + sign(text, witness).split(b"\n\n")[1])
    assert both.signed_by(KEY)
    assert both.signed_by(Verifier(name=witness.name, key=witness.key))


def test_a_signature_that_does_not_hold_outweighs_one_that_does():
    head = checkpoint(lines(3))
    text, mine = head.split(b"\n\n")
    wrong = sign(b"another text\n", SIGNER).split(b"\n\n")[1]
    assert not read_note(text + b"\n\n" + mine + wrong).signed_by(KEY)


def test_a_new_kind_of_signature_is_a_function_that_is_handed_in():
    kind = 0xFE
    verifier = Verifier(name="toy", key=bytes([kind]) + b"k")
    signer = type("Toy", (), {"name": "toy", "key": verifier.key, "sign": lambda self, text: b"toy" + text[:3]})()
    note = read_note(sign(b"abc\n", signer))
    assert not note.signed_by(verifier)
    assert note.signed_by(verifier, {kind: lambda public, signature, text: signature == b"toy" + text[:3]})


def test_the_kind_and_id_of_a_key_are_those_of_the_format():
    assert KEY.key[0] == ED25519
    assert (len(KEY.key), len(KEY.key_id)) == (33, 4)
    assert KEY.text().startswith(f"{ORIGIN}+{KEY.key_id.hex()}+")


@pytest.mark.parametrize(
    "text", ["", "a", "a+b", PETER_KEY.replace("c74f", "c74e"), PETER_KEY + "=", "a b+00000000+AQ==", "a+00000000+AQ=="]
)
def test_what_is_no_key_is_refused(text):
    with pytest.raises(InputError):
        read_verifier(text)


@pytest.mark.parametrize(
    "raw", [b"", b"text\n", b"text\n\n", b"text\n\nline", b"text\n\n- a AAAAAAA=\n", "text\n\n— a\n".encode(), b"\xff\n\n\n", b"x" * 99_999]
)
def test_what_is_no_note_is_refused(raw):
    with pytest.raises(InputError):
        read_note(raw)


@pytest.mark.parametrize(
    "text", ["o\n1\n", "o\n01\nAA==\n", "o\n-1\nAA==\n", "o\n1\nAA==\n", "\n1\n" + "A" * 43 + "=\n", "o\n٣\n" + "A" * 43 + "=\n"]
)
def test_what_is_no_checkpoint_is_refused(text):
    with pytest.raises(InputError):
        read_checkpoint(sign(text.encode(), SIGNER))


def test_a_checkpoint_reads_back_extension_lines_aside():
    head = Checkpoint(origin=ORIGIN, size=7, root=bytes(range(32)))
    assert read_checkpoint(sign(head.text(), SIGNER))[1] == head
    assert read_checkpoint(sign(head.text() + b"more\n", SIGNER))[1] == head


def test_a_proof_reads_back_and_holds_for_its_leaf_alone():
    told = lines(11)
    kept: list[tuple[bytes, ...]] = []
    for line in told:
        kept.append(tree.completed(line.seq, tree.leaf_hash(line.body), lambda level, index: kept[tree.stored_at(level, index)][level]))
    path = tree.inclusion_path(6, 11, lambda level, index: kept[tree.stored_at(level, index)][level])
    proof = Proof(seq=6, path=tuple(path), checkpoint=checkpoint(told))
    again = read_proof(proof.text())
    assert again == proof
    assert again.holds(tree.leaf_hash(told[6].body))
    assert not again.holds(tree.leaf_hash(told[5].body))
    assert read_proof(proof.text().replace(b"index", b"extra AAAA\nindex", 1)) == proof


@pytest.mark.parametrize(
    "change", [(b"tlog-proof", b"tlog-poof"), (b"index 6", b"index 06"), (b"index 6\n", b""), (b"index 6\n", b"index 6\nAA==\n")]
)
def test_what_is_no_proof_is_refused(change):
    text = Proof(seq=6, path=(), checkpoint=checkpoint(lines(7))).text()
    with pytest.raises(InputError):
        read_proof(text.replace(*change, 1))
