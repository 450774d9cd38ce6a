"""Putting one picture into a folder of a source: whole or not at all, under a name that says which bytes it has."""

import hashlib
import os
import re
from pathlib import Path

from visavis.domain.errors import InputError, SetupError

SUFFIXES = ((b"\xff\xd8\xff", ".jpg"), (b"\x89PNG\r\n\x1a\n", ".png"))
_NAMED = re.compile(r"(?:(?P<given>[^/~]+))?~[0-9a-f]{32}\.(?:jpg|png)")
LONGEST = 200
"""Characters of a name that was given, as the file has it: with the rest it stays below the 255 that drives allow."""


def file_name(data: bytes, given: str) -> str:
    """Return the name of a picture's file: what it was given, and 128 bits of its SHA-256.

    Raises
    ------
    InputError
        It is no JPEG and no PNG, or the name is too long.
    """
    suffix = next((suffix for magic, suffix in SUFFIXES if data.startswith(magic)), "")
    if not suffix:
        raise InputError("this is no JPEG and no PNG", remedy="convert the picture")
    kept = given.replace(":", "%3A")
    if len(kept) > LONGEST:
        raise InputError(f"the name of the picture is longer than {LONGEST} characters", remedy="a colon counts as three")
    return f"{kept}~{hashlib.sha256(data).hexdigest()[:32]}{suffix}"


def given_name(path: str) -> str:
    """Return what a picture was given when it was put there; empty = nothing, or it came another way."""
    found = _NAMED.fullmatch(path.rpartition("/")[2])
    return "" if found is None else (found["given"] or "").replace("%3A", ":")


def put(folder: Path, name: str, data: bytes) -> None:
    """Write a file unless one of that name is there; never through a link.

    Raises
    ------
    SetupError
        The folder can't be written.
    """
    target, partial = folder / name, folder / f".{name[-36:]}.{os.getpid()}"
    if target.is_file() and not target.is_symlink():
        return
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0), 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise SetupError(f"the picture can't be kept: {error.strerror}", remedy="see that the desk may write to the folder") from error
