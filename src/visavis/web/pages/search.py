"""The search desk: a photograph, its numbered faces, and what to ask."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import Response

from visavis.domain.errors import InputError, RefusedError, VisavisError
from visavis.domain.face import Box
from visavis.domain.identification import ProbePicture, SearchResult
from visavis.web.clocks import clocks_shown
from visavis.web.doors import FORM, Door, Opening, Who
from visavis.web.pages import start
from visavis.web.pages.asking import BOX_SIDES, SAID, TOPS, asked_of, faces_before, run
from visavis.web.sessions import AskedSearch, HeldProbe, OpenedSearch, WebSession
from visavis.web.visit import Form, NotThere, Visit

if TYPE_CHECKING:
    from visavis.domain.tails import Calibration
    from visavis.wiring import Archive, CaseRecord, SourceRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownBox:
    """A numbered box in pixels of the picture that is shown, cut at its edges."""

    number: int
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One entry of a list to choose from."""

    id: str
    title: str
    note: str = ""


def shown_box(box: Box, number: int, *, width: int, height: int) -> ShownBox:
    """Return a box in pixels, within a picture of that size."""
    left, top = max(0.0, box.left * width), max(0.0, box.top * height)
    right, bottom = min(width, (box.left + box.width) * width), min(height, (box.top + box.height) * height)
    return ShownBox(number=number, left=round(left, 1), top=round(top, 1), width=round(right - left, 1), height=round(bottom - top, 1))


async def home(visit: Visit) -> Response:
    """Ask for a photograph, or say what this person's role does instead."""
    session = visit.here
    if session.who is None and await visit.house.archive.act(None, lambda archive: archive.accounts.nobody()):
        return visit.go("/first-run")
    if not may_search(session):
        return await start.page(visit)
    cases = len((await _choices(visit)).cases)
    empty = not await visit.house.archive.act(session.who, lambda archive: archive.sources())
    clocks = await clocks_shown(visit)
    return visit.page("home.html.j2", cases=cases, empty=empty, searches=list(reversed(session.searches)), clocks=clocks)


async def show_probe(visit: Visit) -> Response:
    """Show the numbered faces, and ask which, under which case, why, and where."""
    return await _ask(visit, held(visit, visit.request.path_params["probe"]), Form(), None)


async def ask_again(visit: Visit, probe: HeldProbe, error: VisavisError) -> Response:
    """Show the form as it was filled in, with what was wrong."""
    return await _ask(visit, probe, visit.form, error)


async def search(visit: Visit) -> Response:
    """Search, and go to the page that stays."""
    form = visit.form
    probe = held(visit, form.one("probe"))
    try:
        asked = asked_of(form, probe)
        found = await visit.house.archive.act(visit.here.who, lambda archive: run(archive, probe, asked))
    except (InputError, RefusedError) as error:
        return await ask_again(visit, probe, error)
    return made(visit, found, probe, asked)


def made(visit: Visit, found: SearchResult, probe: HeldProbe, asked: AskedSearch) -> Response:
    """Remember a search with photographs, and go to its page."""
    opened = OpenedSearch.of(
        found,
        probe_id=probe.id,
        picked=asked.faces or tuple(range(1, len(probe.crops) + 1)),
        asked=asked,
        before=faces_before(probe, asked.faces),
    )
    visit.here.opened(found.search_id, opened)
    return visit.go(f"/searches/{found.search_id}")


def may_search(session: WebSession) -> bool:
    """Whether the role of who is signed in searches at all; whether a search is allowed, the law says when it is made."""
    return session.may("search")


def may_hand_out(session: WebSession) -> bool:
    """Whether the role of who is signed in hands out results at all."""
    return session.may("disclose")


def may_label(session: WebSession) -> bool:
    """Whether the role of who is signed in names faces at all."""
    return session.may("label")


def held(visit: Visit, probe_id: str) -> HeldProbe:
    """Return a photograph of this session, and of no other."""
    probe = visit.here.probes.get(probe_id)
    if probe is None:
        raise NotThere("this photograph is no longer in memory", remedy="choose it again")
    return probe


def boxes(picture: ProbePicture, *, before: int = 0) -> tuple[ShownBox, ...]:
    """Return the numbered boxes of a photograph, before whose faces so many others are counted."""
    height, width = picture.image_rgb.shape[:2]
    return tuple(shown_box(face.box, before + number, width=width, height=height) for number, face in enumerate(picture.faces, start=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPhoto:
    """A photograph of a probe as the page shows it; `weak` says of its faces, by number, what makes them weak."""

    number: int
    width: int
    height: int
    boxes: tuple[ShownBox, ...]
    by_hand: frozenset[int]
    weak: dict[int, tuple[str, ...]]


def shown_photos(probe: HeldProbe) -> list[ShownPhoto]:
    """Return the photographs of a probe with their faces numbered through."""
    found = []
    for place, photo in enumerate(probe.photos):
        before = probe.before(place)
        height, width = photo.picture.image_rgb.shape[:2]
        found.append(
            ShownPhoto(
                number=place + 1,
                width=width,
                height=height,
                boxes=boxes(photo.picture, before=before),
                by_hand=frozenset(before + number for number in photo.by_hand),
                weak={before + number: face.quality.weaknesses() for number, face in enumerate(photo.picture.faces, start=1)},
            )
        )
    return found


async def _ask(visit: Visit, probe: HeldProbe, form: Form, error: VisavisError | None) -> Response:
    choices = await _choices(visit)
    return visit.page(
        "probe.html.j2",
        error=error,
        probe=probe.id,
        photos=shown_photos(probe),
        count=len(probe.crops),
        cases=choices.cases,
        sources=choices.sources,
        strangers=choices.strangers,
        tops=TOPS,
        picked=_picked(visit, probe, form),
        said={name: form.one(name) for name in SAID},
        drawn={side: form.one(side) for side in BOX_SIDES},
        drawn_on=visit.request.path_params.get("photo", ""),
        chosen=form.fields.get("source", []),
        left_out=probe.problems,
    )


def _picked(visit: Visit, probe: HeldProbe, form: Form) -> tuple[int, ...]:
    """Return the faces that are ticked: as they were, the one that was just drawn, or the only one there is."""
    drawn = visit.request.query_params.get("face", "")
    if drawn.isascii() and drawn.isdigit() and len(drawn) <= 4:
        return (int(drawn),)
    return _ticked(form) or ((1,) if len(probe.crops) == 1 else ())


def _ticked(form: Form) -> tuple[int, ...]:
    return tuple(int(text) for text in form.fields.get("face", []) if text.isascii() and text.isdigit() and len(text) <= 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What may be chosen.

    Attributes
    ----------
    strangers : str
        On what the number of strangers expected rests; empty = it can't be said, and isn't asked for.
    """

    cases: list[Choice]
    sources: list[Choice]
    strangers: str


async def _choices(visit: Visit) -> Choices:
    """Return the cases that may be searched under, and their live sources."""

    def ask(archive: "Archive") -> "tuple[list[CaseRecord], list[SourceRecord], Calibration | None]":
        cases = archive.cases.mine()
        numbers = {number for case in cases for number in case.sources}
        sources = [source for source in archive.sources() if source.number in numbers and source.state == "live"]
        return cases, sources, archive.calibration.covering(sources)

    cases, sources, measured = await visit.house.archive.act(visit.here.who, ask)
    if measured is None:
        rests = ""
    else:
        rests = f"measured on {measured.data}" if measured.own else f"not measured on your pictures: it rests on {measured.data}"
    return Choices(
        cases=[Choice(id=case.id, title=case.title or f"{case.kind} case", note=f"{case.purpose}, {case.profile}") for case in cases],
        sources=[Choice(id=source.id, title=source.title) for source in sources],
        strangers=rests,
    )


_OWN = "in memory, of this session; the search is in the ledger"
OPENINGS: tuple[Opening, ...] = (
    (Door(method="GET", path="/", who=Who.SIGNED_IN, because="an empty form"), home),
    (Door(method="GET", path="/probes/{probe}", who=Who.ROLE, act="search", because=_OWN), show_probe),
    (Door(method="POST", path="/searches", who=Who.ROLE, act="search", operation="consultation", body_bytes=FORM), search),
)
