"""Erasures that people order: what one would take, its run step by step, its certificate with two signatures, and whom to tell."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from starlette.responses import Response

from visavis.domain.errors import InputError, VisavisError
from visavis.web.asked import ID, id_in, nothing_here
from visavis.web.doors import FORM, Door, Opening, Who
from visavis.web.pages.under_way import begun
from visavis.web.visit import Form, NotThere, Visit

if TYPE_CHECKING:
    from visavis.wiring import Archive
    from visavis.wiring.erasure import EraseQuestion, ErasureRun, Hold, Notice, ScopeReport

T = TypeVar("T")

GROUNDS = {
    "request": "At the request of the person",
    "objection": "An objection",
    "consent": "A consent that ended",
    "order": "An order of an authority",
    "charter": "The charter's end",
}
STATES = {
    "hidden": "Hidden, not erased yet",
    "erased": "Erased, not checked yet",
    "failed": "A check failed",
    "checked": "Checked; waits for two signatures",
    "issued": "Certified",
}
HOLD_STATES = {"asked": "Waits for a second person", "in force": "In force", "ended": "Ended"}
SIGNERS = 2


async def show_all(visit: Visit) -> Response:
    """List erasures and holds."""
    return await erasures_page(visit, None)


async def erasures_page(visit: Visit, error: VisavisError | None) -> Response:
    """Show the list, with what was wrong with a form of it."""

    def ask(archive: "Archive") -> "tuple[list[ErasureRun], list[Hold]]":
        return archive.erasure.all(), archive.erasure.holds()

    runs, held = await visit.house.archive.act(visit.here.who, ask)
    form = visit.form if error else Form()
    return visit.page(
        "erasures.html.j2",
        error=error,
        runs=list(reversed(runs)),
        holds=list(reversed(held)),
        states=STATES,
        hold_states=HOLD_STATES,
        unfinished=any(run.state in ("hidden", "erased", "failed") for run in runs),
        said={name: form.one(name) for name in ("faces", "media", "source", "held", "legal", "until")},
        may_erase=visit.here.may("erase"),
    )


async def scope(visit: Visit) -> Response:
    """List over every store what an order would take; nothing is changed."""
    try:
        return await _scope_page(visit, None)
    except NotThere:
        raise
    except VisavisError as error:
        return await erasures_page(visit, error)


async def run(visit: Visit) -> Response:
    """Erase it, and check that it is gone; the page shows each step."""
    try:
        question = await _question(visit)
        return await begun(
            visit,
            lambda archive: archive.erasure.run(question).id,
            title="Erasing",
            back="/erasures",
            onward=lambda run_id: f"/erasures/{run_id}",
        )
    except NotThere:
        raise
    except VisavisError as error:
        return await erasures_page(visit, error)


async def finish(visit: Visit) -> Response:
    """Do what is left of orders that were cut short."""
    try:
        return await begun(
            visit, lambda archive: archive.erasure.finish(), title="Doing what is left", back="/erasures", onward=lambda _: "/erasures"
        )
    except VisavisError as error:
        return await erasures_page(visit, error)


async def show(visit: Visit) -> Response:
    """Show one erasure."""
    return await _page(visit, None)


async def sign(visit: Visit) -> Response:
    """Sign the certificate; the second person's signature issues it."""
    run_id, here = id_in(visit, "run"), visit.request.url.path.removesuffix("/certificate")
    await _there(visit, lambda archive: archive.erasure.one(run_id))
    try:
        return await begun(
            visit, lambda archive: archive.erasure.certificate(run_id), title="Signing the certificate", back=here, onward=lambda _: here
        )
    except VisavisError as error:
        return await _page(visit, error)


async def told(visit: Visit) -> Response:
    """Note that the notices to recipients were sent."""
    run_id = id_in(visit, "run")
    await _there(visit, lambda archive: archive.erasure.told(run_id))
    return visit.go(f"/erasures/{run_id}")


async def certificate(visit: Visit) -> Response:
    """Show the certificate, made to be printed."""
    made = json.loads(await _certificate(visit))
    signatures = made["signatures"]
    return visit.page(
        "certificate.html.j2",
        certificate=made["certificate"],
        signatures=signatures,
        sha256=json.loads(signatures[0]["statement"])["facts"]["certificate"],
        leaf=json.loads(made["leaf"])["seq"],
        run=id_in(visit, "run"),
    )


async def certificate_file(visit: Visit) -> Response:
    """Give the certificate as it is checked offline, byte for byte the same each time."""
    name = f"certificate-{id_in(visit, 'run')[-8:]}.json"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(await _certificate(visit), media_type="application/json", headers=headers)


async def _certificate(visit: Visit) -> bytes:
    run_id = id_in(visit, "run")

    def read(archive: "Archive") -> bytes:
        if archive.erasure.one(run_id).state != "issued":
            raise InputError("no certificate")
        return archive.erasure.certificate(run_id).file

    return await _there(visit, read)


async def _page(visit: Visit, error: VisavisError | None) -> Response:
    run_id, session = id_in(visit, "run"), visit.here
    may_erase = session.may("erase")

    def ask(archive: "Archive") -> "tuple[ErasureRun, dict[str, int], list[Notice], int]":
        found = archive.erasure.one(run_id)
        notices = archive.erasure.notices(run_id) if may_erase else []
        people = sum(one.revoked_at is None for one in archive.people.all())
        return found, dict(archive.erasure.originals(run_id)), notices, people

    found, originals, notices, people = await _there(visit, ask)
    return visit.page(
        "erasure.html.j2",
        error=error,
        run=found,
        originals=originals,
        notices=notices,
        unsent=any(one.sent_at is None for one in notices),
        alone=people < SIGNERS,
        states=STATES,
        grounds=GROUNDS,
    )


async def _scope_page(visit: Visit, error: VisavisError | None) -> Response:
    question = await _question(visit)

    def ask(archive: "Archive") -> "ScopeReport":
        return archive.erasure.scope(question)

    report = await visit.house.archive.act(visit.here.who, ask)
    form = visit.form
    return visit.page(
        "erasure_scope.html.j2",
        error=error,
        report=report,
        grounds=GROUNDS,
        said={name: form.one(name) for name in ("faces", "media", "source", "request")},
    )


async def _question(visit: Visit) -> "EraseQuestion":
    """Return what a form wants gone: ids of faces and pictures, a source, or what was confirmed for a request."""
    from visavis.wiring.erasure import EraseQuestion

    form = visit.form
    faces, media, source = form.one("faces").split(), form.one("media").split(), form.one("source")
    if wanted := form.one("request"):
        if not ID.fullmatch(wanted):
            raise NotThere
        request = await visit.house.archive.act(visit.here.who, lambda archive: archive.requests.one(wanted))
        faces += [found.face_id for found in request.confirmed]
    if not (faces or media or source):
        raise InputError("erase what?", remedy="name faces, pictures or a source")
    return EraseQuestion(ground=form.one("ground") or "request", faces=tuple(faces), media=tuple(media), source=source or None)


async def _there(visit: Visit, what: "Callable[[Archive], T]") -> T:
    with nothing_here():
        return await visit.house.archive.act(visit.here.who, what)


_IDS = "ids, counts and states, of no person"


def _post(path: str, act: str, operation: str) -> Door:
    return Door(method="POST", path=path, who=Who.ROLE, act=act, operation=operation, body_bytes=FORM)


OPENINGS: tuple[Opening, ...] = (
    (Door(method="GET", path="/erasures", who=Who.ROLE, act="certify", because=_IDS), show_all),
    (_post("/erasures", "erase", "erasure"), run),
    (Door(method="POST", path="/erasures/scope", who=Who.ROLE, act="erase", because="counts; nothing is changed", body_bytes=FORM), scope),
    (_post("/erasures/finish", "erase", "erasure"), finish),
    (Door(method="GET", path="/erasures/{run}", who=Who.ROLE, act="certify", because=_IDS), show),
    (_post("/erasures/{run}/certificate", "certify", "erasure"), sign),
    (_post("/erasures/{run}/told", "erase", "disclosure"), told),
    (Door(method="GET", path="/erasures/{run}/certificate", who=Who.ROLE, act="certify", because=_IDS), certificate),
    (Door(method="GET", path="/erasures/{run}/certificate.json", who=Who.ROLE, act="certify", because=_IDS), certificate_file),
)
