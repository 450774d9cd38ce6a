"""How large an archive is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """An archive in numbers, none of them about anybody.

    Attributes
    ----------
    pictures : int
        Pictures and films that are there.
    templates : int
        Theirs.
    searches, candidates : int
        That were ever made, and listed.
    leaves : int
        Acts in the ledger.
    bytes : int
        Of the archive's files on its disk.
    """

    sources: int
    pictures: int
    templates: int
    searches: int
    candidates: int
    leaves: int
    bytes: int
