"""Another model pack for an archive: templates anew from the originals, one switch, and a way back until it is confirmed."""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from visavis.decode.limits import Limits
from visavis.decode.photo import open_photo
from visavis.domain.actor import Actor
from visavis.domain.arrays import Landmarks5, Vectors
from visavis.domain.errors import InputError, UnreadablePicture
from visavis.domain.media import PixelSource, Reason
from visavis.index.base import VectorIndex
from visavis.records.archive import Records
from visavis.records.repacking import Embedded, Move, PictureToMove
from visavis.services.repack.compare import Comparison, compare

BATCH = 48
"""Pictures in one transaction, as in ingest."""
UNREAD = "changed"
"""Why a picture was not read whose file is not the one that its faces were found in; else the reason of the outcome."""
FILM = "film"
"""Why a face of a film has no new template: films are not read again."""
_SHOWN = 1_000
"""Most ids of pictures that a report lists."""

Embed = Callable[
    [Sequence[tuple[PixelSource, Sequence[Landmarks5]]]],
    "list[tuple[Vectors, np.ndarray[tuple[int], np.dtype[np.float32]]] | UnreadablePicture]",
]
OpenFile = Callable[[Path, str], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What the law says of a picture's templates: `rule` refuses them, or they end at `expires_at` (None: with their source)."""

    rule: str = ""
    expires_at: dt.datetime | None = None


class Admit(Protocol):
    """Asks the law before a picture is decoded, and again before its templates are stored."""

    def __call__(self, source_number: int, path: str, *, step: str, faces: int) -> Admission:
        """Return its answer; `step` is «decode» or «index»."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The pack that is moved to, ready to embed; it is opened when it is first needed."""

    pack_id: str
    dim: int
    embed: Embed


@dataclass(frozen=True, slots=True, kw_only=True)
class RepackReport:
    """What a run did.

    Attributes
    ----------
    state : str
        `unfinished` (the old pack is searched), `switched` (the new one; may be taken back), `confirmed`, `taken back`, `filled in`.
    templates : int
        Written in this run.
    before, after : int
        Templates that were searched when the run began, and now.
    refused, unread : dict of str to int
        Faces without a new template: by the rule that refused them, and by why their picture could not be read.
    pictures : tuple of str
        Ids of the pictures of the latter, the first thousand.
    left_alone : int
        Faces that are hidden, restricted or on hold, and were not looked at.
    comparison : Comparison or None
        None where fewer than two faces have both templates.
    """

    state: str
    pack: str
    old_pack: str
    templates: int = 0
    before: int = 0
    after: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    unread: dict[str, int] = field(default_factory=dict)
    pictures: tuple[str, ...] = ()
    left_alone: int = 0
    comparison: Comparison | None = None


@dataclass(slots=True)
class _Tally:
    templates: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)
    pictures: list[str] = field(default_factory=list)


class Repack:
    """Moves an archive's templates to another pack. Searches go on with the old one until the switch.

    Parameters
    ----------
    records : Records
        Open for writing.
    open_file : callable
        (root, path below it) to bytes.
    admit : Admit
    limits : Limits
    step : callable
        Told «repack-begun», «repack-written», «repack-switched»; tests stop the process there.
    """

    def __init__(
        self, records: Records, *, open_file: OpenFile, admit: Admit, limits: Limits, step: Callable[[str], None] = lambda _: None
    ) -> None:
        self._records = records
        self._open_file = open_file
        self._admit = admit
        self._limits = limits
        self._step = step
        self._roots = {root.number: root.path for source in records.sources.all() for root in source.roots}

    def run(
        self,
        actor: Actor,
        target: Target,
        *,
        leave_behind: bool = False,
        progress: Callable[[int, int], None] = lambda _done, _all: None,
    ) -> RepackReport:
        """Write what is missing of the new pack's templates, and switch to them if none is missing any more.

        Parameters
        ----------
        actor : Actor
        target : Target
        leave_behind : bool
            Switch though some pictures could not be read or were refused: their faces keep their records and are not searched.
        progress : callable
            Told how many faces were looked at, and how many there are.

        Raises
        ------
        InputError
            The archive is at that pack, or on its way to another one.
        """
        move = self._begun(actor, target)
        old, before = self._records.pack_id, self._records.holdings.templates_kept()
        tally, waiting = _Tally(), self._records.repackings.faces_waiting(move)
        for done in self._write(actor, target, move, tally):
            progress(done, waiting)
        films = self._records.repackings.of_films()
        if films:
            tally.unread[FILM] += films
        missing = films + self._records.repackings.faces_waiting(move)
        comparison, left_alone = compare(self._records), self._records.repackings.left_alone()
        switched = not missing or leave_behind
        if switched:
            with self._records.work(actor) as work:
                self._records.repackings.switch(work, move)
            self._step("repack-switched")
        return RepackReport(
            state="switched" if switched else "unfinished",
            pack=target.pack_id,
            old_pack=old,
            templates=tally.templates,
            before=before,
            after=self._records.holdings.templates_kept(),
            refused=dict(tally.refused),
            unread=dict(tally.unread),
            pictures=tuple(tally.pictures[:_SHOWN]),
            left_alone=left_alone,
            comparison=comparison,
        )

    def fill_in(self, actor: Actor, target: Target, index: VectorIndex) -> RepackReport:
        """Embed faces that have no template of the pack that is searched: their pictures could not be read when the archive moved to it."""
        before, tally = self._records.holdings.templates_kept(), _Tally()
        for _ in self._write(actor, target, None, tally, index):
            pass
        return RepackReport(
            state="filled in",
            pack=target.pack_id,
            old_pack=target.pack_id,
            templates=tally.templates,
            before=before,
            after=self._records.holdings.templates_kept(),
            refused=dict(tally.refused),
            unread=dict(tally.unread),
            pictures=tuple(tally.pictures[:_SHOWN]),
            left_alone=self._records.repackings.left_alone(),
        )

    def _begun(self, actor: Actor, target: Target) -> Move:
        move = self._records.repackings.now()
        if move is not None and (move.switched_at or move.left_at or move.to_pack != target.pack_id):
            raise InputError(
                f"the archive is on its way from «{move.from_pack}» to «{move.to_pack}»",
                remedy="end that move first: visavis migrate --confirm, or visavis migrate --back",
            )
        if any(group.leaving is not None for group in self._records.rotations.groups()):
            raise InputError("templates are being re-keyed", remedy="finish that first: visavis vault rekey --templates")
        if move is None:
            with self._records.work(actor) as work:
                move = self._records.repackings.begin(work, pack_id=target.pack_id, dim=target.dim)
            self._step("repack-begun")
        return move

    def _write(self, actor: Actor, target: Target, move: Move | None, tally: _Tally, index: VectorIndex | None = None) -> Iterator[int]:
        """Go through the pictures that lack a template, batch by batch; yield how many faces were looked at."""
        generation = self._records.generation if move is None else move.to_generation
        after, looked = 0, 0
        while pictures := self._records.repackings.lacking(move, after=after, limit=BATCH):
            faces, refused = self._embedded(target, pictures, tally)
            with self._records.work(actor) as work:
                seq = self._records.repackings.write(work, move, faces, pack_id=target.pack_id, dim=target.dim, generation=generation)
                facts = {"templates": len(faces), "pictures": len(pictures), "refused": refused, "pack": target.pack_id}
                work.leaf("alteration", what="templates of a pack written", move=move.id if move else "", **facts)
            self._step("repack-written")
            if seq is not None and index is not None:
                for at, rows in self._records.gallery.replay(seq - 1):
                    index.add(rows, at)
            tally.templates += len(faces)
            after, looked = pictures[-1].number, looked + sum(len(picture.faces) for picture in pictures)
            yield looked

    def _embedded(self, target: Target, pictures: Sequence[PictureToMove], tally: _Tally) -> tuple[list[Embedded], int]:
        """Return the new templates of some pictures, and how many faces the law refused."""
        refused, ready = 0, []
        for picture in pictures:
            opened = self._opened(picture, tally)
            if isinstance(opened, str):
                tally.refused[opened] += len(picture.faces)
                refused += len(picture.faces)
            elif opened is not None:
                ready.append((picture, *opened))
        answers = target.embed([(pixels, [face.landmarks_5x2 for face in picture.faces]) for picture, pixels, _ in ready])
        found = []
        for (picture, _, admission), answer in zip(ready, answers, strict=True):
            if isinstance(answer, UnreadablePicture):
                _unread(tally, picture, answer.reason)
                continue
            for face, vector, norm in zip(picture.faces, *answer, strict=True):
                found.append(
                    Embedded(
                        face_number=face.number,
                        rotation_group_id=picture.rotation_group_id,
                        vector=vector,
                        norm=float(norm),
                        expires_at=admission.expires_at,
                    )
                )
        return found, refused

    def _opened(self, picture: PictureToMove, tally: _Tally) -> tuple[PixelSource, Admission] | str | None:
        """Return a picture ready to decode; the rule that refuses it; or None where no file of it could be read."""
        why: str = Reason.VANISHED
        for root, path in picture.places:
            for step in ("decode", "index"):
                admission = self._admit(picture.source_number, path, step=step, faces=len(picture.faces))
                if admission.rule:
                    return admission.rule
            try:
                data = self._open_file(self._roots[root], path)
                if hashlib.sha256(data).digest() == picture.sha256:
                    return open_photo(data, limits=self._limits), admission
                why = UNREAD
            except UnreadablePicture as error:
                why = error.reason
        _unread(tally, picture, why)
        return None


def _unread(tally: _Tally, picture: PictureToMove, why: str) -> None:
    tally.unread[why] += len(picture.faces)
    tally.pictures.append(picture.id)
