"""Films: how far each was read, and what is known of it besides."""

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sqlalchemy as sa

from visavis.domain.film import FilmFacts, Moment, Sampling, clock
from visavis.domain.media import PictureMetadata
from visavis.domain.speech import Line, Numeral, Verbatim, line
from visavis.records import tables
from visavis.records.database import Database
from visavis.records.files import chunks
from visavis.records.film_tables import film


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmState:
    """A film as it is kept.

    Attributes
    ----------
    facts : FilmFacts
        What it says of itself; its texts and its date are those of its row of `media`, not here.
    stretch_ticks : int
        It is read in stretches of this length.
    stretches : int
        How many are read.
    frames, damaged, looked : int
        Frames that were decoded, could not be, and were searched for faces.
    lost_ticks : int
        Time of stretches that could not be read.
    finished : bool
        Read to its end.
    """

    media_number: int
    sha256: bytes
    facts: FilmFacts
    sampling: Sampling
    stretch_ticks: int
    stretches: int
    frames: int
    damaged: int
    looked: int
    lost_ticks: int
    gap_ticks: int
    finished: bool

    @property
    def read_s(self) -> float:
        """How much of it is read, seconds."""
        read = self.stretches * self.stretch_ticks
        whole = self.facts.duration_ticks
        return float(self.facts.time_base * (read if whole is None else whole if self.finished else min(read, whole)))


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfRead:
    """The films of a source of which only a part can be found: how many, and the seconds that are read."""

    films: int
    read_s: float

    def tell(self, title: str) -> Line:
        """Say it in a sentence."""
        upto = Numeral(clock(self.read_s))
        if self.films == 1:
            return line("«%(title)s»: 1 film is half read, up to %(upto)s can be found", title=Verbatim(title), upto=upto)
        return line("«%(title)s»: %(n)s films are half read, up to %(upto)s can be found", title=Verbatim(title), n=self.films, upto=upto)


class Films:
    """Queries about films."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, media_numbers: Collection[int]) -> dict[int, FilmState]:
        """Return what is known of the films among these."""
        found = {}
        for chunk in chunks(sorted(media_numbers)):
            for row in self._database.ask(_films().where(film.c.media_number.in_(chunk))):
                found[row.media_number] = _state(row)
        return found

    def unfinished(self, media_numbers: Collection[int]) -> dict[int, FilmState]:
        """Return the films among these that are not read to their end."""
        return {number: state for number, state in self.of(media_numbers).items() if not state.finished}

    def half_read(self, source_number: int) -> HalfRead:
        """Count the films of a source that are there and not read to their end."""
        open_ends = self._database.ask(sa.select(film.c.media_number).where(film.c.finished_at.is_(None))).scalars().all()
        there = tables.media.c.source_number == source_number, tables.media.c.present == 1
        states = []
        for chunk in chunks(list(open_ends)):  # from the films: they are few, and a source's pictures many
            states += [_state(row) for row in self._database.ask(_films().where(tables.media.c.number.in_(chunk), *there))]
        return HalfRead(films=len(states), read_s=sum(state.read_s for state in states))


FILM_TIMES = (film.c.time_base, film.c.duration_ticks, film.c.rate, film.c.timecode)
"""What `moment_of` needs of a film, besides its appearance and its face."""


def moment_of(row: Any) -> Moment | None:
    """Return when in its film a face is; None if its row is of a still."""
    if row.time_base is None:
        return None
    return Moment(
        appearance=row.appearance_number,
        start_ticks=row.start_ticks,
        end_ticks=row.end_ticks,
        at_ticks=row.at_ticks,
        time_base=Fraction(row.time_base),
        duration_ticks=row.duration_ticks,
        rate=None if row.rate is None else Fraction(row.rate),
        timecode=row.timecode,
    )


def page_of(row: Any) -> int | None:
    """Return on which page of its file a face is, from 1; None if the file is one picture, or a film."""
    return row.at_ticks or None if row.time_base is None else None


def _films() -> sa.Select[*tuple[Any, ...]]:
    media = tables.media.c
    return sa.select(film, media.sha256, media.format, media.width, media.height).select_from(film.join(tables.media))


def _state(row: Any) -> FilmState:
    facts = FilmFacts(
        format=row.format,
        codec=row.codec,
        width=row.width,
        height=row.height,
        time_base=Fraction(row.time_base),
        duration_ticks=row.duration_ticks,
        rate=None if row.rate is None else Fraction(row.rate),
        timecode=row.timecode,
        metadata=PictureMetadata(),
    )
    counts = {name: getattr(row, name) for name in ("stretch_ticks", "stretches", "frames", "damaged", "looked", "lost_ticks", "gap_ticks")}
    return FilmState(
        media_number=row.media_number,
        sha256=row.sha256,
        facts=facts,
        sampling=Sampling(row.sampling),
        **counts,
        finished=row.finished_at is not None,
    )
