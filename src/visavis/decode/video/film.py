"""The door: a seekable stream in, a film out whose frames come by the rule of stretches."""

from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from visavis.decode.formats import Format, sniff
from visavis.decode.limits import FilmLimits
from visavis.decode.video.animation import Animation
from visavis.decode.video.base import Film
from visavis.decode.video.container import ContainerFilm
from visavis.decode.video.demuxers import SNIFF_BYTES, container_of
from visavis.domain.errors import UnreadablePicture
from visavis.domain.media import Reason

_DEFAULT_LIMITS = FilmLimits()
_ANIMATION_BYTES = 512 * 2**20  # they are read whole


def open_film(source: BinaryIO | Path, *, file_name: str = "", limits: FilmLimits = _DEFAULT_LIMITS, threads: int = 1) -> Film:
    """Open a film by what its bytes are, whatever the file is called, and decode its first frame.

    Parameters
    ----------
    source : binary stream or Path
        A stream must be seekable, and stays open when the film is closed.
    file_name : str
        Last part of the path; a date in it is the last resort.
    limits : FilmLimits, optional
    threads : int
        That the decoder may use.

    Returns
    -------
    Film
        Of a container, or of an animated GIF or WebP (which need no PyAV).

    Raises
    ------
    UnreadablePicture
        With the :class:`~visavis.domain.media.Reason` to store: empty, unreadable, truncated, too-large, too-small, unsupported.
    SetupError
        PyAV is not installed.
    OSError
        The file can't be read.
    """
    if not isinstance(source, Path):
        return _open(source, file_name, limits, threads)
    stream = source.open("rb")
    try:
        film = _open(stream, file_name or source.name, limits, threads)
    except BaseException:
        stream.close()
        raise
    film.closing.callback(stream.close)
    return film


def _open(source: BinaryIO, file_name: str, limits: FilmLimits, threads: int) -> Film:
    size = source.seek(0, 2)
    limits.check_file(size)
    source.seek(0)
    head = source.read(SNIFF_BYTES)
    demuxer = container_of(head)
    if demuxer is not None:
        return ContainerFilm(source, demuxer, file_name, limits, threads)
    found = sniff(head)
    if found in {Format.GIF, Format.WEBP}:
        replace(limits, file_bytes=min(limits.file_bytes, _ANIMATION_BYTES)).check_file(size)
        source.seek(0)
        return Animation(source.read(), found, file_name, limits)
    if found is not None:
        raise UnreadablePicture(
            f"a picture ({found}), not a film; with a picture's ending in its name ingest reads it", reason=Reason.UNREADABLE
        )
    raise UnreadablePicture("not a film in any container that is read", reason=Reason.UNREADABLE)
