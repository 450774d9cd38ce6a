"""The search desk: a photograph, its numbered faces, and what to ask."""

import asyncio
import datetime as dt
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from starlette.responses import Response

from visavis.domain.actor import Role
from visavis.domain.errors import InputError, RefusedError, VisavisError
from visavis.domain.face import Box
from visavis.domain.identification import ProbePicture
from visavis.web.clocks import clocks_shown
from visavis.web.doors import FORM, UPLOAD, Door, Opening, Who
from visavis.web.sessions import HeldProbe, OpenedSearch, WebSession
from visavis.web.visit import Form, NotThere, Visit
from visavis.wiring.accounts import roles_for

if TYPE_CHECKING:
    from visavis.wiring import Archive, CaseRecord, SourceRecord

TOPS = (20, 50, 100, 200)


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
    cases = len((await _choices(visit))[0]) if may_search(session) else 0
    clocks = await clocks_shown(visit)
    return visit.page("home.html.j2", may_search=may_search(session), cases=cases, searches=list(reversed(session.searches)), clocks=clocks)


async def take_probe(visit: Visit) -> Response:
    """Read the photograph in a process of its own, and hold it in memory for this session."""
    data = visit.form.file
    if not data:
        raise InputError("no photograph was sent", remedy="choose one, drop it on the page, or paste it")
    picture = await asyncio.to_thread(visit.house.read, data)
    words = visit.house.words
    crops = tuple(words.crop(picture.image_rgb, face.box) for face in picture.faces)
    probe = HeldProbe(id=secrets.token_urlsafe(16), picture=picture, whole=words.whole(picture.image_rgb), crops=crops)
    visit.here.hold(probe)
    return visit.go(f"/probes/{probe.id}")


async def show_probe(visit: Visit) -> Response:
    """Show the numbered faces, and ask which, under which case, why, and where."""
    return await _ask(visit, held(visit, visit.request.path_params["probe"]), Form(), None)


async def probe_picture(visit: Visit) -> Response:
    """Give the whole photograph."""
    return Response(held(visit, visit.request.path_params["probe"]).whole, media_type="image/jpeg")


async def probe_face(visit: Visit) -> Response:
    """Give one face of the photograph."""
    crops = held(visit, visit.request.path_params["probe"]).crops
    number = visit.request.path_params["number"]
    if not number.isascii() or not number.isdigit() or not 1 <= int(number[:4]) <= len(crops):
        raise NotThere("there is no such face")
    return Response(crops[int(number) - 1], media_type="image/jpeg")


async def search(visit: Visit) -> Response:
    """Search, and go to the page that stays."""
    session, form = visit.here, visit.form
    probe = held(visit, form.one("probe"))
    faces = form.numbers("face")
    try:
        since, until = _day(form.one("since")), _day(form.one("until"))
        (top,) = form.numbers("top") or (TOPS[1],)
        found = await visit.house.archive.act(
            session.who,
            lambda archive: archive.search(
                probe.picture,
                faces=faces,
                top=top,
                sources=[source for source in form.fields.get("source", []) if source],
                since=since,
                until=until,
                case_id=form.one("case") or None,
                reason=form.one("reason"),
            ),
        )
    except (InputError, RefusedError) as error:
        return await _ask(visit, probe, form, error)
    picked = faces or tuple(range(1, len(probe.crops) + 1))
    made = replace(found, probes=(), candidates=())
    session.opened(found.search_id, OpenedSearch(made=made, probe_id=probe.id, picked=picked))
    return visit.go(f"/searches/{found.search_id}")


def may_search(session: WebSession) -> bool:
    """Whether the role of who is signed in searches at all; whether a search is allowed, the law says when it is made."""
    roles = frozenset({Role.OWNER}) if session.who is None else session.who.actor.roles
    return bool(roles & roles_for("search"))


def held(visit: Visit, probe_id: str) -> HeldProbe:
    """Return a photograph of this session, and of no other."""
    probe = visit.here.probes.get(probe_id)
    if probe is None:
        raise NotThere("this photograph is no longer in memory", remedy="choose it again")
    return probe


def boxes(picture: ProbePicture) -> tuple[ShownBox, ...]:
    """Return the numbered boxes of a photograph."""
    height, width = picture.image_rgb.shape[:2]
    return tuple(shown_box(face.box, number, width=width, height=height) for number, face in enumerate(picture.faces, start=1))


async def _ask(visit: Visit, probe: HeldProbe, form: Form, error: VisavisError | None) -> Response:
    cases, sources = await _choices(visit)
    height, width = probe.picture.image_rgb.shape[:2]
    status = {True: 403, False: 422}[isinstance(error, RefusedError)] if error else 200
    return visit.page(
        "probe.html.j2",
        status=status,
        probe=probe.id,
        width=width,
        height=height,
        boxes=boxes(probe.picture),
        cases=cases,
        sources=sources,
        tops=TOPS,
        picked=form.numbers("face") or ((1,) if len(probe.crops) == 1 else ()),
        said={name: form.one(name) for name in ("case", "reason", "since", "until", "top")},
        chosen=form.fields.get("source", []),
        problem=problem_of(error),
    )


def problem_of(error: VisavisError | None) -> str:
    """Return what a form says of what was wrong with it; empty = nothing was."""
    if error is None:
        return ""
    if "none was picked" in str(error):
        return "Pick the face that you look for: several people are in the photograph."
    rule = f" (rule {error.rule})" if isinstance(error, RefusedError) else ""
    return f"{str(error)[0].upper()}{str(error)[1:]}{rule}."


async def _choices(visit: Visit) -> tuple[list[Choice], list[Choice]]:
    """Return the cases that may be searched under, and their live sources."""

    def ask(archive: "Archive") -> "tuple[list[CaseRecord], list[SourceRecord]]":
        cases = archive.cases.mine()
        numbers = {number for case in cases for number in case.sources}
        return cases, [source for source in archive.sources() if source.number in numbers and source.state == "live"]

    cases, sources = await visit.house.archive.act(visit.here.who, ask)
    return (
        [Choice(id=case.id, title=case.title or f"{case.kind} case", note=f"{case.purpose}, {case.profile}") for case in cases],
        [Choice(id=source.id, title=source.title) for source in sources],
    )


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise InputError(f"«{text[:20]}» is no day", remedy="write it as 1962-05-14") from None


_OWN = "in memory, of this session; the search is in the ledger"
OPENINGS: tuple[Opening, ...] = (
    (Door(method="GET", path="/", who=Who.SIGNED_IN, because="an empty form"), home),
    (Door(method="POST", path="/probes", who=Who.ROLE, act="search", because=_OWN, body_bytes=UPLOAD), take_probe),
    (Door(method="GET", path="/probes/{probe}", who=Who.ROLE, act="search", because=_OWN), show_probe),
    (Door(method="GET", path="/probes/{probe}/picture.jpg", who=Who.ROLE, act="search", because=_OWN), probe_picture),
    (Door(method="GET", path="/probes/{probe}/faces/{number}.jpg", who=Who.ROLE, act="search", because=_OWN), probe_face),
    (Door(method="POST", path="/searches", who=Who.ROLE, act="search", operation="consultation", body_bytes=FORM), search),
)
