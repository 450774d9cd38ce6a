"""The desk of collections: what programs that ask in the shapes of Amazon Rekognition call sources, and what they do there."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from visavis.domain.actor import Actor, Role
from visavis.domain.errors import InputError, RefusedError, SetupError
from visavis.domain.hundred import HundredScale
from visavis.domain.identification import Where
from visavis.domain.ids import FaceId, PersonId
from visavis.domain.jobs import JobOptions, JobState
from visavis.domain.media import Reason
from visavis.domain.tails import COSINE, USUAL, Calibration
from visavis.law.admit import ItemFacts, Step, admit
from visavis.law.reading import parse_charter
from visavis.law.rules import Rule
from visavis.records.archive import Records
from visavis.records.collections import CollectionRecord, StoredIn
from visavis.records.sources import SourceRecord
from visavis.services.programs import Caller, CollectionRequest, CreateCollection, ManageCollections
from visavis.services.programs.collections import folder_of
from visavis.sources.putting import file_name, given_name, put
from visavis.wiring.erasure import EraseQuestion, ErasureDesk
from visavis.wiring.gate import stops_of
from visavis.wiring.jobs import FileRecord, JobDesk
from visavis.wiring.services import ServiceDesk
from visavis.wiring.session import Session, organisation

__all__ = ["CollectionDesk", "CollectionRecord", "Described", "NoCollection", "StoredIn", "Taken", "file_name", "given_name"]


class NoCollection(InputError):
    """A program has no collection of that name, or has not created it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A collection with how many faces of it may be shown, and the model pack that read them."""

    collection: CollectionRecord
    source: SourceRecord
    faces: int
    pack: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A picture that was put into a source's folder; `path` is below the root of that number."""

    source_id: str
    source_number: int
    root_number: int
    path: str


class CollectionDesk:
    """Collections of one archive, for owners and for the program that acts."""

    def __init__(
        self, session: Session, *, jobs: JobDesk, erasure: ErasureDesk, tails: Callable[[], Calibration | None], floor: Callable[[], float]
    ) -> None:
        self._session = session
        self._floor = floor
        self._jobs = jobs
        self._erasure = erasure
        self._tails = tails

    # ---- what owners do ------------------------------------------------------------------------------------------------------

    def all(self) -> list[CollectionRecord]:
        """Return every collection, oldest first."""
        return self._session.records().collections.all()

    def allow(self, name: str, *, key: str, source: str, folder: Path | str | None = None) -> CollectionRecord:
        """Let a key call a source by a name, and put pictures into a folder of it; raises as `ManageCollections.allow` does."""
        records = self._session.records()
        request = CollectionRequest(name=name, key=key, source=source, folder=None if folder is None else Path(folder))
        return ManageCollections(records).allow(self._session.actor, request, profile=organisation(records))

    def forbid(self, name: str, *, key: str) -> CollectionRecord:
        """Let a key call its source so no longer; raises as `ManageCollections.forbid` does."""
        records = self._session.records()
        return ManageCollections(records).forbid(self._session.actor, name, key, profile=organisation(records))

    # ---- what programs do ----------------------------------------------------------------------------------------------------

    def create(self, name: str) -> CollectionRecord:
        """Create a collection that was allowed; raises as `CreateCollection.run` does."""
        return CreateCollection(self._session.records()).run(self._session.actor, name)

    def describe(self, name: str) -> Described:
        """Describe one: one consultation leaf; `NoCollection` if the program has none of that name."""
        records, session = self._session.records(), self._session
        collection, source = self.find(name)
        ServiceDesk(session).check("browse", source=source.id)
        size = records.gallery.size(Where(sources=frozenset({source.number})), session.clock.now()).size
        with records.work(session.actor) as work:
            work.leaf("consultation", what="collection", collection=collection.id, source=source.id, faces=size)
        return Described(collection=collection, source=source, faces=size, pack=records.pack_id)

    def find(self, name: str) -> tuple[CollectionRecord, SourceRecord]:
        """Return a collection that the program created, and its source; `NoCollection` if there is none."""
        records, service_id = self._session.records(), self._session.actor.service_id
        found = None if service_id is None else records.collections.of(service_id, name)
        if found is None or found.created_at is None:
            raise NoCollection("this key has no collection of that name", remedy="CreateCollection, with a name that an owner allowed")
        (source,) = records.sources.some({found.source_number})
        return found, source

    @property
    def pack(self) -> str:
        """The model pack that reads the archive's pictures."""
        return self._session.records().pack_id

    def scale(self) -> HundredScale:
        """Return the scale from 0 to 100; `SetupError` if the archive's model pack was never calibrated."""
        tails = self._tails()
        if tails is None:
            raise SetupError("the model pack has no calibration, so there is no scale", remedy="visavis migrate --pack PACK")
        return HundredScale.of(tails.tail(USUAL, COSINE))

    def threshold(self, hundred: float | None) -> float | None:
        """Return the cosine that a threshold on the scale asks for: never below the floor of the archive, under which nothing is given."""
        return None if hundred is None else max(self.scale().cosine_at(hundred), self._floor())

    def put(self, name: str, data: bytes, given: str) -> Taken:
        """Put a picture into the folder of a collection, where ingest finds it; one that is there stays as it is.

        Raises
        ------
        NoCollection
            The program has none of that name.
        InputError
            No JPEG or PNG, or a name that is too long.
        RefusedError
            `key-bounds`: the key is not for ingest, or the collection takes no pictures. `charter-signed`: its source is a draft.
            What ingest asks of any picture: `source-live`, `charter-in-dates`, `order-stops`, `source-size`.
        SetupError
            The folder is gone, or can't be written.
        """
        records, actor = self._session.records(), self._session.actor
        collection, source = self.find(name)
        ServiceDesk(self._session).check("ingest", source=source.id)
        with records.noting_refusals(actor, "collection", what="handed-in", source=source.id, collection=collection.id):
            _check_takes(collection, source)
            self._check_admitted(records, source)
        try:
            folder, root_number, below = folder_of(source, Path(collection.folder))
        except InputError as error:
            raise SetupError("the folder of this collection is out of reach", remedy="an owner looks: visavis collection list") from error
        file = file_name(data, given)
        with records.work(actor) as work:
            work.leaf("collection", what="handed-in", collection=collection.id, source=source.id)
        put(folder, file, data)
        path = f"{below}/{file}" if below else file
        return Taken(source_id=source.id, source_number=source.number, root_number=root_number, path=path)

    def _check_admitted(self, records: Records, source: SourceRecord) -> None:
        """Ask the law before a picture lies in the folder what ingest asks of it later; whose consent covers it, only ingest knows."""
        facts = ItemFacts(
            source_state=source.state,
            kind="photo",
            pictures_before=records.files.picture_count(source.number),
            order=stops_of(records).order_at(source.number, source.id, ""),
            consents=1,
        )
        rules = self._session.rules
        charter = parse_charter(source.charter_toml, rules)
        refusal = admit(charter, rules, at=self._session.clock.now(), step=Step.DECODE, facts=facts)
        if refusal is not None:
            raise RefusedError(refusal.detail, rule=refusal.rule, remedy="visavis source list says how each stands")

    def read(self, taken: Taken, job_id: str) -> tuple[Sequence[StoredIn] | None, str]:
        """Return the faces of a picture that was put somewhere, or None and the job that is to read it: ask again then.

        Parameters
        ----------
        job_id : str
            The job that was named before; empty = none was.

        Raises
        ------
        InputError
            A job went over the folder, and the picture was passed over, or could not be read.
        RefusedError
            A rule kept it out when ingest came to it.
        SetupError
            The job failed, or was stopped.
        """
        records = self._session.records()
        known = records.files.one(taken.root_number, taken.path)
        found = None if known is None or known.missing else known
        if found is not None and found.media_number is not None:
            return records.collections.faces_in(taken.source_number, self._session.clock.now(), found.media_number), job_id
        open_jobs = {job.id for job in self._jobs.open() if job.source_number == taken.source_number}
        if job_id and job_id not in open_jobs:
            raise self._unread(found, job_id)
        if open_jobs:  # one that began before the picture came may pass it by: another follows it
            return None, job_id
        (job,) = self._jobs.start([taken.source_id], options=JobOptions(any_hour=True))
        return None, job.id

    def _unread(self, found: FileRecord | None, job_id: str) -> InputError | RefusedError | SetupError:
        """Return why a picture was not read by the job that was to read it."""
        if found is not None and found.reason is Reason.REFUSED:
            rule, _, why = found.detail.partition(": ")
            return RefusedError(why, rule=rule, remedy="visavis outcomes lists what was refused")
        if found is not None:
            return InputError(f"the picture was not read: {found.reason}", remedy="visavis outcomes tells what that means")
        if self._jobs.one(job_id).state is JobState.DONE:
            return InputError("the picture was passed over", remedy="see what the source leaves out: visavis source list")
        return SetupError("the job that was to read the picture failed, or was stopped", remedy=f"visavis job show {job_id}")

    def faces(self, source: SourceRecord, ids: Collection[str]) -> Mapping[FaceId, StoredIn]:
        """Return those of these faces that are in a source and may be shown."""
        records = self._session.records()
        return records.collections.faces(source.number, self._session.clock.now(), ids)

    def erase(self, name: str, ids: Sequence[str]) -> Mapping[str, bool]:
        """Erase faces of a collection for good, in the name of who made the key; return which of them are gone.

        Raises
        ------
        NoCollection
            The program has none of that name.
        RefusedError
            `key-bounds`: the key is not for erasing. `signed-in`: who made it was revoked. `person-needed`, `role-allowed`.
        ArchiveBusy
            Another process is writing.
        """
        session = self._session
        records, actor = session.records(), session.actor
        collection, source = self.find(name)
        programs = ServiceDesk(session)
        programs.check("erase", source=source.id)
        there = self.faces(source, ids)
        if not there:
            return {}
        person = programs.answering()
        with records.noting_refusals(actor, "erasure", what="erasure-asked", source=source.id, collection=collection.id):
            who = self._in_the_name_of(person)
        with records.work(actor) as work:
            work.leaf("erasure", what="erasure-asked", collection=collection.id, source=source.id, faces=sorted(there))
        with session.acting_as(who):
            self._erasure.run(EraseQuestion(ground="charter", faces=tuple(there)))
        left = session.records().collections.faces(source.number, session.clock.now(), there)
        return {face: face not in left for face in there}

    def _in_the_name_of(self, person: PersonId | None) -> Caller | None:
        """Return who orders what a key asks for: the owner who made it; None = the machine's user, at home."""
        if person is None:
            return None
        who = self._session.records().people.one(person)
        if who.revoked_at is not None:
            raise RefusedError("who made this key was revoked", rule=Rule.SIGNED_IN, remedy="another owner makes a key anew")
        role = min(who.roles, key=list(Role).index)
        program = self._session.records().programs.by_id(str(self._session.actor.service_id))
        if program is None:
            raise RefusedError("there is no such key", rule=Rule.KEY_VALID, remedy="visavis key list")
        return Caller(actor=Actor(name=who.name, role=role, person_id=who.id, roles=who.roles), program=program)


def _check_takes(collection: CollectionRecord, source: SourceRecord) -> None:
    """Refuse a picture for a collection without a folder, and for a source that nobody signed."""
    if not collection.folder:
        raise RefusedError(
            "this collection takes no pictures",
            rule=Rule.KEY_BOUNDS,
            remedy="an owner names a folder: visavis collection allow NAME --key KEY --source SOURCE --folder DIR",
        )
    if source.signed_by is None:
        raise RefusedError("nobody has signed the charter of its source", rule=Rule.CHARTER_SIGNED, remedy="visavis source sign SOURCE")
