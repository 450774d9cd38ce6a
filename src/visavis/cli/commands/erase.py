"""`visavis erase`: what people order to be gone, the proof that it is, and what the law wants kept."""

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from visavis.cli.commands.options import ArchiveOption, AsOption, Format, FormatOption, archive_at, day, signed_in
from visavis.cli.output.document import emit
from visavis.cli.output.plain_text import shown
from visavis.cli.output.reading import counted
from visavis.domain.errors import InputError

if TYPE_CHECKING:
    from visavis.wiring.erasure import EraseQuestion, ErasureRun, Hold

_SIGNERS = 2
"""People who sign a certificate."""

erase_app = typer.Typer(help="Erase for good what people order, and prove it.", no_args_is_help=True)

FaceOption = Annotated[list[str] | None, typer.Option("--face", metavar="ID", help="A face; its picture stays.")]
MediaOption = Annotated[list[str] | None, typer.Option("--media", metavar="ID", help="A picture, with every face in it.")]
CandidateOption = Annotated[list[str] | None, typer.Option("--candidate", metavar="ID", help="The face that a candidate of a search is.")]
SourceOption = Annotated[str | None, typer.Option("--source", metavar="ID", help="Every picture of a source: id or title.")]
FileOption = Annotated[Path | None, typer.Option("--list", metavar="FILE", help="Ids of faces, one a line.")]
RunArgument = Annotated[str, typer.Argument(metavar="ERASURE", help="Id, or its end.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(erase_app, name="erase")


@erase_app.command()
def scope(
    face: FaceOption = None,
    media: MediaOption = None,
    candidate: CandidateOption = None,
    source: SourceOption = None,
    ids: FileOption = None,
    person: AsOption = None,
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """List over every store what an order would take. Nothing is changed."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        report = opened.erasure.scope(_question(face, media, candidate, source, ids))
    backups = [{"id": one.id, "keep_until": one.keep_until.isoformat()} for one in report.backups]
    if form is Format.JSON:
        emit({"stores": dict(report.counted), "held": list(report.held), "backups": backups}, sys.stdout)
        return
    for store, count in report.counted.items():
        sys.stdout.write(f"{count:>9,}  {store}\n")
    for picture in report.held:
        sys.stdout.write(f"held, and hidden instead: picture {picture}\n")
    for one in report.backups:
        sys.stdout.write(f"beyond use, until it ends: backup {one.id} of {one.at:%Y-%m-%d}, kept until {one.keep_until}\n")


@erase_app.command()
def run(
    face: FaceOption = None,
    media: MediaOption = None,
    candidate: CandidateOption = None,
    source: SourceOption = None,
    ids: FileOption = None,
    ground: Annotated[str, typer.Option(metavar="WORD", help="request, objection, consent, order or charter.")] = "request",
    person: AsOption = None,
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Erase it: hidden at once, overwritten, its keys destroyed, and looked for in every file afterwards."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        done = opened.erasure.run(_question(face, media, candidate, source, ids, ground=ground))
        notices = len(opened.erasure.notices(done.id))
        originals = opened.erasure.originals(done.id)
        people = [one for one in opened.people.all() if one.revoked_at is None]
    if form is Format.JSON:
        emit(_document(done) | {"originals": dict(originals)}, sys.stdout)
        return
    sys.stdout.write(f"erased {counted(done.counted['faces'], 'face')}, {counted(done.counted['pictures'], 'picture')}: {done.id}\n")
    for outcome, count in originals.items():
        sys.stdout.write(f"{counted(count, 'original')} {outcome}\n")
    for check in done.checks or ():
        sys.stdout.write(f"check {check['check']} {'passed' if check['passed'] else 'FAILED'}: {check['says']}\n")
    if notices:
        sys.stdout.write(f"{counted(notices, 'recipient')} to be told: visavis erase notices {done.id}\n")
    if len(people) < _SIGNERS:
        role = "ROLE" if people else "owner"
        sys.stdout.write(f"for a certificate, which two people sign, first: visavis person add NAME --role {role}\n")
    else:
        sys.stdout.write(f"next: visavis erase certificate {done.id} --as PERSON, then --as ANOTHER\n")


@erase_app.command()
def certificate(
    erasure: RunArgument,
    to: Annotated[Path | None, typer.Option("--to", metavar="FILE", help="Where the certificate goes: .json, or .html to print.")] = None,
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Sign the certificate of an erasure. Two people do; then it can be written, any number of times, always the same."""
    if to is not None and to.suffix not in (".json", ".html"):
        raise InputError(f"{to.name} is neither .json nor .html", remedy="--to certificate.json")
    with archive_at(archive) as opened:
        signed_in(opened, person)
        signed = opened.erasure.certificate(erasure)
    if not signed.file:
        sys.stdout.write(f"signed by {signed.given} of 2; next: visavis erase certificate {erasure} --as ANOTHER\n")
        return
    if to is None:
        sys.stdout.write("issued; write it with --to certificate.json, and --to certificate.html to print\n")
        return
    if to.suffix == ".html":
        from visavis.cli.output.certificate import certificate_page

        to.write_text(certificate_page(signed.file), encoding="utf-8")
    else:
        to.write_bytes(signed.file)
    sys.stdout.write(shown(f"wrote {to}") + "\n")


@erase_app.command(name="list")
def list_erasures(archive: ArchiveOption = None, form: FormatOption = Format.TABLE) -> None:
    """List erasures and holds."""
    with archive_at(archive) as opened:
        runs, holds = opened.erasure.all(), opened.erasure.holds()
    if form is Format.JSON:
        emit({"erasures": [_document(one) for one in runs], "holds": [_hold_document(one) for one in holds]}, sys.stdout)
        return
    for one in runs:
        what = f"{counted(one.counted['faces'], 'face')}, {counted(one.counted['pictures'], 'picture')}"
        sys.stdout.write(f"{one.begun_at:%Y-%m-%d} {one.state}: {what} ({one.ground}), erasure {one.id}\n")
    for hold_ in holds:
        sys.stdout.write(
            shown(f"hold {hold_.state} until {hold_.until}: {counted(hold_.pictures, 'picture')}, «{hold_.legal}», {hold_.id}") + "\n"
        )
    if not (runs or holds):
        sys.stdout.write("nothing was ordered to be erased, and nothing is held\n")


@erase_app.command()
def notices(
    erasure: RunArgument,
    sent: Annotated[bool, typer.Option("--sent", help="Note that they went out.")] = False,
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Print what recipients of erased faces are to be told."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        found = opened.erasure.notices(erasure)
        told = opened.erasure.told(erasure) if sent else 0
    for notice in found:
        sys.stdout.write(shown(notice.text) + "\n")
    if not found:
        sys.stdout.write("nobody was given any of these faces\n")
    if sent:
        sys.stdout.write(f"noted: {counted(told, 'notice')} sent\n")


@erase_app.command()
def hold(
    wanted: Annotated[str | None, typer.Argument(metavar="[HOLD]", help="A hold that somebody else asked for: put it in force.")] = None,
    media: MediaOption = None,
    legal: Annotated[str, typer.Option(metavar="TEXT", help="The law, order or proceedings that want it.")] = "",
    until: Annotated[dt.date | None, typer.Option(parser=day, metavar="DATE", help="Last day, within six months.")] = None,
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Keep pictures from being erased, and hide them from every search. One person asks, another puts it in force."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        if wanted is not None:
            held = opened.erasure.second(wanted)
            sys.stdout.write(f"in force until {held.until}: {counted(held.pictures, 'picture')} hidden and kept\n")
            return
        if until is None:
            raise InputError("a hold has a last day", remedy="--until DATE")
        asked = opened.erasure.hold(media or [], legal=legal, until=until)
    sys.stdout.write(f"asked; it has no force yet; next: visavis erase hold {asked.id} --as ANOTHER\n")


@erase_app.command()
def release(wanted: Annotated[str, typer.Argument(metavar="HOLD")], person: AsOption = None, archive: ArchiveOption = None) -> None:
    """End a hold before its day."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        opened.erasure.release(wanted)
    sys.stdout.write("ended; what it was on is shown again, and can be erased\n")


def _question(
    face: list[str] | None,
    media: list[str] | None,
    candidate: list[str] | None,
    source: str | None,
    ids: Path | None,
    *,
    ground: str = "request",
) -> "EraseQuestion":
    from visavis.wiring.erasure import EraseQuestion

    listed = [] if ids is None else [line.strip() for line in ids.read_text(encoding="utf-8").splitlines() if line.strip()]
    if not (face or media or candidate or source or listed):
        raise InputError(
            "erase what?", remedy="name faces, pictures, candidates or a source: --face, --media, --candidate, --source, --list"
        )
    return EraseQuestion(
        ground=ground, faces=(*(face or ()), *listed), media=tuple(media or ()), candidates=tuple(candidate or ()), source=source
    )


def _document(run_: "ErasureRun") -> dict[str, object]:
    return {
        "erasure": run_.id,
        "state": run_.state,
        "ground": run_.ground,
        "ordered_at": run_.begun_at.isoformat(),
        "erased_at": run_.done_at.isoformat() if run_.done_at else None,
        "stores": dict(run_.counted),
        "checks": list(run_.checks or ()),
    }


def _hold_document(hold_: "Hold") -> dict[str, object]:
    return {"hold": hold_.id, "state": hold_.state, "legal": hold_.legal, "until": hold_.until.isoformat(), "pictures": hold_.pictures}
