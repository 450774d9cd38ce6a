"""Steps of a request, each a form on its page: looking, judging, noting, correcting, refusing, answering, closing."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from starlette.responses import FileResponse, Response

from visavis.domain.errors import InputError, VisavisError
from visavis.web.asked import day, id_in
from visavis.web.doors import FORM, Door, Opening, Who
from visavis.web.pages.requests import asked, request_page
from visavis.web.pages.under_way import begun
from visavis.web.visit import Form, NotThere, Visit

if TYPE_CHECKING:
    from visavis.wiring import Archive
    from visavis.wiring.requests import RequestDesk

Act = Callable[["RequestDesk"], object]
Step = Callable[["RequestDesk", str, Form], object]

STEPS: Mapping[str, Step] = {
    "doubt": lambda desk, one, form: desk.doubt(one, form.one("text")),
    "identity": lambda desk, one, form: desk.identity(one, form.one("text")),
    "extension": lambda desk, one, form: desk.extend(one, form.one("text"), told=day(form.one("day"))),
    "pause": lambda desk, one, form: desk.pause(one, form.one("text"), day=day(form.one("day"))),
    "resume": lambda desk, one, form: desk.resume(one, day=day(form.one("day"))),
    "lift": lambda desk, one, form: desk.lift(one, form.one("text")),
}


async def look(visit: Visit) -> Response:
    """Look for what is held by what the person says of a picture."""
    form, request_id = visit.form, id_in(visit, "request")
    return await _done(
        visit,
        lambda desk: desk.look_by_hint(
            request_id,
            name=form.one("file"),
            url=form.one("url"),
            asset=form.one("asset"),
            day=day(form.one("day")),
            place=form.one("place"),
        ),
    )


async def judge(visit: Visit) -> Response:
    """Confirm that candidates are who asks, or say that they are somebody else."""
    form, request_id = visit.form, id_in(visit, "request")
    chosen = [name for name in form.fields.get("candidate", []) if name]

    def act(desk: "RequestDesk") -> object:
        if form.one("says") == "rejected":
            return desk.reject(request_id, chosen)
        if form.one("says") != "confirmed" or not chosen:
            raise InputError("which candidates are who asks?", remedy="tick them")
        return desk.confirm(request_id, chosen)

    return await _done(visit, act)


async def step(visit: Visit) -> Response:
    """Take one step: a doubt, identity, more time, a pause, the end of a restriction."""
    form, request_id = visit.form, id_in(visit, "request")
    take = STEPS.get(form.one("step"))
    if take is None:
        return await request_page(visit, InputError("which step?", remedy="use the buttons of the page"))
    return await _done(visit, lambda desk: take(desk, request_id, form))


async def correct(visit: Visit) -> Response:
    """Take a wrong name or decision off a face, for good."""
    form, request_id = visit.form, id_in(visit, "request")
    return await _done(visit, lambda desk: desk.correct(request_id, form.one("wrong"), because=form.one("text")))


async def refuse(visit: Visit) -> Response:
    """Refuse the request, as a person, with its ground, reasons and remedies."""
    form, request_id = visit.form, id_in(visit, "request")
    said = {name: form.one(name) for name in ("ground", "reasons", "remedies")}
    return await _done(visit, lambda desk: desk.refuse(request_id, **said))


async def close(visit: Visit) -> Response:
    """Close the request: the photograph, whom it was likened to, and the copy of the answer that lies here, are destroyed."""
    request_id = id_in(visit, "request")
    answer = await _done(visit, lambda desk: desk.close(request_id, withdrawn=visit.form.one("withdrawn")))
    if answer.status_code == 303:
        visit.house.works.file(f"{request_id}.zip").unlink(missing_ok=True)
        visit.here.requests[request_id] = None
    return answer


async def answer(visit: Visit) -> Response:
    """Carry out what is asked for and put the answer together, out of everybody's way."""
    request_id = id_in(visit, "request")
    await asked(visit, lambda archive: archive.requests.one(request_id))
    here, file = f"/requests/{request_id}", visit.house.works.file(f"{request_id}.zip")
    try:
        return await begun(
            visit,
            lambda archive: archive.requests.answer(request_id, file),
            title="Putting the answer together",
            back=here,
            onward=lambda _: here,
        )
    except VisavisError as error:
        return await request_page(visit, error)


async def package(visit: Visit) -> Response:
    """Hand over the answer, to be sent; its hash has been in the ledger since it was put together."""
    request_id = id_in(visit, "request")
    await asked(visit, lambda archive: archive.requests.one(request_id))
    file = visit.house.works.file(f"{request_id}.zip")
    if not file.is_file():
        raise NotThere(remedy="the answer lies here until its request is closed, or the desk is")
    return FileResponse(file, media_type="application/zip", filename=f"answer-{request_id[-8:]}.zip")


async def _done(visit: Visit, act: Act) -> Response:
    """Take a step and show the request again; what was refused, or can't be, is told there."""
    request_id = id_in(visit, "request")

    def do(archive: "Archive") -> object:
        return act(archive.requests)

    try:
        await asked(visit, do)
    except NotThere:
        raise
    except VisavisError as error:
        return await request_page(visit, error)
    return visit.go(f"/requests/{request_id}")


def _form(path: str, operation: str) -> Door:
    return Door(
        method="POST", path=f"/requests/{{request}}/{path}", who=Who.ROLE, act="answer-request", operation=operation, body_bytes=FORM
    )


OPENINGS: tuple[Opening, ...] = (
    (_form("look", "consultation"), look),
    (_form("judge", "alteration"), judge),
    (_form("steps", "alteration"), step),
    (_form("correct", "alteration"), correct),
    (_form("refuse", "alteration"), refuse),
    (_form("close", "erasure"), close),
    (_form("answer", "disclosure"), answer),
    (
        Door(
            method="GET",
            path="/requests/{request}/answer.zip",
            who=Who.ROLE,
            act="answer-request",
            because="the answer that is in the ledger since it was put together",
        ),
        package,
    ),
)
