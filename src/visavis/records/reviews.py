"""Saved probes, verdicts on candidates, and the faces that are decided to be somebody else."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from visavis.domain.ids import CandidateId, FaceId, PersonId, SearchId, new_id
from visavis.records import review_tables, tables
from visavis.records.anchors import Anchor, on_anchors, same_face
from visavis.records.database import Database, Rows, Work
from visavis.records.files import chunks
from visavis.records.vault import PathSealer, Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeToSave:
    """One searched face.

    Attributes
    ----------
    probe_face : int
        The number that candidates name it by.
    subject : bytes
        What stands for the photograph and the face in it, or for the face of the archive that was searched with.
    picture : bytes or None
        JPEG of the face with its surroundings; None where none is kept: household, trial, a face of the archive.
    face_id : FaceId or None
        The face of the archive that was searched with, if it was one.
    """

    probe_face: int
    subject: bytes
    picture: bytes | None = None
    face_id: FaceId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedProbe:
    """A searched face as it was kept; `subject` is its keyed mark, `picture` a JPEG or None."""

    probe_face: int
    subject: bytes
    picture: bytes | None
    face_id: FaceId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVerdict:
    """What one person says of one candidate; `says` is `same`, `not-the-same`, `cannot-say`, or `withdrawn` of the verdict it replaces."""

    candidate_id: CandidateId
    person_id: PersonId | None
    says: str
    grounds: str
    replaces: str | None = None
    why_replaced: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A verdict as it is kept. A correction is a new verdict that replaces the old one; both stay."""

    id: str
    candidate_id: CandidateId
    person_id: PersonId | None
    says: str
    grounds: str
    at: dt.datetime
    replaces: str | None
    why_replaced: str


WITHDRAWN = "withdrawn"
"""What a person says who takes a verdict back: kept as a verdict that replaces it, and is none itself."""


def standing(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Return the verdicts that were neither replaced nor taken back, oldest first: at most one a person."""
    replaced = {verdict.replaces for verdict in verdicts}
    return [verdict for verdict in verdicts if verdict.id not in replaced and verdict.says != WITHDRAWN]


class Reviews:
    """Queries and writes about review."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self._sealer = PathSealer(vault)

    # ---- probes --------------------------------------------------------------------------------------------------------------

    def save_probes(
        self, work: Work, search_id: SearchId, probes: Sequence[ProbeToSave], *, expires_at: dt.datetime | None = None
    ) -> list[str]:
        """Keep the searched faces, their pictures under the case's key; return their salted hashes.

        A saved probe is a picture to compare with. It never becomes a face, a template or a row of an index. It goes at `expires_at`
        (UTC; None = no day is set), or earlier with its case.
        """
        rows: list[dict[str, object]] = []
        digests = []
        for number, probe in enumerate(probes, start=work.next_number(review_tables.probe)):
            salt = secrets.token_bytes(16)
            picture = probe.picture and self._vault.seal(
                "probe.picture", probe.picture, row=str(number), key=work.ask(_case_key(search_id)).scalar_one()
            )
            digests.append(hashlib.sha256(salt + probe.subject).digest())
            rows.append(
                {
                    "number": number,
                    "search_id": search_id,
                    "probe_face": probe.probe_face,
                    "subject": self.mark(probe.subject),
                    "salt": salt,
                    "digest": digests[-1],
                    "picture": picture,
                    "face_id": probe.face_id,
                    "expires_at": expires_at,
                }
            )
        if rows:
            work.run(sa.insert(review_tables.probe), rows)
        return [digest.hex() for digest in digests]

    def probes(self, search_id: str, at: dt.datetime) -> list[SavedProbe]:
        """Return what is kept of a search's probes and has not expired."""
        table = review_tables.probe
        key = self._database.ask(_case_key(search_id)).scalar_one()
        query = sa.select(table).where(table.c.search_id == search_id).order_by(table.c.number)
        return [
            SavedProbe(
                probe_face=row.probe_face,
                subject=row.subject,
                picture=row.picture and self._vault.open("probe.picture", row.picture, row=str(row.number), key=key),
                face_id=row.face_id and FaceId(row.face_id),
            )
            for row in self._database.ask(query).all()
            if row.expires_at is None or at < row.expires_at
        ]

    def drop_probes(self, work: Work, case_id: str) -> int:
        """Delete the saved probes of a case; return how many faces. The caller destroys the case's key and writes the leaf."""
        of_case = sa.select(tables.search.c.id).where(tables.search.c.case_id == case_id)
        return work.run(sa.delete(review_tables.probe).where(review_tables.probe.c.search_id.in_(of_case))).rowcount

    def expired_probes(self, at: dt.datetime) -> int:
        """Return how many saved probes are past their end."""
        query = sa.select(sa.func.count()).select_from(review_tables.probe).where(review_tables.probe.c.expires_at <= at)
        return int(self._database.ask(query).scalar_one())

    def drop_expired_probes(self, work: Work) -> int:
        """Delete the saved probes that are past their end; return how many faces. The caller writes the leaf."""
        return work.run(sa.delete(review_tables.probe).where(review_tables.probe.c.expires_at <= work.at)).rowcount

    def mark(self, subject: bytes) -> bytes:
        """Return the keyed mark under which a subject is kept."""
        return self._vault.mark("probe.subject", subject)

    # ---- verdicts ------------------------------------------------------------------------------------------------------------

    def decide(self, work: Work, new: NewVerdict) -> str:
        """Write a verdict; return its id. The caller writes the leaf.

        Grounds outlive the case's key: whoever is asked later how a decision came about must be able to say.
        """
        verdict_id = new_id(work.at)
        row = {
            "id": verdict_id,
            "candidate_id": new.candidate_id,
            "person_id": new.person_id,
            "says": new.says,
            "grounds": self._sealer.seal("verdict.grounds", new.grounds, row=verdict_id),
            "replaces": new.replaces,
            "why_replaced": self._sealer.seal("verdict.why_replaced", new.why_replaced, row=verdict_id),
            "at": work.at,
        }
        work.run(sa.insert(review_tables.verdict), [row])
        return verdict_id

    def verdicts(self, candidates: Collection[str]) -> dict[str, list[Verdict]]:
        """Return every verdict on these candidates, replaced ones too, oldest first."""
        found: dict[str, list[Verdict]] = {}
        wanted = sorted(candidates)
        for start in range(0, len(wanted), 500):
            query = (
                sa.select(review_tables.verdict)
                .where(review_tables.verdict.c.candidate_id.in_(wanted[start : start + 500]))
                .order_by(review_tables.verdict.c.number)
            )
            for row in self._database.ask(query):
                found.setdefault(row.candidate_id, []).append(self._verdict(row))
        return found

    def _verdict(self, row: Any) -> Verdict:
        return Verdict(
            id=row.id,
            candidate_id=CandidateId(row.candidate_id),
            person_id=None if row.person_id is None else PersonId(row.person_id),
            says=row.says,
            grounds=self._sealer.open("verdict.grounds", row.grounds, row=row.id),
            at=row.at,
            replaces=row.replaces,
            why_replaced=self._sealer.open("verdict.why_replaced", row.why_replaced, row=row.id),
        )

    # ---- «not the same» ------------------------------------------------------------------------------------------------------

    def subject_of_case(self, case_id: str) -> bytes:
        """Return what stands for the one person whom a case seeks."""
        return self._vault.mark("exclusion.case", case_id.encode())

    def exclude(self, work: Work, *, case_id: str, subjects: Collection[bytes], anchor: str) -> None:
        """Note that a face is not any of these subjects. The caller writes the leaf."""
        picture = Anchor.parse(anchor).picture
        rows = [{"case_id": case_id, "subject": subject, "picture": picture, "anchor": anchor, "at": work.at} for subject in subjects]
        if rows:
            work.run(sa.insert(review_tables.exclusion), rows)

    def include_again(self, work: Work, *, subjects: Collection[bytes], anchors: Collection[str]) -> None:
        """Undo `exclude` for a face that is at any of these places, keeping that it was. The caller writes the leaf."""
        in_force = _standing(work.ask, subjects, {Anchor.parse(anchor).picture for anchor in anchors})
        numbers = [number for number, _, other in in_force if same_face(anchors, other)]
        work.run(sa.update(review_tables.exclusion).where(review_tables.exclusion.c.number.in_(numbers)).values(lifted_at=work.at))

    def exclude_as_before(self, work: Work, *, subjects: Collection[bytes], anchors: Collection[str], at: dt.datetime) -> None:
        """Take back what `exclude` and `include_again` did for a face with a verdict of `at` (UTC). The caller writes the leaf."""
        table = review_tables.exclusion
        pictures = sorted({Anchor.parse(anchor).picture for anchor in anchors})
        then = sa.and_(
            table.c.subject.in_(sorted(subjects)), table.c.picture.in_(pictures), sa.or_(table.c.at == at, table.c.lifted_at == at)
        )
        for row in work.ask(sa.select(table).where(then)).all():
            if same_face(anchors, Anchor.parse(row.anchor)):
                lifted = work.at if row.at == at else None
                work.run(sa.update(table).where(table.c.number == row.number).values(lifted_at=lifted))

    def excluded(self, subjects: Collection[bytes], faces: Mapping[int, Collection[str]]) -> dict[int, frozenset[bytes]]:
        """Return for each face number, given with its appearance's anchors, the subjects that it is decided not to show, if any."""
        pictures = {Anchor.parse(text).picture for anchors in faces.values() for text in anchors}
        in_force = _standing(self._database.ask, subjects, pictures)
        found: dict[int, frozenset[bytes]] = {}
        for number, anchors in faces.items() if in_force else ():
            if not_them := frozenset(subject for _, subject, other in in_force if same_face(anchors, other)):
                found[number] = not_them
        return found

    def forget_faces(self, work: Work, anchors: Collection[str]) -> None:
        """Drop what was decided of faces that are erased. The caller writes the leaf."""
        for part in chunks(sorted(anchors)):
            work.run(sa.delete(review_tables.exclusion).where(on_anchors(review_tables.exclusion, part)))


def _standing(
    ask: Callable[[sa.Executable], Rows], subjects: Collection[bytes], pictures: Collection[str]
) -> list[tuple[int, bytes, Anchor]]:
    """Return (number, subject, anchor) of the exclusions in force in these pictures."""
    table, found, wanted = review_tables.exclusion, [], sorted(pictures)
    for start in range(0, len(wanted), 500):
        query = sa.select(table.c.number, table.c.subject, table.c.anchor).where(
            table.c.lifted_at.is_(None), table.c.subject.in_(sorted(subjects)), table.c.picture.in_(wanted[start : start + 500])
        )
        found += [(row.number, row.subject, Anchor.parse(row.anchor)) for row in ask(query)]
    return found


def _case_key(search_id: str) -> sa.Select[int]:
    return sa.select(tables.case.c.key_id).select_from(tables.search.join(tables.case)).where(tables.search.c.id == search_id)
