"""Where the pictures of a new source are: a folder inside those that the operator opened, or pictures that are handed in."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.responses import Response

from visavis.domain.errors import InputError, RefusedError, SetupError, VisavisError
from visavis.web.doors import FORM, Door, Opening, Who
from visavis.web.drafts import CharterDraft
from visavis.web.pages.charter import ALOUD, BEGIN, WHERE, drop_draft, questions_of
from visavis.web.uploading import receive
from visavis.web.visit import Visit
from visavis.wiring.folders import Folders, Upload

MOST = 8 << 30
"""Bytes of one upload."""


async def where(visit: Visit) -> Response:
    """Show the folders at a place, and the form for handing in."""
    draft = visit.here.draft
    if draft is None or draft.source_id:
        return visit.go(BEGIN)
    return await _page(visit, draft, visit.request.query_params.get("at", ""), None)


async def pick(visit: Visit) -> Response:
    """Take a folder, or go on with what is taken."""
    draft, place = _draft(visit), visit.form.one("at")
    if visit.form.one("go") == "back":
        return visit.go(f"{BEGIN}/questions/{(await questions_of(visit, draft))[-1].key}")
    try:
        if place:
            await asyncio.to_thread(folders_of(visit).opened.at, place)
            _forget_upload(visit, draft)
            draft.place = place
        if not draft.placed:
            raise InputError("no folder is picked, and nothing was handed in", remedy="do one of them")
    except InputError as error:
        return await _page(visit, draft, "", error)
    return visit.go(ALOUD)


async def hand_in(visit: Visit) -> Response:
    """Take pictures, in pieces; what is cut off or refused leaves nothing behind."""
    try:
        async with taken_in(visit) as (upload, _):
            draft = _draft(visit)
            _forget_upload(visit, draft)
            draft.upload, draft.received, draft.place = upload.id, upload.received, ""
    except (InputError, SetupError) as error:
        if visit.here.draft is None or isinstance(error, RefusedError):
            raise
        return await _page(visit, visit.here.draft, "", error)
    return visit.go(WHERE)


@asynccontextmanager
async def taken_in(visit: Visit) -> AsyncIterator[tuple[Upload, dict[str, str]]]:
    """Read the body of a request into an upload, and lend it with the form's texts; unless all goes well, nothing of it is left behind.

    Raises
    ------
    InputError
        The desk takes no pictures, none was among what was sent, or what `uploading.receive` raises.
    SetupError
        They can't be kept.
    """
    uploads = folders_of(visit).uploads
    await asyncio.to_thread(uploads.sweep, visit.house.sessions.uploads)
    upload, well = await asyncio.to_thread(uploads.begin), False
    try:
        said = await receive(visit, upload, most=MOST)
        if not upload.received.files:
            raise InputError("no picture or film was among what was sent", remedy="choose photographs, films, or a ZIP of them")
        yield upload, said
        well = True
    finally:
        if not well:
            await asyncio.to_thread(uploads.drop, upload.id)
        uploads.came(upload.id)


async def take_back(visit: Visit) -> Response:
    """Remove what was handed in."""
    draft = _draft(visit)
    _forget_upload(visit, draft)
    return visit.go(WHERE)


def _forget_upload(visit: Visit, draft: CharterDraft) -> None:
    if draft.upload:
        folders_of(visit).uploads.drop(draft.upload)
    draft.upload, draft.received = "", None


async def _page(visit: Visit, draft: CharterDraft, place: str, error: VisavisError | None) -> Response:
    folders = visit.house.folders
    shelf = picked = None
    if folders is not None:
        try:
            shelf = await asyncio.to_thread(folders.opened.at, place)
            picked = await asyncio.to_thread(folders.opened.at, draft.place) if draft.place else None
        except InputError as gone:
            draft.place, error = "", error or gone
            shelf = await asyncio.to_thread(folders.opened.at, "")
    asked = len(await questions_of(visit, draft))
    return visit.page(
        "where.html.j2",
        error=error,
        draft=draft,
        shelf=shelf,
        picked=picked,
        number=asked + 1,
        most=MOST >> 30,
    )


def folders_of(visit: Visit) -> Folders:
    """Return where pictures may come from; `InputError` if from nowhere."""
    if visit.house.folders is None:
        raise InputError("the desk offers no folder and takes no pictures", remedy="ask whoever starts the desk to open one")
    return visit.house.folders


def _draft(visit: Visit) -> CharterDraft:
    draft = visit.here.draft
    if draft is None or draft.source_id:
        drop_draft(visit)
        raise InputError("there is no draft of a new source in memory", remedy="begin it at Sources")
    return draft


_DRAFT = "in memory, of this session; adding the source is in the ledger"
_STAGED = "kept aside until the source is added, which is in the ledger, or the session ends"
OPENINGS: tuple[Opening, ...] = (
    (Door(method="GET", path=WHERE, who=Who.ROLE, act="add-source", because=_DRAFT), where),
    (Door(method="POST", path=WHERE, who=Who.ROLE, act="add-source", because=_DRAFT, body_bytes=FORM), pick),
    (Door(method="POST", path=f"{BEGIN}/upload", who=Who.ROLE, act="add-source", because=_STAGED, body_bytes=MOST, streamed=True), hand_in),
    (Door(method="POST", path=f"{BEGIN}/upload/drop", who=Who.ROLE, act="add-source", because=_DRAFT, body_bytes=FORM), take_back),
)
