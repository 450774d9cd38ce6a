"""One candidate beside the probe: its whole picture, this person's verdict, and a search with its face."""

import asyncio
from typing import TYPE_CHECKING

from starlette.responses import Response

from visavis.domain.errors import InputError, RefusedError, VisavisError
from visavis.domain.identification import Candidate
from visavis.web.doors import FORM, Door, Opening, Who
from visavis.web.pages.results import PART, opener, shown_candidate
from visavis.web.pages.search import may_search, problem_of, shown_box
from visavis.web.sessions import OpenedSearch
from visavis.web.visit import Form, Visit

if TYPE_CHECKING:
    from visavis.wiring.review import PastResult, Verdict

VERDICTS = {"same": "The same", "not-the-same": "Not the same", "cannot-say": "Can't say"}


async def whole(visit: Visit) -> Response:
    """Show a candidate beside the probe, and the way to the ones before and after."""
    return await _page(visit, None)


async def decide(visit: Visit) -> Response:
    """Take this person's verdict; the law says whether they may judge, and two of them decide where the profile asks for two."""
    _, candidate = await shown_candidate(visit)
    form = visit.form
    try:
        await visit.house.archive.act(
            visit.here.who,
            lambda archive: archive.review.decide(
                candidate.candidate_id, form.one("says"), grounds=form.one("grounds"), because=form.one("because")
            ),
        )
    except (InputError, RefusedError) as error:
        return await _page(visit, error)
    return visit.go(visit.request.url.path.removesuffix("/verdict"))


async def more(visit: Visit) -> Response:
    """Search with the candidate's face, under the same case."""
    past, candidate = await shown_candidate(visit)
    try:
        found = await visit.house.archive.act(
            visit.here.who,
            lambda archive: archive.search(face_id=candidate.face_id, case_id=past.case.id, reason=visit.form.one("reason")),
        )
    except (InputError, RefusedError) as error:
        return await _page(visit, error)
    visit.here.opened(found.search_id, OpenedSearch(made=found))
    return visit.go(f"/searches/{found.search_id}")


async def _page(visit: Visit, error: VisavisError | None) -> Response:
    past, candidate = await shown_candidate(visit)
    ranked = past.result.candidates
    place = ranked.index(candidate)
    image = await asyncio.to_thread(await opener(visit), candidate)
    width, height = (1, 1) if image is None else (image.shape[1], image.shape[0])
    own = _own(visit, past, candidate)
    words, form = visit.house.words, visit.form if error else Form()
    return visit.page(
        "candidate.html.j2",
        status={True: 403, False: 422}[isinstance(error, RefusedError)] if error else 200,
        problem=problem_of(error),
        result=past.result,
        candidate=candidate,
        remarks=words.remarks(candidate, several_faces=words.several_faces(past.result)),
        reachable=image is not None,
        width=width,
        height=height,
        box=shown_box(candidate.box, candidate.rank, width=width, height=height),
        probe=_probe_address(visit, past, candidate),
        before=ranked[place - 1] if place else None,
        after=ranked[place + 1] if place + 1 < len(ranked) else None,
        verdicts=VERDICTS,
        masked=past.case.one_face,
        own="" if own is None else own.says,
        own_grounds="" if own is None else own.grounds,
        puts_aside=own is not None or candidate.decided == "not-the-same",
        said={name: form.one(name) for name in ("says", "grounds", "because", "reason")},
        may_search=may_search(visit.here),
    )


def _own(visit: Visit, past: "PastResult", candidate: Candidate) -> "Verdict | None":
    """Return what this person said of the candidate; what others said is not for who has to judge blind."""
    from visavis.wiring.review import standing

    person = None if visit.here.who is None else visit.here.who.actor.person_id
    said = standing(past.verdicts.get(candidate.candidate_id, []))
    return next((verdict for verdict in said if verdict.person_id == person), None)


def _probe_address(visit: Visit, past: "PastResult", candidate: Candidate) -> str:
    """Return where the searched face is shown; empty = it is not kept."""
    opened = visit.here.searches[past.search.id]
    held = visit.here.probes.get(opened.probe_id)
    number = opened.before + candidate.probe_face
    if held is not None and number <= len(held.crops):
        return f"/probes/{held.id}/faces/{number}.jpg"
    if any(saved.probe_face == candidate.probe_face and saved.picture for saved in past.probes):
        return f"/searches/{past.search.id}/probes/{candidate.probe_face}.jpg"
    return ""


_HERE = "/searches/{search}/candidates/{candidate}"
OPENINGS: tuple[Opening, ...] = (
    (Door(method="GET", path=_HERE, who=Who.ROLE, act="review", because=PART), whole),
    (Door(method="POST", path=f"{_HERE}/verdict", who=Who.ROLE, act="review", operation="alteration", body_bytes=FORM), decide),
    (Door(method="POST", path=f"{_HERE}/more", who=Who.ROLE, act="search", operation="consultation", body_bytes=FORM), more),
)
