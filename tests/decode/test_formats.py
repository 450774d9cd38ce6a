import picture_forge as forge
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.decode.formats import Format, Kind, extension, kind_of, sniff
from visavis.decode.pairing import pair_raw


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.JPG", Kind.PICTURE), ("a.b.heic", Kind.PICTURE), ("IMG.CR2", Kind.RAW), ("x.mp4", Kind.VIDEO), ("x.txt", Kind.OTHER),
        ("jpg", Kind.OTHER), ("album.jpg/notes", Kind.OTHER), ("new\nline.png", Kind.PICTURE),
    ],
)  # fmt: skip
def test_a_name_promises_a_kind(name, kind):
    assert kind_of(name) is kind


def test_an_extension_is_lower_case_and_without_its_dot():
    assert (extension("A.JPeG"), extension("none"), extension("dir.x/none")) == ("jpeg", "", "")


def test_raw_is_told_from_tiff_by_what_it_holds():
    assert sniff(forge.dng()) is Format.RAW
    assert sniff(forge.encode(forge.gradient(), "TIFF")) is Format.TIFF
    assert sniff(b"II*\0\x10\0\0\0CR\x02\0" + bytes(60)) is Format.RAW


@pytest.mark.parametrize(
    ("brands", "found"),
    [
        (b"heic\0\0\0\0mif1heic", Format.HEIF), (b"mif1\0\0\0\0avif", Format.AVIF), (b"mif1\0\0\0\0mif1", Format.HEIF),
        (b"crx \0\0\0\x01crx isom", Format.RAW), (b"isom\0\0\x02\0mp41", None),
    ],
)  # fmt: skip
def test_boxed_formats_are_told_by_their_brands(brands, found):
    assert sniff((len(brands) + 8).to_bytes(4, "big") + b"ftyp" + brands + bytes(30)) is found


@given(st.binary(max_size=200))
def test_any_bytes_can_be_sniffed(data):
    sniff(data)


def test_a_raw_file_is_represented_by_the_jpeg_of_its_shot():
    names = ["IMG_1.CR2", "img_1.JPG", "IMG_2.CR2", "IMG_3.NEF", "IMG_3.HEIC", "IMG_3.jpeg", "IMG_4.jpg", "IMG_5.ARW", "IMG_5.tif"]
    assert pair_raw(names) == {"IMG_1.CR2": "img_1.JPG", "IMG_3.NEF": "IMG_3.jpeg"}


def test_pairing_does_not_depend_on_order():
    names = ["a.heic", "A.jpg", "a.dng", "a.jpg"]
    assert pair_raw(names) == pair_raw(reversed(names)) == {"a.dng": "A.jpg"}
