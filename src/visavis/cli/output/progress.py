"""The view of a running ingest, on standard error: a bar on a terminal, plain lines elsewhere."""

from collections import deque
from types import TracebackType
from typing import Self, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from visavis.cli.output.reading import counted
from visavis.domain.progress import IngestProgress

_LINE_EVERY_S = 5.0
_DRAW_EVERY_S = 0.1
_WINDOW_S = 60.0  # a second run flies past unchanged files first; an average over the whole run would promise too much


class IngestView:
    """Shows `IngestProgress` events; used as a context manager and called with each event.

    It has no clock and no thread of its own: all times are those of the events.

    Parameters
    ----------
    stream : TextIO
        Standard error.
    """

    def __init__(self, stream: TextIO) -> None:
        self._console = Console(file=stream, markup=False, emoji=False, highlight=False)
        self._window: deque[IngestProgress] = deque()
        self._shown_s: float | None = None
        self._shown_files: int | None = None
        self._bar = Progress(
            BarColumn(bar_width=20), TextColumn("{task.description}", markup=False), console=self._console, auto_refresh=False
        )
        self._task = self._bar.add_task("listing files", total=None)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Show the last event, however young the one before, and give the terminal back."""
        if self._window:
            self._show(self._window[-1])
        if self._console.is_terminal:
            self._bar.stop()

    def __call__(self, event: IngestProgress) -> None:
        """Take the newest state; draws ten times a second on a terminal, writes a line each five seconds elsewhere."""
        self._window.append(event)
        while len(self._window) > 2 and event.seconds - self._window[1].seconds >= _WINDOW_S:
            self._window.popleft()
        every = _DRAW_EVERY_S if self._console.is_terminal else _LINE_EVERY_S
        if self._shown_s is None or event.seconds - self._shown_s >= every:
            self._show(event)

    def _show(self, event: IngestProgress) -> None:
        if self._console.is_terminal:
            self._bar.update(self._task, description=self._line(event), completed=event.files_done, total=event.files_total, refresh=True)
        elif event.files_done != self._shown_files:
            self._console.print(self._line(event), soft_wrap=True)
        self._shown_s, self._shown_files = event.seconds, event.files_done

    def _line(self, event: IngestProgress) -> str:
        total = "" if event.files_total is None else f" of {event.files_total:,}"
        rate = self._photos_per_second(event)
        parts = [f"{event.files_done:,}{total} files", counted(event.faces, "face"), f"{rate:.1f} photos/s"]
        if event.files_total is not None and rate > 0:
            parts.append(f"{_span((event.files_total - event.files_done) / rate)} left")
        return " · ".join(parts)

    def _photos_per_second(self, event: IngestProgress) -> float:
        first = self._window[0]
        if event.seconds > first.seconds:
            return (event.files_done - first.files_done) / (event.seconds - first.seconds)
        return event.files_done / event.seconds if event.seconds > 0 else 0.0


def _span(seconds: float) -> str:
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
