"""The result of a search as one self-contained HTML page: no script, no request to anywhere, readable from phone to paper.

The page is written piece by piece: at any moment one candidate's original is in memory, whatever the length of the list.
"""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TextIO

from jinja2 import Environment, PackageLoader, StrictUndefined

from visavis.cli.output import reading
from visavis.cli.output.films import Filmed, Films, OpenPreview
from visavis.cli.output.pictures import crop_uri, jpeg_uri, whole_uri
from visavis.cli.output.plain_text import shown
from visavis.domain.arrays import RgbImage
from visavis.domain.face import Box
from visavis.domain.identification import Candidate, ProbePicture, SearchResult

_LABEL_ROOM = 0.1  # of the picture's height: less above a face, and its number stands within the box


class OpenPixels(Protocol):
    """How the page comes by the original of a candidate."""

    def __call__(self, candidate: Candidate, /) -> RgbImage | None:
        """Return (H, W, 3) uint8, upright RGB, or None if the original is not reachable now."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A whole picture as the template wants it."""

    uri: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One candidate with its pictures; None = the original is not reachable. `number` is unique on the page."""

    number: int
    candidate: Candidate
    remarks: tuple[str, ...]
    crop: str | None
    whole: Whole | None
    filmed: Filmed | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """The best of some near-duplicates; the others are opened as the template reaches them."""

    best: _Entry
    other_count: int
    others: Iterator[_Entry]


@dataclass(frozen=True, slots=True, kw_only=True)
class _NumberedBox:
    number: int
    style: str
    picked: bool
    at_top: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Probe:
    name: str
    whole: Whole
    boxes: tuple[_NumberedBox, ...]


def write_page(
    result: SearchResult,
    open_pixels: OpenPixels,
    stream: TextIO,
    *,
    kept: Sequence[bytes] = (),
    open_preview: OpenPreview | None = None,
) -> None:
    """Write the page.

    Parameters
    ----------
    open_pixels : callable
        Called once a candidate, in the order of the page.
    stream : TextIO
        Takes UTF-8, which the page declares.
    kept : sequence of bytes
        JPEGs of the searched faces, where a search is shown again.
    open_preview : callable or None
        Called for candidates in films, in the order of the page, until it is full; None = the page plays nothing.
    """
    template = environment().get_template("search.html.j2")
    several = reading.several_faces_searched(result)
    groups = reading.folded(result.candidates)
    standing = [group for group in groups if not reading.set_aside(group[0])]
    aside = [candidate for candidate in result.candidates if reading.set_aside(candidate)]
    numbered = [candidate for best, others in standing for candidate in (best, *others)] + aside
    numbers = {candidate.candidate_id: number for number, candidate in enumerate(numbered, start=1)}
    standing_numbers = {best.candidate_id: numbers[best.candidate_id] for best, _ in standing}
    films = Films(result.candidates, standing_numbers, open_preview)
    make = _EntryMaker(open_pixels, films, numbers, several_faces=several).make
    content = template.generate(
        result=result,
        probes=(_probe(picture) for picture in result.probes),
        kept=[jpeg_uri(picture) for picture in kept],
        groups=_groups(standing, make),
        aside=map(make, aside),
        aside_count=len(aside),
        pictures=reading.counted(len(standing), "picture"),
        folds=len(standing) + len(aside) < len(result.candidates),
        stamp=reading.stamp(result),
        notices=reading.notices(result),
        headline=reading.headline(result),
        advice=() if result.candidates else reading.advice(result),
        lead=reading.LEAD,
        films=films,
    )
    for piece in content:
        stream.write(piece)


def environment() -> Environment:
    """Return the setting in which every page is made: all text escaped and on one line, an unknown name an error."""
    made = Environment(
        loader=PackageLoader("visavis.cli.output"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_one_line,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "similarity": reading.similarity,
        "date": reading.date,
        "strangers": reading.strangers_in_words,
        "box": box_style,
        "counted": reading.counted,
    }
    return made


def _one_line(value: object) -> object:
    """Every plain text on its way into the page; markup that macros made is left alone."""
    return shown(value) if type(value) is str else value


def box_style(box: Box) -> str:
    """Return the CSS that lays a box over its picture, cut at the picture's edges."""
    left, top = _ratio(box.left), _ratio(box.top)
    right, bottom = _ratio(box.left + box.width), _ratio(box.top + box.height)
    return f"left:{left:.2%};top:{top:.2%};width:{right - left:.2%};height:{bottom - top:.2%}"


def _ratio(value: float) -> float:
    return min(1.0, max(0.0, value))


class _EntryMaker:
    """Makes entries one at a time, as the template reaches them."""

    def __init__(self, open_pixels: OpenPixels, films: Films, numbers: Mapping[str, int], *, several_faces: bool) -> None:
        self._open_pixels = open_pixels
        self._films = films
        self._numbers = numbers
        self._several_faces = several_faces

    def make(self, candidate: Candidate, *, folded: bool = False) -> _Entry:
        """Return a candidate with its pictures; `folded` = it stands under a near-duplicate."""
        image_rgb = self._open_pixels(candidate)
        return _Entry(
            number=self._numbers[candidate.candidate_id],
            candidate=candidate,
            remarks=reading.remarks(candidate, several_faces=self._several_faces, when=False),
            crop=None if image_rgb is None else crop_uri(image_rgb, candidate.box),
            whole=None if image_rgb is None else whole(image_rgb),
            filmed=self._films.filmed(candidate, folded=folded),
        )


def _groups(groups: Sequence[tuple[Candidate, tuple[Candidate, ...]]], make: Callable[..., _Entry]) -> Iterator[_Group]:
    under = functools.partial(make, folded=True)
    for best, others in groups:
        yield _Group(best=make(best), other_count=len(others), others=map(under, others))


def _probe(picture: ProbePicture) -> _Probe:
    boxes = (
        _NumberedBox(number=number, style=box_style(face.box), picked=number in picture.picked, at_top=face.box.top < _LABEL_ROOM)
        for number, face in enumerate(picture.faces, start=1)
    )
    return _Probe(name=picture.name, whole=whole(picture.image_rgb), boxes=tuple(boxes))


def whole(image_rgb: RgbImage) -> Whole:
    """Return a picture as the template wants it."""
    height, width = image_rgb.shape[:2]
    return Whole(uri=whole_uri(image_rgb), width=width, height=height)
