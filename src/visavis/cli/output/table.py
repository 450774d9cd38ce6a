"""The result of a search, and the faces of a probe, as a terminal shows them."""

import textwrap
from collections.abc import Iterable, Sequence
from typing import Literal, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from visavis.cli.output import reading
from visavis.cli.output.plain_text import shown
from visavis.domain.face import Box
from visavis.domain.identification import Candidate, ProbePicture, SearchResult

_NUMBERS = {"rank", "similarity", "strangers", "face", "size"}
_WRAPPED = {"date", "source", "path"}
_LEAST_WIDTH = {"date": 10}  # a day stays whole on a narrow terminal
_NOTES_WIDTH = 21  # «+199 near-duplicates», what `--top 200` can yield, stays whole


def console(stream: TextIO) -> Console:
    """Make a console that shows text as it is: no markup, no emoji codes, and colour only on a terminal without `NO_COLOR`."""
    return Console(file=stream, markup=False, emoji=False, highlight=False)


def write_table(result: SearchResult, screen: Console) -> None:
    """Print a ranked table, near-duplicates folded under their best; it fits 80 columns.

    The first lines say N, the threshold with its trial, the pack, the search and its case, and who signed; the last what a candidate is.
    """
    screen.print(Text(shown(_scope(result)), style="bold"))
    screen.print(Text(shown(f"Threshold: {result.threshold.trial}"), style="dim"))
    screen.print(Text(shown(f"Expected false hits: {result.expected_false_hits}"), style="dim"))
    screen.print(Text(shown(f"Search {result.search_id} · case {result.case_id}"), style="dim"), soft_wrap=True)
    for signer in result.signed_by:
        screen.print(Text(shown(f"Charter of {signer}"), style="dim"))
    for notice in reading.notices(result):
        screen.print(Text(shown(f"Note: {notice}"), style="yellow"))
    screen.print()
    if result.candidates:
        screen.print(_ranked(result))
        if result.expected is not None:
            screen.print()
            screen.print(Text("Strangers: how many other people's faces would score as high among these; not a probability.", style="dim"))
    else:
        for line in reading.advice(result):
            screen.print(Text(line))
    screen.print()
    if stamp := reading.stamp(result):
        screen.print(Text(shown(stamp)))
    screen.print(Text(reading.LEAD, style="bold"))


def write_faces(pictures: Sequence[ProbePicture], screen: Console) -> None:
    """Print the numbered faces of each probe photograph."""
    for picture in pictures:
        name = shown(picture.name)
        screen.print(Text(f"{name}: {reading.counted(len(picture.faces), 'face')}", style="bold"))
        if not picture.faces:
            continue
        listing = _columns("face", "where", "size", "quality", "")
        for number, face in enumerate(picture.faces, start=1):
            quality = ", ".join(face.quality.weaknesses()) or "good"
            picked = "picked" if number in picture.picked else ""
            listing.add_row(*_cells(str(number), position(face.box), f"{face.quality.size_px:.0f} px", quality, picked))
        screen.print(listing)


def position(box: Box) -> str:
    """Say where in the picture the middle of a box lies: `top left`, `centre`, `bottom`."""
    column = _third(box.left + box.width / 2, "left", "right")
    row = _third(box.top + box.height / 2, "top", "bottom")
    return f"{row} {column}".strip() or "centre"


def _third(ratio: float, low: str, high: str) -> str:
    if ratio < 1 / 3:
        return low
    return high if ratio > 2 / 3 else ""


def _scope(result: SearchResult) -> str:
    found = reading.headline(result)
    threshold = reading.similarity(result.threshold.value)
    return f"{found} among N = {reading.counted(result.gallery_size, 'template')} · threshold {threshold} · pack {result.pack}"


def _ranked(result: SearchResult) -> Table:
    groups = reading.folded(result.candidates)
    measured = ("strangers",) if result.expected is not None else ()
    table = _columns("rank", "similarity", *measured, "date", "source", "path", "face", "notes")
    several = reading.several_faces_searched(result)
    for best, others in groups:
        notes = list(reading.remarks(best, several_faces=several))
        if others:
            notes.insert(0, f"+{reading.counted(len(others), 'near-duplicate')}")
        numbers = (str(best.rank), reading.similarity(best.similarity), *(reading.strangers(best) for _ in measured))
        table.add_row(*_cells(*numbers, reading.day(best), *_place(best)), _notes(notes))
    return table


def _notes(notes: Sequence[str]) -> Text:
    lines = [line for note in notes for line in textwrap.wrap(shown(note), _NOTES_WIDTH, break_on_hyphens=False)]
    return Text("\n".join(lines))


def _place(candidate: Candidate) -> tuple[str, str, str]:
    share = max(candidate.box.width, candidate.box.height)
    return candidate.source_title, candidate.path, f"{share:.0%}"


def _columns(*titles: str) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="dim", expand=False, pad_edge=False)
    for title in titles:
        justify: Literal["left", "right"] = "right" if title in _NUMBERS else "left"
        table.add_column(Text(title), justify=justify, overflow="fold", no_wrap=title not in _WRAPPED, min_width=_LEAST_WIDTH.get(title))
    return table


def _cells(*texts: str) -> Iterable[Text]:
    return (Text(shown(text)) for text in texts)
