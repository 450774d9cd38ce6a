"""What the form of a search asks, as the archive takes it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from visavis.domain.errors import InputError
from visavis.domain.identification import Narrowing, ProbePicture, SearchResult
from visavis.web.asked import day
from visavis.web.sessions import AskedSearch, HeldProbe
from visavis.web.visit import Form

if TYPE_CHECKING:
    from visavis.wiring import Archive

ANY, TOGETHER, SAME, FUSE = "any", "together", "same", "fuse"
TOPS = (20, 50, 100, 200)
USUAL_TOP = 50
EVERY = "all"
LIMITS = ("usual", "strangers", "similarity")
"""By what the list ends: the usual number of strangers expected, another one, or a similarity."""
SAID = ("case", "reason", "since", "until", "top", "how", "kind", "label", "good", "limit", "strangers", "similarity", "ranking")
"""Fields that a form shows again as they were filled in."""
BOX_SIDES = ("box_left", "box_top", "box_width", "box_height")
"""Fields of a box that is drawn by hand, per cent of the photograph's sides."""


def asked_of(form: Form, probe: HeldProbe) -> AskedSearch:
    """Return what a form asks of a probe.

    Raises
    ------
    InputError
        A field holds what can't be understood.
    """
    faces = form.numbers("face")
    how = form.one("how") or (SAME if len(probe.photos) > 1 else ANY)
    if how not in (ANY, TOGETHER, SAME, FUSE):
        raise InputError(f"«{how[:20]}» says nothing of how to search", remedy="choose from the list")
    return AskedSearch(probe_id=probe.id, faces=faces, how=how, options=_options(form))


def run(archive: "Archive", probe: HeldProbe, asked: AskedSearch) -> SearchResult:
    """Search with the picked faces of a probe, and with those that were found and joined it."""
    pictures = searched(probe, asked.faces)
    one_person = len(pictures) > 1 or (bool(asked.also) and asked.how not in (SAME, FUSE))
    return archive.search(
        *pictures,
        same_person=asked.how == SAME or (one_person and asked.how == ANY),
        fuse=asked.how == FUSE,
        together=asked.how == TOGETHER,
        also=asked.also,
        **asked.options,
    )


def searched(probe: HeldProbe, faces: Sequence[int]) -> list[ProbePicture]:
    """Return the photographs that hold picked faces, these marked; nothing picked: all that show a face.

    Raises
    ------
    InputError
        A number that no face has, or none of the photographs shows a face.
    """
    if not faces:
        with_faces = [photo.picture for photo in probe.photos if photo.picture.faces]
        if not with_faces:
            raise InputError("no face is picked, and none was found", remedy="draw a box around the face")
        return with_faces
    if wrong := [number for number in faces if not 1 <= number <= len(probe.crops)]:
        raise InputError(f"the probe has no face {wrong[0]}", remedy="pick among those that are numbered")
    own: dict[int, tuple[int, ...]] = {}
    for place, face in map(probe.place_of, faces):
        own[place] = (*own.get(place, ()), face + 1)
    return [replace(probe.photos[place].picture, picked=picked) for place, picked in sorted(own.items())]


def faces_before(probe: HeldProbe, faces: Sequence[int]) -> int:
    """Return how many faces stand before the first photograph that is searched with."""
    return probe.before(min((probe.place_of(number)[0] for number in faces), default=probe.place_of(1)[0]))


def _options(form: Form) -> dict[str, Any]:
    """Return the fields of the form by the names that the archive has for them."""
    limit = form.one("limit")
    return {
        "top": _top(form.one("top")),
        "expected_false_hits": _number(form.one("strangers")) if limit == "strangers" else None,
        "threshold": _number(form.one("similarity")) if limit == "similarity" else None,
        "ranking": form.one("ranking") if form.one("ranking") in ("cosine", "cohort") else None,
        "sources": [source for source in form.fields.get("source", []) if source],
        "since": day(form.one("since")),
        "until": day(form.one("until")),
        "narrow": Narrowing(kind=form.one("kind"), label=form.one("label"), good=form.one("good") == "yes"),
        "case_id": form.one("case") or None,
        "reason": form.one("reason"),
    }


def _top(text: str) -> int | None:
    if text == EVERY:
        return None
    if not text:
        return USUAL_TOP
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise InputError(f"«{text[:20]}» is no number of candidates", remedy="choose from the list")
    return int(text)


def _number(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise InputError(f"«{text[:20]}» is no number", remedy="write it as 0.1") from None
