"""What the law wants on paper, from live data: the record of processing, and the draft of a breach notification."""

import datetime as dt
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.responses import Response

from visavis.domain.errors import InputError, RefusedError, VisavisError
from visavis.web.asked import day, words
from visavis.web.doors import FORM, Door, Opening, Who
from visavis.web.visit import Visit
from visavis.wiring.public import paper_document

if TYPE_CHECKING:
    from visavis.wiring import Archive
    from visavis.wiring.paper import Paper


async def papers(visit: Visit) -> Response:
    """Say which papers there are."""
    return _page(visit, None)


async def register(visit: Visit) -> Response:
    """Give the record of processing activities (GDPR Art. 30)."""

    def write(archive: "Archive") -> "Paper":
        return archive.papers.register(day=day(visit.form.one("day")))

    return await _paper(visit, write)


async def breach(visit: Visit) -> Response:
    """Give the draft of the notification of a breach (GDPR Art. 33)."""
    form = visit.form

    def write(archive: "Archive") -> "Paper":
        aware = _moment(form.one("aware"))
        return archive.papers.breach(words(" ".join(form.fields.get("ids", []))), aware_at=aware, key_safe=bool(form.one("key_safe")))

    return await _paper(visit, write)


async def _paper(visit: Visit, write: "Callable[[Archive], Paper]") -> Response:
    try:
        paper = await visit.house.back.act(visit.here.who, write)
    except (InputError, RefusedError) as error:
        return _page(visit, error)
    said = visit.house.words
    name = f"{paper.kind}-{paper.day.isoformat()}"
    if visit.form.one("form") == "json":
        text = json.dumps(paper_document(paper), indent=2, ensure_ascii=False) + "\n"
        return _file(text, f"{name}.json", "application/json")
    return _file(said.paper_page(paper), f"{name}.html", "text/html; charset=utf-8")


def _file(text: str, name: str, kind: str) -> Response:
    """Return a paper as a download: its page has a style of its own, which this desk's policy would not let act."""
    return Response(text.encode(), media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})


def _moment(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC) if text else None
    except ValueError:
        raise InputError(f"«{text[:20]}» is no moment", remedy="write it as 2026-05-14T09:30, UTC") from None


def _page(visit: Visit, error: VisavisError | None) -> Response:
    form = visit.form
    return visit.page(
        "papers.html.j2",
        error=error,
        today=visit.house.clock.now().date(),
        said={name: form.one(name) for name in ("ids", "aware", "key_safe")},
    )


OPENINGS: tuple[Opening, ...] = (
    (Door(method="GET", path="/papers", who=Who.ROLE, act="write-paper", because="empty forms"), papers),
    (Door(method="POST", path="/papers/art30", who=Who.ROLE, act="write-paper", operation="consultation", body_bytes=FORM), register),
    (Door(method="POST", path="/papers/breach", who=Who.ROLE, act="write-paper", operation="consultation", body_bytes=FORM), breach),
)
