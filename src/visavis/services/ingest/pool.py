"""Worker processes that analyse batches and stretches. A file that ends its worker costs that file, not the run.

Each worker holds one end of a pipe and nothing else of its parent: when the parent dies, however it dies, the pipe closes and the
worker ends. Talk over the pipe: batch → what was examined → which are wanted → what was analysed; or stretch → what it gave.
"""

import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import ModuleType, TracebackType
from typing import Self, cast

from visavis.domain.errors import SetupError, VisavisError
from visavis.domain.media import Outcome, Reason
from visavis.services.ingest.batches import Analysed, Batch, BuildAnalyser, Examined, Stretch, StretchRead, Task

Choose = Callable[[Batch, list[Examined]], frozenset[int]]
"""Which files of an examined batch, by position, are to be decoded."""
BatchRead = tuple[Batch, list[Examined], dict[int, Analysed]]
Result = BatchRead | StretchRead
Tasks = Iterator[Task | None]
"""What is to be read; None = nothing now, ask again when a result was taken."""


class _Worker:
    """One process and the task that it works on."""

    def __init__(self, build: BuildAnalyser) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process: SpawnProcess = context.Process(target=_serve, args=(build, theirs), daemon=True)
        with _ctrl_c_held(), _script_hidden():  # a process starts with its parent's mask: the parent decides about Ctrl-C
            self.process.start()
        theirs.close()
        self.task: Task | None = None
        self.examined: list[Examined] | None = None
        self.ready = False

    def hear(self) -> object:
        """Return the next message; a worker that could not even start is no fault of any file."""
        try:
            if not self.ready:
                trouble = self.connection.recv()
                if trouble:
                    raise SetupError(f"a worker could not start: {trouble}", remedy="visavis packs list; visavis status")
                self.ready = True
            return self.connection.recv()
        except (EOFError, ConnectionError):
            if self.ready:
                raise
            raise SetupError("a worker process ended before it could start", remedy="try again with --workers 1") from None

    def give(self, task: Task) -> None:
        self.task, self.examined = task, None
        self.connection.send(task)

    def stop(self) -> None:
        self.connection.close()
        self.process.join(timeout=0.2)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


class Pool:
    """Up to as many workers as asked for, started when there is work; use as a context."""

    def __init__(self, build: BuildAnalyser, *, workers: int) -> None:
        self._build = build
        self._most = workers
        self._workers: list[_Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for worker in self._workers:
            worker.stop()

    def run(self, tasks: Iterable[Task | None], choose: Choose) -> Iterator[Result]:
        """Yield each batch with what was examined and analysed, and each stretch with what it gave, as they come ready.

        A process starts when there is a task for it, so a run without new files starts none.
        """
        waiting: Tasks = iter(tasks)
        again: deque[Batch] = deque()
        while True:
            self._feed_idle(waiting, again)
            busy = {worker.connection: worker for worker in self._workers if worker.task is not None}
            if not busy:
                return
            for connection in wait(list(busy)):
                if isinstance(connection, Connection):
                    yield from self._hear(busy[connection], waiting, again, choose)

    def _feed_idle(self, waiting: Tasks, again: deque[Batch]) -> None:
        idle = [worker for worker in self._workers if worker.task is None]
        for _ in range(len(idle) + self._most - len(self._workers)):
            task = _next(waiting, again)
            if task is None:
                return
            if not idle:
                idle.append(_Worker(self._build))
                self._workers.append(idle[-1])
            self._give(idle.pop(0), task)

    def _feed(self, worker: _Worker, waiting: Tasks, again: deque[Batch]) -> None:
        worker.task = None
        task = _next(waiting, again)
        if task is not None:
            self._give(worker, task)

    def _give(self, worker: _Worker, task: Task) -> None:
        try:
            worker.give(task)
        except ConnectionError:  # it ended while it had nothing to do, so no file is to blame
            self._replace(worker).give(task)

    def _hear(self, worker: _Worker, waiting: Tasks, again: deque[Batch], choose: Choose) -> Iterator[Result]:
        task, examined = worker.task, worker.examined
        if task is None:
            return
        try:
            if isinstance(task, Batch) and examined is None:
                worker.examined = cast("list[Examined]", worker.hear())
                worker.connection.send(choose(task, worker.examined))
                return
            heard = worker.hear()
        except (EOFError, ConnectionError):
            worker = self._replace(worker)
            crashed = _set_aside(task, examined, again)
            self._feed(worker, waiting, again)
            if crashed is not None:
                yield crashed
            return
        self._feed(worker, waiting, again)
        yield (task, examined or [], cast("dict[int, Analysed]", heard)) if isinstance(task, Batch) else cast("StretchRead", heard)

    def _replace(self, dead: _Worker) -> _Worker:
        dead.stop()
        fresh = _Worker(self._build)
        self._workers[self._workers.index(dead)] = fresh
        return fresh


def _next(waiting: Tasks, again: deque[Batch]) -> Task | None:
    return again.popleft() if again else next(waiting, None)


def _set_aside(task: Task, examined: list[Examined] | None, again: deque[Batch]) -> Result | None:
    """Try the files of a batch that ended its worker one by one; the one that does it alone is an outcome. A stretch is given up."""
    outcome = Outcome(reason=Reason.CRASHED, detail="reading this file ended the worker process")
    if isinstance(task, Stretch):
        return StretchRead(stretch=task, outcome=outcome)
    if len(task.files) > 1:
        again.extend(replace(task, files=(file,)) for file in task.files)
        return None
    return task, examined or [Examined()], {0: Analysed(outcome=outcome)}


def _serve(build: BuildAnalyser, connection: Connection) -> None:
    with suppress(EOFError, ConnectionError):  # the parent is gone, or wants no more
        try:
            analyser = build()
        except VisavisError as error:
            connection.send(str(error))
            return
        connection.send("")
        # libtiff and LibRaw write to standard error from C, past all of Python; what they say is in the outcome already
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        with closing(analyser):
            while True:
                task: Task = connection.recv()
                if isinstance(task, Stretch):
                    connection.send(analyser.read(task))
                    continue
                connection.send(analyser.examine(task))
                connection.send(analyser.analyse(task, connection.recv()))


@contextmanager
def _ctrl_c_held() -> Iterator[None]:
    resource_tracker.ensure_running()  # starting it lifts the mask
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _script_hidden() -> Iterator[None]:
    """Keep a worker from running the caller's script again: it needs nothing of it, and not every script guards its main part."""
    script = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = script
