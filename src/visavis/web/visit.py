"""One request on its way to a page: who comes, and what the form says."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from visavis.domain.errors import InputError, RefusedError, VisavisError
from visavis.domain.speech import Speech
from visavis.web.places import Place, places_of
from visavis.web.problem import problem_of, remedy_of, status_of
from visavis.web.sessions import WebSession

if TYPE_CHECKING:
    from visavis.web.house import House, Words

LANGUAGE = "visavis-language"
"""The cookie that keeps the language which a person chose; it says nothing else."""
FIELDS = 250
LONGEST_FIELD = 4 << 10
MOST_FILES = 8
"""Of one form; all of them together keep to the limit of its door."""


class TooLarge(InputError):
    """A body over the limit of its route."""


NOTHING_HERE = ("there is nothing at this address", "start from the first page")


class NotThere(InputError):
    """Nothing is at this address, or nothing that this person may see: nobody is told which."""

    def __init__(self, message: str = NOTHING_HERE[0], *, remedy: str = NOTHING_HERE[1]) -> None:
        super().__init__(message, remedy=remedy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The fields of a form, and the bytes of its files, empty ones left out; `file_name` is what the last one's sender called it, without
    any folder.
    """

    fields: Mapping[str, list[str]] = field(default_factory=dict)
    files: tuple[bytes, ...] = field(default=(), repr=False)
    file_name: str = field(default="", repr=False)

    @property
    def file(self) -> bytes:
        """The bytes of the only file, or of the first; empty if there is none."""
        return self.files[0] if self.files else b""

    def one(self, name: str) -> str:
        """Return a field's text, stripped; empty if it is not there."""
        return (self.fields.get(name) or [""])[0].strip()

    def numbers(self, name: str) -> tuple[int, ...]:
        """Return the whole numbers of a field that may be there several times; `InputError` for anything else."""
        said = self.fields.get(name, [])
        if wrong := [text for text in said if not (text.isascii() and text.isdigit() and len(text) <= 4)]:
            raise InputError(f"«{wrong[0][:20]}» is no number", remedy="go back and pick again")
        return tuple(sorted({int(text) for text in said}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request that has passed the guard."""

    request: Request
    house: "House"
    cookie: str
    form: Form = field(default_factory=Form)
    session: WebSession | None = None

    @property
    def here(self) -> WebSession:
        """The session of a door that nobody passes without one."""
        if self.session is None:
            raise NotThere("nobody is signed in", remedy="sign in")
        return self.session

    @property
    def language(self) -> str:
        """The code of the language in which this browser is answered."""
        asked = self.request.headers.get("accept-language", "")
        return self.house.pages.languages.wanted(self.request.cookies.get(LANGUAGE, ""), asked)

    @property
    def words(self) -> "Words":
        """How results read in that language."""
        return self.house.pages.words(self.language)

    @property
    def speech(self) -> Speech:
        """That language."""
        return self.house.pages.languages.of(self.language)

    def check_token(self, token: str) -> None:
        """Raise `RefusedError` unless a form of this browser's session sent this."""
        if not self.house.sessions.holds(self.cookie, token):
            raise RefusedError("the page that sent this is too old", rule="same-origin", remedy="load the page again, and send it again")

    def page(self, template: str, *, status: int | None = None, error: VisavisError | None = None, **facts: object) -> Response:
        """Return a page, with what was wrong with the form that it answers, if anything was; the status follows from it."""
        text = (
            self.house.pages.of(self.language)
            .get_template(template)
            .render(
                request_id=self.request.scope.get("visavis.request_id", ""),
                token=self.house.sessions.token(self.cookie),
                session=self.session,
                address=self.request.url.path,
                places=self._places(template),
                lead=self.words.lead,
                languages=self.house.pages.languages.names(),
                rights_page=self.house.rights_page,
                **{"problem": problem_of(error), "remedy": remedy_of(error), **facts},
            )
        )
        return HTMLResponse(text, status_code=status_of(error) if status is None else status)

    def _places(self, template: str) -> tuple[Place, ...]:
        if self.session is None or self.session.must_enrol or template == "first_run.html.j2":
            return ()
        return places_of(self.session)

    def go(self, path: str) -> Response:
        """Send the browser to a page of ours."""
        return RedirectResponse(path, status_code=303)


async def read_form(request: Request, *, most: int) -> Form:
    """Read a body of at most `most` bytes as a form, in memory: a photograph never lies on a disk of ours.

    Raises
    ------
    TooLarge
        It is longer, whatever its header said.
    InputError
        It is no form.
    """
    body = await read_body(request, most)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        try:
            return _checked(Form(fields=parse_qs(body.decode(), keep_blank_values=True, max_num_fields=FIELDS, strict_parsing=bool(body))))
        except ValueError as error:
            raise InputError("the form can't be read", remedy="go back and send it again") from error
    if kind == "multipart/form-data":
        return await _multipart(request.headers, body)
    raise InputError("this is no form", remedy="use the page")


async def read_body(request: Request, most: int) -> bytes:
    """Return a body of at most `most` bytes; `TooLarge` if it is longer, whatever its header said."""
    said = request.headers.get("content-length", "0")
    if not (said.isascii() and said.isdigit()) or int(said) > most:
        raise _too_large(most)
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > most:
            raise _too_large(most)
    return bytes(body)


class _InMemory(MultiPartParser):
    spool_max_size = 1 << 40  # bytes; the body is in memory already, and shorter


async def _multipart(headers: Headers, body: bytes) -> Form:
    async def pieces() -> AsyncGenerator[bytes]:
        yield body

    fields: dict[str, list[str]] = {}
    files: list[bytes] = []
    file_name = ""
    try:
        parsed = await _InMemory(headers, pieces(), max_files=MOST_FILES, max_fields=FIELDS, max_part_size=LONGEST_FIELD).parse()
    except (MultiPartException, KeyError, ValueError) as error:
        raise InputError("the form can't be read", remedy=f"go back and send it again, with {MOST_FILES} files at most") from error
    for name, value in parsed.multi_items():
        if isinstance(value, UploadFile):
            file_name = PurePosixPath((value.filename or "").replace("\\", "/")).name[:200]
            files.append(await value.read())
        else:
            fields.setdefault(name, []).append(value)
    await parsed.close()
    return _checked(Form(fields=fields, files=tuple(data for data in files if data), file_name=file_name))


def _checked(form: Form) -> Form:
    if any(len(text) > LONGEST_FIELD or "\0" in text for said in form.fields.values() for text in said):
        raise InputError("a field of the form is too long, or holds what no text does", remedy="write less")
    return form


def _too_large(most: int) -> TooLarge:
    size = f"{most >> 20} MiB" if most >> 20 else f"{most >> 10} KiB"
    return TooLarge(f"what was sent is larger than {size}", remedy="send a smaller copy of the photograph")
