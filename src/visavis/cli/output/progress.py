"""The view of a running ingest, on standard error: a bar on a terminal, plain lines elsewhere."""

from types import TracebackType
from typing import Self, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from visavis.cli.output.reading import counted
from visavis.domain.film import clock
from visavis.domain.progress import IngestProgress, Pace

_LINE_EVERY_S = 5.0
_DRAW_EVERY_S = 0.1


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
        self._pace = Pace()
        self._shown_s: float | None = None
        self._shown_done: tuple[int, float] | None = None
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
        if self._pace.last is not None:
            self._show(self._pace.last)
        if self._console.is_terminal:
            self._bar.stop()

    def __call__(self, event: IngestProgress) -> None:
        """Take the newest state; draws ten times a second on a terminal, writes a line each five seconds elsewhere."""
        self._pace.take(event)
        every = _DRAW_EVERY_S if self._console.is_terminal else _LINE_EVERY_S
        if self._shown_s is None or event.seconds - self._shown_s >= every:
            self._show(event)

    def _show(self, event: IngestProgress) -> None:
        if self._console.is_terminal:
            done, total = (event.film_s, event.film_total_s) if event.film_total_s else (event.files_done, event.files_total)
            self._bar.update(self._task, description=self._line(event), completed=done, total=total, refresh=True)
        elif (event.files_done, event.film_s) != self._shown_done:
            self._console.print(self._line(event), soft_wrap=True)
        self._shown_s, self._shown_done = event.seconds, (event.files_done, event.film_s)

    def _line(self, event: IngestProgress) -> str:
        total = "" if event.files_total is None else f" of {event.files_total:,}"
        parts = [f"{event.files_done:,}{total} files", counted(event.faces, "face")]
        return " · ".join([*parts, *(_film(event, self._pace.rate("film_s")) if event.film_total_s else self._photos(event))])

    def _photos(self, event: IngestProgress) -> list[str]:
        rate = self._pace.rate("files_done")
        left = [] if event.files_total is None or rate <= 0 else [f"{_span((event.files_total - event.files_done) / rate)} left"]
        return [f"{rate:.1f} photos/s", *left]


def _film(event: IngestProgress, speed: float) -> list[str]:
    """Return how far films are read; one that was not met yet is not in the time that is left."""
    left = event.film_total_s - event.film_s
    parts = [f"{clock(event.film_s)} of {clock(event.film_total_s)} of film"]
    parts += [f"{speed:.1f}× real time"] if speed > 0 else []
    return [*parts, f"{_span(left / speed)} left"] if speed > 0 and left > 0 else parts


def _span(seconds: float) -> str:
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
