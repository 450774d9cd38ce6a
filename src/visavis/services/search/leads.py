"""Faces that an index found, as a person reads them: with picture, labels, and what was decided of them before."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from visavis.domain.identification import Candidate
from visavis.domain.timecode import timecode_at
from visavis.records.archive import Records
from visavis.records.cases import CaseRecord
from visavis.records.shown import Shown
from visavis.records.sources import SourceRecord
from visavis.services.search.groups import group_near_duplicates

SHARED = "shared"
"""The kind of case that all household sources of an archive share, and all trial sources."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """One found face; `probe_face` is the searched face that it resembles."""

    candidate_id: str
    rank: int
    shown: Shown
    similarity: float
    probe_face: int
    strangers: float | None = None
    adjusted: float | None = None
    together: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whom a search asked about, in which case: keyed marks of the searched faces, by the number that candidates name them by."""

    case: CaseRecord
    subjects: Mapping[int, frozenset[bytes]]

    def of(self, records: Records, probe_face: int) -> frozenset[bytes]:
        """Return every mark that «not the same» may hang on: a case that seeks one person is a subject itself."""
        own = self.subjects.get(probe_face, frozenset())
        return own | {records.reviews.subject_of_case(self.case.id)} if self.case.kind == "case" else own


def as_candidates(
    records: Records, leads: Sequence[Lead], asked: Asked, decided: Mapping[str, str], at: dt.datetime
) -> tuple[Candidate, ...]:
    """Return the leads as candidates, in the order given; `decided` holds a word for each candidate id that people have decided."""
    anchors = records.searches.anchors({lead.shown.face_number for lead in leads})
    subjects = {number: asked.of(records, number) for number in {lead.probe_face for lead in leads}}
    excluded = records.reviews.excluded(frozenset().union(*subjects.values()), {face: place.every for face, place in anchors.items()})
    labels = records.labels.of_faces(anchors, at)
    groups = group_near_duplicates([(lead.shown.dhash, lead.shown.box) for lead in leads])
    found = []
    for lead, group in zip(leads, groups, strict=True):
        face = lead.shown.face_number
        not_them = bool(excluded.get(face, frozenset()) & subjects[lead.probe_face])
        word = decided.get(lead.candidate_id) or ("not-the-same" if not_them else "")
        names = tuple(dict.fromkeys(label.name for label in labels.get(face, ())))
        found.append(as_candidate(lead, group=f"g{group}", decided=word, labels=names))
    return tuple(found)


def signers(sources: Iterable[SourceRecord]) -> tuple[str, ...]:
    """Say who signed the charter of each source; at home and in a trial, who declared it."""
    return tuple(_signer(source) for source in sources)


def _signer(source: SourceRecord) -> str:
    by = source.signed_by
    if by is None:
        return f"«{source.title}»: nobody yet"
    who = f"{by.name}, {by.role}" if by.person_id else f"declared by {by.name}"
    return f"«{source.title}»: {who}, {by.at:%Y-%m-%d}"


def stamp(case: CaseRecord) -> str:
    """Return the word that stands on every page of a search which stays in the house."""
    return case.profile if case.kind == SHARED else ""


def as_candidate(lead: Lead, *, group: str = "g1", decided: str = "", labels: tuple[str, ...] = ()) -> Candidate:
    """Return one lead as a candidate."""
    shown, moment = lead.shown, lead.shown.moment
    return Candidate(
        rank=lead.rank,
        candidate_id=lead.candidate_id,
        face_id=shown.face_id,
        media_id=shown.media_id,
        source_id=shown.source_id,
        source_title=shown.source_title,
        group=group,
        kind=shown.kind,
        similarity=lead.similarity,
        path=shown.path,
        captured_at=shown.captured_at,
        start_s=0.0 if moment is None else moment.start_s,
        end_s=0.0 if moment is None else moment.end_s,
        at_s=0.0 if moment is None else moment.at_s,
        timecode="" if moment is None else timecode_at(moment, moment.at_ticks) or "",
        page=shown.page,
        moment=moment,
        box=shown.box,
        probe_face=lead.probe_face,
        weaknesses=shown.quality.weaknesses(),
        offline=shown.offline,
        decided=decided,
        labels=labels,
        strangers=lead.strangers,
        adjusted=lead.adjusted,
        together=lead.together,
    )
