"""Ticked candidates handed out: as a table, a sheet to print, copies, markers. Each is a disclosure, where the law says that it is one."""

import asyncio
import io
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from starlette.responses import Response

from visavis.domain.errors import InputError, RefusedError, VisavisError
from visavis.domain.identification import Candidate, SearchResult
from visavis.web.doors import Door, Opening, Who
from visavis.web.handing import Given, download, sha256, written
from visavis.web.pages.results import opener, past_search
from visavis.web.visit import Visit

if TYPE_CHECKING:
    from visavis.wiring import Archive
    from visavis.wiring.review import PastResult

PICKS = 24 << 10
"""Bytes of a form with every candidate of a long list ticked."""
END = 8


async def table(visit: Visit) -> Response:
    """Hand out the ticked candidates as CSV."""
    papers = visit.house.words.papers
    return await _handed(visit, "csv", lambda result: written(lambda stream: papers.csv(result, stream)))


async def sheet(visit: Visit) -> Response:
    """Hand out the ticked candidates as a sheet to print: one file with its pictures, without script."""
    past = await past_search(visit)
    original = await opener(visit)
    kept = [probe.picture for probe in past.probes if probe.picture]
    previews = await visit.house.archive.act(visit.here.who, lambda archive: archive.clips.previews(past.case.id))

    def make(result: SearchResult) -> bytes:
        return written(lambda stream: visit.house.words.papers.sheet(result, original, stream, kept=kept, open_preview=previews))

    return await _handed(visit, "html", make)


async def markers(visit: Visit) -> Response:
    """Hand out the ticked moments in films as markers for an editing program."""
    papers = visit.house.words.papers
    if visit.form.one("as") == "otio":
        return await _handed(visit, "otio", lambda result: papers.otio(result).encode(errors="backslashreplace"))
    return await _handed(visit, "edl", lambda result: papers.edl(result)[0].encode(errors="backslashreplace"))


async def copies(visit: Visit) -> Response:
    """Hand out copies of the ticked pictures; faces of others are looked for anew, so it takes a while."""
    past, given = await past_search(visit), Given.of(visit)

    def take(archive: "Archive") -> bytes:
        plan = archive.copies.plan(past, picked(visit, past), how=visit.form.one("how") or "masked", **_said(given))
        with io.BytesIO() as stream:
            archive.copies.write(plan, stream)
            body = stream.getvalue()
        if plan.recorded:
            archive.copies.disclose(plan, sha256(body), **_said(given))
        return body

    try:
        body = await visit.house.back.act(visit.here.who, take)
    except (InputError, RefusedError) as error:
        return _page(visit, past, error)
    return download(body, f"visavis-copies-{past.search.id[-END:]}", "zip")


def picked(visit: Visit, past: "PastResult") -> list[Candidate]:
    """Return the ticked candidates by rank.

    Raises
    ------
    InputError
        None is ticked, or one that is not among them.
    """
    wanted = {said.strip() for said in visit.form.fields.get("pick", [])}
    found = [one for one in past.result.candidates if one.candidate_id in wanted]
    if not found or len(found) < len(wanted):
        raise InputError("no candidate of this search is ticked", remedy="tick what you want to hand out")
    return found


async def _handed(visit: Visit, kind: str, make: Callable[[SearchResult], bytes]) -> Response:
    past, given = await past_search(visit), Given.of(visit)
    what = {"csv": "search-csv", "html": "search-html"}.get(kind, "markers")

    def ask(archive: "Archive") -> tuple[SearchResult, bool]:
        result = replace(past.result, candidates=tuple(picked(visit, past)))
        return result, archive.review.check_export(case_id=past.case.id, **_said(given))

    try:
        result, recorded = await visit.house.archive.act(visit.here.who, ask)
        body = await asyncio.to_thread(make, result)
        if recorded:
            await visit.house.archive.act(
                visit.here.who, lambda archive: archive.review.disclose(result, sha256(body), what=what, **_said(given))
            )
    except (InputError, RefusedError) as error:
        return _page(visit, past, error)
    return download(body, f"visavis-search-{past.search.id[-END:]}", kind)


def _said(given: Given) -> dict[str, str]:
    return {"recipient": given.recipient, "because": given.because}


def _page(visit: Visit, past: "PastResult", error: VisavisError) -> Response:
    """Return the form by itself, with what was ticked and typed, and what was wrong."""
    wanted = set(visit.form.fields.get("pick", []))
    ticked = [one for one in past.result.candidates if one.candidate_id in wanted]
    return visit.page(
        "handout.html.j2",
        error=error,
        result=replace(past.result, candidates=tuple(ticked or past.result.candidates)),
        ticked={one.candidate_id for one in ticked},
        handing={name: visit.form.one(name) for name in ("recipient", "because", "how")},
    )


def _door(path: str) -> Door:
    return Door(method="POST", path=path, who=Who.ROLE, act="disclose", operation="disclosure", body_bytes=PICKS)


_HERE = "/searches/{search}"
OPENINGS: tuple[Opening, ...] = (
    (_door(f"{_HERE}/export"), table),
    (_door(f"{_HERE}/sheet"), sheet),
    (_door(f"{_HERE}/markers"), markers),
    (_door(f"{_HERE}/copies"), copies),
)
