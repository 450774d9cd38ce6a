"""A dossier as plain values: what stands in data.json, and what the readable page is made of.

No vector, no hash of an original and no path of this machine is in it: a hash would let who guesses a picture confirm whom it hides.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from visavis.law.charter import Charter
from visavis.law.requests import Kind
from visavis.records.consents import ConsentRecord
from visavis.records.disclosures import Disclosure
from visavis.records.holdings import Appearance
from visavis.records.reviews import Verdict
from visavis.services.access.gather import Dossier, FaceDossier, PictureDossier

_DECIMALS = 4

Made = Mapping[str, Any]
"""Of one picture: `picture` and `crops` (names in the package; None = the original could not be read), `other_faces_masked`, and of a film
`moments`: when the person is seen, with a still and a clip.
"""

HOW_IT_WORKS = (
    "Visavis compares faces by a list of numbers made from each face (a template). It shows people pictures whose numbers are alike; "
    "it decides nothing: a result is a lead until a person has judged it. The numbers themselves are not handed out, because whoever "
    "has them could search for you elsewhere."
)
YOUR_RIGHTS = (
    "You may ask for rectification, erasure or restriction, object, withdraw a consent, complain to a supervisory authority, and go "
    "to court (GDPR Arts 15(1)(e)-(f), 77, 79). You may ask again at any time."
)
MASKED = (
    "Other people's faces are replaced by grey in the picture files of this answer, which can't be undone; where another face "
    "overlaps yours, the overlap is grey too. In clips of films it is done in every frame, a while before and after a face is seen too, "
    "and wherever it is not certain which face is yours; there is no sound, since voices tell people too."
)


def document_of(dossier: Dossier, says: Sequence[str], made: Mapping[int, Made]) -> dict[str, object]:
    """Return the answer as plain values.

    Parameters
    ----------
    says : sequence of str
        What was done, for the person.
    made : mapping of int to Made
        By number of the picture.
    """
    request, whole = dossier.request, dossier.request.kind == Kind.ACCESS
    appearances = [_picture(one, made[one.picture.number], whole=whole) for one in dossier.pictures]
    document: dict[str, object] = {
        "request": {
            "id": request.id,
            "kind": request.kind,
            "first_received": request.first_received.isoformat(),
            "due": request.due.isoformat(),
            "answered": dossier.at.date().isoformat(),
            "reached_at": list(request.contacts),
            "representative": request.representative or None,
            "messages": [{"received": _day(step.day), "channel": step.channel, "text": step.note} for step in request.took("message")],
        },
        "done": list(says),
        "held": f"You are shown in {len(appearances)} of the pictures that are held." if appearances else "Nothing of you was found.",
        "appearances": appearances,
        "masked": MASKED,
        "rights": YOUR_RIGHTS,
    }
    if whole:
        document["how_it_works"] = HOW_IT_WORKS
        document["other_requests"] = [
            {"id": one.id, "kind": one.kind, "first_received": one.first_received.isoformat(), "state": one.state} for one in dossier.others
        ]
    return document


def _picture(one: PictureDossier, made: Made, *, whole: bool) -> dict[str, object]:
    picture = one.picture
    said: dict[str, object] = {
        "media_id": picture.id,
        "picture": made["picture"],
        "crops": made["crops"],
        "moments": made.get("moments", []),
        "original_could_be_read": made["picture"] is not None,
        "other_faces_masked": made["other_faces_masked"],
        "files": sorted({place.path for place in picture.places}),
        "captured_at": picture.captured_at,
        "caption": picture.caption or None,
        "credit": picture.credit or None,
        "rights": picture.rights or None,
        "asset_id": picture.asset_id or None,
        "latitude": picture.latitude,
        "longitude": picture.longitude,
        "source": {"id": one.source.id, "title": one.source.title},
        "labels": [_label(face) for face in one.faces],
    }
    if not whole:
        return said
    return said | {
        "kept_since": picture.created_at.date().isoformat(),
        "size": {"width": picture.width, "height": picture.height},
        "source": _source(one),
        "faces": [_face(face) for face in one.faces],
    }


def _source(one: PictureDossier) -> dict[str, object]:
    source, charter = one.source, one.charter
    said: dict[str, object] = {
        "id": source.id,
        "title": source.title,
        "state": source.state,
        "profile": source.profile,
        "ends": source.live_until.isoformat() if source.live_until else None,
    }
    return said | ({"charter": source.charter_toml} if charter is None else _charter(charter))


def _charter(charter: Charter) -> dict[str, object]:
    holder, retention = charter.controller, charter.retention
    return {
        "controller": None
        if holder is None
        else {
            "name": holder.name,
            "country": holder.country,
            "representative": holder.representative or None,
            "officer": holder.officer or None,
            "authority": holder.authority or None,
            "processors": list(holder.processors),
        },
        "purposes": list(charter.purposes),
        "basis": None if charter.basis is None else {"article": charter.basis.article, "law": charter.basis.law or None},
        "condition": None if charter.condition is None else {"article": charter.condition.article, "law": charter.condition.law or None},
        "jurisdiction": list(charter.jurisdiction),
        "retention": {
            "rule": retention.rule,
            "until": retention.until.isoformat() if retention.until else None,
            "months": retention.months,
            "event": retention.event or None,
            "then": retention.action,
        },
    }


def _label(face: FaceDossier) -> list[dict[str, object]]:
    return [{"name": one.name, "authority": one.authority or None, "since": one.at.date().isoformat()} for one in face.labels]


def _face(one: FaceDossier) -> dict[str, object]:
    box = one.face.box
    return {
        "face_id": one.face.id,
        "state": one.face.state,
        "box": {name: round(getattr(box, name), _DECIMALS) for name in ("left", "top", "width", "height")},
        "templates": [
            {"pack": kept.pack_id, "expires": kept.expires_at.isoformat() if kept.expires_at else None} for kept in one.face.templates
        ],
        "labels": _label(one),
        "searches": [_search(found) for found in one.searches],
        "searches_made_with_it": [{"search_id": search, "at": at.isoformat()} for search, at in one.searched_with],
        "decisions": [_decision(found, verdict) for found, verdict in one.decisions],
        "decided_not_the_same": [{"case_id": case, "at": at.isoformat()} for case, at in one.not_the_same],
        "disclosures": [_disclosure(gone) for gone in one.disclosures],
        "consents": [_consent(given) for given in one.consents],
        "objections": [{"id": objection, "since": at.isoformat()} for objection, at in one.objections],
    }


def _consent(given: ConsentRecord) -> dict[str, object]:
    return {
        "id": given.id,
        "given": given.given_at.date().isoformat(),
        "means": given.means,
        "by": given.guardian or given.person,
        "text": {"version": given.text.version, "words": given.text.words},
        "purposes": list(given.purposes),
        "proof": given.proof,
        "until": _day(given.until),
        "withdrawn": given.withdrawn_at.isoformat() if given.withdrawn_at else None,
    }


def _search(found: Appearance) -> dict[str, object]:
    return {
        "search_id": found.search_id,
        "case_id": found.case_id,
        "at": found.at.isoformat(),
        "by": found.actor,
        "purpose": found.purpose,
        "reason": found.reason or None,
        "rank": found.rank,
        "similarity": round(found.similarity, _DECIMALS),
        "threshold": round(found.threshold, _DECIMALS),
        "gallery_size": found.gallery_size,
    }


def _decision(found: Appearance, verdict: Verdict) -> dict[str, object]:
    return {"search_id": found.search_id, "says": verdict.says, "grounds": verdict.grounds or None, "at": verdict.at.isoformat()}


def _disclosure(gone: Disclosure) -> dict[str, object]:
    at = gone.at.isoformat() if gone.at else None
    return {"what": gone.what, "recipient": gone.recipient, "because": gone.because, "at": at}


def _day(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()
