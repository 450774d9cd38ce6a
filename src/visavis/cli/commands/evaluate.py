"""`visavis evaluate`: error rates on a licensed test set. Aggregates only: no candidate, path or name is ever printed."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from visavis.cli.commands.options import Format, FormatOption, archive_at
from visavis.cli.output.document import emit

if TYPE_CHECKING:
    from visavis.cli.output.evaluation import Report

evaluate_app = typer.Typer(help="Measure error rates on a licensed test set.", no_args_is_help=True)
PackOption = Annotated[str | None, typer.Option(metavar="ID", help="Model pack; else the default.")]
ReportOption = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Write an HTML page, JSON and the curves there; needs the extra `reports`.")
]
PeopleArgument = Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder a person; the first file by name is enrolled.")]

_SAY_EVERY = 512
"""Pictures between two lines on standard error."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(evaluate_app, name="evaluate")


@evaluate_app.command()
def pairs(
    file: Annotated[Path, typer.Argument(metavar="PAIRS", help="In the format of LFW's pairs.txt.")],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder a person.")],
    pack: PackOption = None,
    report: ReportOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Compare pictures pair by pair."""
    from visavis.wiring.evaluation import evaluate_pairs

    _run(lambda: evaluate_pairs(file, folder, pack_id=pack, progress=_Counter("pictures")), report, form, _said("pairs PAIRS FOLDER", pack))


@evaluate_app.command()
def identify(
    folder: PeopleArgument,
    labels: Annotated[
        Path | None, typer.Option(metavar="CSV", help="Rates by group: a column `person`, and one column an attribute.")
    ] = None,
    degrade: Annotated[bool, typer.Option("--degrade", help="Search again with probes made worse, in eight ways; takes long.")] = False,
    pack: PackOption = None,
    report: ReportOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Search people among one enrolled picture of each."""
    from visavis.wiring.evaluation import evaluate_identify

    said = _said("identify FOLDER" + (" --labels CSV" if labels else "") + (" --degrade" if degrade else ""), pack)
    _run(lambda: evaluate_identify(folder, pack_id=pack, labels=labels, degrade=degrade, progress=_Counter("pictures")), report, form, said)


@evaluate_app.command()
def quality(folder: PeopleArgument, pack: PackOption = None, report: ReportOption = None, form: FormatOption = Format.TABLE) -> None:
    """Ask which quality measure foretells a miss: error versus discard."""
    from visavis.wiring.evaluation import evaluate_quality

    _run(lambda: evaluate_quality(folder, pack_id=pack, progress=_Counter("pictures")), report, form, _said("quality FOLDER", pack))


@evaluate_app.command()
def index(
    archive: Annotated[
        Path | None, typer.Option("--archive", "-a", metavar="DIR", help="This archive's index; else one of synthetic templates.")
    ] = None,
    rows: Annotated[int, typer.Option(metavar="N", help="Without -a: synthetic templates, 100 to 200,000.")] = 20_000,
    dim: Annotated[int, typer.Option(metavar="D", min=4, max=2048, help="Without -a: values in a template.")] = 128,
    report: ReportOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Compare the embedded index with exact search: an archive's with -a, else one of synthetic templates."""
    from visavis.wiring.evaluation import evaluate_index

    if archive is not None:
        with archive_at(archive) as opened:
            _run(opened.evaluate_index, report, form, "visavis evaluate index --archive DIR")
        return
    said = _said(f"index --rows {rows} --dim {dim}", None)
    _run(lambda: evaluate_index(rows=rows, dim=dim, progress=_Counter("templates")), report, form, said)


def _run(evaluate: "Callable[[], Report]", folder: Path | None, form: Format, command: str) -> None:
    from visavis.cli.output import evaluation

    if folder is not None:
        evaluation.check_folder(folder)
    result = evaluate()
    if form is Format.JSON:
        emit(result.to_dict(), sys.stdout)
    else:
        evaluation.write_text(result.sheet(), sys.stdout)
    if folder is not None:
        names = evaluation.write_report(result, folder, command)
        sys.stderr.write(f"wrote {', '.join(names)}\n")


def _said(command: str, pack: str | None) -> str:
    """Return a command line without the paths of this machine."""
    return f"visavis evaluate {command}" + (f" --pack {pack}" if pack else "")


class _Counter:
    """Writes a line now and then."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._done = 0

    def __call__(self, more: int) -> None:
        before, self._done = self._done, self._done + more
        if before // _SAY_EVERY < self._done // _SAY_EVERY:
            sys.stderr.write(f"{self._done:,} {self._what}\n")
