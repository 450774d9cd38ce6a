"""An evaluation for people: as text, and as a folder with one self-contained HTML page, JSON, and its charts."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TextIO

from visavis.cli.output import charts
from visavis.cli.output.document import emit
from visavis.cli.output.page import environment
from visavis.cli.output.plain_text import shown
from visavis.domain.errors import InputError

if TYPE_CHECKING:
    from visavis.wiring.evaluation import Chart, Sheet, Table


class Report(Protocol):
    """What every evaluation returns."""

    def to_dict(self) -> dict[str, object]:
        """Return stable keys for programs."""
        ...

    def sheet(self) -> "Sheet":
        """Return the report for people."""
        ...


def check_folder(folder: Path) -> None:
    """Raise unless a report can be written there: asked before the work that takes minutes.

    Raises
    ------
    InputError
        Something other than a folder lies there.
    SetupError
        matplotlib is missing.
    """
    charts.check_library()
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is no folder", remedy="name a folder for the report; it is made if it is missing")
    folder.mkdir(parents=True, exist_ok=True)


def write_report(report: Report, folder: Path, command: str) -> list[str]:
    """Write `report.json`, `report.html`, and each chart as SVG and PNG; return the files' names. Files of those names are replaced.

    Parameters
    ----------
    command : str
        How to make the report again, without paths.
    """
    sheet = report.sheet()
    curves = {chart.name: _numbers(chart) for chart in sheet.charts}
    with (folder / "report.json").open("w", encoding="utf-8") as file:
        emit({**report.to_dict(), "command": command, "curves": curves}, file)
    with (folder / "report.html").open("w", encoding="utf-8") as file:
        write_page(sheet, command, file)
    for chart in sheet.charts:
        (folder / f"{chart.name}.svg").write_text(charts.svg(chart), encoding="utf-8")
        (folder / f"{chart.name}.png").write_bytes(charts.png(chart))
    return ["report.html", "report.json", *(f"{chart.name}.{form}" for chart in sheet.charts for form in ("svg", "png"))]


def write_page(sheet: "Sheet", command: str, stream: TextIO) -> None:
    """Write the page; it holds no time, so that equal numbers give an equal page."""
    drawn = {chart.name: charts.inline(chart) for chart in sheet.charts}
    for piece in environment().get_template("evaluation.html.j2").generate(sheet=sheet, command=command, drawn=drawn):
        stream.write(piece)


def write_text(sheet: "Sheet", stream: TextIO) -> None:
    """Write the report's facts, notes and tables; curves have no text form."""
    width = max(len(label) for label, _ in sheet.facts)
    lines = [sheet.lead, "", *(f"{label:<{width}}  {value}" for label, value in sheet.facts), ""]
    lines += [f"- {note}" for note in sheet.notes]
    for part in sheet.parts:
        if part.table is not None:
            lines += ["", part.title, *part.says, *_aligned(part.table)]
    stream.write("\n".join(map(shown, lines)) + "\n")


def _aligned(table: "Table") -> list[str]:
    rows = [table.columns, *table.rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(table.columns))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _numbers(chart: "Chart") -> list[Mapping[str, object]]:
    return [
        {"line": line.label, "x": line.x, "y": line.y} | ({"low": line.low, "high": line.high} if line.low else {}) for line in chart.lines
    ]
