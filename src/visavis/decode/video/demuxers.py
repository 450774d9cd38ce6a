"""Which container a film has, told from its first bytes, as the name of the one demuxer that may read it.

FFmpeg left to itself tries some 350 parsers on hostile bytes, among them playlists that open other files and addresses. Here the bytes
choose one of a dozen.
"""

from typing import BinaryIO

from visavis.decode.formats import sniff

SNIFF_BYTES = 2048

_BOXES = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}  # the last five begin QuickTime files older than `ftyp`
_MAGIC = (
    (b"\x1aE\xdf\xa3", "matroska"),
    (b"\x06\x0e+4\x02\x05\x01\x01\r\x01\x02", "mxf"),
    (b"0&\xb2u\x8ef\xcf\x11", "asf"),
    (b"FLV\x01", "flv"),
    (b"OggS", "ogg"),
    (b"\0\0\x01\xba", "mpeg"),
    (b"\0\0\x01\xb3", "mpegvideo"),
    (b"\x1f\x07\0", "dv"),
)
_PACKETS = ((0, 188), (4, 192), (0, 204))  # MPEG-TS; with a time stamp before each (Blu-ray, camcorders); with error correction behind
_RUN_IN = 1024  # MXF may begin with that much of something else; SMPTE ST 377-1 allows 64 KiB, nobody writes it
_RANDOM_INDEX = b"\x06\x0e+4\x02\x05\x01\x01\r\x01\x02\x01\x01\x11\x01\0"
_TOP_BOXES = 10_000  # of a file; fragmented ones have two for each second or so


def container_of(head: bytes) -> str | None:
    """Return FFmpeg's name of the demuxer, None if the bytes are no film that is read.

    Parameters
    ----------
    head : bytes
        The first `SNIFF_BYTES`, or the whole of a shorter file.
    """
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    if head[4:8] in _BOXES and sniff(head) is None:
        return "mov"
    if head[:4] == b"RIFF" and head[8:12] in {b"AVI ", b"AVIX"}:
        return "avi"
    for start, step in _PACKETS:
        marks = head[start::step][:8]
        if len(marks) >= 3 and set(marks) == {0x47}:
            return "mpegts"
    return "mxf" if 0 < head.find(_MAGIC[1][0]) <= _RUN_IN else None


def lacks_its_index(source: BinaryIO, container: str) -> bool:
    """Whether a file ends before what tells where its frames lie, so that it can't be read at all (MP4) or not from the middle (MXF).

    An MXF file without it would be sought by its mean bit rate, and give frames the wrong times.
    """
    if container == "mxf":
        return not _ends_in_random_index(source)
    return container == "mov" and not _reaches_moov(source)


def _ends_in_random_index(source: BinaryIO) -> bool:
    """Whether the random index pack of SMPTE ST 377-1 stands at the end; its last four bytes are its length."""
    size = source.seek(0, 2)
    source.seek(max(0, size - 4))
    length = int.from_bytes(source.read(4))
    source.seek(max(0, size - length))
    return source.read(len(_RANDOM_INDEX)) == _RANDOM_INDEX


def _reaches_moov(source: BinaryIO) -> bool:
    """Whether the chain of top-level boxes (ISO 14496-12) comes to `moov` within the file."""
    at, size = 0, source.seek(0, 2)
    for _ in range(_TOP_BOXES):
        source.seek(at)
        head = source.read(16)
        if len(head) < 8 or head[4:8] == b"moov":
            return len(head) >= 8
        length = int.from_bytes(head[:4])
        at += int.from_bytes(head[8:16]) if length == 1 else max(length, 8)
        if length == 0 or at > size:
            return False
    return True
