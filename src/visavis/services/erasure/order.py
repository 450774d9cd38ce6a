"""Erasing what somebody ordered: listed first, hidden at once, passed on, gone, and looked for."""

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError
from visavis.records.archive import Records
from visavis.records.backups import BackupRecord
from visavis.records.database import Step, Work
from visavis.records.erasure import Scope
from visavis.records.erasure_runs import ErasureRun, NewRun
from visavis.records.erasure_scope import Selected
from visavis.records.originals import Target
from visavis.services.erasure.checks import Encode, Tools, check_erased
from visavis.services.erasure.originals import ChangeOriginals
from visavis.services.erasure.planted import Sought, lying, with_rows

GROUNDS = ("request", "objection", "consent", "order", "charter")
"""Why: a closed list, for it stands in the ledger."""
SALT_BYTES = 32

Suppress = Callable[[Selected], Callable[[Work], object]]
"""Sees to it that what goes is not read in again from originals that stay: looks at them before the transaction, and writes in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseQuestion:
    """What is to go: ids of faces, of pictures (with every face in them), of candidates of searches, or a source by name."""

    ground: str = "request"
    faces: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeReport:
    """What an order would take.

    Attributes
    ----------
    counted : mapping
        Store → how much.
    held : tuple of str
        Ids of pictures that a hold keeps: hidden, and not erased.
    backups : tuple of BackupRecord
        Copies that outlive it, until when.
    """

    counted: Mapping[str, int]
    held: tuple[str, ...]
    backups: tuple[BackupRecord, ...]


class EraseOrder:
    """Carries out orders."""

    def __init__(
        self,
        records: Records,
        *,
        encode: Encode,
        step: Step,
        originals: ChangeOriginals,
        suppress: Suppress = lambda _selected: lambda _work: None,
    ) -> None:
        self._records = records
        self._originals = originals
        self._encode = encode
        self._step = step
        self._suppress = suppress

    def scope(self, question: EraseQuestion) -> ScopeReport:
        """List what would go, changing nothing; `InputError` names an id that is not there."""
        selected = self._select(question)
        counted = self._counted(selected, self._originals.targets(selected))
        today = self._records.clock.now().date()
        backups = tuple(self._records.backups.kept(today))
        return ScopeReport(counted={**counted, "codes": counted["rows of templates"]}, held=selected.held, backups=backups)

    def run(self, actor: Actor, question: EraseQuestion, tools: Tools) -> ErasureRun:
        """Erase it, and check that it is gone.

        Parameters
        ----------
        actor : Actor
        question : EraseQuestion
        tools : Tools
            `index` open for writing, up to date.

        Raises
        ------
        InputError
            An id that is not there, nothing to erase, or a ground that is none.
        """
        if question.ground not in GROUNDS:
            raise InputError(f"there is no ground «{question.ground}»", remedy="one of: " + ", ".join(GROUNDS))
        selected = self._select(question)
        if not (selected.media or selected.faces):
            held = f"; a hold keeps {len(selected.held)} pictures" if selected.held else ""
            raise InputError(f"there is nothing to erase{held}", remedy="visavis erase scope shows what an order would take")
        number = self._hide(actor, question, selected)
        self._step("erasure-hidden")
        self.finish(actor, tools)
        return next(run for run in self._records.erasure_runs.all() if run.number == number)

    def finish(self, actor: Actor, tools: Tools) -> None:
        """Do what is left of every order: rows, codes and keys, originals, then the checks. Twice is once."""
        settled = self._records.erasures.settle(lambda: self._records.work(actor), tools.index.remove)
        self._originals.carry_out(actor)
        for run in self._records.erasure_runs.unchecked():
            if not settled:  # an earlier act erased it, and may have died before it wrote the database anew
                self._records.erasures.compact()
            sought = Sought.from_bytes(self._records.erasure_runs.planted(run))
            checks = check_erased(self._records, sought, tools)
            backups = self._records.backups.kept(self._records.clock.now().date())
            with self._records.work(actor) as work:
                self._records.erasure_runs.checked(work, run, checks)
                kept = {one.id: one.keep_until.isoformat() for one in backups}
                work.leaf("erasure", what="beyond use in backups", run=run.id, backups=list(kept), until=list(kept.values()))
            self._step("erasure-checked")
            self._records.erasures.seal()

    def _select(self, question: EraseQuestion) -> Selected:
        scope = self._records.erasure_scope
        source = None if question.source is None else self._records.sources.one(question.source).number
        faces = (*question.faces, *scope.faces_of(question.candidates))
        return scope.select(faces=faces, media=question.media, source=source)

    def _hide(self, actor: Actor, question: EraseQuestion, selected: Selected) -> int:
        """Hide it, write down whom to tell and what to look for afterwards: one transaction."""
        records = self._records
        targets = self._originals.targets(selected)
        counted = self._counted(selected, targets)
        planted = records.erasure_scope.planted(selected)
        planted = with_rows(planted, self._encode(planted.rows))
        records.erasures.seal()
        before = {kind: len(found) for kind, found in lying(records, planted.values).items()}
        sought = Sought(planted=planted, before=before)
        texts = self._notices(planted.face_ids)
        suppress = self._suppress(selected)
        objects = _commitments((*planted.media_ids, *planted.face_ids))
        new = NewRun(ground=question.ground, counted=counted, objects=objects, planted=sought.to_bytes())
        with records.work(actor) as work:
            number, run_id = records.erasure_runs.begin(work, new)
            suppress(work)
            records.originals.plan(work, number, targets)
            for source in sorted({*selected.media, *selected.faces}):
                media, faces = selected.media.get(source, ()), selected.faces.get(source, ())
                records.erasures.hide(work, Scope(ground=question.ground, source_number=source, media=media, faces=faces, run=number))
            records.erasure_runs.notify(work, number, texts)
            work.leaf("erasure", what="recipients to be told", run=run_id, notices=len(texts))
        return number

    def _counted(self, selected: Selected, targets: Sequence[Target]) -> dict[str, int]:
        acts = [target.act for target in targets]
        counted = self._records.erasure_scope.count(selected)
        return {**counted, "originals to mask": acts.count("mask"), "originals to delete": acts.count("delete")}

    def _notices(self, face_ids: Sequence[str]) -> dict[str, str]:
        """Return what is to be told to whoever was given one of these faces: disclosure id → text."""
        found = {made.id: made for made in self._records.disclosures.of_faces(face_ids)}
        gone, texts = set(face_ids), {}
        for made in found.values():
            shown = sorted(gone.intersection(made.faces))
            texts[made.id] = (
                f"To {made.recipient}: on {made.at:%Y-%m-%d} you were given a {made.what} (SHA-256 {made.sha256.hex()}). "
                f"{len(shown)} of the faces in it were erased here and must be erased with you, unless that proves impossible "
                f"or takes disproportionate effort (GDPR Art. 17 and 19). Their ids: {', '.join(shown)}."
            )
        return texts


def _commitments(ids: Sequence[str]) -> dict[str, object]:
    """Return a salt and what it hides: whoever holds an id can see that it is among them; nobody can read an id off them."""
    salt = secrets.token_bytes(SALT_BYTES)
    return {"salt": salt.hex(), "commitments": sorted(hashlib.sha256(salt + one.encode()).hexdigest() for one in ids)}
