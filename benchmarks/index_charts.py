"""Draws the curves of `benchmarks/results/index.json`: `python -m benchmarks.index_charts`.

Each line has its own dash and mark, so that grey will do.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

IMAGES = Path(__file__).parents[1] / "docs" / "images"
RESULTS = Path(__file__).parent / "results" / "index.json"
STYLES = (("o", "-"), ("s", "--"), ("^", "-."), ("D", ":"), ("v", "-"), ("x", "--"), ("*", "-."), ("+", ":"))

Found = dict[str, Any]
"""What `benchmarks.index` wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One picture.

    Attributes
    ----------
    lines : tuple of (label, number)
        Of Visavis' own numbers.
    rivals : str
        Number that is drawn of every rival too; empty = none.
    """

    name: str
    title: str
    unit: str
    lines: tuple[tuple[str, str], ...]
    rivals: str = ""
    log: bool = True


CHARTS = (
    Chart(
        name="index-query",
        title="One query",
        unit="milliseconds a query, one core",
        lines=(
            ("Visavis", "query ms"),
            ("Visavis, batches of 64", "batch ms"),
            ("Visavis, two cores", "two cores, query ms"),
            ("reading the codes once", "read ms"),
        ),
        rivals="query ms",
    ),
    Chart(
        name="index-filter",
        title="One query with a filter",
        unit="milliseconds a query, one core",
        lines=(
            ("no filter", "query ms"),
            ("1 % pass, asked again", "1 % ms"),
            ("10 % pass, asked again", "10 % ms"),
            ("1 % pass, first time", "1 % first ms"),
            ("10 % pass, first time", "10 % first ms"),
            ("reading the codes once", "read ms"),
        ),
    ),
    Chart(
        name="index-recall",
        title="How many of the true best ten are found",
        unit="recall@10, all probes",
        lines=(
            ("Visavis", "recall all"),
            ("Visavis, 1 % filter", "1 % recall"),
            ("Visavis, 10 % filter", "10 % recall"),
        ),
        rivals="recall all",
        log=False,
    ),
    Chart(
        name="index-memory",
        title="Memory of its own",
        unit="bytes a template",
        lines=(("Visavis", "bytes a row"), ("Visavis, two filters kept", "bytes a row, filters kept")),
        rivals="bytes a row",
    ),
    Chart(
        name="index-build",
        title="Filling",
        unit="rows a second",
        lines=(
            ("Visavis, added (one core)", "rows added/s"),
            ("Visavis, rows written and synced", "rows written and synced/s"),
            ("Visavis, added while searching", "inserted/s"),
        ),
        rivals="rows added/s",
    ),
    Chart(
        name="index-insert",
        title="Queries while 5,000 rows a second are added",
        unit="milliseconds a query",
        lines=(
            ("median, idle", "idle p50 ms"),
            ("99th percentile, idle", "idle p99 ms"),
            ("median, while adding", "busy p50 ms"),
            ("99th percentile, while adding", "busy p99 ms"),
        ),
    ),
    Chart(
        name="index-removal",
        title="Removing 1,000 rows, and opening again",
        unit="seconds",
        lines=(
            ("1,000 rows gone, all of it", "removal s"),
            ("of it: row files", "rows overwritten s"),
            ("of it: codes and columns", "codes gone s"),
            ("process start to first answer", "start to first answer s"),
        ),
    ),
)


def draw(found: Found) -> None:
    """Draw every chart, as SVG and PNG."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "visavis"
    from matplotlib import pyplot

    machine = found["machine"]
    caption = f"{machine['processor']}, {machine['cores']} cores, {machine['memory GiB']} GiB; {found['date']}; python -m benchmarks.index"
    IMAGES.mkdir(exist_ok=True)
    for chart in CHARTS:
        figure, axes = pyplot.subplots(figsize=(7.2, 4.6), layout="constrained")
        for (label, points), (marker, dash) in zip(curves(chart, found), cycle(STYLES), strict=False):
            axes.plot(*zip(*points, strict=True), marker=marker, linestyle=dash, label=label, linewidth=1.4, markersize=5)
        axes.set(xscale="log", xlabel="templates", ylabel=chart.unit, yscale="log" if chart.log else "linear")
        axes.grid(visible=True, which="major", alpha=0.3)
        figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=8, frameon=False)
        figure.suptitle(chart.title)
        axes.set_title(caption, fontsize=7, color="0.35")
        figure.savefig(IMAGES / f"{chart.name}.svg", metadata={"Date": None})
        figure.savefig(IMAGES / f"{chart.name}.png", dpi=110)
        pyplot.close(figure)


def curves(chart: Chart, found: Found) -> list[tuple[str, list[tuple[int, float]]]]:
    """Return label and points of each line that has any."""
    numbers: list[tuple[str, str, Callable[[Found], Found]]] = [(label, name, lambda size: size["visavis"]) for label, name in chart.lines]
    if chart.rivals:
        rivals = dict.fromkeys(rival for size in found["sizes"] for rival in size["rivals"])
        numbers += [(rival, chart.rivals, lambda size, rival=rival: size["rivals"].get(rival, {})) for rival in rivals]  # type: ignore[misc]
    lines = [
        (label, [(size["rows"], of(size)[name]) for size in found["sizes"] if of(size).get(name) is not None])
        for label, name, of in numbers
    ]
    return [(label, points) for label, points in lines if points]


if __name__ == "__main__":
    draw(json.loads(RESULTS.read_text(encoding="utf-8")))
