"""Files that leave the house: asked of the rules before they are made, and on record before they appear."""

import hashlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Annotated, TextIO

import typer

from visavis.cli.output.plain_text import shown
from visavis.domain.errors import InputError

RecipientOption = Annotated[
    str, typer.Option("--recipient", metavar="NAME", help="Who is given the file; asked for where it leaves the house.")
]
BecauseOption = Annotated[str, typer.Option("--because", metavar="TEXT", help="Why they are given it; kept in the record.")]

Handed = Callable[[bytes], object]
"""Called with the SHA-256 of a complete file, 32 bytes, before anybody can have it; raises to keep it in."""


@contextmanager
def handing_out(output: Path | None, handed: Handed | None) -> Iterator[TextIO]:
    """Write to a file that appears when it is complete, or to standard output; with `handed` only once that is on record.

    Raises
    ------
    InputError
        The file can't be written.
    """
    if output is None:
        with _held_back(sys.stdout, handed) as stream:
            yield stream
        return
    output = output.resolve()
    try:
        if output.exists() and not output.is_file():  # a pipe or a device is written to, not replaced
            with output.open("w", encoding="utf-8", newline="") as target, _held_back(target, handed) as stream:
                yield stream
        else:
            with _appearing(output, handed) as stream:
                yield stream
    except OSError as error:
        raise InputError(f"can't write {output}: {error.strerror}", remedy="choose another --output") from error
    sys.stderr.write(shown(f"written to {output}") + "\n")


@contextmanager
def handing_out_file(output: Path, handed: Handed | None) -> Iterator[Path]:
    """Yield a place beside a file to write it to; the file appears when it is complete, with `handed` only once that is on record.

    Raises
    ------
    InputError
        The file can't be written.
    """
    output = output.resolve()
    part = output.with_name(output.name + ".part")
    try:
        yield part
        _recorded(part, handed)
        part.replace(output)
    except OSError as error:
        raise InputError(f"can't write {output}: {error.strerror}", remedy="choose another --output") from error
    finally:
        part.unlink(missing_ok=True)
    sys.stderr.write(shown(f"written to {output}") + "\n")


def _recorded(part: Path, handed: Handed | None) -> None:
    if handed is not None:
        with part.open("rb") as written:
            handed(hashlib.file_digest(written, "sha256").digest())


@contextmanager
def _appearing(output: Path, handed: Handed | None) -> Iterator[TextIO]:
    part = output.with_name(output.name + ".part")
    try:
        with part.open("w", encoding="utf-8", newline="") as stream:
            yield stream
        _recorded(part, handed)
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _held_back(target: TextIO, handed: Handed | None) -> Iterator[TextIO]:
    """What can't be taken back is written when it is on record."""
    if handed is None:
        yield target
        return
    with StringIO(newline="") as held:
        yield held
        text = held.getvalue()
    handed(hashlib.sha256(text.encode(errors="backslashreplace")).digest())
    target.write(text)
