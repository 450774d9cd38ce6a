"""A file that leaves the house from the desk: made in memory, on record by its hash, and only then handed to the browser."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from typing import TextIO

from starlette.responses import Response

from visavis.domain.errors import InputError
from visavis.web.visit import Visit

KINDS = {
    "csv": "text/csv; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "zip": "application/zip",
    "mp4": "video/mp4",
    "edl": "text/plain; charset=utf-8",
    "otio": "application/json",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """To whom a file goes, and why, as the form says."""

    recipient: str
    because: str

    @classmethod
    def of(cls, visit: Visit) -> "Given":
        """Read the form."""
        return cls(recipient=visit.form.one("recipient"), because=visit.form.one("because"))


def written(write: Callable[[TextIO], None]) -> bytes:
    """Return what is written, UTF-8."""
    with StringIO(newline="") as stream:
        write(stream)
        return stream.getvalue().encode(errors="backslashreplace")


def sha256(body: bytes) -> bytes:
    """Return what stands in the ledger of a file, 32 bytes."""
    return hashlib.sha256(body).digest()


def download(body: bytes, name: str, kind: str) -> Response:
    """Return a file as a browser saves it; `name` is made of words and ids of ours."""
    if kind not in KINDS:
        raise InputError("there is no such file", remedy="go back and pick again")
    headers = {"content-disposition": f'attachment; filename="{name}.{kind}"'}
    return Response(body, media_type=KINDS[kind], headers=headers)
