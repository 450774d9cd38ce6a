"""Names beside faces, where a charter allows them: given on a candidate's page, listed, changed and removed here."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.responses import Response

from visavis.domain.errors import InputError, RefusedError, VisavisError
from visavis.web.asked import id_in
from visavis.web.doors import FORM, Door, Opening, Who
from visavis.web.pages.candidate import page
from visavis.web.pages.results import one_candidate
from visavis.web.visit import Visit

if TYPE_CHECKING:
    from visavis.wiring import Archive, SourceRecord
    from visavis.wiring.review import Label


async def show(visit: Visit) -> Response:
    """List the labels, of one source or of one name: one consultation leaf."""
    return await _listed(visit, None)


async def give(visit: Visit) -> Response:
    """Name a candidate that people have decided to be the same."""
    candidate = await one_candidate(visit)
    form = visit.form
    try:
        await visit.house.archive.act(
            visit.here.who,
            lambda archive: archive.labels.add(candidate.candidate_id, form.one("name"), authority=form.one("authority")),
        )
    except (InputError, RefusedError) as error:
        return await page(visit, error)
    return visit.go(visit.request.url.path.removesuffix("/label"))


async def rename(visit: Visit) -> Response:
    """Give a labelled face another name."""
    label, form = id_in(visit, "label"), visit.form
    return await _changed(visit, lambda archive: archive.labels.rename(label, form.one("name"), because=form.one("because")))


async def remove(visit: Visit) -> Response:
    """Erase a label."""
    label, form = id_in(visit, "label"), visit.form
    return await _changed(visit, lambda archive: archive.labels.remove(label, because=form.one("because")))


async def _changed(visit: Visit, act: "Callable[[Archive], object]") -> Response:
    try:
        await visit.house.archive.act(visit.here.who, act)
    except (InputError, RefusedError) as error:
        return await _listed(visit, error)
    return visit.go("/labels")


async def _listed(visit: Visit, error: VisavisError | None) -> Response:
    asked = visit.request.query_params
    source, name = asked.get("source", ""), asked.get("name", "").strip()[:LONGEST]

    def look(archive: "Archive") -> "tuple[list[SourceRecord], list[Label]]":
        return archive.sources(), archive.labels.find(name) if name else archive.labels.all()

    sources, labels = await visit.house.archive.act(visit.here.who, look)
    named = {label.source_id for label in labels}
    wanted = source if source in named else ""
    shown = [label for label in labels if wanted in ("", label.source_id)]
    return visit.page(
        "labels.html.j2",
        error=error,
        labels=sorted(shown, key=lambda label: (label.name.casefold(), label.at)),
        titles={one.id: one.title for one in sources if one.id in named},
        asked={"source": wanted, "name": name},
    )


LONGEST = 300
OPENINGS: tuple[Opening, ...] = (
    (Door(method="GET", path="/labels", who=Who.ROLE, act="label", operation="consultation"), show),
    (Door(method="POST", path="/labels/{label}/rename", who=Who.ROLE, act="label", operation="alteration", body_bytes=FORM), rename),
    (Door(method="POST", path="/labels/{label}/remove", who=Who.ROLE, act="label", operation="erasure", body_bytes=FORM), remove),
    (
        Door(
            method="POST",
            path="/searches/{search}/candidates/{candidate}/label",
            who=Who.ROLE,
            act="label",
            operation="alteration",
            body_bytes=FORM,
        ),
        give,
    ),
)
