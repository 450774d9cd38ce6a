"""The one import of PyAV, which is an extra: its wheels carry x264 and x265, which are GPL."""

import importlib.util
from typing import Any

from visavis.domain.errors import SetupError


def is_installed() -> bool:
    """Whether films can be read; asked before a folder is read, so that one sentence stands for all films of it."""
    return importlib.util.find_spec("av") is not None


def load() -> Any:
    """Return the package `av`; its log is off unless a program turns it on, so that no path of a file reaches a terminal.

    Raises
    ------
    SetupError
        It is not installed.
    """
    try:
        import av
    except ImportError as error:
        raise SetupError("films are read with PyAV, which is not installed", remedy='pip install "visavis[video]"') from error
    return av
