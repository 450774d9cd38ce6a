"""Worker processes that analyse batches. A file that ends its worker costs that file, not the run.

Each worker holds one end of a pipe and nothing else of its parent: when the parent dies, however it dies, the pipe closes and the
worker ends. Talk over the pipe: batch → what was examined → which are wanted → what was analysed.
"""

import itertools
import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import ModuleType, TracebackType
from typing import Self, cast

from visavis.domain.errors import SetupError, VisavisError
from visavis.domain.media import Outcome, Reason
from visavis.services.ingest.batches import Analysed, Batch, BuildAnalyser, Examined

Choose = Callable[[Batch, list[Examined]], frozenset[int]]
"""Which files of an examined batch, by position, are to be decoded."""
Result = tuple[Batch, list[Examined], dict[int, Analysed]]


class _Worker:
    """One process and the batch that it works on."""

    def __init__(self, build: BuildAnalyser) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process: SpawnProcess = context.Process(target=_serve, args=(build, theirs), daemon=True)
        with _ctrl_c_held(), _script_hidden():  # a process starts with its parent's mask: the parent decides about Ctrl-C
            self.process.start()
        theirs.close()
        self.batch: Batch | None = None
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

    def give(self, batch: Batch) -> None:
        self.batch, self.examined = batch, None
        self.connection.send(batch)

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

    def run(self, batches: Iterable[Batch], choose: Choose) -> Iterator[Result]:
        """Yield each batch with what was examined and analysed, as they come ready."""
        waiting = iter(batches)
        again: deque[Batch] = deque()
        for batch in itertools.islice(waiting, self._most):  # a run without new files starts no process
            idle = next((worker for worker in self._workers if worker.batch is None), None)
            if idle is None:
                idle = _Worker(self._build)
                self._workers.append(idle)
            self._give(idle, batch)
        while busy := {worker.connection: worker for worker in self._workers if worker.batch is not None}:
            for connection in wait(list(busy)):
                if not isinstance(connection, Connection):
                    continue
                yield from self._hear(busy[connection], waiting, again, choose)

    def _feed(self, worker: _Worker, waiting: Iterator[Batch], again: deque[Batch]) -> None:
        worker.batch = None
        batch = again.popleft() if again else next(waiting, None)
        if batch is not None:
            self._give(worker, batch)

    def _give(self, worker: _Worker, batch: Batch) -> None:
        try:
            worker.give(batch)
        except ConnectionError:  # it ended while it had nothing to do, so no file is to blame
            self._replace(worker).give(batch)

    def _hear(self, worker: _Worker, waiting: Iterator[Batch], again: deque[Batch], choose: Choose) -> Iterator[Result]:
        batch, examined = worker.batch, worker.examined
        if batch is None:
            return
        try:
            if examined is None:
                worker.examined = cast("list[Examined]", worker.hear())
                worker.connection.send(choose(batch, worker.examined))
                return
            analysed = cast("dict[int, Analysed]", worker.hear())
        except (EOFError, ConnectionError):
            worker = self._replace(worker)
            crashed = _set_aside(batch, examined, again)
            self._feed(worker, waiting, again)
            if crashed is not None:
                yield crashed
            return
        self._feed(worker, waiting, again)
        yield batch, examined, analysed

    def _replace(self, dead: _Worker) -> _Worker:
        dead.stop()
        fresh = _Worker(self._build)
        self._workers[self._workers.index(dead)] = fresh
        return fresh


def _set_aside(batch: Batch, examined: list[Examined] | None, again: deque[Batch]) -> Result | None:
    """Try the files of a batch that ended its worker one by one; the one that does it alone is an outcome."""
    if len(batch.files) > 1:
        again.extend(Batch(root=batch.root, files=(file,), thorough=batch.thorough) for file in batch.files)
        return None
    outcome = Outcome(reason=Reason.CRASHED, detail="reading this file ended the worker process")
    return batch, examined or [Examined()], {0: Analysed(outcome=outcome)}


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
        while True:
            batch: Batch = connection.recv()
            connection.send(analyser.examine(batch))
            connection.send(analyser.analyse(batch, connection.recv()))


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
