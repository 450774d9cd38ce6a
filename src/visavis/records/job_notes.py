"""How far a running job is: a small file that its process writes over every second, for whoever looks.

A count is no act: it has no leaf, and is worth nothing after its job. So it lies beside the database, and costs no commit.
"""

import datetime as dt
import json
from dataclasses import asdict
from pathlib import Path

from visavis.domain.ids import JobId
from visavis.domain.jobs import JobProgress
from visavis.records.folder import ArchiveFolder


class JobNotes:
    """Notes of the jobs of one archive: numbers, and no name or path."""

    def __init__(self, folder: ArchiveFolder) -> None:
        self._folder = folder.path / "tmp"

    def write(self, job_id: JobId, progress: JobProgress) -> None:
        """Replace what is noted of a job; whoever reads meanwhile has the old or the new note."""
        self._folder.mkdir(mode=0o700, exist_ok=True)  # a restored archive may lack it
        file = self._file(job_id)
        fresh = file.with_suffix(".new")
        noted = {**asdict(progress), "at": progress.at.isoformat(), "outcomes": dict(progress.outcomes)}
        fresh.write_text(json.dumps(noted), encoding="utf-8")
        fresh.replace(file)

    def read(self, job_id: JobId) -> JobProgress | None:
        """Return what was last noted of a job; None = nothing that can be read."""
        try:
            noted = json.loads(self._file(job_id).read_text(encoding="utf-8"))
            return JobProgress(**{**noted, "at": dt.datetime.fromisoformat(noted["at"])})
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def drop(self, job_id: JobId) -> None:
        """Forget a job that is over."""
        for suffix in (".json", ".new"):
            self._file(job_id).with_suffix(suffix).unlink(missing_ok=True)

    def _file(self, job_id: JobId) -> Path:
        return self._folder / f"job-{job_id}.json"
