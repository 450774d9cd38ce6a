"""The languages of the desk: one catalogue each, `CODE/LC_MESSAGES/visavis.po`, read at the start; English is what they translate."""

import datetime as dt
import gettext
import re
from importlib import resources
from importlib.resources.abc import Traversable
from io import BytesIO

from visavis.domain.errors import SetupError
from visavis.domain.speech import ENGLISH, Speech
from visavis.web.catalogue import compiled

CODE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
NAME = "English"
"""Translated by each catalogue to its language's own name, which the choice of languages shows."""
NUMBER = "1,234.5"
"""Translated by each catalogue to the same number as its language writes it."""
DAY = "%(day)s %(month)s %(year)s"
FIRST = "1 (first day of a month)"
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
FORMATS = (NAME, NUMBER, DAY, FIRST, *MONTHS)
"""What a catalogue has beside the texts of pages: how names of languages, numbers and days are written."""


class Language(Speech):
    """A language that has a catalogue; what it lacks is said in English."""

    def __init__(self, code: str, catalogue: bytes) -> None:
        self.code = code
        self._texts = gettext.GNUTranslations(BytesIO(compiled(catalogue.decode())))
        self.name = self._found(NAME)
        number = re.fullmatch(r"1(\D*)234(\D+)5", self._found(NUMBER))
        if number is None:
            raise ValueError(f"«{NUMBER}» is translated to what is not that number")
        self._thousands, self._point = number[1], number[2]

    def number(self, value: float, places: int = 0) -> str:
        """Write a number with the language's marks."""
        return self.numeral(super().number(value, places))

    def numeral(self, text: str) -> str:
        """Write a number that English has written."""
        return text.replace(",", "\0").replace(".", self._point).replace("\0", self._thousands)

    def day(self, value: dt.date) -> str:
        """Write a day with the month's name."""
        number = self._found(FIRST) if value.day == 1 else str(value.day)
        return self._found(DAY) % {"day": number, "month": self._found(MONTHS[value.month - 1]), "year": value.year}

    def knows(self, text: str) -> bool:
        """Whether the catalogue has a text."""
        return self._texts.gettext(text) != text

    def _found(self, text: str) -> str:
        return self._texts.gettext(text) if text else text

    def form(self, one: str, many: str, n: int, /) -> str:
        """Return the form of a text that fits a count, its parts not put in."""
        return self._texts.ngettext(one, many, n)


class Languages:
    """English, and every language whose catalogue is there.

    Raises
    ------
    SetupError
        A catalogue can't be read.
    """

    def __init__(self, *folders: Traversable) -> None:
        found: dict[str, Speech] = {ENGLISH.code: ENGLISH}
        for folder in (resources.files("visavis.web") / "locale", *folders):
            for place in sorted(folder.iterdir(), key=lambda one: one.name) if folder.is_dir() else ():
                catalogue = place / "LC_MESSAGES" / "visavis.po"
                if CODE.fullmatch(place.name) and catalogue.is_file():
                    found[place.name] = _read(place.name, catalogue)
        self._found = found

    def names(self) -> list[tuple[str, str]]:
        """Return the code of each language and its own name."""
        return [(code, one.name if isinstance(one, Language) else NAME) for code, one in self._found.items()]

    def of(self, code: str) -> Speech:
        """Return a language by its code; English for one that is not there."""
        return self._found.get(code, ENGLISH)

    def wanted(self, chosen: str, accepted: str) -> str:
        """Return the code of the language that a person chose, or else that their browser asks for first (RFC 9110, Accept-Language)."""
        if chosen in self._found:
            return chosen
        for asked in _by_weight(accepted):
            for code in (asked, asked.partition("-")[0]):
                if code in self._found:
                    return code
        return ENGLISH.code


def _read(code: str, catalogue: Traversable) -> Language:
    try:
        return Language(code, catalogue.read_bytes())
    except (OSError, ValueError, KeyError) as error:
        raise SetupError(f"the catalogue of the language «{code}» can't be read: {error}", remedy="mend it, or take it out") from error


def _by_weight(accepted: str) -> list[str]:
    asked = []
    for place, part in enumerate(accepted[:200].split(",")):
        code, _, weight = part.partition(";")
        said = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", weight) if weight else None
        value = float(said[1]) if said else 1.0
        if value and (not weight or said):
            language, _, country = code.strip().partition("-")
            asked.append((-value, place, f"{language.lower()}-{country.upper()}" if country else language.lower()))
    return [code for _, _, code in sorted(asked)]
