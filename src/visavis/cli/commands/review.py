"""`visavis review …` and `visavis case report`: what waits for a decision, the sheet to compare on, verdicts, the report."""

import functools
import sys
from pathlib import Path
from typing import Annotated

import typer

from visavis.cli.commands.cases import CaseArgument, case_app
from visavis.cli.commands.exports import BecauseOption, RecipientOption, handing_out
from visavis.cli.commands.options import ArchiveOption, AsOption, Format, FormatOption, archive_at, signed_in
from visavis.cli.commands.search import check_writable
from visavis.cli.output.case_report import write_report
from visavis.cli.output.document import emit
from visavis.cli.output.leads import leads_document, write_leads
from visavis.cli.output.plain_text import shown
from visavis.cli.output.sheet import write_sheet
from visavis.cli.output.table import console

WHY_A_SHEET = "review"
"""A sheet goes to its reviewer, who needs it to judge: recipient and reason are known."""

review_app = typer.Typer(help="Leads and decisions: a candidate is a lead until people decide.", no_args_is_help=True)

PageOption = Annotated[Path, typer.Option("--output", metavar="FILE", help="The HTML page to write.")]
CandidateArgument = Annotated[str, typer.Argument(metavar="CANDIDATE", help="Id of a candidate, or the end of one.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(review_app, name="review")
    case_app.command(name="report")(report)


@review_app.command(name="list")
def list_leads(
    case: Annotated[str | None, typer.Option("--case", metavar="ID", help="Of this case only.")] = None,
    person: AsOption = None,
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """List the candidates that wait for your verdict."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        leads = opened.review.leads(case_id=case)
    if form is Format.JSON:
        emit(leads_document(leads), sys.stdout)
    else:
        write_leads(leads, console(sys.stdout))


@review_app.command()
def sheet(
    search_id: Annotated[str, typer.Argument(metavar="SEARCH", help="Id of a search, or the end of one.")],
    output: PageOption,
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Write a page with each candidate beside the probe, to decide from. It shows no verdict but your own."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        check_writable(output, (), opened)
        made = opened.review.sheet(search_id)
        recorded = opened.review.check_export(case_id=made.past.case.id, recipient=made.reviewer, because=WHY_A_SHEET, what="review-sheet")
        disclose = functools.partial(
            opened.review.disclose, made.past.result, what="review-sheet", recipient=made.reviewer, because=WHY_A_SHEET
        )
        with handing_out(output, disclose if recorded else None) as stream:
            write_sheet(made, opened.original_opener(), stream)


@review_app.command()
def decide(
    candidate: CandidateArgument,
    verdict: Annotated[str, typer.Argument(metavar="VERDICT", help="same, not-the-same or cannot-say.")],
    grounds: Annotated[str, typer.Option(metavar="TEXT", help="What you saw: ears, scar, hairline …")] = "",
    because: Annotated[str, typer.Option(metavar="TEXT", help="Why an earlier verdict is put aside.")] = "",
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Give your verdict on a candidate. A second one of yours replaces the first and says why; both stay on record."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        made = opened.review.decide(candidate, verdict, grounds=grounds, because=because)
    if made.stands == "open":
        sys.stdout.write(f"noted; open until {made.needed - made.given} more of {made.needed} reviewers have judged it\n")
    else:
        sys.stdout.write(f"noted; decided: {made.stands}\n")


@review_app.command()
def undo(candidate: CandidateArgument, person: AsOption = None, archive: ArchiveOption = None) -> None:
    """Take your verdict back, as long as nobody else has opened the candidate since and nothing rests on it. Both stay on record."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        opened.review.undo(candidate)
    sys.stdout.write("taken back; the candidate is an open lead again\n")


def report(
    case: CaseArgument,
    output: PageOption,
    recipient: RecipientOption = "",
    because: BecauseOption = "",
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Write everything that was done under a case as a page to print."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        check_writable(output, (), opened)
        gathered = opened.review.case_report(case)
        opened.review.check_export(case_id=gathered.case.id, recipient=recipient, because=because)
        disclose = functools.partial(opened.review.disclose_report, gathered, recipient=recipient, because=because)
        with handing_out(output, disclose) as stream:
            write_report(gathered, opened.original_opener(), stream)
    sys.stderr.write(shown("print it, or keep it as you keep the originals") + "\n")
