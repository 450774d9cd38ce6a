"""Catalogues of texts as translators write them (`.po`), made into what `gettext` reads: no tool is needed where the desk runs."""

import re
import struct
from collections.abc import Iterator

_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}
_LINE = re.compile(r'(?:(msgctxt|msgid_plural|msgid|msgstr)(?:\[(\d)\])?\s+)?("(?:[^"\\]|\\.)*")')
_MAGIC = 0x950412DE


def messages(text: str) -> dict[str, str]:
    """Return what a catalogue translates, as `gettext` keeps it: plural forms are parted by a zero byte; its head is under «».

    What is marked as unsure (`fuzzy`) or is empty is left out.

    Raises
    ------
    ValueError
        It is no catalogue.
    """
    found: dict[str, str] = {}
    for entry, fuzzy in _entries(text):
        key = "\0".join(filter(None, (entry.get("msgid", ""), entry.get("msgid_plural"))))
        forms = [entry[name] for name in sorted(entry) if name.startswith("msgstr")]
        if all(forms) and forms and (not fuzzy or not key):
            found[key] = "\0".join(forms)
    if "charset=utf-8" not in found.get("", "").lower():
        raise ValueError("it has no head that names UTF-8")
    return found


def compiled(text: str) -> bytes:
    """Return a catalogue in the binary form (`.mo`) that the standard library's `gettext` reads."""
    pairs = sorted((key.encode(), said.encode()) for key, said in messages(text).items())
    start = 28 + 16 * len(pairs)
    table, data = [], bytearray()
    for which in (0, 1):
        for pair in pairs:
            table += [len(pair[which]), start + len(data)]
            data += pair[which] + b"\0"
    head = struct.pack("<7I", _MAGIC, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, start)
    return head + struct.pack(f"<{4 * len(pairs)}I", *table) + bytes(data)


def _entries(text: str) -> Iterator[tuple[dict[str, str], bool]]:
    entry: dict[str, str] = {}
    last, fuzzy = "", False
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if not line.strip():
            if entry:
                yield entry, fuzzy
            entry, last, fuzzy = {}, "", False
        elif line.startswith("#"):
            fuzzy = fuzzy or (line.startswith("#,") and "fuzzy" in line)
        else:
            last = _take(entry, line.strip(), last, number)


def _take(entry: dict[str, str], line: str, last: str, number: int) -> str:
    found = _LINE.fullmatch(line)
    if found is None or not (found[1] or last):
        raise ValueError(f"line {number} is none of a catalogue")
    name = f"{found[1]}{found[2] or ''}" if found[1] else last
    said = _QUOTED.fullmatch(found[3])
    assert said is not None  # noqa: S101 - the line's pattern holds this one
    entry[name] = entry.get(name, "") + re.sub(r"\\(.)", lambda one: _ESCAPES.get(one[1], one[0]), said[1])
    return name
