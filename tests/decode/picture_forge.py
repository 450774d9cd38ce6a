"""Pictures made by code, in every format."""

import io
import struct

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 96, 64


def gradient(width=WIDTH, height=HEIGHT):
    """Red grows to the right, green downwards, and the top-left third is blue: every orientation looks different."""
    y, x = np.mgrid[0:height, 0:width]
    blue = np.where((x < width // 3) & (y < height // 2), 255, 0)
    return np.stack([x * 255 // (width - 1), y * 255 // (height - 1), blue], axis=-1).astype(np.uint8)


def textured(width=WIDTH, height=HEIGHT, seed=1):
    """A picture in which no two rows are alike, so that lost rows show."""
    noise = np.random.default_rng(seed).integers(0, 256, (height // 4, width // 4, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC))


def encode(pixels, form, **options):
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def jpeg(pixels=None, **options):
    return encode(gradient() if pixels is None else pixels, "JPEG", **{"quality": 92, **options})


def exif(orientation=None, original=None, digitized=None, **main):
    block = Image.Exif()
    tags = {
        "make": 0x010F,
        "model": 0x0110,
        "software": 0x0131,
        "description": 0x010E,
        "artist": 0x013B,
        "copyright": 0x8298,
        "date": 0x0132,
    }
    for name, value in main.items():
        if name in tags:
            block[tags[name]] = value.encode()
    if orientation:
        block[0x0112] = orientation
    inner = {0x9003: original, 0x9004: digitized, 0xA300: main.get("file_source")}
    block.get_ifd(0x8769).update({tag: value for tag, value in inner.items() if value})
    if "gps" in main:
        block.get_ifd(0x8825).update(main["gps"])
    return block.tobytes()


def iptc(**values):
    """IPTC-IIM data sets, UTF-8 declared."""
    numbers = {"date": 55, "time": 60, "byline": 80, "job": 103, "credit": 110, "rights": 116, "caption": 120}
    sets = b"\x1c\x01\x5a\x00\x03\x1b%G"
    for name, value in values.items():
        text = value.encode()
        sets += b"\x1c\x02" + bytes([numbers[name]]) + len(text).to_bytes(2, "big") + text
    return sets


def photoshop(block, number=0x0404):
    return b"8BIM" + number.to_bytes(2, "big") + b"\0\0" + len(block).to_bytes(4, "big") + block + b"\0" * (len(block) % 2)


def with_segment(data, marker, body):
    """Put a marker segment right behind a JPEG's first two bytes."""
    return data[:2] + bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body + data[2:]


def with_iptc(data, **values):
    return with_segment(data, 0xED, b"Photoshop 3.0\0" + photoshop(iptc(**values)))


def xmp(body):
    return (
        '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'
        ' xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        ' xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" '
        f'{body}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def with_xmp(data, body):
    return with_segment(data, 0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp(body))


def psd(pixels):
    """A flat Photoshop file: header, empty sections, PackBits rows of literal runs."""
    height, width, channels = pixels.shape
    rows = [pixels[y, :, c].tobytes() for c in range(channels) for y in range(height)]
    packed = [b"".join(bytes([len(row[i : i + 128]) - 1]) + row[i : i + 128] for i in range(0, len(row), 128)) for row in rows]
    counts = b"".join(struct.pack(">H", len(row)) for row in packed)
    head = b"8BPS" + struct.pack(">H6xHIIHH", 1, channels, height, width, 8, 3)
    return head + struct.pack(">III", 0, 0, 0) + b"\0\1" + counts + b"".join(packed)


def _directory(entries, at):
    """One little-endian TIFF directory with its values behind it."""
    head, extra = struct.pack("<H", len(entries)), b""
    values_at = at + 2 + 12 * len(entries) + 4
    for tag, (kind, count, value) in sorted(entries.items()):
        if len(value) > 4:
            head += struct.pack("<HHII", tag, kind, count, values_at + len(extra))
            extra += value + b"\0" * (len(value) % 2)
        else:
            head += struct.pack("<HHI", tag, kind, count) + value.ljust(4, b"\0")
    return head + struct.pack("<I", 0) + extra


def _numbers(kind, code, *values):
    per_value = 2 if kind in {5, 10} else 1
    return kind, len(values) // per_value, struct.pack(f"<{len(values)}{code}", *values)


def _short(*values):
    return _numbers(3, "H", *values)


def _long(*values):
    return _numbers(4, "I", *values)


def dng(preview=None, orientation=1, width=128, height=96):
    """A smallest DNG: 16-bit Bayer samples in IFD0, the camera's JPEG, if any, in a sub-directory."""
    samples = np.tile(np.arange(width) * 60_000 // width, (height, 1)).astype("<u2").tobytes()
    sub_at, data_at = 2_048, 3_072
    eye = (1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1)
    main = {
        254: _long(0), 256: _long(width), 257: _long(height), 258: _short(16), 259: _short(1), 262: _short(32803),
        271: (2, 10, b"Synthetic\0"), 272: (2, 5, b"None\0"), 273: _long(data_at), 274: _short(orientation), 277: _short(1),
        278: _long(height), 279: _long(len(samples)), 306: (2, 20, b"2016:05:14 09:30:00\0"), 33421: _short(2, 2),
        33422: (1, 4, bytes([0, 1, 1, 2])), 50706: (1, 4, bytes([1, 4, 0, 0])), 50708: (2, 15, b"Synthetic None\0"),
        50717: _long(65_535), 50721: _numbers(10, "i", *eye), 50728: _numbers(5, "I", 1, 1, 1, 1, 1, 1), 50778: _short(21),
    }  # fmt: skip
    inner = b""
    if preview is not None:
        main[330] = _long(sub_at)
        size = Image.open(io.BytesIO(preview)).size
        sub = {
            254: _long(1), 256: _long(size[0]), 257: _long(size[1]), 258: _short(8, 8, 8), 259: _short(7), 262: _short(6),
            273: _long(data_at + len(samples)), 277: _short(3), 278: _long(size[1]), 279: _long(len(preview)),
        }  # fmt: skip
        inner = _directory(sub, sub_at)
    first = b"II*\0" + struct.pack("<I", 8) + _directory(main, 8)
    return first.ljust(sub_at, b"\0") + inner.ljust(data_at - sub_at, b"\0") + samples + (preview or b"")


def bmp_rle(grey):
    """An 8-bit run-length encoded BMP of absolute runs."""
    height, width = grey.shape
    rows = b"".join(b"\0" + bytes([width]) + grey[y].tobytes() + b"\0" * (width % 2) + b"\0\0" for y in range(height - 1, -1, -1)) + b"\0\1"
    palette = b"".join(bytes([n, n, n, 0]) for n in range(256))
    start = 14 + 40 + len(palette)
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 1, len(rows), 0, 0, 256, 0)
    return b"BM" + struct.pack("<IHHI", start + len(rows), 0, 0, start) + info + palette + rows
