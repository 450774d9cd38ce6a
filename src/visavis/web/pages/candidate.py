"""One candidate beside the searched face: both level, this person's verdict and its undoing, and a search with its face."""

import asyncio
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from visavis.domain.errors import InputError, RefusedError, VisavisError
from visavis.domain.identification import Candidate
from visavis.web.doors import FORM, Door, Opening, Who
from visavis.web.hints import hints
from visavis.web.pages.beside import enlargement, searched
from visavis.web.pages.results import one_candidate, opener, shown_candidate
from visavis.web.pages.search import may_hand_out, may_label, may_search, shown_box
from visavis.web.sessions import OpenedSearch
from visavis.web.visit import Form, Visit

if TYPE_CHECKING:
    from visavis.wiring import Archive
    from visavis.wiring.review import Compared, PastResult, Verdict

VERDICTS = {"same": "The same", "not-the-same": "Not the same", "cannot-say": "Can't say"}
SEEN = ("Ears", "Eyes and brows", "Nose", "Mouth", "Chin and jaw", "Hairline", "Scars, moles, marks")
"""Grounds that are ticked: what forensic comparison of faces looks at (FISWG, Facial Image Comparison Feature List). Clothes, place and
company are not the face."""

TYPED = ("says", "grounds", "because", "reason", "name", "authority", "masking", "seconds", "recipient")
"""Fields that are filled again when a form of the page comes back."""


async def whole(visit: Visit) -> Response:
    """Show a candidate beside the searched face: one consultation leaf."""
    return await page(visit, None)


async def decide(visit: Visit) -> Response:
    """Take this person's verdict; the law says whether they may judge, and two of them decide where the profile asks for two."""
    candidate = await one_candidate(visit)
    form = visit.form
    grounds = "; ".join(said.strip() for said in (*form.fields.get("seen", []), form.one("grounds")) if said.strip())
    try:
        await visit.house.archive.act(
            visit.here.who,
            lambda archive: archive.review.decide(candidate.candidate_id, form.one("says"), grounds=grounds, because=form.one("because")),
        )
    except (InputError, RefusedError) as error:
        return await page(visit, error)
    return visit.go(visit.request.url.path.removesuffix("/verdict"))


async def undo(visit: Visit) -> Response:
    """Take this person's verdict back, as long as nobody else has seen the candidate since."""
    candidate = await one_candidate(visit)
    try:
        await visit.house.archive.act(visit.here.who, lambda archive: archive.review.undo(candidate.candidate_id))
    except (InputError, RefusedError) as error:
        return await page(visit, error)
    return visit.go(visit.request.url.path.removesuffix("/undo"))


async def more(visit: Visit) -> Response:
    """Search with the candidate's face, under the same case."""
    past, candidate = await shown_candidate(visit)
    try:
        found = await visit.house.archive.act(
            visit.here.who,
            lambda archive: archive.search(face_id=candidate.face_id, case_id=past.case.id, reason=visit.form.one("reason")),
        )
    except (InputError, RefusedError) as error:
        return await page(visit, error)
    visit.here.opened(found.search_id, OpenedSearch.of(found))
    return visit.go(f"/searches/{found.search_id}")


async def page(visit: Visit, error: VisavisError | None) -> Response:
    """Return the page of a candidate, with what was wrong with a form of it."""
    past, candidate = await shown_candidate(visit)
    image = await asyncio.to_thread(await opener(visit), candidate)
    width, height = (1, 1) if image is None else (image.shape[1], image.shape[0])
    own = _own(visit, past, candidate)

    names_it = candidate.decided == "same" and may_label(visit.here)

    def look(archive: "Archive") -> "tuple[Compared, bool, list[str] | None]":
        compared = archive.review.compare(past, candidate)
        may_undo = own is not None and archive.review.may_undo(candidate.candidate_id)
        labels = archive.labels.all(source=candidate.source_id) if names_it else []
        return compared, may_undo, list(dict.fromkeys(label.name for label in labels)) if names_it else None

    compared, may_undo, names = await visit.house.archive.act(visit.here.who, look)
    words, form = visit.words, visit.form if error else Form()
    return visit.page(
        "candidate.html.j2",
        error=error,
        result=past.result,
        candidate=candidate,
        remarks=words.remarks(candidate, several_faces=words.several_faces(past.result)),
        reachable=image is not None,
        width=width,
        height=height,
        box=shown_box(candidate.box, candidate.rank, width=width, height=height),
        searched=searched(visit, past, candidate, compared),
        hints=_hints(compared, width=width, height=height),
        verdicts=VERDICTS,
        grounds=SEEN,
        own="" if own is None else own.says,
        own_grounds="" if own is None else own.grounds,
        may_undo=may_undo,
        puts_aside=own is not None or candidate.decided == "not-the-same",
        said={name: form.one(name) for name in TYPED},
        ticked=form.fields.get("seen", []),
        may_search=may_search(visit.here),
        may_hand_out=may_hand_out(visit.here),
        one_face=past.case.one_face,
        labelling=names is not None,
        names=names or (),
        **_ways(visit, past, candidate),
    )


def _hints(compared: "Compared", *, width: int, height: int) -> object:
    if compared.found is None:
        return ()
    return hints(compared.found.quality, enlarged=enlargement(compared.found.landmarks_5x2, width=width, height=height))


def _ways(visit: Visit, past: "PastResult", candidate: Candidate) -> dict[str, Any]:
    """Return the candidates before and after this one, and the next that waits for this person's verdict."""
    ranked = past.result.candidates
    place = ranked.index(candidate)
    others = (*ranked[place + 1 :], *ranked[:place])
    return {
        "before": ranked[place - 1] if place else None,
        "after": ranked[place + 1] if place + 1 < len(ranked) else None,
        "waiting": next((one for one in others if not one.decided and _own(visit, past, one) is None), None),
    }


def _own(visit: Visit, past: "PastResult", candidate: Candidate) -> "Verdict | None":
    """Return what this person said of the candidate; what others said is not for who has to judge blind."""
    from visavis.wiring.review import standing

    person = None if visit.here.who is None else visit.here.who.actor.person_id
    said = standing(past.verdicts.get(candidate.candidate_id, []))
    return next((verdict for verdict in said if verdict.person_id == person), None)


_HERE = "/searches/{search}/candidates/{candidate}"
OPENINGS: tuple[Opening, ...] = (
    (Door(method="GET", path=_HERE, who=Who.ROLE, act="review", operation="consultation"), whole),
    (Door(method="POST", path=f"{_HERE}/verdict", who=Who.ROLE, act="review", operation="alteration", body_bytes=FORM), decide),
    (Door(method="POST", path=f"{_HERE}/undo", who=Who.ROLE, act="review", operation="alteration", body_bytes=FORM), undo),
    (Door(method="POST", path=f"{_HERE}/more", who=Who.ROLE, act="search", operation="consultation", body_bytes=FORM), more),
)
