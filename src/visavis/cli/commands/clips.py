"""`visavis clip` and `visavis markers`: the seconds of film behind a candidate, and where a result's moments lie, for editors."""

import functools
import sys
from pathlib import Path
from typing import Annotated

import typer

from visavis.cli.commands.exports import BecauseOption, RecipientOption, handing_out, handing_out_file
from visavis.cli.commands.options import ArchiveOption, AsOption, archive_at, signed_in
from visavis.cli.commands.review import CandidateArgument
from visavis.cli.commands.search import check_writable
from visavis.cli.output.markers import edl, otio
from visavis.cli.output.plain_text import shown
from visavis.cli.output.reading import counted
from visavis.domain.errors import InputError

USUAL_S = 60


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(clip)
    app.command()(markers)


def clip(
    candidate: CandidateArgument,
    output: Annotated[Path, typer.Option("--output", metavar="FILE", help="The film to write, MP4.")],
    mask_others: Annotated[bool, typer.Option("--mask-others", help="Every other face grey, in each frame.")] = False,
    mask_rest: Annotated[bool, typer.Option("--mask-rest", help="All but the face grey.")] = False,
    seconds: Annotated[int, typer.Option(min=1, metavar="S", help="Longest clip; the part around the best moment.")] = USUAL_S,
    recipient: RecipientOption = "",
    because: BecauseOption = "",
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Cut the seconds in which a candidate is seen out of its film, without sound: voices tell people too."""
    from visavis.wiring.clips import Masking

    if output.suffix.lower() != ".mp4":
        raise InputError(f"a clip is an MP4 file, and {output.name} does not say so", remedy="end the file's name in .mp4")
    if mask_others and mask_rest:
        raise InputError("--mask-others and --mask-rest ask for two different clips", remedy="leave one out; --mask-rest hides more")
    masking = Masking.REST if mask_rest else Masking.OTHERS if mask_others else Masking.NOTHING
    with archive_at(archive) as opened:
        signed_in(opened, person)
        check_writable(output, (), opened)
        plan = opened.clips.plan(candidate, masking=masking, seconds=seconds, recipient=recipient, because=because)
        disclose = functools.partial(opened.clips.disclose, plan, recipient=recipient, because=because)
        with handing_out_file(output, disclose if plan.recorded else None) as part:
            made = opened.clips.cut(plan, part, progress=_Shares())
    said = [counted(made.frames, "frame")]
    if plan.cut_short:
        said.append("the appearance lasts longer: --seconds")
    if masking is not Masking.NOTHING:
        said.append(
            f"masked in {made.masked}, the face itself not told and so not shown in {made.unshown}; look at it before you hand it on"
        )
    sys.stderr.write(shown("; ".join(said)) + "\n")


def markers(
    search_id: Annotated[str, typer.Argument(metavar="SEARCH", help="Id of a search, or the end of one.")],
    output: Annotated[Path, typer.Option("--output", metavar="FILE", help="An .edl (CMX 3600) or .otio (OpenTimelineIO) file to write.")],
    recipient: RecipientOption = "",
    because: BecauseOption = "",
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Write the moments of a search in films as markers for an editing program."""
    form = output.suffix.lower()
    if form not in (".edl", ".otio"):
        raise InputError(
            f"markers are an EDL or an OpenTimelineIO file, not «{output.suffix}»", remedy="end the file's name in .edl or .otio"
        )
    with archive_at(archive) as opened:
        signed_in(opened, person)
        check_writable(output, (), opened)
        past = opened.review.show(search_id)
        recorded = opened.review.check_export(case_id=past.case.id, recipient=recipient, because=because)
        disclose = functools.partial(opened.review.disclose, past.result, what="markers", recipient=recipient, because=because)
        text, left_out = edl(past.result) if form == ".edl" else (otio(past.result), 0)
        with handing_out(output, disclose if recorded else None) as stream:
            stream.write(text)
    if left_out:
        sys.stderr.write(
            f"{counted(left_out, 'moment')} left out: an EDL has one rate, and theirs is another or uneven; an .otio holds all\n"
        )


class _Shares:
    """Says every tenth of the work, on a terminal."""

    def __init__(self) -> None:
        self._said = 0

    def __call__(self, share: float) -> None:
        """Take how much is done, 0 to 1."""
        tenths = min(10, int(share * 10))
        if tenths > self._said and sys.stderr.isatty():
            sys.stderr.write(f"looking for faces to mask: {tenths * 10} %\n")
        self._said = max(tenths, self._said)
