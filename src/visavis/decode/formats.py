"""Which format a file has, told from its bytes; which kind of file a name promises, for counting what is not opened."""

import posixpath
from enum import StrEnum

from visavis.decode import tiff


class Format(StrEnum):
    """What can be decoded. The value is stored and stable."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    TIFF = "tiff"
    BMP = "bmp"
    GIF = "gif"
    JPEG2000 = "jpeg2000"
    PSD = "psd"
    AVIF = "avif"
    HEIF = "heif"
    RAW = "raw"


class Kind(StrEnum):
    """What a file name promises."""

    PICTURE = "picture"
    RAW = "raw"
    VIDEO = "video"
    OTHER = "other"


# fmt: off
PICTURE_EXTENSIONS = frozenset({
    "jpg", "jpeg", "jpe", "jfif", "png", "apng", "webp", "tif", "tiff", "bmp", "dib", "gif", "jp2", "j2k", "jpf", "jpx", "j2c", "jpc",
    "psd", "psb", "avif", "heic", "heif", "hif", "heics", "heifs", "mpo",
})
RAW_EXTENSIONS = frozenset({
    "3fr", "arw", "cr2", "cr3", "crw", "dcr", "dng", "erf", "fff", "gpr", "iiq", "k25", "kdc", "mef", "mos", "mrw", "nef", "nrw", "orf",
    "pef", "raf", "raw", "rw2", "rwl", "sr2", "srf", "srw", "x3f",
})
VIDEO_EXTENSIONS = frozenset({
    "mp4", "m4v", "mov", "qt", "3gp", "3g2", "f4v", "mkv", "mk3d", "webm", "avi", "divx", "mpg", "mpeg", "mpe", "m2v", "m2p", "vob", "mod",
    "ts", "m2t", "mts", "m2ts", "trp", "tod", "mxf", "wmv", "asf", "flv", "ogv", "ogm", "dv",
})
# fmt: on

SNIFF_BYTES = 64
"""`sniff` needs at least this much, but tells camera RAW from TIFF only where the directory lies within what it is given."""

_MAGIC = (
    (b"\xff\xd8\xff", Format.JPEG),
    (b"\x89PNG\r\n\x1a\n", Format.PNG),
    (b"GIF87a", Format.GIF),
    (b"GIF89a", Format.GIF),
    (b"8BPS\0\1", Format.PSD),
    (b"\0\0\0\x0cjP  \r\n\x87\n", Format.JPEG2000),
    (b"\xff\x4f\xff\x51", Format.JPEG2000),
    (b"FUJIFILMCCD-RAW", Format.RAW),
    (b"FOVb", Format.RAW),
    (b"\0MRM", Format.RAW),
    (b"IIRO", Format.RAW),
    (b"IIRS", Format.RAW),
    (b"MMOR", Format.RAW),
    (b"IIU\0", Format.RAW),
    (b"BM", Format.BMP),
)
_BRANDS = (
    (Format.RAW, {b"crx "}),
    (Format.AVIF, {b"avif", b"avis"}),
    (Format.HEIF, {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}),
)
_PHOTOMETRIC = 0x0106
_DNG_VERSION = 0xC612
_SENSOR_DATA = {32803, 34892}  # TIFF/EP colour filter array; DNG linear raw


def extension(name: str) -> str:
    """Return the extension of a file name, lower case, without the dot; empty if it has none."""
    return posixpath.splitext(name)[1][1:].lower()


def kind_of(name: str) -> Kind:
    """Return what the extension of `name` promises."""
    ending = extension(name)
    if ending in PICTURE_EXTENSIONS:
        return Kind.PICTURE
    if ending in RAW_EXTENSIONS:
        return Kind.RAW
    return Kind.VIDEO if ending in VIDEO_EXTENSIONS else Kind.OTHER


def sniff(data: bytes) -> Format | None:
    """Return the format that the bytes themselves show, whatever the file is called; None = none that can be decoded."""
    for magic, found in _MAGIC:
        if data.startswith(magic):
            return found
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Format.WEBP
    if data[4:8] == b"ftyp":
        return _sniff_brands(data)
    if data[6:14] == b"HEAPCCDR":  # Canon CRW
        return Format.RAW
    if data[:4] in {b"II*\0", b"MM\0*"}:
        return Format.RAW if data[8:10] == b"CR" or _holds_sensor_data(data) else Format.TIFF
    return Format.TIFF if data[:4] in {b"II+\0", b"MM\0+"} else None


def is_known_other(data: bytes) -> bool:
    """Whether the bytes show a format that is known and not read: documents, Photoshop's large document."""
    return data.startswith((b"8BPS\0\2", b"%PDF-", b"%!PS"))


def _sniff_brands(data: bytes) -> Format | None:
    end = min(int.from_bytes(data[:4]), SNIFF_BYTES, len(data))
    brands = {data[8:12]} | {data[at : at + 4] for at in range(16, end, 4)}
    for found, known in _BRANDS:
        if brands & known:
            return found
    return None


def _holds_sensor_data(data: bytes) -> bool:
    directories = tiff.read_directories(data)
    return any(_DNG_VERSION in one or _SENSOR_DATA.intersection(tiff.integers(one, _PHOTOMETRIC)) for one in directories)
