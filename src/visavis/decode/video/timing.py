"""When each frame of a GIF or WebP is shown, read from the blocks of the file; no pixel is decoded.

Written for bytes that lie: every step goes forward, and what can't be read ends the list.
"""

from collections.abc import Iterator

from visavis.decode.formats import Format, sniff

_SOONEST_MS = 20
_SLOW_MS = 100
"""Delays of none or one hundredth of a second are shown as a tenth, as all browsers do: the files were made so."""


def durations(data: bytes) -> list[int]:
    """Return how long each frame of an animation is shown, milliseconds; empty if the bytes are none.

    Parameters
    ----------
    data : bytes
        The whole file.
    """
    found = sniff(data)
    read = {Format.GIF: _gif, Format.WEBP: _webp}.get(found) if found else None
    return [said if said >= _SOONEST_MS else _SLOW_MS for said in read(data)] if read else []


def is_animation(data: bytes) -> bool:
    """Whether a file shows more than one picture, one after the other: it is then a film."""
    return len(durations(data)) > 1


def _gif(data: bytes) -> Iterator[int]:
    """Follow the blocks of GIF89a (its specification, appendix A): a graphic control extension says how long the next image lasts."""
    at, delay = 13 + _table(data[10:11]), 0
    while at < len(data):
        kind = data[at]
        if kind == 0x2C and at + 10 <= len(data):
            yield delay * 10
            at, delay = _skip(data, at + 11 + _table(data[at + 9 : at + 10])), 0
        elif kind == 0x21:
            if data[at + 1 : at + 3] == b"\xf9\x04":
                delay = int.from_bytes(data[at + 4 : at + 6], "little")
            at = _skip(data, at + 2)
        else:
            return


def _table(flags: bytes) -> int:
    """Return the size of the colour table that a descriptor's flags announce."""
    return 3 * 2 ** ((flags[0] & 7) + 1) if flags and flags[0] & 0x80 else 0


def _skip(data: bytes, at: int) -> int:
    """Return where the chain of sub-blocks ends."""
    while at < len(data) and data[at]:
        at += 1 + data[at]
    return at + 1


def _webp(data: bytes) -> Iterator[int]:
    """Follow the chunks of the RIFF container: an `ANMF` chunk has its frame's duration in its bytes 12 to 14."""
    at = 12
    while at + 8 <= len(data):
        if data[at : at + 4] == b"ANMF":
            yield int.from_bytes(data[at + 20 : at + 23], "little")
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8 + size + size % 2
