"""How far a long run has come."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestProgress:
    """State of one ingest run; each event replaces the one before.

    Attributes
    ----------
    files_done : int
        Files with an outcome, unchanged ones included.
    files_total : int or None
        None until the folders have been listed.
    faces : int
        Templates made in this run.
    bytes_done : int
        Bytes of the files done.
    seconds : float
        Since the run began, by a clock that never goes back.
    film_s, film_total_s : float
        Seconds of film that were read, and of those films that were met so far.
    """

    files_done: int
    files_total: int | None
    faces: int
    bytes_done: int
    seconds: float
    film_s: float = 0.0
    film_total_s: float = 0.0
