"""`visavis search` and `visavis why`."""

import datetime as dt
import functools
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from visavis.cli.commands.exports import BecauseOption, RecipientOption, handing_out
from visavis.cli.commands.ingest import SourceOption
from visavis.cli.commands.options import ArchiveOption, AsOption, Format, FormatOption, archive_at, day, signed_in
from visavis.cli.output.document import emit, search_document, write_csv
from visavis.cli.output.page import write_page
from visavis.cli.output.pictures import write_numbered
from visavis.cli.output.plain_text import shown
from visavis.cli.output.reading import span
from visavis.cli.output.table import console, write_faces, write_table
from visavis.domain.errors import InputError, SeveralFacesInProbe
from visavis.domain.identification import Narrowing, ProbePicture, SearchResult

if TYPE_CHECKING:
    from visavis.wiring import Archive
    from visavis.wiring.review import SavedProbe


class Ranking(StrEnum):
    """What candidates are ranked by."""

    COSINE = "cosine"
    COHORT = "cohort"


class Kind(StrEnum):
    """Kinds of picture."""

    PHOTO = "photo"
    FILM = "film"


class ResultFormat(StrEnum):
    """Forms of a result list."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    HTML = "html"


ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="One line, kept with the search.")]
CaseOption = Annotated[str | None, typer.Option("--case", metavar="ID", help="The case to search under.")]
TopOption = Annotated[int, typer.Option(min=1, metavar="K", help="Most candidates.")]
AllOption = Annotated[bool, typer.Option("--all", help="All candidates at or above the threshold.")]
ThresholdOption = Annotated[float | None, typer.Option(metavar="T", help="Least similarity; else where 0.1 false hits are expected.")]
ExpectedOption = Annotated[
    float | None, typer.Option("--expected-false-hits", metavar="X", help="Instead of a threshold: strangers expected at or above it.")
]
SinceOption = Annotated[dt.date | None, typer.Option(parser=day, metavar="DATE", help="Taken on this day or later: 1962-05-14.")]
UntilOption = Annotated[dt.date | None, typer.Option(parser=day, metavar="DATE", help="Taken on this day or earlier.")]

ResultFormatOption = Annotated[ResultFormat, typer.Option("--format", help="For people, for programs, for a spreadsheet, for a browser.")]
OutputOption = Annotated[Path | None, typer.Option(metavar="FILE", help="Write the result there.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(search)
    app.command(name="search-show")(search_show)
    app.command()(why)


def search(
    photo: Annotated[list[Path] | None, typer.Argument(metavar="PHOTO", help="A photograph, or several of one person.")] = None,
    face: Annotated[list[int] | None, typer.Option(metavar="N", help="Number of the face to search with; see the list it prints.")] = None,
    all_faces: Annotated[bool, typer.Option("--all-faces", help="Search with every face of the photograph.")] = False,
    same_person: Annotated[bool, typer.Option("--same-person", help="Several photographs of one person: best similarity counts.")] = False,
    fuse: Annotated[bool, typer.Option("--fuse", help="Several photographs of one person: search with their mean.")] = False,
    together: Annotated[bool, typer.Option("--together", help="Only pictures and moments in which all picked faces are seen.")] = False,
    face_id: Annotated[str | None, typer.Option(metavar="ID", help="Search with a face that is in the archive.")] = None,
    also: Annotated[
        list[str] | None, typer.Option("--also", metavar="ID", help="A face of the archive that shows the same person, searched with too.")
    ] = None,
    confirmed: Annotated[
        str | None, typer.Option(metavar="SEARCH", help="Search with the mean of the faces decided to be the same in an earlier search.")
    ] = None,
    top: TopOption = 50,
    every: AllOption = False,
    threshold: ThresholdOption = None,
    expected_false_hits: ExpectedOption = None,
    ranking: Annotated[
        Ranking | None, typer.Option(help="Rank by the cosine, or by it less how near to people in general; else the setting's.")
    ] = None,
    source: SourceOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    kind: Annotated[Kind | None, typer.Option(help="List pictures only, or films only.")] = None,
    label: Annotated[str, typer.Option("--label", metavar="NAME", help="List only faces that carry this label.")] = "",
    good_faces: Annotated[
        bool, typer.Option("--good-faces", help="List no face that is small, blurred, badly lit or turned away.")
    ] = False,
    case: CaseOption = None,
    person: AsOption = None,
    reason: ReasonOption = "",
    archive: ArchiveOption = None,
    form: ResultFormatOption = ResultFormat.TABLE,
    output: OutputOption = None,
    recipient: RecipientOption = "",
    because: BecauseOption = "",
    draw: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw the numbers of the photograph's faces into FILE (PNG, JPEG).")
    ] = None,
) -> None:
    """Find every picture of a face. Candidates are leads, not identifications."""
    photos = photo or []
    given = [name for name, value in (("photographs", photos), ("--face-id", face_id), ("--confirmed", confirmed)) if value]
    if len(given) != 1:
        problem = f"{' and '.join(given)} were given together" if given else "no photograph was given"
        raise InputError(problem, remedy="visavis search PHOTO, or visavis search --face-id ID")
    with archive_at(archive) as opened:
        signed_in(opened, person)
        for target in filter(None, (output, draw)):
            check_writable(target, photos, opened)
        recorded = _leaves(form, output) and opened.review.check_export(case_id=case, recipient=recipient, because=because)
        probes = opened.look(*photos)
        if draw is not None and probes:
            write_numbered(probes[0], draw)
            sys.stderr.write(shown(f"face numbers are drawn in {draw}") + "\n")
        with _picking(probes):
            result = opened.search(
                *probes,
                faces=face or (),
                all_faces=all_faces,
                same_person=same_person,
                fuse=fuse,
                together=together,
                face_id=face_id,
                also=also or (),
                confirmed=confirmed,
                top=None if every else top,
                threshold=threshold,
                expected_false_hits=expected_false_hits,
                ranking=None if ranking is None else ranking.value,
                sources=source or (),
                since=since,
                until=until,
                narrow=Narrowing(kind="" if kind is None else kind.value, label=label, good=good_faces),
                case_id=case,
                reason=reason,
            )
        disclose = functools.partial(opened.review.disclose, result, what=f"search-{form}", recipient=recipient, because=because)
        with handing_out(output, disclose if recorded else None) as stream:
            _write(opened, result, form, stream)


def search_show(
    search_id: Annotated[str, typer.Argument(metavar="SEARCH", help="Id of a search, or the end of one.")],
    person: AsOption = None,
    archive: ArchiveOption = None,
    form: ResultFormatOption = ResultFormat.TABLE,
    output: OutputOption = None,
    recipient: RecipientOption = "",
    because: BecauseOption = "",
) -> None:
    """Show the candidates of an earlier search again, as far as they may be shown now."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        if output is not None:
            check_writable(output, (), opened)
        past = opened.review.show(search_id)
        recorded = _leaves(form, output) and opened.review.check_export(case_id=past.case.id, recipient=recipient, because=because)
        disclose = functools.partial(opened.review.disclose, past.result, what=f"search-{form}", recipient=recipient, because=because)
        with handing_out(output, disclose if recorded else None) as stream:
            _write(opened, past.result, form, stream, kept=past.probes)


def _leaves(form: ResultFormat, output: Path | None) -> bool:
    """Whether a result is a copy that may leave the house, not a look at the screen."""
    return output is not None or form in (ResultFormat.HTML, ResultFormat.CSV)


def why(
    probe: Annotated[Path, typer.Argument(metavar="PROBE", help="The probe photograph.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of a source.")],
    face: Annotated[int | None, typer.Option(metavar="N", help="Number of the probe's face.")] = None,
    top: TopOption = 50,
    every: AllOption = False,
    threshold: ThresholdOption = None,
    source: SourceOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    case: CaseOption = None,
    person: AsOption = None,
    reason: ReasonOption = "",
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Say why a picture is, or is not, among the results.

    Give it the options of the search that it explains.
    """
    with archive_at(archive) as opened:
        signed_in(opened, person)
        (looked,) = opened.look(probe)
        with _picking((looked,)):
            found = opened.why(
                looked,
                file,
                face=face,
                top=None if every else top,
                threshold=threshold,
                sources=source or (),
                since=since,
                until=until,
                case_id=case,
                reason=reason,
            )
    faces = [
        {
            "box": {"left": item.box.left, "top": item.box.top, "width": item.box.width, "height": item.box.height},
            "similarity": None if item.similarity is None else round(item.similarity, 4),
            "rank": item.rank,
            "weak": list(item.weaknesses),
            "verdict": item.verdict,
            "start_s": None if item.moment is None else item.moment.start_s,
            "end_s": None if item.moment is None else item.moment.end_s,
            "page": item.page,
        }
        for item in found.faces
    ]
    if form is Format.JSON:
        facts = {"path": found.path, "outcome": found.outcome, "detail": found.detail, "missing": found.missing}
        emit({**facts, "threshold": found.threshold.value, "faces": faces, "verdict": found.verdict}, sys.stdout)
        return
    screen = console(sys.stdout)
    screen.print(shown(f"{found.path}: {found.verdict}"), soft_wrap=True)
    screen.print(shown(f"outcome of ingest: {found.outcome}" + (f" ({found.detail})" if found.detail else "")), soft_wrap=True)
    for number, item in enumerate(found.faces, start=1):
        weak = f"; weak: {', '.join(item.weaknesses)}" if item.weaknesses else ""
        compared = "" if item.similarity is None else f"similarity {item.similarity:.3f}, threshold {found.threshold.value:.3f}: "
        when = f", page {item.page}" if item.page else ""
        when = when if item.moment is None else f", {span(item.moment.start_s, item.moment.end_s)}"
        screen.print(f"face {number}{when}: {compared}{item.verdict}{weak}", soft_wrap=True)


def check_writable(target: Path, photos: Sequence[Path], opened: "Archive") -> None:
    """Complain before anything is searched or recorded. No photograph, original or file of the archive is ever written over."""
    place = target.resolve()
    kept = {photo.resolve() for photo in photos}
    folders = [opened.folder.resolve(), *(root.path for source in opened.sources() for root in source.roots)]
    if place in kept or any(place.is_relative_to(folder) for folder in folders):
        raise InputError(f"{target} is a photograph, or lies in a source or in the archive", remedy="name a file elsewhere")
    if target.is_dir():
        raise InputError(f"{target} is a folder", remedy="name a file, such as result.html")
    if not target.parent.is_dir():
        raise InputError(f"there is no folder {target.parent}", remedy="make it, or name another file")


@contextmanager
def _picking(probes: Sequence[ProbePicture]) -> Iterator[None]:
    """If a probe shows several faces and none was picked, list them before the error goes on."""
    try:
        yield
    except SeveralFacesInProbe:
        write_faces(probes, console(sys.stderr))
        raise


def _write(opened: "Archive", result: SearchResult, form: ResultFormat, stream: TextIO, *, kept: "Sequence[SavedProbe]" = ()) -> None:
    match form:
        case ResultFormat.TABLE:
            write_table(result, console(stream))
        case ResultFormat.JSON:
            emit(search_document(result), stream)
        case ResultFormat.CSV:
            write_csv(result, stream)
        case ResultFormat.HTML:
            pictures = [probe.picture for probe in kept if probe.picture]
            write_page(result, opened.original_opener(), stream, kept=pictures, open_preview=opened.clips.previews(result.case_id))
