"""`visavis migrate`: another model pack for an archive."""

import dataclasses
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from visavis.cli.commands.options import ArchiveOption, AsOption, Format, FormatOption, archive_at, signed_in
from visavis.cli.output.document import emit
from visavis.cli.output.plain_text import shown
from visavis.cli.output.reading import counted
from visavis.domain.errors import InputError

if TYPE_CHECKING:
    from visavis.services.repack import RepackReport


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(migrate)


def migrate(
    pack: Annotated[str, typer.Option("--pack", metavar="ID", help="The pack to move to; visavis packs list.")] = "",
    leave_behind: Annotated[
        bool, typer.Option("--leave-behind", help="Switch though some faces have no new template; these are not searched then.")
    ] = False,
    confirm: Annotated[bool, typer.Option("--confirm", help="Erase the old pack's templates for good.")] = False,
    back: Annotated[bool, typer.Option("--back", help="Search the old pack's templates again, and erase the new one's.")] = False,
    person: AsOption = None,
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Move an archive to another model pack: every face is embedded anew from its original.

    Searches stay on the old pack until all is there; then the archive switches at once. Cut short, the same command goes on.
    Until --confirm, --back takes it back.
    """
    if sum((bool(pack), confirm, back)) != 1:
        raise InputError("one of --pack ID, --confirm and --back, please", remedy="visavis migrate --help")
    with archive_at(archive) as opened:
        signed_in(opened, person)
        if confirm:
            report = opened.repacking.confirm()
        elif back:
            report = opened.repacking.back()
        else:
            report = opened.repacking.run(pack, leave_behind=leave_behind, progress=_progress)
    if form is Format.JSON:
        emit(dataclasses.asdict(report), sys.stdout)
        return
    for line in lines(report):
        sys.stdout.write(shown(line) + "\n")


def lines(report: "RepackReport") -> list[str]:
    """Return a report as people read it."""
    told = {
        "unfinished": f"not switched: «{report.old_pack}» is searched",
        "switched": f"switched from «{report.old_pack}» to «{report.pack}»",
        "confirmed": f"confirmed: «{report.pack}» stays, the templates of «{report.old_pack}» are erased",
        "taken back": f"taken back: «{report.pack}» is searched, the templates of «{report.old_pack}» are erased",
        "filled in": f"«{report.pack}» is the archive's pack already",
    }
    found = [told[report.state]]
    if report.state not in ("confirmed",):
        found.append(f"{counted(report.templates, 'template')} written; searched before: {report.before:,}, now: {report.after:,}")
    found += [f"  refused by {rule}: {counted(count, 'face')}" for rule, count in sorted(report.refused.items())]
    found += [f"  not read ({why}): {counted(count, 'face')}" for why, count in sorted(report.unread.items())]
    if report.left_alone:
        found.append(f"  left alone (hidden, restricted or on hold): {counted(report.left_alone, 'face')}")
    if report.comparison is not None:
        compared = report.comparison
        found.append(f"{compared.faces:,} faces compared: the nearest other face is the same for {compared.same_nearest:.1%}")
        for name, (median, high, highest) in (("before", compared.before), ("after", compared.after)):
            found.append(f"  similarity of two faces {name}: median {median:.3f}, 99 % below {high:.3f}, 99.9 % below {highest:.3f}")
    found += {
        "unfinished": [f"→ connect what is missing and run it again; or go without: visavis migrate --pack {report.pack} --leave-behind"],
        "switched": ["→ search; then visavis migrate --confirm, or visavis migrate --back"],
    }.get(report.state, [])
    return found


def _progress(done: int, of: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done:,} of {of:,} faces" + ("\n" if done >= of else ""))
