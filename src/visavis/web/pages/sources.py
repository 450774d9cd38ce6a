"""The sources: what there is, each with its legal file in plain words, and what may be done with it."""

import asyncio
import datetime as dt
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import Response

from visavis.domain.errors import InputError, RefusedError, SetupError, VisavisError
from visavis.web.asked import id_in
from visavis.web.doors import FORM, Door, Opening, Who
from visavis.web.drafts import CharterDraft
from visavis.web.pages.charter import ALOUD, drop_draft
from visavis.web.pages.results import none_the_wiser
from visavis.web.pages.where import MOST, folders_of, taken_in
from visavis.web.visit import Visit
from visavis.wiring.folders import Upload

if TYPE_CHECKING:
    from visavis.wiring import Archive, SourceRecord
    from visavis.wiring.charter_forms import Fact
    from visavis.wiring.sources import CharterVersion, Finding, SourceNote

MOST_LISTED = 500
SOON_DAYS = 60
READ = ("indexed", "no-face")
"""Outcomes of files that are pictures of the source; copies and RAW twins are counted beside them."""
NO_NOTICE = ("household", "trial", "evaluation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a source stands.

    Attributes
    ----------
    days_left : int or None
        To the last day of its charter; None = no end is fixed, negative = it is over.
    waits : tuple of str
        What somebody has to do: `answer`, `sign`.
    """

    source: "SourceRecord"
    counts: dict[str, int]
    days_left: int | None
    waits: tuple[str, ...]

    @property
    def state(self) -> str:
        """State as a person reads it; a source is over from its first instant, before `expire` has erased it."""
        over = self.source.state == "live" and self.days_left is not None and self.days_left < 0
        return "expired" if over else self.source.state

    @property
    def pictures(self) -> int:
        """Pictures and films that were read."""
        return sum(self.counts.get(reason, 0) for reason in READ)

    @property
    def soon(self) -> bool:
        """Whether its end is near."""
        return self.days_left is not None and 0 <= self.days_left <= SOON_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A source with its legal file."""

    standing: Standing
    facts: "tuple[Fact, ...]"
    versions: "list[CharterVersion]"
    notes: "list[SourceNote]"
    findings: "list[tuple[Finding, str]]"
    case_id: str
    half_read: str


async def list_all(visit: Visit) -> Response:
    """List the sources that this person is told of."""
    today = visit.house.clock.now().date()

    def ask(archive: "Archive") -> list[Standing]:
        return [_standing(archive, source, today) for source in archive.pictures.sources()]

    standings = await visit.house.archive.act(visit.here.who, ask)
    return visit.page("sources.html.j2", standings=standings, may=_may(visit), draft=visit.here.draft)


async def one(visit: Visit) -> Response:
    """Show a source."""
    return await _page(visit, None)


async def sign(visit: Visit) -> Response:
    """Put the charter that waits in force, under this person's key."""
    return await _done(visit, lambda archive, source: archive.charters.sign(source))


async def answer(visit: Visit) -> Response:
    """Answer, under one's name and key, for what the files say against the charter."""
    return await _done(visit, lambda archive, source: archive.charters.answer(source, visit.form.one("text")))


async def freeze(visit: Visit) -> Response:
    """Take the source out of every search and ingest at once."""
    return await _done(visit, lambda archive, source: archive.charters.freeze(source, visit.form.one("because")))


async def thaw(visit: Visit) -> Response:
    """Put it back."""
    return await _done(visit, lambda archive, source: archive.charters.thaw(source, visit.form.one("because")))


async def hand_in(visit: Visit) -> Response:
    """Take more pictures for a source, in a folder of their own, under its charter and this person's key."""
    source_id = id_in(visit, "source")
    with none_the_wiser():
        await visit.house.archive.act(visit.here.who, lambda archive: archive.pictures.source(source_id))
    said: dict[str, str] = {}
    try:
        async with taken_in(visit) as (upload, said):
            await _added(visit, source_id, upload, said.get("answer", ""))
    except (InputError, RefusedError, SetupError) as error:
        return await _page(visit, error, answer=said.get("answer", ""))
    return visit.go(f"/sources/{source_id}")


async def _added(visit: Visit, source_id: str, upload: Upload, answer: str) -> None:
    uploads = folders_of(visit).uploads
    folder = await asyncio.to_thread(uploads.keep, upload.id)
    try:
        await visit.house.back.act(visit.here.who, lambda archive: archive.charters.add_root(source_id, folder, answer=answer))
    except VisavisError:
        await asyncio.to_thread(uploads.give_back, upload.id)
        raise


async def amend(visit: Visit) -> Response:
    """Begin a new version: the charter as it stands, question by question."""
    source_id = id_in(visit, "source")

    def ask(archive: "Archive") -> CharterDraft:
        source = archive.pictures.source(source_id)
        waiting = next((one.toml for one in archive.charters.versions(source) if one.version == source.draft_version), source.charter_toml)
        document = archive.forms.document(waiting)
        return CharterDraft(document=document, source_id=source.id, evidence=[_texts(item) for item in document.pop("evidence", [])])

    with none_the_wiser():
        draft = await visit.house.archive.act(visit.here.who, ask)
    drop_draft(visit)
    visit.here.draft = draft
    return visit.go(ALOUD)


async def outcomes(visit: Visit) -> Response:
    """List the files of a source that ended in one outcome."""
    source_id, reason = id_in(visit, "source"), visit.request.query_params.get("reason", "")

    def ask(archive: "Archive") -> tuple[Standing, list[object]]:
        source = archive.pictures.source(source_id)
        found = archive.outcomes(reason=reason or None, source=source.id)
        return _standing(archive, source, visit.house.clock.now().date()), list(itertools.islice(found, MOST_LISTED + 1))

    with none_the_wiser():
        standing, files = await visit.house.archive.act(visit.here.who, ask)
    more = len(files) > MOST_LISTED
    return visit.page("outcomes.html.j2", standing=standing, reason=reason, files=files[:MOST_LISTED], more=more, most=MOST_LISTED)


async def due(visit: Visit) -> Response:
    """Show what is past its end, and what erasing it takes."""
    return await _due(visit, None)


async def expire(visit: Visit) -> Response:
    """Erase what is past its end."""
    try:
        report = await visit.house.back.act(visit.here.who, lambda archive: archive.retention.expire())
    except (RefusedError, SetupError) as error:
        return await _due(visit, error)
    return await _due(visit, None, done=report)


async def _due(visit: Visit, error: VisavisError | None, *, done: object = None) -> Response:
    def ask(archive: "Archive") -> tuple[object, dict[str, str]]:
        return archive.retention.due(), {source.id: source.title for source in archive.sources()}

    items, titles = await visit.house.archive.act(visit.here.who, ask)
    return visit.page("expire.html.j2", error=error, items=items, titles=titles, done=done)


async def _done(visit: Visit, act: "Callable[[Archive, str], object]") -> Response:
    source_id = id_in(visit, "source")

    def do(archive: "Archive") -> None:
        act(archive, archive.pictures.source(source_id).id)

    try:
        await visit.house.archive.act(visit.here.who, do)
    except (InputError, RefusedError, SetupError) as error:
        return await _page(visit, error)
    return visit.go(f"/sources/{source_id}")


async def _page(visit: Visit, error: VisavisError | None, *, answer: str | None = None) -> Response:
    """Show a source; with `answer` its form for more pictures stands open, with what was answered for them."""
    source_id, today = id_in(visit, "source"), visit.house.clock.now().date()

    def ask(archive: "Archive") -> Whole:
        from visavis.wiring.sources import says

        source = archive.pictures.source(source_id)
        charters = archive.charters
        return Whole(
            standing=_standing(archive, source, today),
            facts=archive.forms.told(source.charter_toml),
            versions=charters.versions(source),
            notes=charters.notes(source),
            findings=[(found, says(found.rule)) for found in charters.findings(source)],
            case_id=archive.standing_case(source),
            half_read=charters.half_read(source),
        )

    with none_the_wiser():
        whole = await visit.house.archive.act(visit.here.who, ask)
    return visit.page(
        "source.html.j2",
        error=error,
        whole=whole,
        standing=whole.standing,
        source=whole.standing.source,
        may=_may(visit),
        takes=0 if visit.house.folders is None else MOST >> 30,
        notice=whole.standing.source.signed_by is not None and whole.standing.source.profile not in NO_NOTICE,
        handing=answer is not None,
        answering=answer is not None and isinstance(error, RefusedError) and error.rule == "answer-given",
        said={"answer": answer or ""} | {name: visit.form.one(name) if error else "" for name in ("because", "text")},
    )


def _standing(archive: "Archive", source: "SourceRecord", today: dt.date) -> Standing:
    waits = ("answer",) if archive.charters.unanswered(source) else ()
    return Standing(
        source=source,
        counts=archive.charters.counts(source),
        days_left=None if source.live_until is None else (source.live_until - today).days,
        waits=(*waits, "sign") if source.draft_version else waits,
    )


def _may(visit: Visit) -> frozenset[str]:
    """Return the acts about sources that this person's role holds; the law is asked again when one is done."""
    return frozenset(act for act in ("add-source", "sign-charter", "freeze", "expire", "browse") if visit.here.may(act))


def _texts(item: dict[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in item.items()}


_HERE = "/sources/{source}"
_LISTED = "what `source list` and `source show` tell whoever asks; no picture is shown"
OPENINGS: tuple[Opening, ...] = (
    (Door(method="GET", path="/sources", who=Who.SIGNED_IN, because=_LISTED), list_all),
    (Door(method="GET", path="/sources/expire", who=Who.ROLE, act="expire", because="counts of what is past its end"), due),
    (Door(method="POST", path="/sources/expire", who=Who.ROLE, act="expire", operation="erasure", body_bytes=FORM), expire),
    (Door(method="GET", path=_HERE, who=Who.SIGNED_IN, because=_LISTED), one),
    (
        Door(method="GET", path=f"{_HERE}/outcomes", who=Who.ROLE, act="add-source", because="names of files, as `outcomes` lists them"),
        outcomes,
    ),
    (Door(method="POST", path=f"{_HERE}/sign", who=Who.ROLE, act="sign-charter", operation="alteration", body_bytes=FORM), sign),
    (Door(method="POST", path=f"{_HERE}/answer", who=Who.ROLE, act="add-source", operation="alteration", body_bytes=FORM), answer),
    (
        Door(
            method="POST",
            path=f"{_HERE}/upload",
            who=Who.ROLE,
            act="sign-charter",
            operation="collection",
            body_bytes=MOST,
            streamed=True,
        ),
        hand_in,
    ),
    (Door(method="POST", path=f"{_HERE}/freeze", who=Who.ROLE, act="freeze", operation="alteration", body_bytes=FORM), freeze),
    (Door(method="POST", path=f"{_HERE}/thaw", who=Who.ROLE, act="freeze", operation="alteration", body_bytes=FORM), thaw),
    (
        Door(method="POST", path=f"{_HERE}/amend", who=Who.ROLE, act="add-source", because="begins a draft in memory", body_bytes=FORM),
        amend,
    ),
)
