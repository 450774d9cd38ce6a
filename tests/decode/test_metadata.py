import picture_forge as forge
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import PngImagePlugin, TiffImagePlugin

from visavis.decode.embedded import Embedded
from visavis.decode.metadata import read_metadata
from visavis.decode.photo import open_photo
from visavis.domain.media import DateOrigin, PictureMetadata

TAKEN = "2016:05:14 09:30:00"


def said(data, name="x.jpg"):
    return open_photo(data).metadata(name)


def captured(data, name="x.jpg"):
    found = said(data, name).captured
    return found and (found.text, found.origin)


def test_a_file_that_says_nothing_gives_nothing():
    assert said(forge.jpeg()) == PictureMetadata()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_the_exif_of_every_format_is_read(form):
    block = forge.exif(original=TAKEN, description="Elise on the pier", artist="A. Photographer", copyright="(c) Archive")
    found = said(forge.encode(forge.gradient(), form, exif=block))
    assert found.captured is not None
    assert (found.captured.text, found.captured.origin) == ("2016-05-14T09:30:00", DateOrigin.EXIF)
    assert (found.caption, found.credit, found.rights) == ("Elise on the pier", "A. Photographer", "(c) Archive")


def test_exif_text_may_be_utf_8():
    assert said(forge.jpeg(exif=forge.exif(description="Élise"))).caption == "Élise"


def test_iptc_is_read():
    data = forge.with_iptc(forge.jpeg(), date="19620500", caption="Höhe", credit="Agency", byline="X", rights="All", job="NY-17")
    found = said(data)
    assert (found.caption, found.credit, found.rights, found.asset_id) == ("Höhe", "Agency", "All", "NY-17")
    assert captured(data) == ("1962-05", DateOrigin.IPTC)


def test_iptc_without_a_declared_character_set_may_be_latin_1():
    block = b"\x1c\x02\x78\x00\x04H\xf6he"
    assert read_metadata(Embedded(iptc=block), "x.jpg").caption == "Höhe"


def test_iptc_time_joins_its_date():
    assert captured(forge.with_iptc(forge.jpeg(), date="20160514", time="093000+0200")) == ("2016-05-14T09:30:00", DateOrigin.IPTC)


def test_xmp_is_read_from_attributes_and_elements():
    data = forge.with_xmp(
        forge.jpeg(),
        'photoshop:DateCreated="1962" photoshop:Credit="Agency" plus:ImageSupplierImageID="A-1">'
        '<dc:description><rdf:Alt><rdf:li xml:lang="de">Hafen</rdf:li>'
        '<rdf:li xml:lang="x-default">Harbour</rdf:li></rdf:Alt></dc:description>'
        "<dc:rights><rdf:Alt><rdf:li>All</rdf:li></rdf:Alt></dc:rights>",
    )
    found = said(data)
    assert (found.caption, found.credit, found.rights, found.asset_id) == ("Harbour", "Agency", "All", "A-1")
    assert captured(data) == ("1962", DateOrigin.XMP)


def test_xmp_and_iptc_of_png_tiff_and_psd_are_read():
    packet = forge.xmp('photoshop:Credit="Agency">')
    text = PngImagePlugin.PngInfo()
    text.add_itxt("XML:com.adobe.xmp", packet.decode())
    text.add_text("Raw profile type iptc", "\niptc\n 12\n" + forge.photoshop(forge.iptc(caption="Harbour")).hex())
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[700], tags[33723] = packet, forge.iptc(caption="Harbour")
    tags.tagtype[700] = tags.tagtype[33723] = 7
    flat = forge.psd(forge.gradient())
    resources = forge.photoshop(forge.iptc(caption="Harbour")) + forge.photoshop(packet, 0x0424)
    layered = flat[:30] + len(resources).to_bytes(4, "big") + resources + flat[34:]
    for data in (forge.encode(forge.gradient(), "PNG", pnginfo=text), forge.encode(forge.gradient(), "TIFF", tiffinfo=tags), layered):
        found = said(data)
        assert (found.caption, found.credit) == ("Harbour", "Agency")


def test_the_best_origin_wins():
    data = forge.jpeg(exif=forge.exif(original="2016:05:14 09:30:00", description="exif"))
    assert captured(data, "2017-01-01.jpg") == ("2016-05-14T09:30:00", DateOrigin.EXIF)
    data = forge.with_xmp(data, 'photoshop:DateCreated="2015"><dc:description>xmp</dc:description>')
    assert captured(data) == ("2015", DateOrigin.XMP)
    data = forge.with_iptc(data, date="20140000", caption="iptc")
    assert captured(data) == ("2014", DateOrigin.IPTC)
    assert said(data).caption == "iptc"


def test_a_file_name_is_the_last_resort():
    assert captured(forge.jpeg(), "1962 Picnic.jpg") == ("1962", DateOrigin.FILE_NAME)


def test_an_impossible_date_falls_to_the_next_origin():
    data = forge.jpeg(exif=forge.exif(original="0000:00:00 00:00:00"))
    assert captured(data, "IMG_20160514_093000.jpg") == ("2016-05-14T09:30:00", DateOrigin.FILE_NAME)


def test_digitisation_or_modification_alone_is_no_capture_date():
    assert captured(forge.jpeg(exif=forge.exif(digitized=TAKEN, date=TAKEN))) is None


SCANNERS = [
    {"make": "EPSON", "model": "Perfection V700"},
    {"software": "EPSON Scan"},
    {"software": "SilverFast 8.8"},
    {"software": "VueScan 9 x64 (9.7.50)"},
    {"make": "Canon", "model": "CanoScan 9000F"},
    {"make": "FUJITSU", "model": "ScanSnap iX500"},
    {"make": "Nikon", "model": "SUPER COOLSCAN 5000 ED"},
    {"make": "NORITSU KOKI", "model": "QSS-32_33"},
    {"file_source": b"\x01"},
    {"file_source": b"\x02"},
]


@pytest.mark.parametrize("scanner", SCANNERS, ids=str)
def test_a_scanners_date_is_no_capture_date(scanner):
    scan = forge.jpeg(exif=forge.exif(original="2015:03:02 10:00:00", digitized="2015:03:02 10:00:00", **scanner))
    assert captured(scan) is None
    assert captured(scan, "IMG_20150302_0001.jpg") is None
    assert captured(forge.with_xmp(scan, 'photoshop:DateCreated="2015-03-02T10:00:00">')) is None


@pytest.mark.parametrize("scanner", SCANNERS[:2], ids=str)
def test_a_date_that_somebody_gave_to_a_scan_counts(scanner):
    scan = forge.jpeg(exif=forge.exif(original="2015:03:02 10:00:00", digitized="2015:03:02 10:00:00", **scanner))
    assert captured(scan, "1962 Picnic.jpg") == ("1962", DateOrigin.FILE_NAME)
    assert captured(forge.with_iptc(scan, date="19620500")) == ("1962-05", DateOrigin.IPTC)
    entered = forge.jpeg(exif=forge.exif(original="1962:05:01 00:00:00", digitized="2015:03:02 10:00:00", **scanner))
    assert captured(entered) == ("1962-05-01T00:00:00", DateOrigin.EXIF)


def test_a_camera_of_a_scanner_makers_name_keeps_its_date():
    block = forge.exif(original=TAKEN, digitized=TAKEN, make="Canon", model="Canon EOS 5D", file_source=b"\x03")
    assert captured(forge.jpeg(exif=block)) == ("2016-05-14T09:30:00", DateOrigin.EXIF)


def test_a_cameras_boilerplate_is_no_caption():
    assert said(forge.jpeg(exif=forge.exif(description="OLYMPUS DIGITAL CAMERA         "))).caption == ""


def gps(latitude, longitude, north="N", east="E"):
    parts = TiffImagePlugin.IFDRational
    return {1: north, 2: [parts(*p) for p in latitude], 3: east, 4: [parts(*p) for p in longitude]}


def test_a_place_is_read_in_degrees():
    place = gps([(51, 1), (30, 1), (3600, 100)], [(0, 1), (7, 1), (3000, 100)], "N", "W")
    found = said(forge.jpeg(exif=forge.exif(gps=place)))
    assert found.latitude == pytest.approx(51.51)
    assert found.longitude == pytest.approx(-0.125)


@pytest.mark.parametrize(
    "place",
    [
        gps([(91, 1), (0, 1), (0, 1)], [(0, 1), (7, 1), (0, 1)]),
        gps([(0, 1), (0, 1), (0, 1)], [(0, 1), (0, 1), (0, 1)]),
        {1: "N", 3: "E"},
    ],
)
def test_an_impossible_place_is_none(place):
    found = said(forge.jpeg(exif=forge.exif(gps=place)))
    assert (found.latitude, found.longitude) == (None, None)


def test_a_denominator_of_zero_is_no_place():
    block = forge.exif(gps=gps([(51, 1), (30, 1), (0, 1)], [(7, 1), (0, 1), (0, 1)])).replace(
        b"\0\0\0\x33\0\0\0\x01", b"\0\0\0\x33\0\0\0\0"
    )
    found = said(forge.jpeg(exif=block))
    assert (found.latitude, found.longitude) == (None, None)


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha">'
    + b"".join(
        f'<!ENTITY {b} "&{a};&{a};&{a};&{a};&{a};&{a};&{a};&{a};&{a};&{a};">'.encode()
        for a, b in zip("abcdefghi", "bcdefghij", strict=True)
    )
    + b"]><x>&j;</x>"
)


@pytest.mark.parametrize(
    "packet",
    [
        LAUGHS,
        b'<!DOCTYPE x SYSTEM "file:///etc/hostname"><x/>',
        b"<x>" * 200_000,
        b"<x>" * 200_000 + b"</x>" * 200_000,
        b'<?xml version="1.0" encoding="none-such"?><x/>',
        b"\xff\xfe<\0x\0",
        b"<" + b"x" * (5 * 2**20) + b"/>",
        b"no xml",
    ],
    ids=["billion laughs", "external", "deep", "deep and closed", "unknown encoding", "half utf-16", "huge", "text"],
)
def test_hostile_xmp_says_nothing(packet):
    assert read_metadata(Embedded(xmp=packet), "x.jpg") == PictureMetadata()


@given(exif=st.binary(max_size=300), iptc=st.binary(max_size=100), xmp=st.binary(max_size=100), little=st.booleans())
def test_garbage_in_the_blocks_never_fails(exif, iptc, xmp, little):
    head = b"II*\0\x08\0\0\0" if little else b"MM\0*\0\0\0\x08"
    read_metadata(Embedded(exif=head + exif, iptc=b"\x1c\x02" + iptc, xmp=b"<" + xmp), "x.jpg")


@given(data=st.data())
def test_flipped_bytes_in_real_blocks_never_fail(data):
    block = bytearray(forge.exif(original=TAKEN, description="a", gps=gps([(51, 1), (30, 1), (0, 1)], [(7, 1), (0, 1), (0, 1)]))[6:])
    for at in data.draw(st.lists(st.integers(0, len(block) - 1), min_size=1, max_size=6)):
        block[at] = data.draw(st.integers(0, 255))
    read_metadata(Embedded(exif=bytes(block)), "x.jpg")


def test_a_directory_that_points_at_itself_ends():
    entry = (0x8769).to_bytes(2, "little") + b"\x04\0\x01\0\0\0\x08\0\0\0"
    sub = (0x014A).to_bytes(2, "little") + b"\x04\0\x01\0\0\0\x08\0\0\0"
    block = b"II*\0\x08\0\0\0" + b"\x02\0" + sub + entry + b"\x08\0\0\0"
    assert read_metadata(Embedded(exif=block), "x.jpg") == PictureMetadata()


def test_exif_garbage_does_not_spoil_the_picture():
    data = forge.with_segment(forge.jpeg(), 0xE1, b"Exif\0\0" + b"\xff" * 500)
    assert open_photo(data).pixels().shape == (64, 96, 3)
