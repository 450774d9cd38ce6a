"""Dates in file names, as cameras, telephones, messengers and archivists write them."""

import re

from visavis.decode.dates import parse_date
from visavis.domain.media import CaptureDate, DateOrigin

_STEM = re.compile(r"\.[A-Za-z0-9]{1,5}$")
# IMG_20160514_093000, PXL_20210513_093000123, 2016-05-14 09.30.00, Screenshot_2016-05-14-09-30-00: the separators agree with each other
_MOMENT = re.compile(r"(?<!\d)(\d{4})([-_.]?)(\d{2})\2(\d{2})(?:[-_ T]|\s+at\s+)(\d{2})([-_.:]?)(\d{2})\6(\d{2})(?:\d{3})?(?!\d)")
_DAY = re.compile(r"(?<!\d)(\d{4})([-_.]?)(\d{2})\2(\d{2})(?!\d)")  # 2016-05-14, IMG-20160514-WA0001
_MONTH = re.compile(r"^(\d{4})-(\d{2})(?=[ _-]+[^\W\d]|$)")  # 1962-05 Confirmation
_YEAR = re.compile(r"^(\d{4})(?=[ _-]+[^\W\d])")  # 1962 Christmas; not 1962.jpg, which may be a number in a series, nor 1920x1080
_SCAN = re.compile(r"scan|numeris|digitali[sz]", re.IGNORECASE)  # the day in such a name is the scanner's


def date_in_name(file_name: str) -> CaptureDate | None:
    """Return the date that a file name holds, None if there is none to be trusted.

    Parameters
    ----------
    file_name : str
        Without its folders.
    """
    stem = _STEM.sub("", file_name)
    if _SCAN.search(stem):
        return None
    for text in _candidates(stem):
        found = parse_date(text, DateOrigin.FILE_NAME)
        if found is not None:
            return found
    return None


def _candidates(stem: str) -> list[str]:
    found = [f"{m.group(1)}-{m.group(3)}-{m.group(4)}T{m.group(5)}:{m.group(7)}:{m.group(8)}" for m in _MOMENT.finditer(stem)]
    found += [f"{m.group(1)}-{m.group(3)}-{m.group(4)}" for m in _DAY.finditer(stem)]
    found += [f"{m.group(1)}-{m.group(2)}" for m in _MONTH.finditer(stem)]
    return found + [m.group(1) for m in _YEAR.finditer(stem)]
