"""What starts jobs: one process at a time, whatever waits first, within its hours. It lives as long as the desk, and outlives errors."""

import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

from visavis.domain.ids import JobId
from visavis.domain.jobs import JobState
from visavis.web.thread import ArchiveThread
from visavis.wiring.job_process import Ended

if TYPE_CHECKING:
    from visavis.wiring import Archive

LOG = logging.getLogger("visavis.web")
EVERY_S = 2.0
"""Seconds between two looks at what waits."""
AGAIN_S = 30.0
"""Seconds until a job is tried again that another process kept from writing, or whose process broke down."""
PATIENCE_S = 8.0
"""Seconds that a process has to end when the desk ends."""
BREAKDOWNS = 2
"""So many in a row without a file read between them, and the job has failed."""

T = TypeVar("T")


class Process(Protocol):
    """A process that carries out a job."""

    def poll(self) -> Ended | None:
        """Return how it ended; None = it has not."""
        ...

    def stop(self) -> None:
        """Ask it to end."""
        ...

    def wait(self, seconds: float) -> Ended | None:
        """Give it time to end."""
        ...

    def kill(self) -> None:
        """End it."""
        ...


class Processes(Protocol):
    """What starts them."""

    def start(self, job_id: JobId, /) -> Process:
        """Start one."""
        ...


class Supervisor:
    """Starts jobs, and says so where one could not say itself how it ended.

    Parameters
    ----------
    archive : ArchiveThread
        Asked every two seconds, for milliseconds.
    processes : Processes
    seconds : callable
        A clock that never goes back.
    """

    def __init__(self, archive: ArchiveThread, processes: Processes, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._archive = archive
        self._processes = processes
        self._seconds = seconds
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._live, name="jobs", daemon=True)
        self._running: tuple[JobId, Process] | None = None
        self._not_before = 0.0
        self._breakdowns: dict[JobId, tuple[int, int]] = {}
        """Of a job whose process broke down: how often, and how many files had been read then."""

    def start(self) -> None:
        """Begin to look, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """End the process that runs, which costs what it has in hand, and look no more. What it did is committed; the next desk goes on."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._running is None:
            return
        _, process = self._running
        process.stop()
        if process.wait(PATIENCE_S) is None:
            process.kill()
        self._running = None

    def look(self) -> None:
        """Do one step: see how the process fares, or start what is next."""
        if self._running is not None:
            job_id, process = self._running
            ended = process.poll()
            if ended is None:
                return
            self._running = None
            self._ended(job_id, ended)
        if self._seconds() < self._not_before:
            return
        found = self._ask(lambda archive: archive.jobs.next())
        if found is not None:
            LOG.info("job %s: a process begins", found)
            self._running = found, self._processes.start(found)

    def _live(self) -> None:
        while not self._ending.wait(EVERY_S):
            try:
                self.look()
            except OSError as error:  # no more processes, no memory for one
                self._later(error)
            except _AskedInVain as error:
                self._later(error.why)

    def _later(self, error: BaseException) -> None:
        """Try again in a while. What failed is not told: it may quote a path."""
        LOG.warning("jobs: %s; trying again", type(error).__name__)
        self._not_before = self._seconds() + AGAIN_S

    def _ended(self, job_id: JobId, ended: Ended) -> None:
        """Settle a process's end where it did not do so itself."""
        LOG.info("job %s: its process ended with code %s", job_id, ended.code)
        job = self._ask(lambda archive: archive.jobs.one(job_id))
        if job.state not in (JobState.WAITING, JobState.RUNNING):
            self._breakdowns.pop(job_id, None)
        elif ended.trouble:
            self._ask(lambda archive: archive.jobs.give_up(job_id, ended.trouble))
        elif ended.busy:
            self._not_before = self._seconds() + AGAIN_S
        elif ended.code not in (0, 130) or job.state is JobState.RUNNING:
            self._broke_down(job_id, ended)

    def _broke_down(self, job_id: JobId, ended: Ended) -> None:
        read = self._ask(lambda archive: archive.jobs.read_so_far(job_id))
        times, before = self._breakdowns.get(job_id, (0, -1))
        times = times + 1 if read == before else 1
        self._breakdowns[job_id] = times, read
        if times < BREAKDOWNS:
            self._not_before = self._seconds() + AGAIN_S
            return
        del self._breakdowns[job_id]
        how = f"was ended by signal {-ended.code}" if ended.code < 0 else f"ended with code {ended.code}"
        why = f"its process {how}, {times} times in a row without reading a file: there may be too little memory"
        self._ask(lambda archive: archive.jobs.give_up(job_id, why))

    def _ask(self, what: "Callable[[Archive], T]") -> T:
        """Ask the archive. Whatever goes wrong there must not end the thread, so it is looked at and not caught."""
        asked = self._archive.hand_in(what)
        error = asked.exception()
        if error is not None:
            raise _AskedInVain(error) from error
        return asked.result()


class _AskedInVain(Exception):
    """The archive could not answer."""

    def __init__(self, why: BaseException) -> None:
        super().__init__(type(why).__name__)
        self.why = why
