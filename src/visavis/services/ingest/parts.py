"""What every root of a run works with, and what a run counts."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from visavis.domain.film import Sampling
from visavis.index.base import VectorIndex
from visavis.records.archive import Records
from visavis.records.intake import Committed
from visavis.services.ingest.batches import BATCH_FILES
from visavis.services.ingest.gate import Gate
from visavis.sources.base import Source

OpenSource = Callable[[Path, tuple[str, ...]], Source]
"""(root, exclude globs) to the source plug."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What every root of a run works with. `step` is told «index-added» after each batch and each stretch of a film; tests stop the process
    there.

    `batch_files` is the most that is read, and lost in a crash, at once.
    """

    records: Records
    index: VectorIndex
    gate: Gate
    open_source: OpenSource
    step: Callable[[str], None]
    batch_files: int = BATCH_FILES

    def to_index(self, committed: Committed) -> None:
        """Hand on to the index what was committed."""
        if committed.keys:
            for seq, rows in self.records.gallery.replay(committed.seq - 1):
                self.index.add(rows, seq)
        self.step("index-added")


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How a run reads: photographs `thorough` or not, films by their `sampling`, and with `retry` what could not be read too.

    `asked_id` is the job that asked for the run; empty = a command did.
    """

    thorough: bool = False
    sampling: Sampling = Sampling.NORMAL
    retry: bool = False
    asked_id: str = ""


@dataclass(slots=True)
class Tally:
    """Counts of a run so far."""

    read: int = 0
    stored: Counter[str] = field(default_factory=Counter)
    """Outcomes as they stand in the records at the end of each root."""
    met: Counter[str] = field(default_factory=Counter)
    """Outcomes as they were met so far."""
    unchanged: int = 0
    returned: int = 0
    missing: int = 0
    faces: int = 0
    bytes: int = 0
    film_s: float = 0.0
    """Seconds of film that were read in this run, and of those films that it has met as a whole."""
    film_total_s: float = 0.0
    total: int | None = None
    offline: list[str] = field(default_factory=list)
