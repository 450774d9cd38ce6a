"""A job in a process of its own, and what ties it to the desk that started it: a pipe.

What the desk writes is one line, the passphrase of the archive's key file if there is one: so it stands in no list of processes. Then the
pipe stays open; when it closes, however the desk ended, the job ends as after Ctrl-C, and waits for the next desk. What the process
says at its end is one line too: whether another one was writing, or what kept it from beginning.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO, NoReturn

from visavis.domain.errors import ArchiveBusy, VisavisError
from visavis.domain.ids import JobId
from visavis.records.key_file import Ask
from visavis.settings import Settings

COMMAND = (sys.executable, "-P", "-m", "visavis", "job", "run", "--for-desk")
NICE = 10
"""Added to the niceness: whoever searches comes first."""
LONGEST_WORDS = 64 << 10
BUSY = "busy"
TROUBLE = "trouble"


class KeptPassphrase:
    """Asks for the passphrase of a key file once, and keeps it in memory for the processes that need it too."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self.said: str | None = None

    def __call__(self) -> str:
        """Return it."""
        if self.said is None:
            self.said = self._ask()
        return self.said


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a process ended.

    Attributes
    ----------
    code : int
        Its exit code; −9 = by signal 9.
    busy : bool
        Another process was writing to the archive: nothing was done.
    trouble : str
        What kept it from beginning; empty = nothing did, or it could not say.
    """

    code: int
    busy: bool = False
    trouble: str = ""


class JobProcess:
    """A process that carries out a job."""

    def __init__(self, process: "subprocess.Popen[bytes]", passphrase: str | None) -> None:
        self._process = process
        self._tell(json.dumps({"passphrase": passphrase}).encode() + b"\n")

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    def poll(self) -> Ended | None:
        """Return how it ended; None = it has not."""
        code = self._process.poll()
        if code is None:
            return None
        said = self._heard()
        self.stop()
        return Ended(code=code, busy=said.get(BUSY) is True, trouble=str(said.get(TROUBLE) or ""))

    def stop(self) -> None:
        """Ask it to end: it commits nothing more."""
        try:
            _pipe(self._process.stdin).close()
        except BrokenPipeError:  # it has gone, with words in the pipe that it never read
            return

    def wait(self, seconds: float) -> Ended | None:
        """Give it time to end; None = it did not."""
        try:
            self._process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return None
        return self.poll()

    def kill(self) -> None:
        """End it at once; what it had in hand is lost."""
        self._process.kill()
        self._process.wait()

    def _tell(self, line: bytes) -> None:
        pipe = _pipe(self._process.stdin)
        try:
            pipe.write(line)
            pipe.flush()
        except BrokenPipeError:
            return  # it ended before it could hear; `poll` says how

    def _heard(self) -> dict[str, object]:
        """Return its last words. A worker of its may still hold the other end, so nobody waits for the end of the pipe."""
        pipe = _pipe(self._process.stdout)
        if pipe.closed:
            return {}
        os.set_blocking(pipe.fileno(), False)
        try:
            said = json.loads(os.read(pipe.fileno(), LONGEST_WORDS) or b"{}")
        except (BlockingIOError, ValueError):
            return {}
        finally:
            pipe.close()
        return said if isinstance(said, dict) else {}


class JobProcesses:
    """Starts processes for the jobs of one archive."""

    def __init__(self, folder: Path, passphrase: Callable[[], str | None], *, command: Sequence[str] = COMMAND) -> None:
        self._folder = folder
        self._passphrase = passphrase
        self._command = command

    def start(self, job_id: JobId) -> JobProcess:
        """Start one, in a session of its own: Ctrl-C in the desk's terminal is for the desk, which closes the pipe."""
        process = subprocess.Popen(  # noqa: S603 - our own command
            [*self._command, job_id, "--archive", str(self._folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # decoders in C write there what nobody may log
            start_new_session=True,
        )
        return JobProcess(process, self._passphrase())


def run_for_desk(folder: Path, name: str, *, settings: Settings) -> dict[str, object]:
    """Carry out a job in the process that a desk started; return its last words.

    Raises
    ------
    KeyboardInterrupt
        The desk is gone, or wants it to end.
    """
    from visavis.wiring.archive import open_archive

    os.nice(NICE)
    said = json.loads(_first_line())
    end_once = _EndOnce()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end_once)
    threading.Thread(target=_end_with_desk, daemon=True).start()
    passphrase = said["passphrase"]
    ask = None if passphrase is None else lambda: str(passphrase)
    try:
        with open_archive(folder, settings=settings, ask=ask) as opened:
            opened.jobs.carry_out(name)
    except ArchiveBusy:
        return {BUSY: True}
    except VisavisError as error:
        return {TROUBLE: str(error)}
    return {}


class _EndOnce:
    """Takes the first signal for Ctrl-C, and is deaf to the others: the desk's pipe and a system that shuts down may both say so."""

    def __call__(self, _number: int, _frame: FrameType | None) -> NoReturn:
        for deaf in (signal.SIGINT, signal.SIGTERM):
            signal.signal(deaf, signal.SIG_IGN)
        raise KeyboardInterrupt


def _end_with_desk() -> None:
    """Wait until the desk's end of the pipe closes, and interrupt the main thread in whatever it waits for."""
    while os.read(0, 1):
        pass
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


def _first_line() -> bytes:
    """Read byte by byte: what follows is the other thread's, and a buffer would hold its lock when the interpreter ends."""
    line = b""
    while not line.endswith(b"\n") and len(line) < LONGEST_WORDS:
        piece = os.read(0, 1)
        if not piece:
            break
        line += piece
    return line or b'{"passphrase": null}'


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise OSError("the process has no pipe")
    return pipe
