"""IPTC-IIM 4.2 data sets: what picture agencies wrote into files before XMP, and still do."""

_ESC_UTF8 = b"\x1b%G"
_MAX_DATA_SETS = 1_000
CHARACTER_SET, DATE_CREATED, TIME_CREATED = (1, 90), (2, 55), (2, 60)
BYLINE, TRANSMISSION_REFERENCE, CREDIT, COPYRIGHT, CAPTION = (2, 80), (2, 103), (2, 110), (2, 116), (2, 120)


def read_iptc(block: bytes) -> dict[tuple[int, int], str]:
    """Read the data sets of a block; of repeated ones the first.

    Parameters
    ----------
    block : bytes
        Data sets one after another: 0x1C, record, number, length (2 bytes, big-endian), value.

    Returns
    -------
    dict
        (record, number) → text, UTF-8 where declared or valid, Latin-1 otherwise. Up to the first damaged data set.
    """
    found: dict[tuple[int, int], bytes] = {}
    at = 0
    for _ in range(_MAX_DATA_SETS):
        if block[at : at + 1] != b"\x1c" or at + 5 > len(block):
            break
        size = int.from_bytes(block[at + 3 : at + 5])
        if size & 0x8000 or at + 5 + size > len(block):  # extended lengths are for objects, not for texts
            break
        found.setdefault((block[at + 1], block[at + 2]), block[at + 5 : at + 5 + size])
        at += 5 + size
    utf8 = found.pop(CHARACTER_SET, b"") == _ESC_UTF8
    return {key: _decoded(value, declared_utf8=utf8) for key, value in found.items()}


def _decoded(value: bytes, *, declared_utf8: bool) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("utf-8", "replace") if declared_utf8 else value.decode("latin-1")
