"""`visavis calibrate`: how often strangers score high in one's own pictures. Aggregates only."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from visavis.cli.commands.ingest import SourceOption
from visavis.cli.commands.options import ArchiveOption, AsOption, Format, FormatOption, archive_at, signed_in
from visavis.cli.output.document import emit, significant
from visavis.cli.output.plain_text import shown
from visavis.cli.output.table import console

if TYPE_CHECKING:
    from visavis.wiring.calibration import Measured

_FACES = (1_000, 10_000, 100_000, 1_000_000)
"""Sizes of galleries for which the thresholds are shown."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(calibrate)


def calibrate(
    source: SourceOption = None,
    listing: Annotated[bool, typer.Option("--list", help="Show what was measured; measure nothing.")] = False,
    people: Annotated[
        Path | None, typer.Option(metavar="FILE", help="CSV with path and person, of pictures that show one face each.")
    ] = None,
    person: AsOption = None,
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Measure how often strangers score high in your own pictures, on faces that stand in one photograph."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        measured = opened.calibration.all() if listing else [opened.calibration.run(source or (), people=people)]
    if form is Format.JSON:
        emit({"measurements": [_document(one) for one in measured]}, sys.stdout)
        return
    screen = console(sys.stdout)
    if not measured:
        screen.print("nothing was measured on your pictures yet: visavis calibrate", soft_wrap=True)
    for one in measured:
        for line in _lines(one):
            screen.print(shown(line), soft_wrap=True)


def _document(one: "Measured") -> dict[str, object]:
    return {
        "at": one.at.isoformat(),
        "pack": one.pack_id,
        "photographs": one.photographs,
        "pairs": one.pairs,
        "set_aside": one.set_aside,
        "tails": [
            {
                "probes": tail.probes,
                "above": significant(tail.above),
                "share": significant(tail.share),
                "slope": significant(tail.slope),
                "bend": significant(tail.bend),
                "pairs": tail.pairs,
                "photographs": tail.subjects,
            }
            for tail in one.tails
        ],
    }


def _lines(one: "Measured") -> list[str]:
    aside = f"; {one.set_aside:,} pairs were set aside: someone may be in the picture twice" if one.set_aside else ""
    lines = [f"{one.at:%Y-%m-%d}, pack {one.pack_id}: {one.pairs:,} pairs of faces in {one.photographs:,} photographs{aside}"]
    usual = one.tails[0]
    for size in _FACES:
        low, high = usual.interval_at(at := usual.similarity_at(0.1 / size))
        lines.append(f"  among {size:,} faces, 0.1 strangers ({size * low:.2g} to {size * high:.2g}) are expected at {at:.3f} or above")
    return lines
