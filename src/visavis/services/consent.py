"""Consents: given for the files of one source, linked to faces, and withdrawn in one act."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError
from visavis.domain.ids import ConsentId
from visavis.law.reading import parse_charter
from visavis.law.roles import Act, check_role
from visavis.law.rulebook import Rulebook
from visavis.records.archive import Records
from visavis.records.consents import ConsentRecord, CoveredFace, NewConsent
from visavis.records.database import Work
from visavis.records.erasure import Scope
from visavis.records.sources import SourceRecord
from visavis.sources.ignore import IgnoreRules

MEANS = ("paper", "web-form", "email", "spoken")


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """What a withdrawal did: faces taken out of every search when this returns, and the pictures that go with all their faces."""

    consent_id: ConsentId
    faces: int
    pictures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Covering:
    """A live consent that a picture stands on; `faces` are the ids of the picture's faces that are linked to it."""

    consent: ConsentRecord
    faces: frozenset[str]


class Consent:
    """Records consents and acts on them."""

    def __init__(self, records: Records, rules: Rulebook, actor: Actor) -> None:
        self._records = records
        self._rules = rules
        self._actor = actor

    def give(self, source_name: str, new: NewConsent) -> ConsentId:
        """Record a consent; from then on ingest takes the files that it covers.

        Raises
        ------
        InputError
            The source does not stand on consents, or what was agreed to does not hold together.
        RefusedError
            Not an act of this person.
        """
        source = self._records.sources.one(source_name)
        self._check(source)
        _check(new, purposes=parse_charter(source.charter_toml, self._rules).purposes, source=source, now=self._records.clock.now())
        with self._records.work(self._actor) as work:
            consent_id = self._records.consents.add(work, new, source_number=source.number)
            work.leaf(
                "set-up",
                what="consent given",
                consent=consent_id,
                source=source.id,
                means=new.means,
                text_sha256=new.text.sha256,
                purposes=sorted(new.purposes),
            )
        return consent_id

    def link(self, wanted: str, face_ids: Sequence[str]) -> int:
        """Say which faces show the person: only they end with the consent in pictures that show others too; return how many."""
        record = self._one(wanted)
        if not record.live(self._records.clock.now()):
            raise InputError("this consent has ended", remedy="record a new one: visavis consent give")
        faces = self._records.consents.face_numbers(record.source_number, face_ids)
        with self._records.work(self._actor) as work:
            self._records.consents.link(work, record, faces)
            if record.ends_at is not None:
                self._records.consents.end_templates(work, faces, record.ends_at)
            work.leaf("alteration", what="faces linked to a consent", consent=record.id, faces=len(faces))
        return len(faces)

    def unlink(self, wanted: str, face_ids: Sequence[str]) -> int:
        """Take a link back that was wrong; return of how many faces.

        Their templates go on ending with the consent: what was made to end sooner isn't kept longer by a second look.
        """
        record = self._one(wanted)
        faces = self._records.consents.face_numbers(record.source_number, face_ids)
        with self._records.work(self._actor) as work:
            self._records.consents.unlink(work, record, faces)
            work.leaf("alteration", what="faces unlinked from a consent", consent=record.id, faces=len(faces))
        return len(faces)

    def covering(self, source_name: str, path: str, face_ids: Sequence[str]) -> list[Covering]:
        """Return the live consents that a picture stands on, and which of its faces are linked to each: one leaf, for they name people."""
        source, now = self._records.sources.one(source_name), self._records.clock.now()
        self._check(source)
        linked = self._records.consents.linked(face_ids)
        found = [
            Covering(consent=one, faces=linked.get(one.number, frozenset()))
            for one in self._records.consents.of(source.number)
            if one.live(now) and (one.number in linked or _covers(one)(path))
        ]
        with self._records.work(self._actor) as work:
            work.leaf("consultation", what="consents of a picture", source=source.id, consents=len(found))
        return found

    def withdraw(self, wanted: str, *, because: str = "") -> Withdrawn:
        """Withdraw a consent: what stood on it is in no search once this returns, and is erased by the next `Erasures.settle`.

        Of a picture that it covered every face goes but those that are linked to somebody else's live consent. No reason is needed.
        """
        record = self._one(wanted)
        if record.withdrawn_at is not None:
            raise InputError(f"consent {record.id} was withdrawn on {record.withdrawn_at:%Y-%m-%d}", remedy="visavis consent list")
        others = {other.number for other in self._records.consents.of(record.source_number) if other.live(self._records.clock.now())}
        others -= {record.number}
        with self._records.work(self._actor) as work:
            self._records.consents.withdraw(work, record)
            found = self._records.consents.faces(work, record, _covers(record))
            faces, media = _going(found, record=record, others=others)
            self._hide(work, record, found, faces=faces, media=media)
            private = {"because": because.strip()} if because.strip() else None
            work.leaf("alteration", private, what="consent withdrawn", consent=record.id, faces=len(faces), pictures=len(media))
        return Withdrawn(consent_id=record.id, faces=len(faces), pictures=len(media))

    def all(self, *, source: str | None = None) -> list[ConsentRecord]:
        """Return the consents: one consultation leaf, for they name people."""
        chosen = [self._records.sources.one(source)] if source else self._records.sources.all()
        numbers = {record.number for record in chosen}
        found = [record for record in self._records.consents.of() if record.source_number in numbers]
        for one in chosen if found else ():
            self._check(one)
        with self._records.work(self._actor) as work:
            work.leaf("consultation", what="consents listed", consents=len(found))
        return found

    def show(self, wanted: str) -> ConsentRecord:
        """Return one consent, with the words that were agreed to: one consultation leaf."""
        record = self._one(wanted)
        with self._records.work(self._actor) as work:
            work.leaf("consultation", what="consent shown", consent=record.id)
        return record

    def _one(self, wanted: str) -> ConsentRecord:
        record = self._records.consents.one(wanted)
        self._check(self._records.sources.one(record.source_id))
        return record

    def _check(self, source: SourceRecord) -> None:
        with self._records.noting_refusals(self._actor, "alteration", what=Act.CONSENT.value, source=source.id):
            check_role(self._actor, Act.CONSENT, profile=source.profile)

    def _hide(self, work: Work, record: ConsentRecord, found: list[CoveredFace], *, faces: list[int], media: list[int]) -> None:
        held = {face.number for face in found if face.held}
        self._records.suppressions.mask(work, [number for number in faces if number in held])
        whole = set(media)
        single = [face.number for face in found if face.number in set(faces) - held and face.media_number not in whole]
        if single or media:
            self._records.erasures.hide(work, Scope(ground="consent", source_number=record.source_number, media=media, faces=single))


def _going(found: list[CoveredFace], *, record: ConsentRecord, others: set[int]) -> tuple[list[int], list[int]]:
    """Return the faces that end with a consent, and the pictures of which none is left and that no hold keeps."""
    staying = {face.number for face in found if record.number not in face.consents and face.consents & others}
    faces = [face.number for face in found if face.number not in staying]
    kept = {face.media_number for face in found if face.number in staying or face.held}
    return faces, sorted({face.media_number for face in found} - kept)


def _covers(record: ConsentRecord) -> Callable[[str], bool]:
    rules = IgnoreRules(record.files)
    return lambda path: rules.ignores(path, is_folder=False)


def _check(new: NewConsent, *, purposes: Sequence[str], source: SourceRecord, now: dt.datetime) -> None:
    """Raise `InputError` for the first thing that does not hold together."""
    missing = sorted(set(purposes) - set(new.purposes))
    wrong = (
        (
            source.profile != "consent",
            f"«{source.title}» does not stand on consents (profile {source.profile})",
            "name a source of profile consent",
        ),
        (not new.person.strip(), "a consent is somebody's", "--person NAME-OR-TOKEN"),
        (
            not new.text.words.strip() or not new.text.version.strip(),
            "a consent is to words that are kept",
            "--text FILE --text-version NAME",
        ),
        (not new.proof.strip(), "a consent can be shown (GDPR Art. 7(1))", "--proof says where the sheet, form or message lies"),
        (new.means not in MEANS, f"«{new.means}» is no way of consenting that is known", f"one of: {', '.join(MEANS)}"),
        (bool(missing), f"the consent does not allow what the source is for: {', '.join(missing)}", "--purpose, once for each"),
        (not new.files, "a consent covers files", "--files PATTERN, a folder or a file of the source, in .gitignore syntax"),
        (new.given_at > now, "a consent is recorded once it was given", "--given says when"),
        (new.until is not None and new.until < now.date(), "this consent has ended already", "--until"),
    )
    for is_wrong, why, remedy in wrong:
        if is_wrong:
            raise InputError(why, remedy=remedy)
    try:
        IgnoreRules(new.files)
    except ValueError:
        raise InputError("the files can't be read as patterns", remedy="--files uses .gitignore syntax, as --exclude does") from None
