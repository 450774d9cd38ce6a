"""What a passphrase closes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.domain.errors import DamageError, InputError
from visavis.records.passphrase import LIGHT, Argon2, close_with, derive, open_with

SALT = bytes(16)


@given(passphrase=st.text(min_size=1, max_size=20), plain=st.binary(max_size=40))
def test_what_a_passphrase_closed_it_opens(passphrase, plain):
    assert open_with(passphrase, "key/1", close_with(passphrase, "key/1", plain, LIGHT)) == plain


def test_another_passphrase_does_not_open_it_nor_another_place():
    closed = close_with("a rose", "key/1", b"secret", LIGHT)
    with pytest.raises(InputError, match="passphrase is wrong"):
        open_with("a nose", "key/1", closed)
    with pytest.raises(InputError):
        open_with("a rose", "key/2", closed)


@given(place=st.integers(0, 60), bit=st.integers(0, 7))
def test_a_bit_that_changes_anywhere_is_noticed_and_asks_for_no_memory(place, bit):
    closed = bytearray(close_with("a rose", "key/1", b"secret", LIGHT))
    closed[place % len(closed)] ^= 1 << bit
    if place % len(closed) in range(1, 8):  # the cost: only read, not paid
        return
    with pytest.raises((InputError, DamageError)):
        open_with("a rose", "key/1", bytes(closed))


def test_a_cost_beyond_reason_is_damage():
    closed = bytearray(close_with("a rose", "key/1", b"secret", LIGHT))
    closed[1:5] = b"\xff" * 4
    with pytest.raises(DamageError):
        open_with("a rose", "key/1", bytes(closed))
    with pytest.raises(DamageError, match="too short"):
        open_with("a rose", "key/1", b"")


def test_one_passphrase_typed_on_two_keyboards_is_one():
    assert derive("é", SALT, LIGHT) == derive("e\u0301", SALT, LIGHT)


def test_each_parameter_changes_the_key():
    costs = [LIGHT, Argon2(memory_kib=128, passes=1, lanes=1), Argon2(memory_kib=64, passes=2, lanes=1)]
    assert len({derive("a rose", SALT, cost) for cost in costs} | {derive("a rose", b"\1" * 16, LIGHT)}) == 4
