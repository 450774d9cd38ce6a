"""The desk of requests: what the people shown ask, their clocks, and each request with all that is to be judged."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from starlette.responses import Response

from visavis.domain.errors import InputError, RefusedError, VisavisError
from visavis.web.asked import day, id_in, nothing_here
from visavis.web.clocks import KINDS, RequestClock, clock_of
from visavis.web.doors import FORM, Door, Opening, Who
from visavis.web.pages.rights import ASKS
from visavis.web.visit import Form, Visit

if TYPE_CHECKING:
    from visavis.wiring import Archive
    from visavis.wiring.requests import CandidateShown, RequestRecord, Wrong

T = TypeVar("T")

STATES = {
    "open": "Received",
    "searched": "Candidates to judge",
    "confirmed": "Judged",
    "answered": "Answered",
    "refused": "Refused",
    "withdrawn": "Taken back",
    "closed": "Closed",
}
ACTS = {
    "message": "Message",
    "doubt": "Doubt about who asks",
    "identity": "Identity made sure of",
    "extension": "More time taken",
    "pause": "Time stands still",
    "resume": "Time goes on",
    "searched": "Searched with a photograph",
    "located": "Looked for by what was said",
    "corrected": "Corrected",
    "restricted": "Restricted",
    "lifted": "Restriction lifted",
    "answered": "Answered",
    "refused": "Refused",
    "withdrawn": "Taken back",
}
SAID = ("text", "reasons", "remedies", "ground", "url", "file", "asset", "day", "place", "withdrawn")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestView:
    """A request as its page shows it; `wrong` is what can be corrected, `names` are of who took its steps."""

    request: "RequestRecord"
    clock: RequestClock
    shown: "list[CandidateShown]"
    probes: int
    photos: int
    wrong: "list[Wrong]"
    names: Mapping[str, str]


async def show_all(visit: Visit) -> Response:
    """List the requests with their clocks: no name, no address, nobody's face."""
    today = visit.house.clock.now().date()

    def ask(archive: "Archive") -> tuple[list[RequestClock], int]:
        desk = archive.requests
        return [clock_of(desk, request, today) for request in desk.all()], len(desk.searches())

    clocks, searches = await visit.house.archive.act(visit.here.who, ask)
    going = sorted((one for one in clocks if one.open), key=lambda one: one.due)
    return visit.page(
        "requests.html.j2",
        going=going,
        over=[one for one in reversed(clocks) if not one.open],
        searches=searches,
        states=STATES,
        kinds=KINDS,
        may=_may(visit),
    )


async def ask_new(visit: Visit) -> Response:
    """Ask what a message says that came another way."""
    return _new_form(visit, Form(), None)


async def take_new(visit: Visit) -> Response:
    """Write a message down: a new request, or one more message of one that is open."""
    form = visit.form
    try:
        received = day(form.one("received"))
        receipt = await visit.house.archive.act(
            visit.here.who,
            lambda archive: archive.requests.open(
                contacts=form.one("contact").split(";"),
                channel=form.one("channel"),
                kind=form.one("kind"),
                text="\n".join(form.one("text").splitlines()),
                received=received,
                representative=form.one("representative"),
                mandate=form.one("mandate"),
                apart=bool(form.one("apart")),
            ),
        )
    except (InputError, RefusedError) as error:
        return _new_form(visit, form, error)
    return visit.page("request_taken.html.j2", status=201, receipt=receipt, kinds=KINDS, may=_may(visit))


async def show(visit: Visit) -> Response:
    """Show one request: one consultation leaf."""
    return await request_page(visit, None)


async def request_page(visit: Visit, error: VisavisError | None) -> Response:
    """Show a request, with what was wrong with a form of it."""
    request_id = id_in(visit, "request")
    today = visit.house.clock.now().date()

    view = await asked(visit, lambda archive: _view(archive, request_id, today))
    request, session = view.request, visit.here
    session.requests.setdefault(request_id, None)
    form = visit.form if error else Form()
    return visit.page(
        "request.html.j2",
        error=error,
        request=request,
        clock=view.clock,
        shown=view.shown,
        gone=len(request.candidates) - len(view.shown),
        probes=view.probes,
        photos=view.photos,
        wrong=view.wrong,
        names=view.names,
        missing=_missing(request),
        file=visit.house.works.file(f"{request.id}.zip").is_file(),
        kinds=KINDS,
        states=STATES,
        acts=ACTS,
        grounds=_grounds(),
        said={name: form.one(name) for name in SAID},
        may=_may(visit),
    )


def _view(archive: "Archive", request_id: str, today: dt.date) -> RequestView:
    desk = archive.requests
    request = desk.one(request_id)
    sheet = None if request.closed_at is not None else desk.sheet(request_id)
    return RequestView(
        request=request,
        clock=clock_of(desk, request, today),
        shown=[] if sheet is None else list(sheet.candidates),
        probes=0 if sheet is None else len(sheet.pictures.probes),
        photos=0 if sheet is None else len(sheet.pictures.photos),
        wrong=desk.correctable(request_id) if request.kind == "rectification" and request.open else [],
        names={person.id: person.name for person in archive.people.all()},
    )


async def asked(visit: Visit, what: "Callable[[Archive], T]") -> T:
    """Ask the archive of a request; who names one that is not there learns no more than that."""
    request_id = id_in(visit, "request")

    def ask(archive: "Archive") -> T:
        with nothing_here():
            archive.requests.one(request_id)
        return what(archive)

    return await visit.house.archive.act(visit.here.who, ask)


def _missing(request: "RequestRecord") -> tuple[str, ...]:
    """Return what stands between an open request and its answer, in the order in which it is done; the law asks again."""
    lines = []
    if not request.looked:
        lines.append("Look for what is held of the person.")
    if request.pending:
        lines.append("Judge every candidate.")
    if request.confirmed and not request.took("identity"):
        lines.append("Write down how you made sure that who asks is who is shown.")
    if request.confirmed and request.kind == "erasure":
        lines.append("Erase what was confirmed, and let two people sign its certificate.")
    if request.confirmed and request.kind == "withdrawal":
        lines.append("Withdraw the consent.")
    if request.confirmed and request.kind == "rectification" and not request.took("corrected"):
        lines.append("Correct what is wrong.")
    return tuple(lines)


def _grounds() -> list[tuple[str, str]]:
    from visavis.wiring.requests import Ground

    return [(ground.value, ground.says) for ground in Ground]


def _may(visit: Visit) -> dict[str, bool]:
    acts = {
        "receive": "receive-request", "answer": "answer-request", "search": "search-for-request", "erase": "erase", "certify": "certify",
        "suppress": "suppress", "consent": "consent",
    }  # fmt: skip
    return {name: visit.here.may(act) for name, act in acts.items()}


def _new_form(visit: Visit, form: Form, error: VisavisError | None) -> Response:
    names = ("kind", "contact", "channel", "text", "received", "representative", "mandate", "apart")
    return visit.page(
        "request_new.html.j2",
        error=error,
        asks=ASKS,
        said={name: form.one(name) for name in names},
    )


OPENINGS: tuple[Opening, ...] = (
    (Door(method="GET", path="/requests", who=Who.ROLE, act="read-requests", because="kinds, days and counts, of no person"), show_all),
    (Door(method="GET", path="/requests/new", who=Who.ROLE, act="receive-request", because="an empty form"), ask_new),
    (Door(method="POST", path="/requests", who=Who.ROLE, act="receive-request", operation="collection", body_bytes=FORM), take_new),
    (Door(method="GET", path="/requests/{request}", who=Who.ROLE, act="answer-request", operation="consultation"), show),
)
