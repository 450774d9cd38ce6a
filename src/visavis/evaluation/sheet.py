"""What an evaluation hands to a page: numbers in lines and tables, with the words that must stand beside them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One curve; `low` and `high` are the ends of its interval at each point, empty where it has none."""

    label: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Some curves on common axes.

    Attributes
    ----------
    name : str
        Of its files: letters and hyphens.
    log_x, log_y : bool
        A logarithmic axis; points at or below 0 can't be shown on it, and are left out.
    whole_x : bool
        The first axis counts something: its ticks are whole numbers.
    says : str
        What a reader is to see, with N, R, counts and pack: a chart never walks alone.
    """

    name: str
    title: str
    x_label: str
    y_label: str
    lines: tuple[Line, ...]
    log_x: bool = False
    log_y: bool = False
    whole_x: bool = False
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of text, as many cells as columns; the first column names the row."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One finding of a report."""

    title: str
    says: tuple[str, ...] = ()
    chart: Chart | None = None
    table: Table | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A report as people read it.

    Attributes
    ----------
    facts : tuple of (str, str)
        What every number rests on: pack and its hash, data and their hash, counts.
    notes : tuple of str
        What a reader must know before the first number.
    """

    title: str
    lead: str
    facts: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    parts: tuple[Part, ...]

    @property
    def charts(self) -> tuple[Chart, ...]:
        """All charts, in order."""
        return tuple(part.chart for part in self.parts if part.chart is not None)
