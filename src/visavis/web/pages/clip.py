"""The seconds of film behind a candidate, handed out."""

import io
from typing import TYPE_CHECKING

from starlette.responses import Response

from visavis.domain.errors import InputError, RefusedError
from visavis.web.doors import FORM, Door, Opening, Who
from visavis.web.handing import Given, download, sha256
from visavis.web.pages.candidate import page
from visavis.web.pages.results import one_candidate
from visavis.web.visit import Visit

if TYPE_CHECKING:
    from visavis.wiring import Archive

MOST_S = 600
"""Longest clip that is cut while somebody waits; the command line cuts longer ones."""
END = 8


async def cut(visit: Visit) -> Response:
    """Cut a candidate's appearance out of its film, without sound; others are masked where the form or the case says so."""
    from visavis.wiring.clips import Masking

    candidate = await one_candidate(visit)
    given, form = Given.of(visit), visit.form

    def take(archive: "Archive") -> bytes:
        said = {"recipient": given.recipient, "because": given.because}
        if form.one("masking") not in [one.value for one in Masking]:
            raise InputError("it is not said what of the film is hidden", remedy="pick one of the list")
        plan = archive.clips.plan(candidate.candidate_id, masking=Masking(form.one("masking")), seconds=_seconds(visit), **said)
        with io.BytesIO() as stream:
            archive.clips.cut_into(plan, stream)
            body = stream.getvalue()
        if plan.recorded:
            archive.clips.disclose(plan, sha256(body), **said)
        return body

    try:
        body = await visit.house.back.act(visit.here.who, take)
    except (InputError, RefusedError) as error:
        return await page(visit, error)
    return download(body, f"visavis-clip-{candidate.candidate_id[-END:]}", "mp4")


def _seconds(visit: Visit) -> int:
    (seconds,) = visit.form.numbers("seconds") or (60,)
    if not 1 <= seconds <= MOST_S:
        raise InputError(f"a clip lasts 1 to {MOST_S} seconds", remedy="ask for less")
    return seconds


OPENINGS: tuple[Opening, ...] = (
    (
        Door(
            method="POST",
            path="/searches/{search}/candidates/{candidate}/clip",
            who=Who.ROLE,
            act="disclose",
            operation="disclosure",
            body_bytes=FORM,
        ),
        cut,
    ),
)
