"""Consents: who agreed to what, when, how and with which words, for which files; and their withdrawal."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from visavis.domain.errors import InputError
from visavis.domain.ids import ConsentId, SourceId, new_id
from visavis.records import tables
from visavis.records.database import Database, Rows, Work
from visavis.records.files import chunks, location_row
from visavis.records.keyring import KeyKind, Keyring
from visavis.records.siblings import with_siblings
from visavis.records.suppression_tables import consent, consent_face
from visavis.records.vault import PathSealer

Ask = Callable[[sa.Executable], Rows]
"""`Work.ask` inside a transaction; by default the database is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentText:
    """The words that a person agreed to, and the name under which their keeper has them."""

    version: str
    words: str = field(repr=False)

    @property
    def sha256(self) -> str:
        """By which anybody can see that the words were not changed since."""
        return hashlib.sha256(self.words.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConsent:
    """What a person agreed to.

    Attributes
    ----------
    person : str
        Name, or a token that the keeper can lead back to a person.
    guardian : str
        Who agreed for them, if they could not; empty = they themselves.
    means : str
        `paper`, `web-form`, `email` or `spoken`.
    files : tuple of str
        Files of the source, in gitignore syntax: a folder, a pattern, one file.
    proof : str
        Where the signed sheet, the message or the record lies.
    given_at : datetime
        UTC.
    until : date or None
        Last day; None = until it is withdrawn.
    """

    person: str
    text: ConsentText
    means: str
    purposes: tuple[str, ...]
    files: tuple[str, ...]
    proof: str
    given_at: dt.datetime
    until: dt.date | None = None
    guardian: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRecord(NewConsent):
    """A consent as it is kept; `withdrawn_at` None = it stands, unless `until` is past."""

    number: int
    id: ConsentId
    source_id: SourceId
    source_number: int
    recorded_at: dt.datetime
    withdrawn_at: dt.datetime | None

    @property
    def ends_at(self) -> dt.datetime | None:
        """The first moment after its last day, UTC."""
        if self.until is None:
            return None
        return dt.datetime.combine(self.until + dt.timedelta(days=1), dt.time(), tzinfo=dt.UTC)

    def live(self, at: dt.datetime) -> bool:
        """Whether it stands at a time."""
        return self.withdrawn_at is None and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoveredFace:
    """A face in a picture of a source: where its file lies, and the consents that are said to be its person's."""

    number: int
    media_number: int
    held: bool
    consents: frozenset[int]


class Consents:
    """Queries and writes about consents."""

    def __init__(self, database: Database, sealer: PathSealer, keys: Keyring) -> None:
        self._database = database
        self._sealer = sealer
        self._keys = keys

    def add(self, work: Work, new: NewConsent, *, source_number: int) -> ConsentId:
        """Write a consent, what names people under a key of its own; return its id. The caller writes the leaf."""
        consent_id, key = ConsentId(new_id(work.at)), self._keys.make(work, KeyKind.PERSON)

        def closed(column: str, text: str) -> bytes:
            return self._sealer.seal(f"consent.{column}", text, row=consent_id, key=key)

        row = {
            "id": consent_id,
            "source_number": source_number,
            "person": closed("person", new.person),
            "guardian": closed("guardian", new.guardian) if new.guardian else None,
            "text_version": new.text.version,
            "text": closed("text", new.text.words),
            "text_sha256": new.text.sha256,
            "means": new.means,
            "purposes": json.dumps(sorted(new.purposes)),
            "files": closed("files", json.dumps(new.files)),
            "proof": closed("proof", new.proof),
            "given_at": new.given_at,
            "until": new.until,
            "key_id": key,
            "recorded_at": work.at,
        }
        work.run(sa.insert(consent), [row])
        return consent_id

    def of_faces(self, faces: Sequence[int]) -> list[tuple[int, ConsentRecord]]:
        """Return (number of the face, consent) of every consent that staff linked to one of these faces, withdrawn ones too."""
        found = []
        query = (
            sa.select(consent, tables.source.c.id.label("source_id"), consent_face.c.face_number)
            .select_from(consent.join(consent_face).join(tables.source))
            .order_by(consent.c.number)
        )
        for chunk in chunks(list(faces)):
            rows = self._database.ask(query.where(consent_face.c.face_number.in_(chunk))).all()
            found += [(int(row.face_number), self._record(row)) for row in rows]
        return found

    def withdraw(self, work: Work, which: ConsentRecord) -> None:
        """Note that it was withdrawn, now. The caller writes the leaf."""
        work.run(sa.update(consent).where(consent.c.number == which.number).values(withdrawn_at=work.at))

    def link(self, work: Work, which: ConsentRecord, faces: Iterable[int]) -> None:
        """Say that faces show the person who consented. The caller writes the leaf."""
        rows = [{"consent_number": which.number, "face_number": face} for face in faces]
        work.run(sa.insert(consent_face).prefix_with("OR IGNORE"), rows)

    def unlink(self, work: Work, which: ConsentRecord, faces: Sequence[int]) -> None:
        """Take that back. The caller writes the leaf."""
        for chunk in chunks(list(faces)):
            work.run(sa.delete(consent_face).where(consent_face.c.consent_number == which.number, consent_face.c.face_number.in_(chunk)))

    def linked(self, face_ids: Sequence[str]) -> dict[int, frozenset[str]]:
        """Return the ids of those faces that are linked to a consent, by its number."""
        found: dict[int, set[str]] = {}
        query = sa.select(consent_face.c.consent_number, tables.face.c.id).join(tables.face)
        for chunk in chunks(list(face_ids)):
            for row in self._database.ask(query.where(tables.face.c.id.in_(chunk))):
                found.setdefault(int(row.consent_number), set()).add(row.id)
        return {number: frozenset(ids) for number, ids in found.items()}

    def end_templates(self, work: Work, faces: Sequence[int], ends_at: dt.datetime) -> None:
        """Let templates end no later than a consent does. The caller writes the leaf."""
        template = tables.template
        for chunk in chunks(list(faces)):
            later = sa.or_(template.c.expires_at.is_(None), template.c.expires_at > ends_at)
            work.run(sa.update(template).where(template.c.face_number.in_(chunk), later).values(expires_at=ends_at))

    def version(self, source_number: int, *, ask: Ask | None = None) -> tuple[int, int]:
        """Return what is other once a consent of a source was added or withdrawn."""
        count = sa.select(sa.func.count(), sa.func.count(consent.c.withdrawn_at)).where(consent.c.source_number == source_number)
        given, withdrawn = (ask or self._database.ask)(count).one()
        return int(given), int(withdrawn)

    def of(self, source_number: int | None = None, *, ask: Ask | None = None) -> list[ConsentRecord]:
        """Return the consents of a source, or all, withdrawn ones too, oldest first."""
        query = sa.select(consent, tables.source.c.id.label("source_id")).join(tables.source).order_by(consent.c.number)
        if source_number is not None:
            query = query.where(consent.c.source_number == source_number)
        return [self._record(row) for row in (ask or self._database.ask)(query).all()]

    def one(self, wanted: str) -> ConsentRecord:
        """Return the consent whose id is, or ends in, `wanted`, or whose person it names; `InputError` if none or several are."""
        ends = len(wanted) >= 4
        found = [record for record in self.of() if wanted in (record.id, record.person) or (ends and record.id.endswith(wanted))]
        if len(found) != 1:
            raise InputError(f"{'several consents are called' if found else 'no consent'} «{wanted}»", remedy="visavis consent list")
        return found[0]

    def faces(self, work: Work, which: ConsentRecord, covers: Callable[[str], bool]) -> list[CoveredFace]:
        """Return the faces of the pictures whose file a consent covers, and those that are linked to it."""
        linked = set(work.ask(sa.select(consent_face.c.face_number).where(consent_face.c.consent_number == which.number)).scalars())
        media = {number for number, path in self._paths(work, which.source_number) if covers(path)}
        found = []
        for row in self._faces(work, which.source_number):
            if row.media_number in media or row.number in linked:
                query = sa.select(consent_face.c.consent_number).where(consent_face.c.face_number == row.number)
                consents = frozenset(work.ask(query).scalars())
                found.append(CoveredFace(number=row.number, media_number=row.media_number, held=row.holds > 0, consents=consents))
        return found

    def face_numbers(self, source_number: int, ids: Sequence[str]) -> list[int]:
        """Return the numbers of faces of a source, with all of their appearances; `InputError` names one that is not there."""
        found: list[int] = []
        for face_id in ids:
            query = (
                sa.select(tables.face.c.number)
                .select_from(tables.face.join(tables.appearance).join(tables.media))
                .where(tables.face.c.id == face_id, tables.media.c.source_number == source_number, tables.face.c.state != "erasing")
            )
            number = self._database.ask(query).scalar_one_or_none()
            if number is None:
                raise InputError(
                    f"no face {face_id} in the consent's source", remedy="take one from the results of a search: --format json"
                )
            found.append(number)
        return with_siblings(self._database.ask, found)

    def _paths(self, work: Work, source_number: int) -> Iterable[tuple[int, str]]:
        place = tables.location
        query = (
            sa.select(place.c.media_number, place.c.root_number, place.c.path, place.c.path_mark, tables.media.c.key_id)
            .select_from(place.join(tables.media, tables.media.c.number == place.c.media_number))
            .where(tables.media.c.source_number == source_number)
        )
        for row in work.ask(query).all():
            at = location_row(row.root_number, row.path_mark)
            yield row.media_number, self._sealer.open("location.path", row.path, row=at, key=row.key_id)

    def _faces(self, work: Work, source_number: int) -> list[Any]:
        query = (
            sa.select(tables.face.c.number, tables.media.c.number.label("media_number"), tables.media.c.holds)
            .select_from(tables.face.join(tables.appearance).join(tables.media))
            .where(tables.media.c.source_number == source_number, tables.face.c.state != "erasing")
            .order_by(tables.face.c.number)
        )
        return list(work.ask(query).all())

    def _record(self, row: Any) -> ConsentRecord:
        def opened(column: str) -> str:
            return self._sealer.open(f"consent.{column}", getattr(row, column), row=row.id, key=row.key_id)

        return ConsentRecord(
            number=row.number,
            id=ConsentId(row.id),
            source_id=SourceId(row.source_id),
            source_number=row.source_number,
            person=opened("person"),
            guardian=opened("guardian") if row.guardian else "",
            text=ConsentText(version=row.text_version, words=opened("text")),
            means=row.means,
            purposes=tuple(json.loads(row.purposes)),
            files=tuple(json.loads(opened("files"))),
            proof=opened("proof"),
            given_at=row.given_at,
            until=row.until,
            recorded_at=row.recorded_at,
            withdrawn_at=row.withdrawn_at,
        )
