"""The source plug: three doors and what they promise.

A source is read, never written. What it can't list or open it says; nothing is lost silently. The promises are tested by
:class:`visavis.testing.source_contract.SourceContract`, which every implementation must pass.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from visavis.domain.media import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """One file of a source, not yet opened.

    Attributes
    ----------
    path : str
        Relative to the source's root, `/` between its parts; bytes that are no UTF-8 as surrogates (`os.fsdecode`).
    size : int
        Bytes.
    mtime_ns : int
        Nanoseconds since 1970; with the size it tells whether a file need be read again.
    """

    path: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlisted:
    """A folder or file that is there but can't be offered; `detail` says why in plain words, naming no path."""

    path: str
    reason: Reason
    detail: str


class Source(Protocol):
    """Three doors."""

    def discover(self) -> Iterator[FoundFile | Unlisted]:
        """List what the source holds, each path once, in an order that stays the same while the source does; the files of one
        folder come together, so that what belongs to one shot is seen together.

        Streams: the memory needed does not grow with the number of files, only with the largest folder.

        Raises
        ------
        SetupError
            The root itself can't be reached: the source is offline, which is not the same as empty.
        """
        ...

    def open(self, path: str, *, head: int | None = None) -> bytes:
        """Read a file, whole or its first `head` bytes.

        Parameters
        ----------
        path : str
            As `discover` gave it.
        head : int or None
            No more bytes than this; None = all.

        Raises
        ------
        UnreadablePicture
            vanished (gone since it was listed), not-allowed (the system refuses, or the path leaves the source), too-large (whole
            files only), unsupported (no regular file).
        """
        ...

    def stream(self, path: str) -> BinaryIO:
        """Open a file for reading here and there: films are longer than memory.

        Parameters
        ----------
        path : str
            As `discover` gave it.

        Returns
        -------
        BinaryIO
            Seekable; the caller closes it. It may raise `OSError` when what it reads from is gone.

        Raises
        ------
        UnreadablePicture
            As `open`, but for too-large: that is the decoder's to say.
        """
        ...
