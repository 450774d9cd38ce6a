"""Reads the directories of a TIFF structure, which EXIF blocks, TIFF files and most camera RAW files share.

Written for bytes that lie: every offset is bounded, no chain of directories is followed, and what can't be read is left out, never raised.
"""

import struct
from collections.abc import Iterator

Value = bytes | tuple[int, ...] | tuple[tuple[int, int], ...]
"""ASCII, BYTE and UNDEFINED as bytes; SHORT and LONG as integers; RATIONAL as (numerator, denominator) pairs."""
Directory = dict[int, Value]

SUB_IFDS = 0x014A
EXIF_IFD = 0x8769
GPS_IFD = 0x8825

_MAX_ENTRIES = 1_000  # a directory of more is damage
_MAX_DIRECTORIES = 16  # of one file; cameras write up to about eight
_MAX_VALUE_BYTES = 4 * 2**20  # XMP and IPTC blocks lie here too
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 13: 4}
_CODES = {3: "H", 4: "I", 5: "I", 8: "h", 9: "i", 10: "i", 13: "I"}


def read_directories(data: bytes) -> list[Directory]:
    """Read IFD0 and the directories that it names as sub-directories (SubIFDs), in that order.

    Parameters
    ----------
    data : bytes
        From the byte-order mark on.

    Returns
    -------
    list of Directory
        Empty if `data` is no TIFF structure.
    """
    order = byte_order(data)
    if order is None:
        return []
    first = read_directory(data, order, struct.unpack_from(order + "I", data, 4)[0])
    return [first, *(read_directory(data, order, offset) for offset in integers(first, SUB_IFDS)[:_MAX_DIRECTORIES])]


def byte_order(data: bytes) -> str | None:
    """Return `struct`'s mark for the byte order, None if `data` doesn't begin as a TIFF structure (BigTIFF is not one)."""
    if len(data) < 8:
        return None
    # Olympus writes IIRO or IIRS, Panasonic IIU\0, in place of 42; the rest is as usual.
    if data[:4] in {b"II*\0", b"IIRO", b"IIRS", b"IIU\0"}:
        return "<"
    return ">" if data[:4] in {b"MM\0*", b"MMOR"} else None


def read_directory(data: bytes, order: str, offset: int) -> Directory:
    """Read the entries of one directory; unreadable entries are left out."""
    return dict(_entries(data, order, offset))


def _entries(data: bytes, order: str, offset: int) -> Iterator[tuple[int, Value]]:
    if not 8 <= offset <= len(data) - 2:
        return
    count = struct.unpack_from(order + "H", data, offset)[0]
    for n in range(min(count, _MAX_ENTRIES)):
        at = offset + 2 + 12 * n
        if at + 12 > len(data):
            return
        tag, kind, length = struct.unpack_from(order + "HHI", data, at)
        value = _value(data, order, (kind, length), at + 8)
        if value is not None:
            yield tag, value


def _value(data: bytes, order: str, form: tuple[int, int], at: int) -> Value | None:
    kind, length = form
    total = _SIZES.get(kind, 0) * length
    if not 0 < total <= _MAX_VALUE_BYTES:
        return None
    if total > 4:
        at = struct.unpack_from(order + "I", data, at)[0]
    if at + total > len(data):
        return None
    code = _CODES.get(kind)
    if code is None:
        return data[at : at + total]
    width = struct.calcsize(code)
    numbers = struct.unpack_from(f"{order}{total // width}{code}", data, at)
    return tuple(zip(numbers[::2], numbers[1::2], strict=True)) if kind in {5, 10} else numbers


def integers(directory: Directory, tag: int) -> tuple[int, ...]:
    """Return the integers of a tag, empty if it is absent or of another kind."""
    value = directory.get(tag, ())
    return tuple(n for n in value if isinstance(n, int)) if isinstance(value, tuple) else ()


def rationals(directory: Directory, tag: int) -> tuple[float, ...]:
    """Return the fractions of a tag as floats; empty if it is absent or a denominator is 0."""
    value = directory.get(tag, ())
    pairs = [pair for pair in value if isinstance(pair, tuple)] if isinstance(value, tuple) else []
    return tuple(n / d for n, d in pairs) if all(d for _, d in pairs) else ()


def raw_bytes(directory: Directory, tag: int) -> bytes:
    """Return the bytes of a tag, empty if it is absent or of another kind."""
    value = directory.get(tag, b"")
    return value if isinstance(value, bytes) else b""


def text(directory: Directory, tag: int) -> str:
    """Return the text of a tag, up to its first NUL: UTF-8, else Latin-1; empty if absent."""
    value = raw_bytes(directory, tag).split(b"\0", 1)[0]
    try:
        return value.decode("utf-8").strip()
    except UnicodeDecodeError:
        return value.decode("latin-1").strip()


def sub_directory(data: bytes, parent: Directory, tag: int) -> Directory:
    """Read the directory that `tag` of `parent` points to; empty if there is none."""
    order = byte_order(data)
    offsets = integers(parent, tag)
    return read_directory(data, order, offsets[0]) if order and offsets else {}
