"""What a decoder finds beside the pixels."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """The blocks of metadata of one file, undecoded; empty where the file has none.

    Attributes
    ----------
    exif : bytes
        From the TIFF byte-order mark on.
    xmp : bytes
        An XML packet.
    iptc : bytes
        IPTC-IIM data sets.
    """

    exif: bytes = b""
    xmp: bytes = b""
    iptc: bytes = b""


IPTC_RESOURCE = 0x0404


def photoshop_resource(block: bytes, wanted: int) -> bytes:
    """Return one resource of a Photoshop image resource block (`8BIM` records), empty if it isn't there or the block is damaged."""
    at = 0
    while block[at : at + 4] == b"8BIM" and at + 12 <= len(block):
        name_bytes = 1 + block[at + 6]
        size_at = at + 6 + name_bytes + name_bytes % 2
        size = int.from_bytes(block[size_at : size_at + 4])
        if int.from_bytes(block[at + 4 : at + 6]) == wanted:
            return block[size_at + 4 : size_at + 4 + size]
        at = size_at + 4 + size + size % 2
    return b""
