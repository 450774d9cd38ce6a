"""What a file says of itself, put together from its EXIF, IPTC and XMP blocks and its name.

All of it is read here, place included; a charter decides elsewhere what is kept. Of several captions or dates the best origin wins:
IPTC, XMP, EXIF, file name (a person who catalogues writes the first two). **A scanner's date is no capture date**: in a file
that a scanner made, only a date *before* the day of scanning counts, for that is one which somebody entered.
"""

import datetime as dt
import math
import re
from dataclasses import dataclass

from visavis.decode import iptc, tiff
from visavis.decode.dates import parse_date
from visavis.decode.embedded import Embedded
from visavis.decode.file_names import date_in_name
from visavis.decode.iptc import read_iptc
from visavis.decode.xmp import read_xmp
from visavis.domain.media import CaptureDate, DateOrigin, PictureMetadata

_DESCRIPTION, _MAKE, _MODEL, _SOFTWARE, _MODIFIED, _ARTIST, _COPYRIGHT = 0x010E, 0x010F, 0x0110, 0x0131, 0x0132, 0x013B, 0x8298
_ORIGINAL, _DIGITIZED, _FILE_SOURCE = 0x9003, 0x9004, 0xA300
_LATITUDE_REF, _LATITUDE, _LONGITUDE_REF, _LONGITUDE = 1, 2, 3, 4

# Makers and programs of scanners. «scan» alone finds EPSON Scan, ScanSnap, CanoScan, VueScan, Nikon Scan, PhotoScan, CamScanner.
_SCANNER = re.compile(
    r"scan|silverfast|opticfilm|plustek|coolscan|flextight|imacon|perfection v|epson gt-x|noritsu|qss-\d|frontier|phase one cultural",
    re.IGNORECASE,
)
_SCANNED = {b"\x01", b"\x02"}  # EXIF FileSource: film scanner, reflection print scanner (3 = digital camera)

# Cameras write these into ImageDescription; nobody said them of the picture.
_BOILERPLATE = {"olympus digital camera", "sony dsc", "digital camera", "samsung camera pictures", "kodak digital still camera", "dcf"}
_MAX_TEXT = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """The blocks of one file, read."""

    main: tiff.Directory
    exif: tiff.Directory
    gps: tiff.Directory
    iptc: dict[tuple[int, int], str]
    xmp: dict[str, str]


def read_metadata(embedded: Embedded, file_name: str) -> PictureMetadata:
    """Put together what the blocks and the name say; damaged blocks say nothing.

    Parameters
    ----------
    embedded : Embedded
    file_name : str
        Without its folders.
    """
    if not (embedded.exif or embedded.iptc or embedded.xmp):  # nothing to ask a dozen times
        return PictureMetadata(captured=date_in_name(file_name))
    main = next(iter(tiff.read_directories(embedded.exif)), {})
    said = _Said(
        main=main,
        exif=tiff.sub_directory(embedded.exif, main, tiff.EXIF_IFD),
        gps=tiff.sub_directory(embedded.exif, main, tiff.GPS_IFD),
        iptc=read_iptc(embedded.iptc),
        xmp=read_xmp(embedded.xmp),
    )
    latitude, longitude = _place(said.gps)
    description = tiff.text(main, _DESCRIPTION)
    return PictureMetadata(
        captured=_captured(said, file_name),
        caption=_first(
            said.iptc.get(iptc.CAPTION), said.xmp.get("dc:description"), "" if description.lower() in _BOILERPLATE else description
        ),
        credit=_first(
            said.iptc.get(iptc.CREDIT),
            said.xmp.get("photoshop:Credit"),
            said.iptc.get(iptc.BYLINE),
            said.xmp.get("dc:creator"),
            tiff.text(main, _ARTIST),
        ),
        rights=_first(said.iptc.get(iptc.COPYRIGHT), said.xmp.get("dc:rights"), tiff.text(main, _COPYRIGHT)),
        asset_id=_first(
            said.iptc.get(iptc.TRANSMISSION_REFERENCE),
            said.xmp.get("plus:ImageSupplierImageID"),
            said.xmp.get("dc:identifier"),
            said.xmp.get("iptcext:DigImageGUID"),
            said.xmp.get("photoshop:TransmissionReference"),
        ),
        latitude=latitude,
        longitude=longitude,
    )


def _first(*texts: str | None) -> str:
    for text in texts:
        plain = (text or "").replace("\0", "").strip()[:_MAX_TEXT]
        if plain:
            return plain
    return ""


def _captured(said: _Said, file_name: str) -> CaptureDate | None:
    scanned_on = _scan_day(said) if _is_scan(said) else None
    for found in _claims(said, file_name):
        if found is not None and (scanned_on is None or (found.last is not None and found.last < scanned_on)):
            return found
    return None


def _claims(said: _Said, file_name: str) -> tuple[CaptureDate | None, ...]:
    iptc_date, iptc_time = said.iptc.get(iptc.DATE_CREATED, ""), said.iptc.get(iptc.TIME_CREATED, "")
    return (
        parse_date(f"{iptc_date}T{iptc_time}", DateOrigin.IPTC) if iptc_time else parse_date(iptc_date, DateOrigin.IPTC),
        parse_date(said.xmp.get("photoshop:DateCreated", ""), DateOrigin.XMP),
        parse_date(said.xmp.get("exif:DateTimeOriginal", ""), DateOrigin.XMP),
        parse_date(tiff.text(said.exif, _ORIGINAL), DateOrigin.EXIF),
        date_in_name(file_name),
    )


def _is_scan(said: _Said) -> bool:
    if tiff.raw_bytes(said.exif, _FILE_SOURCE)[:1] in _SCANNED:
        return True
    maker = " ".join((*(tiff.text(said.main, tag) for tag in (_MAKE, _MODEL, _SOFTWARE)), said.xmp.get("xmp:CreatorTool", "")))
    return _SCANNER.search(maker) is not None


def _scan_day(said: _Said) -> dt.date:
    """Return the day of scanning; the end of time if the file is silent, for then the scanner wrote none of its dates."""
    stamps = (
        tiff.text(said.exif, _DIGITIZED),
        said.xmp.get("xmp:CreateDate", ""),
        tiff.text(said.exif, _ORIGINAL),
        said.xmp.get("exif:DateTimeOriginal", ""),
        tiff.text(said.main, _MODIFIED),
    )
    for stamp in stamps:
        found = parse_date(stamp, DateOrigin.EXIF)
        if found is not None and found.first is not None:
            return found.first
    return dt.date.max


def _place(gps: tiff.Directory) -> tuple[float | None, float | None]:
    latitude = _degrees(tiff.rationals(gps, _LATITUDE), tiff.text(gps, _LATITUDE_REF), "S")
    longitude = _degrees(tiff.rationals(gps, _LONGITUDE), tiff.text(gps, _LONGITUDE_REF), "W")
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None, None
    # Receivers without a fix write 0, 0: a point of open sea.
    return (None, None) if latitude == longitude == 0 else (latitude, longitude)


def _degrees(parts: tuple[float, ...], reference: str, negative: str) -> float | None:
    if not parts:
        return None
    degrees = math.fsum(part / unit for part, unit in zip(parts, (1, 60, 3600), strict=False))
    return -degrees if reference.upper() == negative else degrees
