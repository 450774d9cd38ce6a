"""Visavis: a self-hosted face search engine in which data-protection law is part of the engine.

>>> import visavis
>>> archive = visavis.open("DIR")            # doctest: +SKIP
>>> archive.ingest()                         # doctest: +SKIP
>>> result = archive.search("probe.jpg")     # doctest: +SKIP
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from visavis.wiring import Archive

__version__ = "0.1.0"
__all__ = ["create", "open"]


def create(folder: Path | str, *, pack_id: str | None = None) -> "Archive":
    """Make an empty archive in a new or empty folder on a local disk, and open it.

    Parameters
    ----------
    folder : path
    pack_id : str or None
        The model pack, until the archive moves to another; None = the default.

    Raises
    ------
    visavis.domain.errors.SetupError
        The folder is not empty or lies on a network drive, or the pack can't be used.
    """
    from visavis.wiring.archive import open_archive
    from visavis.wiring.tools import create_archive

    create_archive(folder, pack_id=pack_id)
    return open_archive(folder)


def open(folder: Path | str) -> "Archive":  # noqa: A001 - `visavis.open` reads as what it does
    """Open an archive.

    Parameters
    ----------
    folder : path

    Raises
    ------
    visavis.domain.errors.SetupError
        No archive lies there.
    """
    from visavis.wiring.archive import open_archive

    return open_archive(folder)
