"""The films of a root that are being read: which stretch is next, and what becomes of those that come back."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from pathlib import Path

from visavis.domain.actor import Actor
from visavis.domain.film import FilmFacts, Sampling, clock
from visavis.domain.media import Outcome, Reason
from visavis.law.rules import Rule
from visavis.records.database import Work
from visavis.records.erasure import Scope
from visavis.records.files import Job, ReadFile
from visavis.records.film_intake import ReadStretch
from visavis.records.films import FilmState
from visavis.records.sources import RootRecord
from visavis.services.ingest.batches import Stretch, StretchRead
from visavis.services.ingest.last_word import LastWord
from visavis.services.ingest.parts import Parts, Tally
from visavis.sources.base import FoundFile

STRETCH_SECONDS = 15
"""A film is read, committed and, after a crash, resumed in stretches of this length."""
AHEAD = 2
"""Stretches of one film that are read at once: they are what a crash may cost."""


@dataclass(slots=True)
class _Film:
    """A film that is being read. Its stretches are given out and committed in their order, and may come back in any."""

    file: FoundFile
    read: ReadFile
    facts: FilmFacts
    sampling: Sampling
    stretch_ticks: int
    given: int = 0
    done: int = 0
    over: bool = False
    became: Reason = Reason.NO_FACE
    came: dict[int, StretchRead] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("frames", "damaged", "looked", "lost_ticks"), 0))
    stored: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("frames", "damaged", "looked", "lost_ticks"), 0))

    @property
    def stretches(self) -> int | None:
        """How many it has; None = its container does not say how long it is."""
        whole = self.facts.duration_ticks
        return None if whole is None else max(1, round(whole / self.stretch_ticks))

    @property
    def has_more(self) -> bool:
        """Whether a stretch of it may be given out now."""
        within = self.stretches is None or self.given < self.stretches
        return not self.over and within and self.given - self.done < AHEAD

    def next(self, root: Path) -> Stretch:
        """Give out a stretch."""
        number, self.given = self.given, self.given + 1
        start, end = number * self.stretch_ticks, self.end_of(number)
        return Stretch(root=root, file=self.file, sampling=self.sampling, number=number, start_ticks=start, end_ticks=end)

    def end_of(self, number: int) -> int | None:
        """Return where a stretch ends; None = with the film."""
        return None if number + 1 == self.stretches else (number + 1) * self.stretch_ticks

    def length_of(self, number: int) -> int:
        """Return how long a stretch is, ticks."""
        end = self.end_of(number) or self.facts.duration_ticks or (number + 1) * self.stretch_ticks
        return max(0, end - number * self.stretch_ticks)

    def count(self, read: StretchRead) -> None:
        """Add up what a stretch gave, and tell whether the film ends with it."""
        part, number = read.part, read.stretch.number
        if part is None:
            self.counts["lost_ticks"] += self.length_of(number)
        else:
            for name in ("frames", "damaged", "looked"):
                self.counts[name] += getattr(part, name)
        gave = part is not None and (part.frames or part.damaged)
        self.over = not gave if self.stretches is None else number + 1 == self.stretches

    def detail(self) -> str:
        """Say how far it is read, and what of it could not be."""
        tick, whole = self.facts.time_base, self.facts.duration_ticks
        length = "" if whole is None else f" of {clock(float(whole * tick))}"
        lost, damaged = float(self.counts["lost_ticks"] * tick), self.counts["damaged"]
        said = [] if self.over else [f"read to {clock(float((self.done + 1) * self.stretch_ticks * tick))}{length}"]
        said += [f"{lost:.0f} s{length} are damaged and left out"] if lost else []
        said += [f"{damaged:,} damaged frames"] if damaged else []
        return "; ".join(said)


class FilmRuns:
    """Reads films on, and commits what comes."""

    def __init__(self, parts: Parts, tally: Tally, last_word: LastWord, *, root: RootRecord, job: Job, actor: Actor) -> None:
        self._parts = parts
        self._records = parts.records
        self._tally = tally
        self._last_word = last_word
        self._root = root
        self._job = job
        self._actor = actor
        self._films: dict[str, _Film] = {}

    @property
    def paths(self) -> AbstractSet[str]:
        """Where the films lie that are being read."""
        return self._films.keys()

    def open(self, file: FoundFile, sha256: bytes, facts: FilmFacts, sampling: Sampling) -> None:
        """Begin a film."""
        read = ReadFile(path=file.path, size=file.size, mtime_ns=file.mtime_ns, outcome=Outcome(reason=Reason.UNFINISHED), sha256=sha256)
        ticks = max(1, round(STRETCH_SECONDS / facts.time_base))
        self._add(_Film(file=file, read=read, facts=facts, sampling=sampling, stretch_ticks=ticks))

    def resume(self, file: FoundFile, state: FilmState, *, refusal: Outcome | None = None) -> None:
        """Go on with a film where its reading was cut short, as it was begun; or say why not."""
        unfinished = Outcome(reason=Reason.UNFINISHED)
        read = ReadFile(path=file.path, size=file.size, mtime_ns=file.mtime_ns, outcome=unfinished, sha256=state.sha256)
        film = _Film(
            file=file,
            read=replace(read, media_number=state.media_number),
            facts=state.facts,
            sampling=state.sampling,
            stretch_ticks=state.stretch_ticks,
            given=state.stretches,
            done=state.stretches,
        )
        for name in film.counts:
            film.counts[name] = film.stored[name] = getattr(state, name)
        self._add(film)
        if refusal is not None:
            self._stop(film, refusal)
            self._forget(film)

    def next(self) -> Stretch | None:
        """Give out the next stretch of the film that was begun first; None = none may be given out now."""
        film = next((film for film in self._films.values() if film.has_more), None)
        return None if film is None else film.next(self._root.path)

    def take(self, read: StretchRead) -> None:
        """Take a stretch that was read; commit it, and those behind it that have come already, as soon as those before it are."""
        film = self._films[read.stretch.file.path]
        film.came[read.stretch.number] = read
        while film.done in film.came:
            came = film.came.pop(film.done)
            if not film.over:
                self._commit(film, came)
            film.done += 1
        if film.done == film.given and (film.over or not film.has_more):
            self._forget(film)

    def _add(self, film: _Film) -> None:
        self._films[film.file.path] = film
        left = (film.stretches or film.done) - film.done
        self._tally.film_total_s += float(left * film.stretch_ticks * film.facts.time_base)

    def _forget(self, film: _Film) -> None:
        del self._films[film.file.path]
        self._tally.read += 1
        self._tally.met[film.became.value] += 1
        self._tally.bytes += film.file.size

    def _commit(self, film: _Film, came: StretchRead) -> None:
        if came.outcome is not None and came.out_of_reach:
            self._stop(film, came.outcome)
            return
        film.count(came)
        self._tally.film_s += float(film.stretch_ticks * film.facts.time_base)
        if film.counts["frames"]:
            self._store(film, came)
        elif film.over:
            why = came.outcome.detail if came.outcome is not None and came.outcome.detail else "no frame of it can be decoded"
            self._stop(film, Outcome(reason=Reason.UNREADABLE, detail=why))

    def _store(self, film: _Film, came: StretchRead) -> None:
        fresh = {name: film.counts[name] - film.stored[name] for name in film.counts}
        part = came.part
        read = ReadStretch(
            file=film.read,
            facts=film.facts,
            sampling=film.sampling,
            stretch_ticks=film.stretch_ticks,
            number=came.stretch.number,
            tracks=() if part is None else part.tracks,
            gap_ticks=0 if part is None else part.gap_ticks,
            last=film.over,
            detail=film.detail(),
            **fresh,
        )
        with self._records.work(self._actor) as work:
            said = self._last_word.of_stretch(work, read)
            if isinstance(said, Outcome):
                self._refuse(work, film, said)
            else:
                number, committed = self._records.film_intake.commit(work, self._job, self._root.number, *said)
        if isinstance(said, Outcome):
            if self._records.erasures.pending():
                self._records.erasures.settle(lambda: self._records.work(self._actor), self._parts.index.remove)
            return
        film.read = replace(film.read, media_number=number)
        film.stored = dict(film.counts)
        self._last_word.pictures += 1
        self._tally.faces += len(committed.keys)
        if committed.keys:
            film.became = Reason.INDEXED
        self._parts.to_index(committed)

    def _refuse(self, work: Work, film: _Film, refusal: Outcome) -> None:
        """Read no further. A film of more people than have consented goes altogether: nobody knows whose appearances are whose."""
        film.over = True
        number = film.read.media_number
        if number is not None and refusal.detail.startswith(Rule.CONSENT_GIVEN):
            scope = Scope(ground="consent", source_number=self._job.source_number, media=[number])
            self._records.erasures.hide(work, scope)
            film.read = replace(film.read, media_number=None)
        self._note(work, film, refusal)

    def _stop(self, film: _Film, why: Outcome) -> None:
        film.over = True
        with self._records.work(self._actor) as work:
            self._note(work, film, why)

    def _note(self, work: Work, film: _Film, outcome: Outcome) -> None:
        """Write why a film is read no further now: of one that is half read as the detail of that."""
        film.became = outcome.reason
        if film.read.media_number is None:
            self._records.intake.commit(work, self._job, self._root.number, [replace(film.read, outcome=outcome)])
            return
        self._records.film_intake.stop(work, self._job, self._root.number, film.read, f"{outcome.reason}: {outcome.detail}")
        work.leaf("collection", job=self._job.id, source=self._job.source_id, what="film stopped", reason=outcome.reason.value)
