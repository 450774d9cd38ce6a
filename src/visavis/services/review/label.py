"""Labels: a confirmed decision becomes a name beside a face of its source."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError, RefusedError
from visavis.domain.ids import CandidateId, LabelId
from visavis.domain.signing import Signer
from visavis.law.labels import check_label
from visavis.law.reading import parse_charter
from visavis.law.roles import Act, check_role
from visavis.law.rulebook import Rulebook
from visavis.records.archive import Records
from visavis.records.database import Work
from visavis.records.labels import Label, NewLabel
from visavis.records.past import PastResult


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRequest:
    """What a face is to be called; `authority` is the person's id in a list of names, empty = none."""

    actor: Actor
    candidate: str
    name: str
    authority: str = ""


class Labelling:
    """Gives, finds and removes labels."""

    def __init__(self, records: Records, rules: Rulebook, *, read: Callable[[str], PastResult], signer: Signer | None) -> None:
        self._records = records
        self._rules = rules
        self._read = read
        self._signer = signer

    def add(self, request: LabelRequest) -> LabelId:
        """Promote a decided candidate.

        Raises
        ------
        InputError
            No such candidate, or no name.
        RefusedError
            The candidate is not decided to be the same, its source's charter lists no `catalogue`, the name was corrected away from this
            face, or the person has not the role.
        """
        if not request.name.strip():
            raise InputError("a label needs a name", remedy='--name "…"')
        wanted = self._records.searches.candidate(request.candidate)
        past = self._read(wanted.search_id)
        found = next((candidate for candidate in past.result.candidates if candidate.candidate_id == wanted.id), None)
        if found is None:
            raise InputError("this candidate may not be shown now", remedy=f"visavis search-show {past.search.id} says why")
        source = self._records.sources.one(found.source_id)
        (anchors,) = self._records.searches.anchors([wanted.face_number]).values()
        corrected = self._records.corrections.name_was_wrong(anchors.every, request.name)
        try:
            check_role(request.actor, Act.LABEL, profile=source.profile)
            charter = parse_charter(source.charter_toml, self._rules)
            check_label(charter, decided=found.decided, candidate=wanted.id, corrected=corrected)
        except RefusedError as error:
            facts = {"candidate": wanted.id, "case": past.case.id, "purpose": past.search.purpose}
            self._records.note_refusal(request.actor, "alteration", error, what="label", **facts)
            raise
        return self._write(request, wanted.id, source.number, anchors.own)

    def find(self, actor: Actor, name: str) -> list[Label]:
        """Return the labels of a name, whatever its case and accents: one consultation leaf."""
        return self._looked(actor, self._records.labels.named(name, self._records.clock.now()), what="label-found")

    def all(self, actor: Actor, *, source: str | None = None) -> list[Label]:
        """Return every label, or those of one source: one consultation leaf."""
        number = None if source is None else self._records.sources.one(source).number
        return self._looked(actor, self._records.labels.all(self._records.clock.now(), source_number=number), what="labels-listed")

    def remove(self, actor: Actor, wanted: str, *, because: str) -> None:
        """Erase a label, with a reason."""
        if not because.strip():
            raise InputError("removing a label needs a reason", remedy='--because "…"')
        label = self._records.labels.one(wanted, self._records.clock.now())
        check_role(actor, Act.LABEL, profile=self._records.sources.one(label.source_id).profile)
        with self._records.work(actor) as work:
            self._records.labels.remove(work, label)
            work.leaf("erasure", what="label", label=label.id, source=label.source_id)

    def rename(self, actor: Actor, wanted: str, name: str, *, because: str) -> LabelId:
        """Give a labelled face another name, with a reason; the old name is erased. Return the new label's id.

        Raises
        ------
        InputError
            No such label, no name, or no reason.
        RefusedError
            The source's charter lists no `catalogue` now, the name was corrected away from this face, or the person has not the role.
        """
        if not name.strip() or not because.strip():
            raise InputError("another name needs a reason", remedy='--name "…" --because "…"')
        label = self._records.labels.one(wanted, self._records.clock.now())
        source = self._records.sources.one(label.source_id)
        with self._records.noting_refusals(actor, "alteration", what="label", label=label.id, source=source.id):
            check_role(actor, Act.LABEL, profile=source.profile)
            corrected = self._records.corrections.name_was_wrong([label.anchor], name)
            check_label(parse_charter(source.charter_toml, self._rules), decided="same", candidate=label.candidate_id, corrected=corrected)
        new = NewLabel(
            source_number=source.number,
            anchor=label.anchor,
            name=name.strip(),
            authority=label.authority,
            candidate_id=label.candidate_id,
            person_id=actor.person_id,
        )
        with self._records.work(actor) as work:
            self._records.labels.remove(work, label)
            label_id = self._put(work, new)
            told = {"label": label_id, "replaces": label.id, "candidate": new.candidate_id, "source": source.number}
            work.leaf("alteration", {"because": because.strip()}, what="label-renamed", **told)
        return label_id

    def _write(self, request: LabelRequest, candidate_id: CandidateId, source_number: int, anchor: str) -> LabelId:
        new = NewLabel(
            source_number=source_number,
            anchor=anchor,
            name=request.name.strip(),
            authority=request.authority.strip(),
            candidate_id=candidate_id,
            person_id=request.actor.person_id,
        )
        with self._records.work(request.actor) as work:
            label_id = self._put(work, new)
            work.leaf("alteration", what="label", label=label_id, candidate=candidate_id, source=source_number)
        return label_id

    def _put(self, work: Work, new: NewLabel) -> LabelId:
        """Write a label and sign it. The caller writes the leaf."""
        label_id, key = self._records.labels.add(work, new)
        if self._signer is not None and new.person_id is not None:
            facts = {"candidate": new.candidate_id, "anchor": new.anchor, "name": new.name, "authority": new.authority}
            statement, signature = self._signer.statement("label", label_id, facts, at=work.at)
            self._records.signatures.add(
                work, what="label", object_id=label_id, person_id=new.person_id, statement=statement, signature=signature, key=key
            )
        return label_id

    def _looked(self, actor: Actor, found: list[Label], *, what: str) -> list[Label]:
        for profile in self._profiles(found):
            check_role(actor, Act.LABEL, profile=profile)
        with self._records.work(actor) as work:
            work.leaf("consultation", what=what, labels=len(found))
        return found

    def _profiles(self, labels: Iterable[Label]) -> set[str]:
        sources = {label.source_number for label in labels}
        return {source.profile for source in self._records.sources.all() if source.number in sources}
