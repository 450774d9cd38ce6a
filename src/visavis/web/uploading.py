"""Pictures that are handed in: a form with many files, read in pieces as it comes, never whole in memory."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from python_multipart import MultipartParser
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import parse_options_header
from starlette.requests import ClientDisconnect

from visavis.domain.errors import InputError
from visavis.web.visit import TooLarge, Visit
from visavis.wiring.folders import Upload

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

LONGEST_TEXT = 12 << 10
LONGEST_HEADER = 4 << 10
MOST_PARTS = 25_000
TEXTS = ("token", "answer")
"""Fields that are no files; any other is passed over."""


@dataclass(slots=True)
class _Part:
    """One part of the form, while it comes."""

    name: str = ""
    file: str = ""
    is_file: bool = False
    header: bytes = b""
    value: bytes = b""
    headers: dict[bytes, bytes] = field(default_factory=dict)


class Receiving:
    """Takes the pieces of a form: its token first, and only then files; `said` are its texts. Its methods are called by the parser.

    Parameters
    ----------
    visit : Visit
        Whose token it must carry.
    upload : Upload
        Where its files go.
    """

    def __init__(self, visit: Visit, upload: Upload, boundary: bytes) -> None:
        self._visit = visit
        self._upload = upload
        self._part = _Part()
        self._file = ExitStack()
        self._write: Callable[[bytes], object] = len
        self.trusted = self.whole = False
        self.said: dict[str, str] = {}
        self._parts = 0
        told: MultipartCallbacks = {
            "on_part_begin": self._part_begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._part_data,
            "on_part_end": self._part_end,
            "on_end": self._end,
        }
        self._parser = MultipartParser(boundary, told)

    def write(self, piece: bytes) -> None:
        """Take the next piece of the body."""
        try:
            self._parser.write(piece)
        except MultipartParseError as error:
            raise InputError("the form can't be read", remedy="load the page again, and send it again") from error

    def check_trusted(self) -> None:
        """Raise `RefusedError` unless a right token has come."""
        if not self.trusted:
            self._visit.check_token("")

    def close(self) -> None:
        """Let go of a file that was cut off: it is not taken as whole."""
        with suppress(InputError):
            self._file.__exit__(InputError, InputError("the upload broke off"), None)

    def _part_begin(self) -> None:
        self._part = _Part()
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise InputError("the form has too many parts", remedy="pack the pictures into a ZIP")

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._part.header += data[start:end]
        self._short(self._part.header)

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._part.value += data[start:end]
        self._short(self._part.value)

    def _header_end(self) -> None:
        self._part.headers[self._part.header.lower()] = self._part.value
        self._part.header = self._part.value = b""
        self._short(b"".join(self._part.headers))

    def _headers_finished(self) -> None:
        _, said = parse_options_header(self._part.headers.get(b"content-disposition", b""))
        self._part.name = said.get(b"name", b"").decode(errors="replace")
        self._part.is_file = b"filename" in said
        self._part.file = said.get(b"filename", b"").decode(errors="replace")
        if self._part.is_file:
            self.check_trusted()
        if self._part.file:
            self._write = self._file.enter_context(self._upload.file(self._part.file))

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._part.file:
            self._write(data[start:end])
        elif self._part.name in TEXTS:
            self._part.value += data[start:end]
            if len(self._part.value) > LONGEST_TEXT:
                raise InputError("the form can't be read", remedy="load the page again, and send it again")

    def _part_end(self) -> None:
        if self._part.file:
            self._file.close()
        elif self._part.name in TEXTS:
            self.said[self._part.name] = self._part.value.decode(errors="replace")
            if self._part.name == "token":
                self._visit.check_token(self.said["token"])
                self.trusted = True

    def _end(self) -> None:
        self.whole = True

    @staticmethod
    def _short(text: bytes) -> None:
        if len(text) > LONGEST_HEADER:
            raise InputError("the form can't be read", remedy="load the page again, and send it again")


async def receive(visit: Visit, upload: Upload, *, most: int) -> dict[str, str]:
    """Read the body of a request into an upload, and return its texts; what breaks off or is refused raises: drop the upload then.

    Raises
    ------
    RefusedError
        `same-origin`: no token of this browser's session comes before the first file.
    TooLarge
        The body is longer than `most`.
    InputError
        It is no form, breaks off, or a file breaks a bound.
    """
    kind, options = parse_options_header(visit.request.headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not 0 < len(boundary) <= 70:
        raise InputError("this is no form", remedy="use the page")
    receiving, length = Receiving(visit, upload, boundary), 0
    try:
        async for piece in visit.request.stream():
            length += len(piece)
            if length > most:
                raise TooLarge(f"what was sent is larger than {most >> 30} GiB", remedy="send less at a time")
            await asyncio.to_thread(receiving.write, piece)
    except ClientDisconnect as error:
        raise InputError("the upload broke off", remedy="send it again") from error
    finally:
        await asyncio.to_thread(receiving.close)
    if not receiving.whole:
        raise InputError("the upload broke off", remedy="send it again")
    receiving.check_trusted()
    return receiving.said
