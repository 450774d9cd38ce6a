"""Charts as SVG and PNG: readable in grey (line styles and markers, no colour), the same bytes for the same numbers and library.

matplotlib draws; it comes with the extra `reports` and is imported nowhere else.
"""

import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from visavis.domain.errors import SetupError

if TYPE_CHECKING:
    from visavis.wiring.evaluation import Chart, Line

INK, SOFT, GRID = "#1b1d1f", "#5a5e62", "#dcd8ce"
"""The page's own colours by day (`search.css`); a page replaces them by its variables."""
_VARIABLES = {INK: "var(--ink)", SOFT: "var(--soft)", GRID: "var(--line)"}

_STYLES = (("-", "o"), ("--", "s"), (":", "^"), ("-.", "D"), ((0, (6, 1, 1, 1, 1, 1)), "v"), ((0, (1, 3)), "x"))
"""One a line: dashes and a marker, told apart without colour."""

_SIZE_IN = (7.2, 4.6)
_PNG_DPI = 150
_SETTINGS = {
    "svg.fonttype": "none",  # text stays text: it can be read aloud, searched and copied
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # ships with matplotlib, so that a chart has the same measures everywhere
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": SOFT,
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "legend.handlelength": 4,
}


def check_library() -> None:
    """Raise `SetupError` unless charts can be drawn: asked before the work whose result they show."""
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise SetupError("charts need the extra `reports`", remedy="pip install 'visavis[reports]', or leave --report away") from None


def svg(chart: "Chart") -> str:
    """Draw a chart as an SVG of its own: text as text, ids that begin with the chart's name, no time, no name of a program."""
    content = _saved(chart, "svg", metadata={"Date": None, "Creator": None}).decode()
    for found in (r'\bid="', r'xlink:href="#', r"url\(#"):
        content = re.sub(found, lambda at: f"{at.group()}{chart.name}-", content)
    return content


def inline(chart: "Chart") -> str:
    """Draw a chart as a piece of a page that has the variables of `search.css`: it follows them into the dark."""
    content = svg(chart)
    content = content[content.index("<svg") :]
    for colour, variable in _VARIABLES.items():
        content = content.replace(colour, variable)
    # the page sets the size; the picture keeps its shape by its viewBox
    content = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", content, count=1)
    content = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", content, count=1)
    return re.sub(r"<metadata>.*?</metadata>", "", content, flags=re.DOTALL)


def png(chart: "Chart") -> bytes:
    """Draw a chart as a PNG on white, 1,080 pixels wide."""
    return _saved(chart, "png", metadata={"Software": None}, dpi=_PNG_DPI, facecolor="white")


def _saved(chart: "Chart", form: str, **options: Any) -> bytes:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({**_SETTINGS, "svg.hashsalt": chart.name}):
        figure = Figure(figsize=_SIZE_IN, layout="constrained")
        figure.patch.set_alpha(0)
        _draw(chart, figure.subplots())
        stream = io.BytesIO()
        figure.savefig(stream, format=form, **options)
    return stream.getvalue()


def _draw(chart: "Chart", axes: Any) -> None:
    axes.patch.set_alpha(0)
    axes.set(title=chart.title, xlabel=chart.x_label, ylabel=chart.y_label)
    lines = [_visible(line, chart) for line in chart.lines]
    if not any(line.x for line in lines):
        axes.set(xticks=(), yticks=())
        axes.text(0.5, 0.5, "0 at every point: nothing that a logarithmic axis can show", ha="center", transform=axes.transAxes)
        return
    for number, line in enumerate(lines):
        _draw_line(axes, line, number)
    if chart.log_x:
        _logarithmic(axes.xaxis)
    elif chart.whole_x:
        from matplotlib.ticker import MaxNLocator

        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    if chart.log_y:
        _logarithmic(axes.yaxis)
    else:
        axes.set_ylim(bottom=0)
    if len(chart.lines) > 1:
        axes.figure.legend(loc="outside lower center", ncols=2)  # beside the curves, not over them


def _logarithmic(axis: Any) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    axis.axes.set(**{f"{axis.axis_name}scale": "log"})
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_locator(NullLocator())


def _draw_line(axes: Any, line: "Line", number: int) -> None:
    style, marker = _STYLES[number % len(_STYLES)]
    # a marker at each tenth of the line, shifted from line to line so that they don't hide each other
    every = max(1, len(line.x) // 10)
    axes.plot(
        line.x, line.y, color=INK, linestyle=style, marker=marker, markersize=4.5, markevery=(number % every, every), linewidth=1.4,
        label=line.label,
    )  # fmt: skip
    if line.low:
        axes.fill_between(line.x, line.low, line.high, color=SOFT, alpha=0.22, linewidth=0)


def _visible(line: "Line", chart: "Chart") -> "Line":
    """Leave out what a logarithmic axis can't show; a band that reaches 0 ends at the smallest rate that is shown."""
    kept = [i for i, (x, y) in enumerate(zip(line.x, line.y, strict=True)) if (x > 0 or not chart.log_x) and (y > 0 or not chart.log_y)]
    least = min((line.y[i] for i in kept), default=0.0) / 2 if chart.log_y else float("-inf")
    return replace(
        line,
        x=tuple(line.x[i] for i in kept),
        y=tuple(line.y[i] for i in kept),
        low=tuple(max(line.low[i], least) for i in kept) if line.low else (),
        high=tuple(max(line.high[i], least) for i in kept) if line.high else (),
    )
