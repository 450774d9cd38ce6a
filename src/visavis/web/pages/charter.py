"""The guided charter: a profile, one question a page, and the whole in plain words before anything is added."""

import hashlib
from typing import TYPE_CHECKING

from starlette.responses import Response

from visavis.domain.errors import CharterInvalid, InputError, RefusedError, VisavisError
from visavis.web.doors import FORM, UPLOAD, Door, Opening, Who
from visavis.web.drafts import CharterDraft
from visavis.web.visit import NotThere, Visit

if TYPE_CHECKING:
    from visavis.wiring import Archive
    from visavis.wiring.charter_forms import Drafted, Question

BEGIN = "/sources/new"
WHERE = f"{BEGIN}/where"
ALOUD = f"{BEGIN}/charter"
MOST_EVIDENCE = 20
ANSWER = 32 << 10


async def profiles(visit: Visit) -> Response:
    """Ask what kind of collection it is."""
    return await _profiles(visit, "")


async def begin(visit: Visit) -> Response:
    """Begin a charter of a profile; one that was begun before is dropped."""
    name = visit.form.one("profile")
    known = await visit.house.archive.act(visit.here.who, lambda archive: [one.name for one in archive.forms.profiles()])
    if name not in known:
        return await _profiles(visit, "Choose one of these.", status=422)
    drop_draft(visit)
    visit.here.draft = CharterDraft(document={"profile": name})
    first = (await questions_of(visit, visit.here.draft))[0]
    return visit.go(_address(first))


async def ask(visit: Visit) -> Response:
    """Ask one question."""
    draft = visit.here.draft
    if draft is None:
        return visit.go(BEGIN)
    return await _ask(visit, draft, ())


async def answer(visit: Visit) -> Response:
    """Keep an answer and go on, back, or to the end; going on asks the law first whether the answer fits."""
    draft = _draft(visit)
    asked, number = await _asked(visit, draft)
    if asked[number].key != "evidence":
        draft.take(asked[number], visit.form.fields)
    if visit.form.one("go") == "back":
        return visit.go(_address(asked[number - 1]) if number else BEGIN)
    document, question = draft.whole(), asked[number]
    problems = await visit.house.archive.act(visit.here.who, lambda archive: archive.forms.unfit(document, question))
    if problems:
        return await _ask(visit, draft, problems, status=422)
    if visit.form.one("go") == "end" or (number + 1 == len(asked) and (draft.placed or draft.source_id)):
        return visit.go(ALOUD)
    return visit.go(_address(asked[number + 1]) if number + 1 < len(asked) else WHERE)


async def add_evidence(visit: Visit) -> Response:
    """Take a document's hash, and nothing else of it."""
    draft = _draft(visit)
    data, form = visit.form.file, visit.form
    if not data or len(draft.evidence) >= MOST_EVIDENCE:
        why = "No document was sent." if not data else f"{MOST_EVIDENCE} documents are enough."
        return await _ask(visit, draft, (("evidence.file", why),), status=422, key="evidence")
    name = form.file_name or "document"
    said = {"file": name, "kind": form.one("evidence.kind"), "valid_to": form.one("evidence.valid_to")}
    draft.evidence.append({"sha256": hashlib.sha256(data).hexdigest(), **{key: value for key, value in said.items() if value}})
    return visit.go(f"{BEGIN}/questions/evidence")


async def remove_evidence(visit: Visit) -> Response:
    """Take a document out again."""
    draft, digest = _draft(visit), visit.form.one("sha256")
    draft.evidence = [one for one in draft.evidence if one["sha256"] != digest]
    return visit.go(f"{BEGIN}/questions/evidence")


async def aloud(visit: Visit) -> Response:
    """Read the charter aloud, with all that still keeps it from being one."""
    draft = visit.here.draft
    return visit.go(BEGIN) if draft is None else await _aloud(visit, draft, None)


async def as_toml(visit: Visit) -> Response:
    """Give the charter as the file that the command line takes."""
    drafted = await _drafted(visit, _draft(visit))
    if not drafted.toml:
        raise NotThere("the charter is not whole yet", remedy="answer what is still asked")
    headers = {"content-disposition": 'attachment; filename="charter.toml"'}
    return Response(drafted.toml, media_type="application/toml", headers=headers)


async def add(visit: Visit) -> Response:
    """Add the source, or bring the new version; the law has the last word."""
    draft = _draft(visit)
    drafted = await _drafted(visit, draft)
    if drafted.problems or not (draft.placed or draft.source_id):
        return await _aloud(visit, draft, None, status=422)
    try:
        source_id = await visit.house.archive.act(visit.here.who, lambda archive: _carried_out(visit, archive, draft, drafted))
    except CharterInvalid:
        return await _aloud(visit, draft, None, status=422)
    except (InputError, RefusedError) as error:
        return await _aloud(visit, draft, error)
    visit.here.draft = None
    return visit.go(f"/sources/{source_id}")


async def drop(visit: Visit) -> Response:
    """Forget the draft, and remove what was handed in for it."""
    drop_draft(visit)
    return visit.go("/sources")


def drop_draft(visit: Visit) -> None:
    """Forget a session's draft with its pictures."""
    draft, visit.here.draft = visit.here.draft, None
    if draft is not None and draft.upload and visit.house.folders is not None:
        visit.house.folders.uploads.drop(draft.upload)


async def questions_of(visit: Visit, draft: CharterDraft) -> "tuple[Question, ...]":
    """Return what a draft's profile asks."""
    document = draft.whole()
    return await visit.house.archive.act(visit.here.who, lambda archive: archive.forms.questions(document))


def _carried_out(visit: Visit, archive: "Archive", draft: CharterDraft, drafted: "Drafted") -> str:
    if draft.source_id:
        return str(archive.charters.amend(draft.source_id, text=drafted.toml).id)
    folders, said = visit.house.folders, visit.form.one("answer")
    if folders is None:
        raise InputError("the desk offers no folder", remedy="ask whoever starts the desk to open one")
    shelf = None if draft.upload else folders.opened.at(draft.place)
    folder = folders.uploads.keep(draft.upload) if shelf is None else shelf.path
    if folder is None:
        raise InputError("no folder is picked", remedy="pick one")
    home = draft.profile == "household"
    asked = {"profile": "household", "title": str(draft.said("title"))} if home else {"text": drafted.toml}
    try:
        return str(archive.charters.add(folder, answer=said, **asked).source_id)
    except VisavisError:
        if draft.upload:
            folders.uploads.give_back(draft.upload)
        raise


async def _profiles(visit: Visit, problem: str, *, status: int = 200) -> Response:
    told = await visit.house.archive.act(visit.here.who, lambda archive: archive.forms.profiles())
    return visit.page("profiles.html.j2", status=status, profiles=told, draft=visit.here.draft, problem=problem)


async def _ask(visit: Visit, draft: CharterDraft, problems: tuple[tuple[str, str], ...], *, status: int = 200, key: str = "") -> Response:
    asked, number = await _asked(visit, draft, key=key)
    return visit.page(
        "question.html.j2",
        status=status,
        question=asked[number],
        number=number + 1,
        total=len(asked) + (0 if draft.source_id else 1),
        draft=draft,
        problems=problems,
        first=number == 0,
    )


async def _aloud(visit: Visit, draft: CharterDraft, error: VisavisError | None, *, status: int = 200) -> Response:
    drafted = await _drafted(visit, draft)
    answering = isinstance(error, RefusedError) and error.rule == "answer-given"
    keys = {question.key: question for question in await questions_of(visit, draft)}
    problems = [(keys.get(name.partition(".")[0].partition("[")[0]), name, why) for name, why in drafted.problems]
    return visit.page(
        "charter.html.j2",
        status=None if error else status,
        error=error,
        draft=draft,
        drafted=drafted,
        questions=list(keys.values()),
        problems=problems,
        answering=answering,
        answer=visit.form.one("answer"),
    )


async def _drafted(visit: Visit, draft: CharterDraft) -> "Drafted":
    document = draft.whole()
    return await visit.house.archive.act(visit.here.who, lambda archive: archive.forms.drafted(document))


async def _asked(visit: Visit, draft: CharterDraft, *, key: str = "") -> "tuple[tuple[Question, ...], int]":
    asked = await questions_of(visit, draft)
    key = key or visit.request.path_params["key"]
    number = next((place for place, question in enumerate(asked) if question.key == key), None)
    if number is None:
        raise NotThere("this is not asked of such a source", remedy="go through the questions from the first one")
    return asked, number


def _draft(visit: Visit) -> CharterDraft:
    if visit.here.draft is None:
        raise InputError(
            "the draft is no longer in memory: the desk was started anew, or you were signed out", remedy="begin it again at Sources"
        )
    return visit.here.draft


def _address(question: "Question") -> str:
    return f"{BEGIN}/questions/{question.key}"


_DRAFT = "in memory, of this session; adding the source is in the ledger"


def _door(method: str, path: str, *, body: int = 0) -> Door:
    """Return a door of the draft, which is the affair of who may add sources."""
    return Door(method=method, path=path, who=Who.ROLE, act="add-source", because=_DRAFT, body_bytes=body)


OPENINGS: tuple[Opening, ...] = (
    (_door("GET", BEGIN), profiles),
    (_door("POST", BEGIN, body=FORM), begin),
    (_door("GET", f"{BEGIN}/questions/{{key}}"), ask),
    (_door("POST", f"{BEGIN}/questions/{{key}}", body=ANSWER), answer),
    (_door("POST", f"{BEGIN}/evidence", body=UPLOAD), add_evidence),
    (_door("POST", f"{BEGIN}/evidence/remove", body=FORM), remove_evidence),
    (_door("GET", ALOUD), aloud),
    (_door("GET", f"{ALOUD}.toml"), as_toml),
    (Door(method="POST", path=ALOUD, who=Who.ROLE, act="add-source", operation="collection", body_bytes=FORM), add),
    (_door("POST", f"{BEGIN}/drop", body=FORM), drop),
)
