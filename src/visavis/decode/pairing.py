"""RAW and JPEG of one shot are one item: which RAW files of a folder another picture stands for."""

from collections.abc import Iterable
from pathlib import PurePosixPath

from visavis.decode.formats import Kind, extension, kind_of

_STAND_INS = ("jpg", "jpeg", "jpe", "heic", "heif", "hif")
"""What cameras write beside a RAW file, best first. A TIFF or PNG of the same stem is somebody's work, not the camera's twin."""


def pair_raw(names: Iterable[str]) -> dict[str, str]:
    """Tell which RAW files are represented by a camera JPEG or HEIC of the same stem, in whatever case.

    Parameters
    ----------
    names : iterable of str
        File names, or paths, of **one** folder.

    Returns
    -------
    dict
        RAW name → the name that stands for it. RAW files without one are not in it.
    """
    raws: list[str] = []
    stand_ins: dict[str, str] = {}
    for name in sorted(names, key=_rank):
        if kind_of(name) is Kind.RAW:
            raws.append(name)
        elif extension(name) in _STAND_INS:
            stand_ins.setdefault(_stem(name), name)
    return {name: stand_ins[_stem(name)] for name in raws if _stem(name) in stand_ins}


def _rank(name: str) -> tuple[int, str]:
    ending = extension(name)
    return (_STAND_INS.index(ending) if ending in _STAND_INS else len(_STAND_INS), name)


def _stem(name: str) -> str:
    return PurePosixPath(name).stem.casefold()
