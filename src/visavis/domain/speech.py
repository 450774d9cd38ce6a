"""The language in which something is told to a person: sentences, numbers and days. The command line and all exports speak English."""

import datetime as dt
from collections.abc import Mapping


class Numeral(str):
    """A number as English writes it, `0.001`, in a line."""


class Verbatim(str):
    """A name in a line, the same in every language."""


def two_digits(value: float) -> Numeral:
    """Write a number with the two digits that count, whole from ten on: `0.021`, `3`, `1,204`."""
    return Numeral(f"{value:,.0f}" if value >= 9.95 else f"{value:.2g}")


class Line(str):
    """What a service says, in English for programs and papers; it remembers of what it is made, for a desk that speaks another language.

    Attributes
    ----------
    text : str
        With `%(name)s` where parts go.
    parts : mapping
        Numbers, days, texts, other lines.
    """

    text: str
    parts: Mapping[str, object]


def line(text: str, /, **parts: object) -> Line:
    """Say a line."""
    return apart(ENGLISH.say(text, **parts), text, **parts)


def apart(terminal: str, text: str, /, **parts: object) -> Line:
    """Say a line that names options or details at a terminal, `terminal`, and does without them on a desk."""
    said = Line(terminal)
    said.text, said.parts = text, parts
    return said


class Speech:
    """English, with days as ISO 8601 has them. A language of the desk says the same in its own words.

    Attributes
    ----------
    code : str
        As in `<html lang>`: `en`, `fr`.
    """

    code: str = "en"

    def say(self, text: str, /, **parts: object) -> str:
        """Return a text with its parts, `%(name)s`, put in; numbers and days are written as the language writes them."""
        return self._filled(self._found(text), parts)

    def counted(self, one: str, many: str, n: int, /, **parts: object) -> str:
        """Return the form of a text that fits a count, `%(n)s`."""
        return self._filled(self.form(one, many, n), {"n": n, **parts})

    def form(self, one: str, many: str, n: int, /) -> str:
        """Return the form of a text that fits a count, its parts not put in."""
        return one if n == 1 else many

    def number(self, value: float, places: int = 0) -> str:
        """Write a number: `1,204`, `0.512`."""
        return f"{value:,.{places}f}"

    def day(self, value: dt.date) -> str:
        """Write a day."""
        return f"{value:%Y-%m-%d}"

    def moment(self, value: dt.datetime) -> str:
        """Write a moment to the minute."""
        return f"{self.day(value)} {value:%H:%M}"

    def written(self, value: object) -> object:
        """Return a number or a day as text, anything else as it is."""
        if isinstance(value, dt.datetime):
            return self.moment(value)
        if isinstance(value, dt.date):
            return self.day(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return self.number(value)
        return value

    def numeral(self, text: str) -> str:
        """Write a number that English has written."""
        return text

    def tell(self, text: str) -> str:
        """Say a line anew, with the lines in it; any other text as it is known, or as it stands."""
        if isinstance(text, Line):
            return self.say(text.text, **{name: self.tell(part) if isinstance(part, str) else part for name, part in text.parts.items()})
        if isinstance(text, Verbatim):
            return text
        return self.numeral(text) if isinstance(text, Numeral) else self.say(text)

    def _found(self, text: str) -> str:
        return text

    def _filled(self, text: str, parts: dict[str, object]) -> str:
        return text % {name: self.written(part) for name, part in parts.items()} if parts else text


ENGLISH = Speech()
