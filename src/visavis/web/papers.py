"""What the command line writes to files, handed to the desk: the same lists, sheets and reports, made in memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from visavis.domain.arrays import RgbImage
from visavis.domain.identification import Candidate, SearchResult

if TYPE_CHECKING:
    from visavis.wiring.review import CaseReport, Verdict

Open = Callable[[Candidate], RgbImage | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """Writers of files.

    Attributes
    ----------
    csv : callable
        A result as a table, for a spreadsheet.
    sheet : callable
        A result as a page of its own to print, with its pictures.
    edl, otio : callable
        The moments of a result in films, as editing programs take them.
    report : callable
        A case report as a page of its own to print.
    said : callable
        What stands of a candidate's verdicts in a report, a line each; one that waits for a second reviewer is counted only.
    """

    csv: Callable[[SearchResult, TextIO], None]
    sheet: Callable[..., None]
    edl: Callable[[SearchResult], tuple[str, int]]
    otio: Callable[[SearchResult], str]
    report: "Callable[[CaseReport, Open, TextIO], None]"
    said: "Callable[[CaseReport, Candidate, Sequence[Verdict]], tuple[str, ...]]"
