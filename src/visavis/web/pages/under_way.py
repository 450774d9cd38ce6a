"""The page on which something that takes a while is watched; it goes on to what came of it."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from visavis.domain.errors import RefusedError, VisavisError
from visavis.web.doors import Door, Opening, Who
from visavis.web.visit import NotThere, Visit
from visavis.web.works import Work, new_work

if TYPE_CHECKING:
    from visavis.wiring import Archive

PATIENCE_SECONDS = 1.0
"""What is done by then is not worth a page of its own."""
STEPS = {
    "erasure-hidden": "Hidden from every search",
    "rows-overwritten": "Rows of templates overwritten",
    "codes-overwritten": "Codes written anew",
    "codes-removed": "Codes removed",
    "original-done": "An original changed as its charter says",
    "erased": "Records deleted, keys destroyed",
    "compacted": "Database written anew",
    "erasure-checked": "Checked that it is gone",
    "erasure-signed": "Certificate signed",
}
"""Named steps as people read them; the others are the house's own."""


async def begun(visit: Visit, what: "Callable[[Archive], Any]", *, title: str, back: str, onward: Callable[[Any], str]) -> Response:
    """Begin something in the archive's second thread; go on if it is done at once, else to the page that watches it.

    Raises
    ------
    VisavisError
        What it was refused for, or failed of, at once.
    """
    house, session = visit.house, visit.here
    work = house.works.begin(house.back, session.who, new_work(title, back=back, session=session.id, onward=onward), what)
    waiting = asyncio.wrap_future(work.future)
    waiting.add_done_callback(_noticed)  # else asyncio would log what the error says, names among it
    await asyncio.wait({waiting}, timeout=PATIENCE_SECONDS)
    if not work.future.done():
        return visit.go(f"/under-way/{work.id}")
    return visit.go(onward(work.future.result()))


async def watch(visit: Visit) -> Response:
    """Show how far something is."""
    work = visit.house.works.find(visit.request.path_params["work"], visit.here.id)
    if work is None:
        raise NotThere
    error = _failed(work)
    if work.future.done() and error is None:
        onward = work.onward(work.future.result())
        if "hx-request" in visit.request.headers:
            return Response(headers={"hx-redirect": onward})
        return visit.go(onward)
    told = [STEPS[step] for step in dict.fromkeys(list(work.steps)) if step in STEPS]
    return visit.page(
        "under_way.html.j2",
        status=200,
        error=error,
        work=work,
        told=told,
        failed=error is not None,
        refused=isinstance(error, RefusedError),
    )


def _noticed(future: "asyncio.Future[Any]") -> None:
    if not future.cancelled():
        future.exception()


def _failed(work: Work) -> VisavisError | None:
    if not work.future.done():
        return None
    error = work.future.exception()
    if error is None or isinstance(error, VisavisError):
        return error
    raise error


OPENINGS: tuple[Opening, ...] = (
    (Door(method="GET", path="/under-way/{work}", who=Who.SIGNED_IN, because="what the act itself writes is in the ledger"), watch),
)
