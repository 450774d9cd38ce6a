"""The case report: everything that was done under one case, as a page and as a file to print and keep."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import Response

from visavis.domain.errors import InputError, RefusedError, VisavisError
from visavis.domain.identification import Candidate
from visavis.web.asked import id_in
from visavis.web.doors import FORM, Door, Opening, Who
from visavis.web.handing import Given, download, sha256, written
from visavis.web.pages.results import none_the_wiser, opener
from visavis.web.sessions import MOST_SEARCHES, OpenedSearch
from visavis.web.visit import Visit

if TYPE_CHECKING:
    from visavis.wiring.review import CaseReport, PastResult

WITH_FACES = MOST_SEARCHES // 2
"""Newest searches whose faces the page shows; the file has those of all."""
END = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A search on the page; `faces` says whether its pictures are shown."""

    past: "PastResult"
    faces: bool
    leads: tuple[tuple[Candidate, tuple[str, ...]], ...]


async def report(visit: Visit) -> Response:
    """Show the report: one consultation leaf."""
    return _page(visit, await _gathered(visit), None)


async def hand_out(visit: Visit) -> Response:
    """Hand the report out as a file: one disclosure, with its hash."""
    gathered, given = await _gathered(visit), Given.of(visit)
    original = await opener(visit)
    try:
        await visit.house.archive.act(
            visit.here.who,
            lambda archive: archive.review.check_export(case_id=gathered.case.id, recipient=given.recipient, because=given.because),
        )
        papers = visit.house.words.papers
        body = await asyncio.to_thread(written, lambda stream: papers.report(gathered, original, stream))
        await visit.house.archive.act(
            visit.here.who,
            lambda archive: archive.review.disclose_report(gathered, sha256(body), recipient=given.recipient, because=given.because),
        )
    except (InputError, RefusedError) as error:
        return _page(visit, gathered, error)
    return download(body, f"visavis-case-{gathered.case.id[-END:]}", "html")


async def _gathered(visit: Visit) -> "CaseReport":
    case_id = id_in(visit, "case")
    with none_the_wiser():
        return await visit.house.back.act(visit.here.who, lambda archive: archive.review.case_report(case_id))


def _page(visit: Visit, gathered: "CaseReport", error: VisavisError | None) -> Response:
    said = visit.house.words.papers.said
    shown = {past.search.id for past in gathered.searches[-WITH_FACES:]}
    for search_id in shown:
        visit.here.opened(search_id, OpenedSearch())
    searches = [
        Reported(
            past=past,
            faces=past.search.id in shown,
            leads=tuple((one, said(gathered, one, past.verdicts.get(one.candidate_id, ()))) for one in past.result.candidates),
        )
        for past in gathered.searches
    ]
    return visit.page(
        "report.html.j2",
        error=error,
        report=gathered,
        searches=searches,
        left_out=len(searches) - len(shown),
        handing={name: visit.form.one(name) for name in ("recipient", "because")},
    )


_HERE = "/cases/{case}/report"
OPENINGS: tuple[Opening, ...] = (
    (Door(method="GET", path=_HERE, who=Who.ROLE, act="disclose", operation="consultation"), report),
    (Door(method="POST", path=_HERE, who=Who.ROLE, act="disclose", operation="disclosure", body_bytes=FORM), hand_out),
)
