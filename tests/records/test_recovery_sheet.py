"""A key on paper and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.domain.errors import InputError
from visavis.records.recovery_sheet import key_on, sheet

KEYS = st.binary(min_size=32, max_size=32)


@given(key=KEYS)
def test_a_sheet_gives_its_key_back(key):
    assert key_on(sheet("an id", key, day="2026-11-22")) == key


@given(key=KEYS, data=st.data())
def test_a_figure_that_was_misread_is_found_in_its_line(key, data):
    lines = [line for line in sheet("an id", key, day="2026-11-22").splitlines() if line.startswith("  ") and line[2:3].isdigit()]
    number, place = data.draw(st.integers(0, 7)), data.draw(st.sampled_from([5, 6, 7, 8, 10, 11, 12, 13, 16, 17, 18, 19]))
    figure = data.draw(st.sampled_from([f for f in "0123456789abcdef" if f != lines[number][place]]))
    lines[number] = lines[number][:place] + figure + lines[number][place + 1 :]
    with pytest.raises(InputError, match=rf"written wrong: line {number + 1}$"):
        key_on("\n".join(lines))


def test_lines_may_be_typed_in_any_order_and_case_but_none_may_be_missing():
    text = sheet("an id", bytes(range(32)), day="2026-11-22")
    lines = [line.upper() for line in text.splitlines() if line.startswith("  ") and line[2:3].isdigit()]
    assert key_on("\n".join(reversed(lines))) == bytes(range(32))
    with pytest.raises(InputError, match=r"missing: line 3, 8$"):
        key_on("\n".join(lines[:2] + lines[3:7]))


def test_two_lines_that_changed_places_are_found():
    text = sheet("an id", bytes(range(32)), day="2026-11-22")
    swapped = text.replace("  1  ", "  X  ").replace("  2  ", "  1  ").replace("  X  ", "  2  ")
    with pytest.raises(InputError, match=r"line 1, 2$"):
        key_on(swapped)
