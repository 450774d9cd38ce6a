"""What ingest commits of a film: one stretch a transaction, its tracks joined to the appearances of the stretches before.

Stretches of one film are committed in their order, so that what an archive holds of it is the same however its reading was cut short.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from visavis.domain.face import Box
from visavis.domain.film import FilmFacts, FilmPart, Sampling, SeenFace, Track
from visavis.domain.media import Outcome, Reason
from visavis.domain.seams import Edge, joins, worth_adding
from visavis.records import tables
from visavis.records.database import Work
from visavis.records.files import Files, Job, ReadFile, location_row
from visavis.records.film_tables import film, sighting
from visavis.records.intake import Committed, Intake
from visavis.records.keyring import KeyKind, Keyring
from visavis.records.outbox import announce
from visavis.records.siblings import inherit
from visavis.records.taken import TemplateRows, check_live, count_read, face_row, media_row, media_texts
from visavis.records.vault import PathSealer

_SIDES = ("left", "top", "width", "height")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadStretch:
    """One stretch of a film: what was found in it.

    Attributes
    ----------
    file : ReadFile
        Its `media_number` is None as long as nothing of the film is in the records.
    number : int
        Counted from 0.
    tracks : tuple of Track
        Those that may be stored.
    frames, damaged, looked, lost_ticks : int
        Of this stretch, and of those before it if they gave nothing and the film is not in the records yet.
    last : bool
        The film ends with it.
    detail : str
        Goes with the outcome.
    """

    file: ReadFile
    facts: FilmFacts
    sampling: Sampling
    stretch_ticks: int
    number: int
    tracks: tuple[Track, ...]
    gap_ticks: int
    frames: int
    damaged: int
    looked: int
    lost_ticks: int
    last: bool
    detail: str = ""

    @classmethod
    def of(cls, part: FilmPart | None, **facts: Any) -> "ReadStretch":
        """Return a stretch as it was read; None = it could not be."""
        if part is None:
            return cls(tracks=(), gap_ticks=0, frames=0, damaged=0, looked=0, **facts)
        return cls(tracks=part.tracks, gap_ticks=part.gap_ticks, frames=part.frames, damaged=part.damaged, looked=part.looked, **facts)


@dataclass(frozen=True, slots=True)
class Open:
    """An appearance that a track may go on from, and one of its faces."""

    number: int
    face: int
    edge: Edge


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a stretch would make of a film.

    Attributes
    ----------
    going_on : dict
        Place of a track → the appearance that it goes on from.
    appearances : int
        That the film has once it is stored.
    """

    going_on: dict[int, Open]
    appearances: int


class FilmIntake:
    """Writes what was read of films."""

    def __init__(self, intake: Intake, files: Files, keys: Keyring, sealer: PathSealer, templates: TemplateRows) -> None:
        self._intake = intake
        self._files = files
        self._keys = keys
        self._sealer = sealer
        self._templates = templates

    def plan(self, work: Work, read: ReadStretch) -> Plan:
        """Say what a stretch would make of its film; writes nothing."""
        number = read.file.media_number
        if number is None:
            return Plan(going_on={}, appearances=len(read.tracks))
        kept_gap = work.ask(sa.select(film.c.gap_ticks).where(film.c.media_number == number)).scalar_one()
        going_on = self._going_on(work, number, read.tracks, max(read.gap_ticks, int(kept_gap)))
        return Plan(going_on=going_on, appearances=_appearances(work, number) + len(read.tracks) - len(going_on))

    def commit(self, work: Work, job: Job, root_number: int, read: ReadStretch, plan: Plan) -> tuple[int, Committed]:
        """Write a stretch: vectors, turned, to the row files (synced), then all rows, the outbox entry and one leaf in this transaction.

        Parameters
        ----------
        plan : Plan
            Made in this transaction.

        Returns
        -------
        (int, Committed)
            The film's number in `media`, and what an index replays.

        Raises
        ------
        RefusedError
            `source-live`: the source is not live in this very transaction.
        """
        check_live(work, job)
        number = read.file.media_number or self._begin(work, job, root_number, read)
        chosen = [self._chosen(track, plan.going_on.get(place)) for place, track in enumerate(read.tracks)]
        stored = self._templates.store(work, job, [seen.face.vector for faces in chosen for seen in faces])
        self._write_tracks(work, number, read, plan.going_on, chosen, stored)
        keys = [row["key"] for row in stored]
        self._note_progress(work, job, root_number, number, read, templates=len(keys))
        seq = announce(work, "add", keys)
        count_read(work, job, files=int(read.last), templates=len(keys))
        media_id = work.ask(sa.select(tables.media.c.id).where(tables.media.c.number == number)).scalar_one()
        work.leaf("collection", job=job.id, source=job.source_id, media=media_id, stretch=read.number, templates=len(keys))
        return number, Committed(keys=tuple(keys), seq=seq)

    def stop(self, work: Work, job: Job, root_number: int, file: ReadFile, detail: str) -> None:
        """Note why a film that is half read is not read further now. The caller writes the leaf."""
        here = self._place(root_number, file.path)
        values = {"detail": self._detail(work, root_number, file, detail), "job_number": job.number, "read_at": work.at}
        work.run(sa.update(tables.location).where(here).values(**values))

    # ---- its tracks ----------------------------------------------------------------------------------------------------------

    def _going_on(self, work: Work, number: int, tracks: Sequence[Track], gap: int) -> dict[int, Open]:
        """Return by place the appearances that tracks go on from."""
        if not tracks:
            return {}
        since = min(track.start_ticks for track in tracks) - gap
        seen, of = sighting, tables.appearance
        query = (
            sa.select(seen)
            .join(of)
            .where(of.c.media_number == number, seen.c.end_ticks >= since)
            .order_by(seen.c.appearance_number, seen.c.end_ticks)
        )
        newest = {row.appearance_number: row for row in work.ask(query)}
        opened = [found for row in newest.values() if (found := self._open(work, row))]
        pairs = joins([one.edge for one in opened], tracks, gap_ticks=gap)
        return {place: opened[before] for place, before in pairs.items()}

    def _open(self, work: Work, row: Any) -> Open | None:
        template, face = tables.template, tables.face
        query = (
            sa.select(template.c.key, template.c.transform_key_id, face.c.number)
            .select_from(template.join(face))
            .where(face.c.appearance_number == row.appearance_number, face.c.state != "erasing")
            .order_by(template.c.key)
        )
        kept = work.ask(query).all()
        if not kept:
            return None
        vectors = self._templates.read([one.key for one in kept], [one.transform_key_id for one in kept])
        box = Box(**{side: getattr(row, f"end_{side}") for side in _SIDES})
        return Open(row.appearance_number, kept[0].number, Edge(at_ticks=row.end_ticks, box=box, vectors=vectors))

    @staticmethod
    def _chosen(track: Track, before: Open | None) -> tuple[SeenFace, ...]:
        if before is None:
            return track.best
        return tuple(track.best[place] for place in worth_adding(before.edge.vectors, track))

    def _write_tracks(
        self,
        work: Work,
        number: int,
        read: ReadStretch,
        going_on: dict[int, Open],
        chosen: Sequence[tuple[SeenFace, ...]],
        stored: list[dict[str, Any]],
    ) -> None:
        appearance, face = work.next_number(tables.appearance), work.next_number(tables.face)
        rows: dict[sa.Table, list[dict[str, object]]] = {tables.appearance: [], tables.face: [], tables.template: [], sighting: []}
        heirs: list[tuple[list[int], int]] = []
        templates = iter(stored)
        for place, (track, faces) in enumerate(zip(read.tracks, chosen, strict=True)):
            before = going_on.get(place)
            if before is None:
                mine, appearance = appearance, appearance + 1
                rows[tables.appearance].append(_appearance_row(mine, number, track, read.facts))
            else:
                mine = before.number
                work.run(sa.update(tables.appearance).where(tables.appearance.c.number == mine).values(end_ticks=track.end_ticks))
                heirs.append((list(range(face, face + len(faces))), before.face))
            rows[sighting].append(_sighting_row(mine, track))
            for seen in faces:
                rows[tables.face].append(
                    face_row(work, face, mine, read.file.sha256 or b"", seen.face, at_ticks=seen.at_ticks, dhash=seen.dhash)
                )
                rows[tables.template].append({**next(templates), "face_number": face, "expires_at": read.file.expires_at})
                face += 1
        for table, new in rows.items():
            if new:
                work.run(sa.insert(table), new)
        for faces_of, sibling in heirs:
            if faces_of:
                inherit(work, faces_of, sibling)

    # ---- the film itself -----------------------------------------------------------------------------------------------------

    def _begin(self, work: Work, job: Job, root_number: int, read: ReadStretch) -> int:
        number, said = work.next_number(tables.media), read.facts
        (key,) = self._keys.make_many(work, KeyKind.MEDIA, 1, parent=job.key_id)
        row = {
            **media_row(work, job, number, said.metadata),
            **media_texts(self._sealer, number, key, said.metadata),
            "sha256": read.file.sha256,
            "kind": "film",
            "format": said.format,
            "bytes": read.file.size,
            "width": said.width,
            "height": said.height,
            "dhash": bytes(16),
            "templates": 0,
        }
        work.run(sa.insert(tables.media), [row])
        counts = dict.fromkeys(("stretches", "frames", "damaged", "looked", "lost_ticks", "gap_ticks"), 0)
        how = {
            "media_number": number,
            "codec": said.codec,
            "time_base": str(said.time_base),
            "duration_ticks": said.duration_ticks,
            "rate": None if said.rate is None else str(said.rate),
            "timecode": said.timecode,
            "sampling": read.sampling.value,
            "stretch_ticks": read.stretch_ticks,
        }
        work.run(sa.insert(film), [{**how, **counts}])
        file = replace(read.file, media_number=number, outcome=Outcome(reason=Reason.UNFINISHED))
        self._intake.write_locations(work, job, root_number, [file], {})
        return number

    def _note_progress(self, work: Work, job: Job, root_number: int, number: int, read: ReadStretch, *, templates: int) -> None:
        more = {name: film.c[name] + getattr(read, name) for name in ("frames", "damaged", "looked", "lost_ticks")}
        done = {"stretches": read.number + 1, "gap_ticks": read.gap_ticks, "finished_at": work.at if read.last else None}
        work.run(sa.update(film).where(film.c.media_number == number).values(**more, **done))
        media = tables.media.c
        work.run(sa.update(tables.media).where(media.number == number).values(templates=media.templates + templates))
        location = tables.location
        work.run(sa.update(location).where(location.c.media_number == number).values(faces=_appearances(work, number)))
        file = replace(read.file, media_number=number)
        here = {"job_number": job.number, "read_at": work.at, "detail": self._detail(work, root_number, file, read.detail)}
        work.run(sa.update(location).where(self._place(root_number, file.path)).values(**here))
        if read.last:
            self._files.refresh_presence(work, {number})

    def _place(self, root_number: int, path: str) -> sa.ColumnElement[bool]:
        mark = self._sealer.mark("location.path", path)
        return sa.and_(tables.location.c.root_number == root_number, tables.location.c.path_mark == mark)

    def _detail(self, work: Work, root_number: int, file: ReadFile, detail: str) -> bytes:
        key = work.ask(sa.select(tables.media.c.key_id).where(tables.media.c.number == file.media_number)).scalar_one()
        place = location_row(root_number, self._sealer.mark("location.path", file.path))
        return self._sealer.seal("location.detail", detail, row=place, key=key)


def _appearances(work: Work, number: int) -> int:
    query = sa.select(sa.func.count()).select_from(tables.appearance).where(tables.appearance.c.media_number == number)
    return int(work.ask(query).scalar_one())


def _appearance_row(number: int, media_number: int, track: Track, facts: FilmFacts) -> dict[str, object]:
    times = {"start_ticks": track.start_ticks, "end_ticks": track.end_ticks, "time_base": str(facts.time_base)}
    return {"number": number, "media_number": media_number, **times}


def _sighting_row(appearance: int, track: Track) -> dict[str, object]:
    first, last = track.first.face.box, track.last.face.box
    boxes = {f"{when}_{side}": getattr(box, side) for when, box in (("start", first), ("end", last)) for side in _SIDES}
    return {"appearance_number": appearance, "start_ticks": track.start_ticks, "end_ticks": track.end_ticks, **boxes}
