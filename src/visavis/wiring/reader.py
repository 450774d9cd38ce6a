"""Probe photographs from strangers' bytes, decoded in a process of their own: a file that ends it costs that file, not the server.

The process holds one end of a pipe and the model pack's networks; it ends when the pipe closes, is killed when a photograph takes
too long, and is started anew after some hundred photographs, so that nothing a decoder leaves behind grows.
"""

import contextlib
import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from visavis.domain import errors
from visavis.domain.errors import InputError, SetupError, UnreadablePicture, VisavisError
from visavis.domain.face import AnalysedFace, Box
from visavis.domain.identification import ProbePicture
from visavis.settings import Settings
from visavis.wiring import build

if TYPE_CHECKING:
    from visavis.services.search import ReadProbe

PATIENCE_SECONDS = 60
"""The largest picture that is decoded (250 megapixels) takes some ten seconds; the first one waits for the networks too."""
RENEW_AFTER = 200


class ProbeReader:
    """Reads one photograph at a time; may be called from any thread. Close it when done."""

    def __init__(self, settings: Settings, pack_id: str, *, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._settings = settings
        self._pack_id = pack_id
        self._patience = patience_seconds
        self._lock = threading.Lock()
        self._process: multiprocessing.process.BaseProcess | None = None
        self._connection: Connection | None = None
        self._read = 0

    def read(self, data: bytes, *, faceless: bool = False) -> ProbePicture:
        """Decode a photograph and number its faces; with `faceless` there may be none.

        Raises
        ------
        InputError
            It can't be read, shows no face, takes too long, or ends the process that reads it.
        SetupError
            The process can't start.
        """
        picture = self._ask(data, None, faceless=faceless)
        if not isinstance(picture, ProbePicture):
            raise TypeError(f"the reader answered with {type(picture).__name__}")
        return picture

    def within(self, data: bytes, box: Box) -> AnalysedFace:
        """Look for the face in a box that a person drew on a photograph; errors as for `read`."""
        face = self._ask(data, box, faceless=False)
        if not isinstance(face, AnalysedFace):
            raise TypeError(f"the reader answered with {type(face).__name__}")
        return face

    def _ask(self, data: bytes, box: Box | None, *, faceless: bool) -> ProbePicture | AnalysedFace:
        with self._lock:
            if self._read >= RENEW_AFTER:
                self.stop()
            pipe = self._connection or self._start()
            self._read += 1
            try:
                pipe.send((data, box, faceless))
                if not pipe.poll(self._patience):
                    self.stop()
                    raise InputError("reading the photograph took too long", remedy="use a smaller copy of it")
                answer = pipe.recv()
            except (EOFError, ConnectionError):
                self.stop()
                raise InputError("the photograph can't be read: it ended the process that tried", remedy="use another copy of it") from None
        if isinstance(answer, ProbePicture | AnalysedFace):
            return answer
        raise _error(*answer)

    def stop(self) -> None:
        """End the process; the next photograph starts another."""
        process, connection, self._process, self._connection, self._read = self._process, self._connection, None, None, 0
        if connection is not None:
            connection.close()
        if process is not None:
            process.join(timeout=0.2)
            if process.is_alive():
                process.kill()
                process.join()

    def _start(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(self._settings, self._pack_id, theirs), daemon=True)
        process.start()
        theirs.close()
        self._process, self._connection = process, ours
        return ours


def _serve(settings: Settings, pack_id: str, pipe: Connection) -> None:
    from visavis.services.search import ReadProbe

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which closes the pipe
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # decoders in C write there what nobody may log
    with contextlib.suppress(EOFError, ConnectionError):
        try:
            reader = ReadProbe(build.chain(settings, pack_id), build.limits(settings))
        except VisavisError as error:
            pipe.recv()
            pipe.send((SetupError.__name__, str(error), error.remedy, ""))
            return
        while True:
            pipe.send(_answer(reader, *pipe.recv()))


def _answer(reader: "ReadProbe", data: bytes, box: Box | None, faceless: bool) -> ProbePicture | AnalysedFace | tuple[str, str, str, str]:  # noqa: FBT001 - what came over the pipe
    name = Path("the photograph")
    try:
        return reader.read(name, data, faceless=faceless) if box is None else reader.within(name, data, box)
    except VisavisError as error:
        return type(error).__name__, str(error), error.remedy, getattr(error, "reason", "")


def _error(kind: str, message: str, remedy: str, reason: str) -> VisavisError:
    if kind == UnreadablePicture.__name__:
        return UnreadablePicture(message, reason=reason, remedy=remedy)
    made: type[VisavisError] = getattr(errors, kind)
    return made(message, remedy=remedy)
