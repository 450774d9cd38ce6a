"""The templates, set up so that nothing from outside can act on a page."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from visavis.web.house import Words
from visavis.web.pages.plain import stamped
from visavis.wiring.clips import preview_span


def environment(words: Words) -> Environment:
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
    made.filters |= {"similarity": words.similarity, "date": words.date, "counted": words.counted, "shown": words.shown}
    made.filters |= {"span": words.span, "best_moment": words.best_moment, "clock": words.clock}
    made.globals |= {"draw": stamped("draw.js"), "preview_span": preview_span}
    made.filters |= {"day": "{:%Y-%m-%d}".format, "moment": "{:%Y-%m-%d %H:%M}".format}
    made.globals |= {"style": stamped("desk.css"), "script": stamped("desk.js"), "htmx": stamped("htmx.js"), "icon": stamped("icon.svg")}
    made.globals["judge"] = stamped("judge.js")
    return made
