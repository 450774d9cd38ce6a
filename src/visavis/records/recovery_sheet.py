"""The archive's key on paper: eight numbered lines of two groups and a checksum, so that a slip of the pen is found in its line."""

import hashlib
import re

from visavis.domain.errors import InputError

LINE_BYTES, KEY_BYTES = 4, 32
LINES = KEY_BYTES // LINE_BYTES
_LINE = re.compile(r"^\s*([1-8])[.:]?\s+([0-9a-f]{4})\s+([0-9a-f]{4})\s+([0-9a-f]{4})\s*$", re.IGNORECASE | re.MULTILINE)

_SHEET = """\
VISAVIS RECOVERY SHEET

Archive  {archive_id}
Made     {day}

Print this sheet and lock it away, apart from the machine and from its backups.
Whoever holds it and a copy of the archive can read all names, paths and texts in it.
If the key file is lost and this sheet too, nobody can, and nobody can help.

Key: line number, eight figures of the key, four of a checksum (figures 0-9, letters a-f)

{lines}

To use it, type the eight lines into a file:
  visavis vault recover FILE -a ARCHIVE
When the key is changed (visavis vault rekey), print the new sheet. Keep this one
only as long as a backup made before the change.
"""


def sheet(archive_id: str, key: bytes, *, day: str) -> str:
    """Return the sheet as text, to be printed."""
    lines = []
    for number in range(LINES):
        part = key[number * LINE_BYTES : (number + 1) * LINE_BYTES]
        figures = part.hex()
        lines.append(f"  {number + 1}  {figures[:4]} {figures[4:]}  {_checksum(number, part)}")
    return _SHEET.format(archive_id=archive_id, day=day, lines="\n".join(lines))


def key_on(text: str) -> bytes:
    """Return the key that a sheet, or its eight lines alone, says.

    Raises
    ------
    InputError
        A line is missing or written wrong; each is named.
    """
    found = {int(number) - 1: (bytes.fromhex(first + second), check.lower()) for number, first, second, check in _LINE.findall(text)}
    missing = [str(number + 1) for number in range(LINES) if number not in found]
    wrong = [str(number + 1) for number, (part, check) in sorted(found.items()) if check != _checksum(number, part)]
    if missing or wrong:
        problems = [f"{what}: line {', '.join(lines)}" for what, lines in (("missing", missing), ("written wrong", wrong)) if lines]
        raise InputError("the recovery sheet can't be read; " + "; ".join(problems), remedy="compare these lines with the paper")
    return b"".join(found[number][0] for number in range(LINES))


def _checksum(number: int, part: bytes) -> str:
    return hashlib.sha256(b"visavis recovery sheet" + bytes([number]) + part).hexdigest()[:4]
