"""Orders of authorities at a glance: days and money; what one would stop; opening one; claims of jurisdiction."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import Response

from visavis.domain.errors import InputError, RefusedError, SetupError, VisavisError
from visavis.domain.orders import OrderAct
from visavis.web.asked import day, needed_day, several, whole, words
from visavis.web.doors import FORM, Door, Opening, Who
from visavis.web.visit import Form, Visit

if TYPE_CHECKING:
    import datetime as dt

    from visavis.domain.orders import Scope
    from visavis.wiring import Archive
    from visavis.wiring.orders import ClaimRecord, Effect, OrderRecord, Question, Standing

ACTS = {
    "stop": "Stop: nothing more is taken in",
    "freeze": "Freeze: what is there is out of every search",
    "answer": "Answer: open access requests are answered first",
    "erase": "Erase",
}
EVIDENCE = {
    "charter": "the source's charter says so",
    "folder": "how the files were filed",
    "rights-holder": "who holds the rights, in writing",
    "place": "where the pictures were taken",
}
SCOPE = ("places", "faces", "since", "until")
TERMS = ("authority", "reference", "notified", "due", "months", "rate", "cap", "currency")
CLAIM = ("claim_source", "claim_places", "evidence", "because", "folder")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One order on the dashboard."""

    order: "OrderRecord"
    now: "Standing"
    questions: "tuple[Question, ...]"

    @property
    def state(self) -> str:
        """One word, `lifted` too."""
        return "lifted" if self.order.lifted_at is not None else self.now.state

    @property
    def open_questions(self) -> "tuple[Question, ...]":
        """Those that nobody has replied to."""
        return tuple(one for one in self.questions if one.replied_at is None)


def row_of(archive: "Archive", order: "OrderRecord", at: "dt.date | None" = None) -> Row:
    """Return how an order stands now, or stood at the end of a day."""
    return Row(order=order, now=archive.orders.standing(order, at), questions=tuple(archive.orders.questions(order.id)))


async def dashboard(visit: Visit) -> Response:
    """Show every order with its days and its sum, and the claims."""
    return await _dashboard(visit, None)


async def new(visit: Visit) -> Response:
    """Ask what the order says."""
    return await _form(visit, Form(), None)


async def preview(visit: Visit) -> Response:
    """Say what the order on the form would stop; nothing is changed."""
    form = visit.form
    try:
        effects = await visit.house.archive.act(visit.here.who, lambda archive: archive.orders.preview(_scope(archive, form)))
    except (InputError, RefusedError) as error:
        return await _form(visit, form, error)
    return await _form(visit, form, None, effects=effects)


async def open_order(visit: Visit) -> Response:
    """Write the order down; what it covers is out of every search when the answer comes."""
    form = visit.form

    def act(archive: "Archive") -> str:
        opened = archive.orders.open(
            authority=form.one("authority"),
            reference=form.one("reference"),
            acts=several(form, "act"),
            scope=_scope(archive, form),
            notified=needed_day(form.one("notified"), "the day of notification"),
            due=day(form.one("due")),
            months=whole(form.one("months")) or None,
            rate=whole(form.one("rate")) or 0,
            cap=whole(form.one("cap")),
            currency=form.one("currency").upper() or "EUR",
        )
        return opened.order.id

    try:
        order_id = await visit.house.back.act(visit.here.who, act)
    except (InputError, RefusedError, SetupError) as error:
        return await _form(visit, form, error)
    return visit.go(f"/orders/{order_id}")


async def claim(visit: Visit) -> Response:
    """Claim where the people of sources live, in bulk, with the evidence."""
    form = visit.form

    def act(archive: "Archive") -> None:
        sources = several(form, "claim_source")
        if not sources:
            raise InputError("a claim is about a source", remedy="tick one or several")
        for source in sources:
            archive.orders.claim(
                source=source,
                places=words(form.one("claim_places")),
                evidence=form.one("evidence"),
                because=form.one("because"),
                folder=form.one("folder"),
            )

    try:
        await visit.house.back.act(visit.here.who, act)
    except (InputError, RefusedError, SetupError) as error:
        return await _dashboard(visit, error)
    return visit.go("/orders#claims")


def _scope(archive: "Archive", form: Form) -> "Scope":
    return archive.orders.scope(
        sources=several(form, "source"),
        jurisdictions=tuple(word.upper() for word in words(form.one("places"))),
        faces=words(form.one("faces")),
        since=day(form.one("since")),
        until=day(form.one("until")),
    )


async def _dashboard(visit: Visit, error: VisavisError | None) -> Response:
    form = visit.form

    def read(archive: "Archive") -> "tuple[list[Row], list[ClaimRecord], dict[int, str], dict[str, str], list[tuple[str, str]]]":
        rows = [row_of(archive, order) for order in reversed(archive.orders.all())]
        sources = archive.sources()
        titles = {source.number: source.title for source in sources}
        names = {str(who.id): who.name for who in archive.people.all()}
        live = [(str(source.id), source.title) for source in sources if source.state != "erased"]
        return rows, archive.orders.claims(), titles, names, live

    rows, claims, titles, names, sources = await visit.house.archive.act(visit.here.who, read)
    going = [row for row in rows if row.state in ("open", "overdue", "suspended")]
    return visit.page(
        "orders.html.j2",
        error=error,
        going=sorted(going, key=lambda row: row.order.terms.due),
        ended=[row for row in rows if row not in going],
        claims=list(reversed(claims)),
        titles=titles,
        names=names,
        sources=sources,
        evidence=EVIDENCE,
        chosen=several(form, "claim_source"),
        said={name: form.one(name) for name in CLAIM},
    )


async def _form(visit: Visit, form: Form, error: VisavisError | None, *, effects: "tuple[Effect, ...] | None" = None) -> Response:
    sources = await visit.house.archive.act(
        visit.here.who,
        lambda archive: [(source.id, f"{source.title} ({source.state})") for source in archive.sources() if source.state != "erased"],
    )
    said = {name: form.one(name) for name in (*SCOPE, *TERMS)}
    return visit.page(
        "order_new.html.j2",
        error=error,
        sources=sources,
        acts=[(word.value, ACTS[word.value]) for word in OrderAct],
        chosen=several(form, "source"),
        wanted=several(form, "act"),
        said={**said, "currency": said["currency"] or "EUR"},
        effects=effects,
    )


_TERMS = "days and sums of orders; what is done with one has its leaf"
OPENINGS: tuple[Opening, ...] = (
    (Door(method="GET", path="/orders", who=Who.ROLE, act="obey-order", because=_TERMS), dashboard),
    (Door(method="GET", path="/orders/new", who=Who.ROLE, act="obey-order", because="an empty form"), new),
    (Door(method="POST", path="/orders/preview", who=Who.ROLE, act="obey-order", because="counts only", body_bytes=FORM), preview),
    (Door(method="POST", path="/orders", who=Who.ROLE, act="obey-order", operation="alteration", body_bytes=FORM), open_order),
    (
        Door(method="POST", path="/orders/claims", who=Who.ROLE, act="claim-jurisdiction", operation="alteration", body_bytes=FORM),
        claim,
    ),
)
