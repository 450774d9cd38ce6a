"""The templates, set up so that nothing from outside can act on a page, in every language that has a catalogue."""

import re
from collections.abc import Callable

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.filters import do_forceescape as escape
from jinja2.filters import do_mark_safe as marked

from visavis.domain.speech import ENGLISH, Line, Speech
from visavis.web.house import Words
from visavis.web.languages import Language, Languages
from visavis.web.pages.plain import stamped
from visavis.web.problem import begun
from visavis.wiring.clips import preview_span
from visavis.wiring.policies import rules_said

_RULE = re.compile(r"\(rule ([a-z-]+)\)\.$")


class Pages:
    """The templates in each language.

    Parameters
    ----------
    words : callable
        Returns how results read in a language.
    """

    def __init__(self, languages: Languages, words: Callable[[Speech], Words]) -> None:
        self.languages = languages
        self._words = words
        self._made: dict[str, tuple[Environment, Words]] = {}

    def of(self, code: str) -> Environment:
        """Return the setting of pages in a language."""
        return self._in(code)[0]

    def words(self, code: str) -> Words:
        """Return how results read in a language."""
        return self._in(code)[1]

    def _in(self, code: str) -> tuple[Environment, Words]:
        if code not in self._made:
            speech = self.languages.of(code)
            words = self._words(speech)
            self._made[code] = (environment(words, speech), words)
        return self._made[code]


def environment(words: Words, speech: Speech = ENGLISH) -> Environment:
    """Return the setting in which every page is made: all text escaped and on one line, an unknown name an error."""

    def one_line(value: object) -> object:
        return words.shown(value) if type(value) is str else value

    made = Environment(
        loader=PackageLoader("visavis.web"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=one_line,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    made.globals |= {"gettext": _saying(speech), "ngettext": _counting(speech), "language": speech.code}
    made.filters |= {"similarity": words.similarity, "date": words.date, "shown": words.shown, "told": _telling(speech)}
    made.filters |= {"span": words.span, "best_moment": words.best_moment, "clock": words.clock}
    made.filters |= {"tell": speech.tell, "day": speech.day, "moment": speech.moment, "number": speech.number}
    made.globals |= {"draw": stamped("draw.js"), "preview_span": preview_span}
    made.globals |= {"style": stamped("desk.css"), "script": stamped("desk.js"), "htmx": stamped("htmx.js"), "icon": stamped("icon.svg")}
    made.globals["judge"] = stamped("judge.js")
    return made


def _saying(speech: Speech) -> Callable[..., str]:
    """Return `_()` of templates: a text of a template may hold marks, what is put into it is escaped, and so is a text without parts."""

    def gettext(text: str, /, **parts: object) -> str:
        if not parts:
            return _plain(_without_parts(speech, text))
        return marked(speech.say(text)) % _written(speech, parts)

    return gettext


def _without_parts(speech: Speech, text: str) -> str:
    """Return a text into which nothing is put; templates write `%` twice, and what comes from elsewhere once."""
    found = speech.say(text)
    return (found if found != text else speech.say(text.replace("%%", "%"))).replace("%%", "%")


def _counting(speech: Speech) -> Callable[..., str]:
    def ngettext(one: str, many: str, n: int, /, **parts: object) -> str:
        return marked(speech.form(one, many, n)) % _written(speech, {"num": n, **parts})

    return ngettext


def _written(speech: Speech, parts: dict[str, object]) -> dict[str, object]:
    return {name: speech.written(part) for name, part in parts.items()}


def _plain(text: str) -> str:
    """Return a text that is no mark-up; an apostrophe stays one, since every attribute of ours stands in double quotes."""
    return marked(str(escape(text)).replace("&#39;", "'"))


def _telling(speech: Speech) -> Callable[[str], str]:
    """Return the filter for what services say: in the language if its catalogue has it; else in English, marked as such, after the line of
    the rule that refused, if one did.
    """
    if not isinstance(speech, Language):
        return speech.tell
    rules = dict(rules_said())

    def told(text: str) -> str:
        if isinstance(text, Line) and speech.knows(text.text):
            return speech.tell(text)
        if not text:
            return text
        for known, end in ((text, ""), (text.removesuffix("."), "." if text.endswith(".") else "")):
            said = next((form for form in (known, known[:1].lower() + known[1:]) if speech.knows(form)), "")
            if said:
                found = speech.say(said)
                return (begun(found) if text[:1].isupper() else found) + end
        english = marked('<span lang="en">{}</span>').format(text)
        rule = _RULE.search(text)
        says = rules.get(rule[1], "") if rule else ""
        if not says:
            return english
        line = speech.say(says)
        return marked("{}. {}").format(begun(line), english)

    return told
