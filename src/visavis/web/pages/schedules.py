"""When a source is looked at again by itself, and in which hours its jobs run."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from starlette.responses import Response

from visavis.domain.errors import InputError, RefusedError, VisavisError
from visavis.domain.jobs import Hours
from visavis.web.asked import id_in, nothing_here
from visavis.web.doors import FORM, Door, Opening, Who
from visavis.web.visit import Form, Visit

if TYPE_CHECKING:
    from visavis.wiring import Archive


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What stands in the form."""

    every: str = ""
    since: str = ""
    until: str = ""
    zone: str = ""


async def show(visit: Visit) -> Response:
    """Show the schedule of a source in its form."""
    return await _page(visit, None)


async def keep(visit: Visit) -> Response:
    """Keep it, or remove it if nothing is filled in."""
    source_id, form = id_in(visit, "source"), visit.form
    try:
        every, hours = _rhythm(form), _hours(form)
        with nothing_here():
            await visit.house.archive.act(visit.here.who, lambda archive: archive.source(source_id))
        await visit.house.archive.act(visit.here.who, lambda archive: archive.jobs.schedule(source_id, every_hours=every, hours=hours))
    except (InputError, RefusedError) as error:
        return await _page(visit, error)
    return visit.go("/jobs")


async def _page(visit: Visit, error: VisavisError | None) -> Response:
    source_id = id_in(visit, "source")

    def ask(archive: "Archive") -> tuple[str, Said]:
        schedule = archive.jobs.schedule_of(source_id)
        said = Said()
        if schedule is not None:
            hours = schedule.hours
            said = Said(
                every=str(schedule.every_hours or ""),
                since=f"{hours.since:%H:%M}" if hours else "",
                until=f"{hours.until:%H:%M}" if hours else "",
                zone=hours.zone if hours else "",
            )
        return archive.source(source_id).title, said

    with nothing_here():
        title, said = await visit.house.archive.act(visit.here.who, ask)
    if error is not None:
        said = Said(**{name: visit.form.one(name) for name in ("every", "since", "until", "zone")})
    return visit.page(
        "schedule.html.j2",
        error=error,
        source=source_id,
        title=title,
        said=said,
        zones=sorted(
            name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix/", "right/", "SystemV/"))
        ),
    )


def _rhythm(form: Form) -> int | None:
    said = form.one("every")
    if not said:
        return None
    if not (said.isascii() and said.isdigit() and len(said) <= 4):
        raise InputError(f"«{said[:20]}» is no number of hours", remedy="write a whole number, or leave it empty")
    return int(said)


def _hours(form: Form) -> Hours | None:
    since, until = form.one("since"), form.one("until")
    if not since and not until:
        return None
    try:
        times = dt.time.fromisoformat(since), dt.time.fromisoformat(until)
    except ValueError:
        raise InputError("hours have a beginning and an end", remedy="write both as 19:00, or leave both empty") from None
    return Hours(since=times[0].replace(tzinfo=None), until=times[1].replace(tzinfo=None), zone=form.one("zone") or "UTC")


OPENINGS: tuple[Opening, ...] = (
    (
        Door(method="GET", path="/sources/{source}/schedule", who=Who.ROLE, act="ingest", because="hours and a rhythm"),
        show,
    ),
    (Door(method="POST", path="/sources/{source}/schedule", who=Who.ROLE, act="ingest", operation="collection", body_bytes=FORM), keep),
)
