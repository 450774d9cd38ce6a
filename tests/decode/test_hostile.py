"""Files that lie. What comes out is a picture or `UnreadablePicture` with a reason, and nothing else."""

import zlib
from pathlib import Path

import numpy as np
import picture_forge as forge
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from visavis.decode.limits import Limits
from visavis.decode.photo import open_photo
from visavis.domain.errors import UnreadablePicture
from visavis.domain.media import Reason

TEXTURE = forge.textured()
SAMPLES = {
    "jpeg": forge.jpeg(TEXTURE, exif=forge.exif(orientation=6, original="2016:05:14 09:30:00")),
    "progressive": forge.jpeg(TEXTURE, progressive=True),
    "cmyk": forge.jpeg(Image.fromarray(TEXTURE).convert("CMYK")),
    "png": forge.encode(TEXTURE, "PNG"),
    "webp": forge.encode(TEXTURE, "WEBP"),
    "tiff": forge.encode(TEXTURE, "TIFF"),
    "tiff lzw": forge.encode(TEXTURE, "TIFF", compression="tiff_lzw"),
    "bmp": forge.encode(TEXTURE, "BMP"),
    "bmp rle": forge.bmp_rle(TEXTURE[:, :, 0]),
    "gif": forge.encode(Image.fromarray(TEXTURE).convert("P"), "GIF"),
    "jpeg 2000": forge.encode(TEXTURE, "JPEG2000"),
    "psd": forge.psd(TEXTURE),
    "avif": forge.encode(TEXTURE, "AVIF"),
    "heic": (Path(__file__).parent / "data" / "turned.heic").read_bytes(),
    "dng": forge.dng(forge.jpeg(TEXTURE)),
}


def reason_of(data, **limits):
    with pytest.raises(UnreadablePicture) as caught:
        open_photo(data, limits=Limits(**limits)).pixels()
    return caught.value.reason


def png_declaring(width, height, rows=b""):
    def chunk(kind, body):
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x01\0\0\0\0"
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_flipped_bytes_give_a_picture_or_a_reason(name, data):
    damaged = bytearray(SAMPLES[name])
    # half of the flips in the header, where they do most
    for at in data.draw(st.lists(st.integers(0, 299) | st.integers(0, len(damaged) - 1), min_size=1, max_size=8)):
        damaged[at % len(damaged)] = data.draw(st.integers(0, 255))
    try:
        photo = open_photo(bytes(damaged))
        pixels = photo.pixels(data.draw(st.none() | st.integers(1, 100)))
        photo.metadata("x.jpg")
    except UnreadablePicture as error:
        Reason(error.reason)
    else:
        assert pixels.dtype == np.uint8
        assert pixels.shape[2] == 3


@settings(max_examples=100, deadline=None)
@given(
    head=st.sampled_from([sample[:16] for sample in SAMPLES.values()] + [b"RIFF\0\0\0\0WEBPVP8X", b"FUJIFILMCCD-RAW "]),
    rest=st.binary(max_size=400),
)
def test_a_right_beginning_with_garbage_behind_is_refused(head, rest):
    with pytest.raises(UnreadablePicture):
        open_photo(head + rest).pixels()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Reason.EMPTY),
        (b"\0", Reason.UNREADABLE),
        (b"hello, this is a text file called holiday.jpg", Reason.UNREADABLE),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", Reason.UNSUPPORTED),
        (b"%PDF-1.7", Reason.UNSUPPORTED),
        (b"8BPS\0\2" + bytes(40), Reason.UNSUPPORTED),
        (png_declaring(60_000, 60_000), Reason.TOO_LARGE),
        (png_declaring(2**31 - 1, 1), Reason.TOO_LARGE),
        (png_declaring(15_000, 15_000, bytes(15_000 * 1_876)), Reason.TOO_LARGE),
        (png_declaring(0, 0), Reason.UNREADABLE),
        (forge.encode(Image.new("L", (70_000, 20)), "TIFF", compression="packbits"), Reason.TOO_LARGE),
        (forge.encode(Image.new("RGB", (15, 200)), "PNG"), Reason.TOO_SMALL),
        (forge.jpeg(np.zeros((1, 1, 3), np.uint8)), Reason.TOO_SMALL),
    ],
    ids=[
        "nothing", "one byte", "text", "video", "pdf", "psb", "60000 squared", "2^31 wide", "deflate bomb", "no size", "long strip",
        "narrow", "one pixel",
    ],
)  # fmt: skip
def test_each_lie_has_its_reason(data, reason):
    assert reason_of(data) == reason


@pytest.mark.parametrize("name", ["gif", "bmp", "tiff", "psd", "jpeg"])
def test_a_size_that_the_header_only_claims_is_refused_before_memory_is_given(name):
    data = bytearray(SAMPLES[name])
    lies = {"gif": (6, b"\xff\xff\xff\xff"), "bmp": (18, b"\x50\xc3\0\0\x50\xc3\0\0"), "psd": (14, b"\0\0\xc3\x50\0\0\xc3\x50")}
    if name == "tiff":
        width = data.index(b"\0\x01\x04\0\x01\0\0\0\x60\0\0\0")  # ImageWidth, LONG
        lies["tiff"] = (width + 8, b"\x50\xc3\x10\0")
    if name == "jpeg":
        lies["jpeg"] = (data.index(b"\xff\xc0") + 5, b"\xff\xff\xff\xff")
    at, value = lies[name]
    data[at : at + len(value)] = value
    # Pillow reads the row lengths of a PSD with its header, and finds them missing.
    assert reason_of(bytes(data)) == (Reason.TRUNCATED if name == "psd" else Reason.TOO_LARGE)


def test_a_jpeg_that_declares_more_rows_than_it_has_is_refused():
    data = bytearray(SAMPLES["progressive"])
    at = data.index(b"\xff\xc2") + 5
    data[at : at + 2] = (2_000).to_bytes(2, "big")
    assert reason_of(bytes(data)) in {Reason.TRUNCATED, Reason.UNREADABLE}


def test_a_large_blank_scan_is_no_bomb():
    data = forge.encode(Image.new("1", (7_000, 7_000), 1), "TIFF", compression="group4")
    assert len(data) * 2_000 < 7_000 * 7_000 * 3
    assert open_photo(data).full_width == 7_000


def test_limits_can_be_set():
    data = SAMPLES["png"]
    assert reason_of(data, file_bytes=len(data) - 1) == Reason.TOO_LARGE
    assert reason_of(data, pixels=96 * 64 - 1) == Reason.TOO_LARGE
    assert reason_of(data, side=95) == Reason.TOO_LARGE
    assert reason_of(data, shortest_side=65) == Reason.TOO_SMALL
    assert reason_of(data, expansion=1, expansion_free_pixels=0) == Reason.TOO_LARGE


@pytest.mark.parametrize("loop_at", [8, 4])
def test_a_tiff_whose_directories_form_a_loop_ends(loop_at):
    data = bytearray(SAMPLES["tiff"])
    first = int.from_bytes(data[4:8], "little")
    entries = int.from_bytes(data[first : first + 2], "little")
    after = first + 2 + 12 * entries
    data[after : after + 4] = first.to_bytes(4, "little") if loop_at == 8 else loop_at.to_bytes(4, "little")
    assert open_photo(bytes(data)).pixels().shape == (64, 96, 3)
