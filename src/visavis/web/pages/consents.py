"""Consents that a source stands on: recorded, listed with their words, and withdrawn in one click, with what follows."""

import datetime as dt
from typing import TYPE_CHECKING

from starlette.responses import Response

from visavis.domain.errors import InputError, RefusedError, VisavisError
from visavis.web.asked import day, id_in, nothing_here
from visavis.web.doors import FORM, Door, Opening, Who
from visavis.web.pages.under_way import begun
from visavis.web.visit import Form, Visit

if TYPE_CHECKING:
    from visavis.domain.ids import ConsentId
    from visavis.wiring import Archive, SourceRecord
    from visavis.wiring.rights import ConsentRecord

FIELDS = ("source", "person", "guardian", "text", "version", "means", "files", "proof", "given", "until", "agreed")
MEANS = {"paper": "on paper", "web-form": "by a form", "email": "by e-mail", "spoken": "spoken"}


async def show_all(visit: Visit) -> Response:
    """List the consents, withdrawn and ended ones too: one consultation leaf."""

    def ask(archive: "Archive") -> "tuple[list[ConsentRecord], dict[str, str]]":
        return archive.consents.all(), {source.id: source.title for source in archive.sources()}

    consents, titles = await visit.house.archive.act(visit.here.who, ask)
    now = visit.house.clock.now()
    return visit.page("consents.html.j2", consents=[(one, one.live(now)) for one in consents], titles=titles, means=MEANS)


async def show(visit: Visit) -> Response:
    """Show one consent with the words that were agreed to: one consultation leaf."""
    return await _page(visit, None)


async def blank(visit: Visit) -> Response:
    """Show the form of a consent that was given."""
    return await _form(visit, None)


async def give(visit: Visit) -> Response:
    """Record it; from then on the files that it covers are taken in."""
    form = visit.form

    def do(archive: "Archive") -> "ConsentId":
        source = archive.source(form.one("source"))
        given = day(form.one("given"))
        return archive.consents.give(
            source.id,
            person=form.one("person"),
            guardian=form.one("guardian"),
            words=_words(form),
            text_version=form.one("version"),
            means=form.one("means"),
            purposes=archive.charters.purposes(source) if form.one("agreed") else (),
            files=[line.strip() for line in form.one("files").splitlines() if line.strip()],
            proof=form.one("proof"),
            given_at=None if given is None else dt.datetime.combine(given, dt.time(), tzinfo=dt.UTC),
            until=day(form.one("until")),
        )

    try:
        consent_id = await visit.house.archive.act(visit.here.who, do)
    except (InputError, RefusedError) as error:
        return await _form(visit, error)
    return visit.go(f"/consents/{consent_id}")


def _words(form: Form) -> str:
    """Return what was agreed to: of the file, or as it was typed; `InputError` for a file that is no text."""
    try:
        return form.file.decode() if form.file else form.one("text")
    except UnicodeDecodeError:
        raise InputError("the words of the consent can't be read", remedy="choose a text file in UTF-8, or paste them") from None


async def _form(visit: Visit, error: VisavisError | None) -> Response:
    def ask(archive: "Archive") -> "list[tuple[SourceRecord, tuple[str, ...]]]":
        return [(source, archive.charters.purposes(source)) for source in archive.sources() if source.profile == "consent"]

    return visit.page(
        "consent_new.html.j2",
        error=error,
        sources=await visit.house.archive.act(visit.here.who, ask),
        means=list(MEANS.items()),
        said={name: visit.form.one(name) for name in FIELDS},
    )


async def withdraw(visit: Visit) -> Response:
    """Withdraw it: what stood on it leaves every search now, and is erased."""
    consent_id, here = id_in(visit, "consent"), visit.request.url.path.removesuffix("/withdraw")
    await _one(visit)
    because = visit.form.one("because")
    try:
        return await begun(
            visit,
            lambda archive: archive.consents.withdraw(consent_id, because=because),
            title="Withdrawing the consent",
            back=here,
            onward=lambda _: here,
        )
    except VisavisError as error:
        return await _page(visit, error)


async def _page(visit: Visit, error: VisavisError | None) -> Response:
    one, title = await _one(visit)
    return visit.page(
        "consent.html.j2",
        error=error,
        consent=one,
        title=title,
        live=one.live(visit.house.clock.now()),
        means=MEANS,
    )


async def _one(visit: Visit) -> "tuple[ConsentRecord, str]":
    consent_id = id_in(visit, "consent")

    def ask(archive: "Archive") -> "tuple[ConsentRecord, str]":
        found = archive.consents.show(consent_id)
        return found, archive.source(found.source_id).title

    with nothing_here():
        return await visit.house.archive.act(visit.here.who, ask)


OPENINGS: tuple[Opening, ...] = (
    (Door(method="GET", path="/consents", who=Who.ROLE, act="consent", operation="consultation"), show_all),
    (Door(method="GET", path="/consents/new", who=Who.ROLE, act="consent", because="an empty form"), blank),
    (Door(method="POST", path="/consents", who=Who.ROLE, act="consent", operation="set-up", body_bytes=FORM), give),
    (Door(method="GET", path="/consents/{consent}", who=Who.ROLE, act="consent", operation="consultation"), show),
    (
        Door(method="POST", path="/consents/{consent}/withdraw", who=Who.ROLE, act="consent", operation="alteration", body_bytes=FORM),
        withdraw,
    ),
)
