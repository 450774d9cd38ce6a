"""`visavis case`: for what may be searched, in which sources, within which limits, and who answers for it."""

import datetime as dt
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from visavis.cli.commands.options import ArchiveOption, AsOption, Format, FormatOption, archive_at, day, signed_in
from visavis.cli.output.document import emit
from visavis.cli.output.plain_text import shown
from visavis.cli.output.reading import counted
from visavis.cli.output.table import console

if TYPE_CHECKING:
    from visavis.wiring import Archive, CaseRecord

case_app = typer.Typer(help="For what may be searched, and who answers for it.", no_args_is_help=True)

CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="Id, the end of an id, or title.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(case_app, name="case")


@case_app.command(name="open")
def open_case(
    title: Annotated[str, typer.Option(metavar="TEXT", help="A few words.")],
    purpose: Annotated[str, typer.Option(metavar="NAME", help="One purpose that the charters of its sources list.")],
    source: Annotated[list[str], typer.Option("--source", metavar="ID", help="Id or title; several times for several.")],
    legal: Annotated[str, typer.Option(metavar="TEXT", help="The law, order or mandate it stands on.")] = "",
    necessity: Annotated[str, typer.Option(metavar="TEXT", help="Why faces must be searched for it.")] = "",
    seeks: Annotated[str, typer.Option(metavar="TEXT", help="Whom it seeks; «unknown person» is an answer.")] = "",
    profile: Annotated[str | None, typer.Option(metavar="NAME", help="Else the profile of its sources.")] = None,
    searches: Annotated[int | None, typer.Option(metavar="N", help="Most searches; else the pack's.")] = None,
    top: Annotated[int | None, typer.Option(metavar="K", help="Most candidates a search; else the pack's.")] = None,
    until: Annotated[dt.date | None, typer.Option(parser=day, metavar="DATE", help="Last day; else the pack's.")] = None,
    standing: Annotated[bool, typer.Option("--standing", help="A desk's daily work, renewed every year, instead of one matter.")] = False,
    person: AsOption = None,
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Open a case."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        case_id = opened.cases.open(
            title=title,
            purpose=purpose,
            sources=source,
            profile=profile,
            legal_reference=legal,
            necessity=necessity,
            seeks=seeks,
            max_searches=searches,
            max_candidates=top,
            open_until=until,
            standing=standing,
        )
        case = opened.cases.one(case_id)
        if form is Format.JSON:
            emit(_document(opened, case), sys.stdout)
            return
    sys.stdout.write(shown(f"opened «{case.title}», case {case.id}") + "\n")
    if case.approvals_needed:
        sys.stdout.write(f"it needs {counted(case.approvals_needed, 'approval')}; next: visavis case approve {case.id} --as ANOTHER\n")
    else:
        sys.stdout.write(f"next: visavis search PHOTO --case {case.id} --as PERSON\n")


@case_app.command()
def approve(case: CaseArgument, person: AsOption = None, archive: ArchiveOption = None, form: FormatOption = Format.TABLE) -> None:
    """Sign a case that somebody else asks for. What is signed is every term of it, as it stands."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        approved = opened.cases.approve(case)
        if form is Format.JSON:
            emit(_document(opened, opened.cases.one(case)), sys.stdout)
            return
    own = " (your own case: marked so)" if approved.self_approved else ""
    sys.stdout.write(f"approved{own}: {approved.given} of {approved.needed}\n")
    if approved.given >= approved.needed:
        sys.stdout.write("next: visavis search PHOTO --case CASE --as PERSON\n")


@case_app.command(name="list")
def list_cases(archive: ArchiveOption = None, form: FormatOption = Format.TABLE) -> None:
    """List cases, closed ones too."""
    with archive_at(archive) as opened:
        cases = opened.cases.all()
        if form is Format.JSON:
            emit({"cases": [_document(opened, case) for case in cases]}, sys.stdout)
            return
        screen = console(sys.stdout)
        for case in cases:
            facts = f"«{case.title}» ({case.profile}, {case.purpose}, {opened.cases.state(case)}), case {case.id}"
            screen.print(shown(facts), soft_wrap=True)
        if not cases:
            screen.print("no case yet; a household or trial source brings its own, else: visavis case open …")


@case_app.command()
def show(case: CaseArgument, archive: ArchiveOption = None, form: FormatOption = Format.TABLE) -> None:
    """Show a case with its limits and approvals."""
    with archive_at(archive) as opened:
        document = _document(opened, opened.cases.one(case))
    if form is Format.JSON:
        emit(document, sys.stdout)
        return
    screen = console(sys.stdout)
    for name, value in document.items():
        text = ", ".join(map(str, value)) if isinstance(value, list) else value
        screen.print(shown(f"{name}: {'' if text is None else text}"), soft_wrap=True)


@case_app.command()
def renew(case: CaseArgument, person: AsOption = None, archive: ArchiveOption = None) -> None:
    """Sign that a standing case is needed for another year."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        opened.cases.renew(case)
    sys.stdout.write("renewed for a year\n")


@case_app.command()
def freeze(case: CaseArgument, person: AsOption = None, archive: ArchiveOption = None) -> None:
    """Stop a case at once; nothing is searched under it until the freeze is lifted."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        frozen = opened.cases.freeze(case)
    sys.stdout.write(f"frozen; to let it go on: visavis case thaw {frozen.id} --as PERSON\n")


@case_app.command()
def thaw(case: CaseArgument, person: AsOption = None, archive: ArchiveOption = None) -> None:
    """Let a frozen case go on: for who froze it, or a data-protection officer."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        opened.cases.thaw(case)
    sys.stdout.write("it goes on\n")


@case_app.command()
def close(
    case: CaseArgument,
    why: Annotated[str, typer.Option(metavar="TEXT", help="One line, kept with the case.")] = "",
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Close a case for good: its searches are hidden, its saved photographs destroyed."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        opened.cases.close(case, why=why)
    sys.stdout.write("closed; its saved photographs are gone, the case and its ledger entries stay\n")


def _document(opened: "Archive", case: "CaseRecord") -> dict[str, object]:
    titles = {source.number: source.title for source in opened.sources()}
    names = {who.id: who.name for who in opened.people.all()}
    return {
        "case_id": case.id,
        "title": case.title,
        "state": opened.cases.state(case),
        "kind": case.kind,
        "profile": case.profile,
        "purpose": case.purpose,
        "legal_reference": case.legal_reference,
        "necessity": case.necessity,
        "seeks": case.seeks,
        "sources": [titles[number] for number in sorted(case.sources) if number in titles],
        "searches_made": case.searches_made,
        "max_searches": case.max_searches,
        "max_candidates": case.max_candidates,
        "open_until": case.open_until.isoformat() if case.open_until else None,
        "reviewers_needed": case.reviewers_needed,
        "approvals_needed": case.approvals_needed,
        "approved_by": [
            f"{names[given.person_id]} {given.at:%Y-%m-%d}{' (own case)' if given.self_approved else ''}" for given in case.approvals
        ],
        "policy": case.policy,
        "opened_by": names.get(case.opened_by) if case.opened_by else None,
        "opened_at": case.opened_at.isoformat(),
        "renewed_at": case.renewed_at.isoformat() if case.renewed_at else None,
        "closed_at": case.closed_at.isoformat() if case.closed_at else None,
        "closed_why": case.closed_why or None,
    }
