import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.cli.output.plain_text import encodable, shown

ANY_TEXT = st.text(st.characters(exclude_categories=()))  # lone surrogates too


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1962/été – gala.jpg", "1962/été – gala.jpg"),
        ("two\nlines\t.jpg", r"two\nlines\t.jpg"),
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\x9b2J", r"\u009b2J"),
        (b"caf\xe9.jpg".decode("utf-8", "surrogateescape"), r"caf\xe9.jpg"),
        ("photo\u202egpj.exe", r"photo\u202egpj.exe"),
        ("\ud800", r"\ud800"),
    ],
)
def test_what_could_act_is_shown_as_an_escape(text, expected):
    assert shown(text) == expected


@given(ANY_TEXT)
def test_shown_text_is_one_encodable_line_that_a_terminal_does_not_obey(text):
    result = shown(text)
    result.encode("utf-8")
    assert len(result.splitlines()) <= 1
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in result)
    assert shown(result) == result


@given(ANY_TEXT)
def test_encodable_text_changes_only_what_no_encoding_takes(text):
    encodable(text).encode("utf-8")
    if not any(0xD800 <= ord(character) <= 0xDFFF for character in text):
        assert encodable(text) == text
