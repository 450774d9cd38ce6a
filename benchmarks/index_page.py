"""Writes the tables of `docs/performance.md` from the numbers of `benchmarks.index`, between two marks in the page."""

from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN, END = "<!-- index: written by benchmarks.index -->\n", "<!-- index: end -->"

BARS = {
    "bytes a row, filters kept": ("memory of its own, bytes a template, two filters kept", "≤", 64.0),
    "recall known": ("recall@10, probes of known people", "≥", 0.99),
    "recall all": ("recall@10, all probes", "≥", 0.99),
    "query / read": ("one query, × reading the codes once", "≤", 2.0),
    "1 % / read": ("with a filter that 1 % pass", "≤", 2.5),
    "10 % / read": ("with a filter that 10 % pass", "≤", 2.5),
    "1 % recall": ("recall@10, 1 % filter", "≥", 0.995),
    "10 % recall": ("recall@10, 10 % filter", "≥", 0.995),
    "batch / read": ("a query in batches of 64, × reading, one core", "≤", 1.0),
    "two cores, batch / read": ("the same with two cores", "", 0.0),
    "one core / two": ("two cores, × as fast", "≥", 1.6),
    "reading, one core / two": ("reading the codes with two cores, × as fast", "", 0.0),
    "removal s": ("1,000 rows gone from row files, codes and columns, s", "≤", 2.0),
    "left": ("of these, keys and codes still found in a file", "≤", 0.0),
    "start to first answer s": ("process start to first answer, s", "≤", 5.0),
    "inserted/s": ("rows added a second while searching", "≥", 4_000.0),
    "busy / idle p99": ("99th percentile of a query meanwhile, × idle", "≤", 2.0),
}
"""What issue 6 asks for at ten million."""

CURVE = {
    "query ms": "one query, ms",
    "read ms": "reading the codes, ms",
    "batch ms": "in batches of 64, ms",
    "two cores, query ms": "two cores, ms",
    "1 % ms": "1 % filter, ms",
    "1 % first ms": "its first query, ms",
    "10 % ms": "10 % filter, ms",
    "10 % first ms": "its first query, ms",
    "recall known": "recall@10, known people",
    "recall all": "recall@10, all",
    "bytes a row": "bytes a template",
    "rows added/s": "rows added a second",
    "busy p99 ms": "p99 while adding, ms",
    "idle p99 ms": "p99 idle, ms",
    "removal s": "1,000 removed, s",
    "start to first answer s": "start to first answer, s",
}
RIVALS = {
    "query ms": "ms",
    "batch ms": "ms in batches of 64",
    "recall all": "recall@10",
    "bytes a row": "bytes a row",
    "rows added/s": "rows/s",
}

Found = dict[str, Any]


def write(found: Found) -> None:
    """Put the tables into the page."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}{tables(found)}{END}{rest.partition(END)[2]}", encoding="utf-8")


def tables(found: Found) -> str:
    """Return the page's middle."""
    machine, sizes = found["machine"], found["sizes"]
    largest = sizes[-1]["visavis"]
    libraries = ", ".join(f"{name} {machine[name]}" for name in ("python", "faiss-cpu", "numpy", "usearch"))
    told = (
        f"{found['date']}, {machine['processor']}, {machine['cores']} cores, {machine['memory GiB']} GiB, "
        f"load {machine['load at start']} at the start; {libraries}; {found['seconds']:,} s in all.\n"
    )
    bars = [[what, short(largest[name]), f"{sign} {bar:g}" if sign else ""] for name, (what, sign, bar) in BARS.items() if name in largest]
    headings = [f"{size['rows']:,}" for size in sizes]
    curve = [[what, *(short(size["visavis"].get(name)) for size in sizes)] for name, what in CURVE.items()]
    rivals = dict.fromkeys(name for size in sizes for name in size["rivals"])
    others = [
        [f"{rival}: {what}", *(short(size["rivals"].get(rival, {}).get(name)) for size in sizes)]
        for rival in rivals
        for name, what in RIVALS.items()
    ]
    parts = [told, table(["at " + headings[-1], "measured", "bar"], bars), table(["Visavis", *headings], curve)]
    return "\n".join([*parts, *([table(["others", *headings], others)] if others else [])])


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def short(value: float | None) -> str:
    """Return a number with as many digits as it deserves."""
    if value is None:
        return ""
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.4f}" if 0.9 < value < 1 else f"{value:.3g}"
