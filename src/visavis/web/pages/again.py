"""Searching again with what was found: a hit joins the probe as another photograph, or the confirmed ones stand for it."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from visavis.domain.errors import InputError, RefusedError
from visavis.domain.identification import Candidate, SearchResult
from visavis.web.doors import FORM, Door, Opening, Who
from visavis.web.pages.asking import FUSE, SAME, run
from visavis.web.pages.results import past_search, results_page, shown_candidate
from visavis.web.pages.search import made
from visavis.web.sessions import AskedSearch, OpenedSearch
from visavis.web.visit import Visit

if TYPE_CHECKING:
    from visavis.wiring import Archive
    from visavis.wiring.review import PastResult


async def add(visit: Visit) -> Response:
    """Search again with the candidate's face beside the probe, under the same case, for the same reason."""
    past, candidate = await shown_candidate(visit)
    session = visit.here
    opened = session.searches[past.search.id]
    probe = session.probes.get(opened.probe_id)
    try:
        if opened.asked is not None and probe is not None:
            asked = _joined(opened.asked, candidate, before=opened.before, case_id=past.case.id)
            found = await visit.house.archive.act(session.who, lambda archive: run(archive, probe, asked))
            return made(visit, found, probe, asked)
        faces = _archived(past, candidate)
        found = await visit.house.archive.act(session.who, lambda archive: _with_faces(archive, past, faces))
    except (InputError, RefusedError) as error:
        return results_page(visit, past, error=error)
    return _remembered(visit, found)


async def confirmed(visit: Visit) -> Response:
    """Search again with the mean of the faces that were decided to be the same."""
    past = await past_search(visit)
    reason = visit.form.one("reason") or past.search.reason
    try:
        found = await visit.house.archive.act(
            visit.here.who, lambda archive: archive.search(confirmed=past.search.id, case_id=past.case.id, reason=reason)
        )
    except (InputError, RefusedError) as error:
        return results_page(visit, past, error=error)
    return _remembered(visit, found)


def _joined(asked: AskedSearch, candidate: Candidate, *, before: int, case_id: str) -> AskedSearch:
    """Return what was asked with a hit beside the face that it resembles; of several people the others are left out."""
    one_person = asked.how in (SAME, FUSE)
    return replace(
        asked,
        faces=asked.faces if one_person else (before + candidate.probe_face,),
        how=asked.how if one_person else SAME,
        also=tuple(dict.fromkeys((*asked.also, candidate.face_id))),
        options={**asked.options, "case_id": case_id},
    )


def _archived(past: "PastResult", candidate: Candidate) -> list[str]:
    """Return the faces of the archive that a search was made with, and the hit.

    Raises
    ------
    InputError
        It was made with a photograph, which is no longer in memory.
    """
    if not past.probes or any(saved.face_id is None for saved in past.probes):
        raise InputError(
            "the photograph of this search is no longer in memory", remedy="show it again, or search with this face: More like this"
        )
    faces = [saved.face_id for saved in past.probes if saved.face_id is not None]
    return list(dict.fromkeys((*faces, candidate.face_id)))


def _with_faces(archive: "Archive", past: "PastResult", faces: list[str]) -> SearchResult:
    more: dict[str, Any] = {"case_id": past.case.id, "reason": past.search.reason}
    return archive.search(face_id=faces[0], also=faces[1:], **more)


def _remembered(visit: Visit, found: SearchResult) -> Response:
    visit.here.opened(found.search_id, OpenedSearch.of(found))
    return visit.go(f"/searches/{found.search_id}")


OPENINGS: tuple[Opening, ...] = (
    (
        Door(
            method="POST",
            path="/searches/{search}/candidates/{candidate}/add",
            who=Who.ROLE,
            act="search",
            operation="consultation",
            body_bytes=FORM,
        ),
        add,
    ),
    (
        Door(method="POST", path="/searches/{search}/confirmed", who=Who.ROLE, act="search", operation="consultation", body_bytes=FORM),
        confirmed,
    ),
)
