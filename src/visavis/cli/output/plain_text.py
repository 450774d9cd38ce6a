r"""Text from outside (paths, titles, file names) made safe to show.

A file name may hold a newline, a terminal's escape codes, marks that reverse the reading direction, or bytes that are no UTF-8
(which Python carries as lone surrogates, PEP 383). Shown, each becomes a visible backslash escape: a raw byte is `\xff`, a control
character `\n`, `\x1b` or `\u202e`.
"""

import re

_UNSAFE = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # control characters, C0 and C1: 0x9b alone starts a terminal sequence
    "\u2028\u2029\ufeff"  # line and paragraph separators, byte order mark
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # reading direction: «gpj.exe» shown as «exe.jpg»
    "\ud800-\udfff"  # lone surrogates, which no encoder takes
    "]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def shown(text: str) -> str:
    """Return `text` on one line, with everything that could act on a terminal, a page or an encoder as a backslash escape."""
    return _UNSAFE.sub(_escape, text)


def encodable(text: str) -> str:
    r"""Return `text` with bytes that are no UTF-8 as `\xNN`, everything else untouched: for formats with escapes of their own."""
    return _SURROGATE.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # surrogateescape: the byte 0xNN became U+DCNN
        return f"\\x{code - 0xDC00:02x}"
    return _SHORT.get(character) or (f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}")
