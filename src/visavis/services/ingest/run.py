"""The ingest run over all chosen sources, and its report."""

from collections.abc import Callable
from dataclasses import dataclass

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError, RefusedError
from visavis.domain.film import Sampling
from visavis.domain.progress import IngestProgress
from visavis.law.rules import Rule
from visavis.records.sources import SourceRecord
from visavis.services.ingest.parts import How, Parts, Tally
from visavis.services.ingest.pool import Pool
from visavis.services.ingest.root import RootRun


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestRequest:
    """What a person asks for.

    Attributes
    ----------
    sources : tuple of str
        Ids or titles; empty = all.
    workers : int
        Processes that analyse; one more writes.
    thorough : bool
        Look for 20-pixel faces in large photographs, slowly.
    sampling : Sampling
        How closely films are looked at; one that is half read goes on as it was begun.
    confirm_missing : bool
        Files that are gone are gone, even if they are many.
    retry : bool
        Read again what could not be read, though the file is the same.
    asked_id : str
        The job that asks for it; empty = a command does.
    """

    actor: Actor
    sources: tuple[str, ...] = ()
    workers: int = 1
    thorough: bool = False
    sampling: Sampling = Sampling.NORMAL
    confirm_missing: bool = False
    retry: bool = False
    asked_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """What a run did.

    Attributes
    ----------
    outcomes : dict of str to int
        Files read in this run, by outcome.
    unchanged, returned, missing : int
        Files not read because nothing changed; files that were missing and are back; files that are missing now.
    offline : tuple of str
        One line for each folder that was out of reach.
    waiting : tuple of str
        One line for each source whose charter nobody has signed: nothing of it was looked at.
    """

    outcomes: dict[str, int]
    unchanged: int
    returned: int
    missing: int
    faces: int
    seconds: float
    offline: tuple[str, ...]
    waiting: tuple[str, ...]


class Ingest:
    """Brings an archive up to date with its sources."""

    def __init__(self, parts: Parts, *, open_pool: Callable[[int], Pool], seconds: Callable[[], float]) -> None:
        self._parts = parts
        self._open_pool = open_pool
        self._seconds = seconds

    def run(self, request: IngestRequest, *, progress: Callable[[IngestProgress], None] = lambda _: None) -> IngestReport:
        """Read what is new or changed in every chosen source, and note what is missing.

        Parameters
        ----------
        request : IngestRequest
        progress : callable
            Told how far the run has come, once a batch.

        Returns
        -------
        IngestReport

        Raises
        ------
        InputError
            No source to ingest, or an unknown one.
        RefusedError
            `charter-signed`: a source that was named, or the only one, is a draft.
        SetupError
            A worker process could not start.
        """
        book = self._parts.records.sources
        named = [book.one(name) for name in request.sources]
        sources = [source for source in named or book.all() if source.signed_by is not None]
        waiting = [source for source in named or book.all() if source.signed_by is None]
        if waiting and (named or not sources):
            self._refuse(request.actor, waiting[0])
        if not sources:
            raise InputError("this archive has no source yet", remedy='visavis source add FOLDER --profile household --title "Family"')
        began = self._seconds()
        tally = Tally()

        def tell() -> None:
            progress(
                IngestProgress(
                    files_done=tally.unchanged + tally.read,
                    files_total=tally.total,
                    faces=tally.faces,
                    bytes_done=tally.bytes,
                    film_s=tally.film_s,
                    film_total_s=tally.film_total_s,
                    seconds=self._seconds() - began,
                    outcomes=dict(tally.met),
                )
            )

        how = How(thorough=request.thorough, sampling=request.sampling, retry=request.retry, asked_id=request.asked_id)
        with self._open_pool(request.workers) as pool:
            for source in sources:
                for root in source.roots:
                    run = RootRun(self._parts, tally, source, root, actor=request.actor, tell=tell)
                    run.bring_up_to_date(pool, how, confirm_missing=request.confirm_missing)
        return IngestReport(
            outcomes=dict(tally.stored),
            unchanged=tally.unchanged,
            returned=tally.returned,
            missing=tally.missing,
            faces=tally.faces,
            seconds=self._seconds() - began,
            offline=tuple(tally.offline),
            waiting=tuple(f"{source.title}: its charter is not signed (visavis source sign {source.id} --as PERSON)" for source in waiting),
        )

    def _refuse(self, actor: Actor, source: SourceRecord) -> None:
        """Refuse to read a draft: not even a job is written for it."""
        with self._parts.records.noting_refusals(actor, "collection", source=source.id, what="ingest"):
            raise RefusedError(
                f"«{source.title}» is a draft: nobody has signed its charter",
                rule=Rule.CHARTER_SIGNED,
                remedy=f"visavis source sign {source.id} --as PERSON",
            )
