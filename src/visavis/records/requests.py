"""Requests of the people shown: who asked what and when, each step that was taken, how it ended.

What people wrote is closed by a key of the request; their photograph, and the faces it was likened to, by a second key below it that is
destroyed when the request is closed. A request is found again by keyed marks of where its person is reached, never by a face.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from visavis.domain.errors import InputError
from visavis.domain.ids import PersonId, new_id
from visavis.records import request_tables as t
from visavis.records.database import Database, Work
from visavis.records.keyring import KeyKind, Keyring
from visavis.records.likened import FoundForRequest, Likened, RightsSearchRecord
from visavis.records.receipts import Receipts
from visavis.records.vault import PathSealer


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequest:
    """A first message.

    Attributes
    ----------
    contacts : mapping of str to str
        Where the person is reached, as it is compared, and as they wrote it.
    first_received, due : date
        When it came in, and by when it must be answered.
    policy, country : str
        Mark of the pack that its time runs under; whose holidays count.
    """

    kind: str
    contacts: dict[str, str]
    first_received: dt.date
    due: dt.date
    policy: str
    country: str
    representative: str = ""
    mandate: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestStep:
    """One thing that happened to a request.

    Attributes
    ----------
    act : str
        `message`, `doubt`, `identity`, `extension`, `pause`, `resume`, `searched`, `located`, `corrected`, `restricted`, `lifted`,
        `answered`, `refused`, `withdrawn` or `closed`.
    day : date or None
        When it was received, or told.
    note : str
        What a person wrote.
    """

    at: dt.datetime
    act: str
    person_id: PersonId | None
    channel: str
    day: dt.date | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRecord:
    """A request as it stands.

    Attributes
    ----------
    person_key, probe_key : int
        Data keys of what was written, and of the photograph with whom it was likened to.
    outcome : str
        `answered`, `refused`, `withdrawn`, empty while it is open.
    ground : str
        Of a refusal.
    proof : str
        Id of what proves that it was carried out.
    searched : RightsSearchRecord or None
        The search with a photograph that the person gave.
    candidates : tuple of FoundForRequest
        None after its close.
    """

    id: str
    kind: str
    received_at: dt.datetime
    first_received: dt.date
    due_first: dt.date
    due: dt.date
    policy: str
    country: str
    person_key: int
    probe_key: int
    contacts: tuple[str, ...]
    representative: str
    mandate: str
    outcome: str
    ground: str
    proof: str
    answer_sha256: bytes | None
    decided_by: PersonId | None
    decided_at: dt.datetime | None
    closed_at: dt.datetime | None
    steps: tuple[RequestStep, ...]
    searched: RightsSearchRecord | None
    candidates: tuple[FoundForRequest, ...]

    @property
    def open(self) -> bool:
        """Whether it is still to be answered."""
        return not self.outcome and self.closed_at is None

    @property
    def state(self) -> str:
        """Return `open`, `searched`, `confirmed`, `answered`, `refused`, `withdrawn` or `closed`."""
        if self.closed_at is not None:
            return "closed"
        if self.outcome:
            return self.outcome
        if not self.looked:
            return "open"
        return "searched" if self.pending else "confirmed"

    @property
    def looked(self) -> bool:
        """Whether somebody has looked for what is held."""
        return bool(self.took("searched") or self.took("located"))

    @property
    def pending(self) -> int:
        """Candidates that nobody has judged."""
        return sum(found.says == "" for found in self.candidates)

    @property
    def confirmed(self) -> tuple[FoundForRequest, ...]:
        """Faces that a person confirmed to be who asks."""
        return tuple(found for found in self.candidates if found.says == "confirmed")

    def took(self, act: str) -> tuple[RequestStep, ...]:
        """Return its steps of one kind, oldest first."""
        return tuple(step for step in self.steps if step.act == act)

    def pauses(self, until: dt.date) -> list[tuple[dt.date, dt.date]]:
        """Return the days on which its time stood still, half-open; one that goes on ends with `until`."""
        spans: list[tuple[dt.date, dt.date]] = []
        begun: dt.date | None = None
        for step in self.steps:
            if step.act == "pause" and begun is None:
                begun = step.day
            elif step.act == "resume" and begun is not None and step.day is not None:
                spans.append((begun, step.day))
                begun = None
        return [*spans, (begun, until)] if begun is not None else spans


class Requests:
    """Queries and writes about requests. Who writes a step writes its leaf."""

    def __init__(self, database: Database, sealer: PathSealer, keys: Keyring, likened: Likened, receipts: Receipts) -> None:
        self._database = database
        self._sealer = sealer
        self._keys = keys
        self._likened = likened
        self._receipts = receipts

    def add(self, work: Work, new: NewRequest) -> tuple[str, int, int]:
        """Write a request; return its id, the key of what its person writes, and that of photographs.

        The caller writes its first message and the leaf.
        """
        request_id = new_id(work.at)
        key = self._keys.make(work, KeyKind.PERSON)
        probe_key = self._keys.make(work, KeyKind.PERSON, parent=key)
        texts = {name: getattr(new, name) for name in ("representative", "mandate")}
        sealed = {
            name: self._sealer.seal(f"request.{name}", text, row=request_id, key=key) if text else None for name, text in texts.items()
        }
        row = {
            "id": request_id,
            "kind": new.kind,
            "received_at": work.at,
            "first_received": new.first_received,
            "due_first": new.due,
            "due": new.due,
            "policy": new.policy,
            "country": new.country,
            "key_id": key,
            "probe_key_id": probe_key,
            **sealed,
        }
        work.run(sa.insert(t.request), [row])
        self.reach(work, request_id, key, new.contacts)
        return request_id, key, probe_key

    def reach(self, work: Work, request_id: str, key: int, contacts: dict[str, str]) -> None:
        """Note where its person is reached, besides what is known."""
        known = set(work.ask(sa.select(t.request_contact.c.mark).where(t.request_contact.c.request_id == request_id)).scalars())
        for number, (plain, written) in enumerate(contacts.items(), start=work.next_number(t.request_contact)):
            mark = self._sealer.mark("request.contact", plain)
            if mark not in known:
                row = {
                    "number": number,
                    "request_id": request_id,
                    "mark": mark,
                    "contact": self._sealer.seal("request_contact.contact", written, row=str(number), key=key),
                }
                work.run(sa.insert(t.request_contact), [row])

    def step(self, work: Work, request: RequestRecord, act: str, *, note: str = "", day: dt.date | None = None) -> None:
        """Write a step."""
        self._write_step(work, (request.id, request.person_key), act, note=note, day=day)

    def message(self, work: Work, request_id: str, key: int, *, text: str, channel: str, day: dt.date) -> None:
        """Write a message that came in."""
        self._write_step(work, (request_id, key), "message", note=text, channel=channel, day=day)

    def _write_step(
        self, work: Work, request: tuple[str, int], act: str, *, note: str, channel: str = "", day: dt.date | None = None
    ) -> None:
        request_id, key = request
        number = work.next_number(t.request_step)
        row = {
            "number": number,
            "request_id": request_id,
            "at": work.at,
            "act": act,
            "person_id": work.actor.person_id,
            "channel": channel or None,
            "day": day,
            "note": self._sealer.seal("request_step.note", note, row=str(number), key=key),
        }
        work.run(sa.insert(t.request_step), [row])

    def move(self, work: Work, request: RequestRecord, due: dt.date) -> None:
        """Set the day by which it must be answered."""
        work.run(sa.update(t.request).where(t.request.c.id == request.id).values(due=due))

    def decide(self, work: Work, request: RequestRecord, outcome: str, **facts: object) -> None:
        """Write how it ended: `ground` of a refusal, `proof` and `answer_sha256` of an answer."""
        ended = {"outcome": outcome, "decided_by": work.actor.person_id, "decided_at": work.at, **facts}
        work.run(sa.update(t.request).where(t.request.c.id == request.id).values(**ended))

    def close(self, work: Work, request: RequestRecord) -> None:
        """Close it: its photograph and whom it was likened to are deleted, and their key is destroyed."""
        self._likened.drop(work, request.id)
        self._receipts.drop_photos(work, request.id)
        self._keys.destroy(work, request.probe_key)
        work.run(sa.update(t.request).where(t.request.c.id == request.id).values(closed_at=work.at))

    def all(self) -> list[RequestRecord]:
        """Return every request, oldest first."""
        return self._found(sa.true())

    def going_on(self) -> list[RequestRecord]:
        """Return the requests that are still to be answered, oldest first."""
        return self._found(sa.and_(t.request.c.outcome.is_(None), t.request.c.closed_at.is_(None)))

    def one(self, wanted: str) -> RequestRecord:
        """Return the request of that id, or end of an id; `InputError` if none or several are."""
        found = self._found(t.request.c.id == wanted)
        if not found and len(wanted) >= 4:
            found = self._found(t.request.c.id.endswith(wanted, autoescape=True))
        if len(found) != 1:
            what = "no request is" if not found else f"{len(found)} requests are"
            raise InputError(f"{what} called «{wanted}»", remedy="list them: visavis request list")
        return found[0]

    def of_person(self, contacts: Collection[str]) -> list[RequestRecord]:
        """Return every request of whoever is reached in one of these ways, oldest first."""
        marks = [self._sealer.mark("request.contact", plain) for plain in contacts]
        reached = sa.select(t.request_contact.c.request_id).where(t.request_contact.c.mark.in_(marks))
        return self._found(t.request.c.id.in_(reached))

    def _found(self, which: sa.ColumnElement[bool]) -> list[RequestRecord]:
        rows = self._database.ask(sa.select(t.request).where(which).order_by(t.request.c.id)).all()
        return [self._record(row) for row in rows]

    def _record(self, row: Any) -> RequestRecord:
        def opened(name: str) -> str:
            sealed = getattr(row, name)
            return self._sealer.open(f"request.{name}", sealed, row=row.id, key=row.key_id) if sealed else ""

        where = t.request_contact.c.request_id == row.id
        contacts = self._database.ask(sa.select(t.request_contact).where(where).order_by(t.request_contact.c.number)).all()
        plain = ("id", "kind", "received_at", "first_received", "due_first", "due", "policy", "country", "answer_sha256")
        ends = ("decided_by", "decided_at", "closed_at")
        return RequestRecord(
            **{name: getattr(row, name) for name in (*plain, *ends)},
            person_key=row.key_id,
            probe_key=row.probe_key_id,
            contacts=tuple(
                self._sealer.open("request_contact.contact", one.contact, row=str(one.number), key=row.key_id) for one in contacts
            ),
            representative=opened("representative"),
            mandate=opened("mandate"),
            outcome=row.outcome or "",
            ground=row.ground or "",
            proof=row.proof or "",
            steps=self._steps(row.id, row.key_id),
            searched=self._likened.search(row.id),
            candidates=() if row.closed_at is not None else self._likened.candidates(row.id, row.probe_key_id),
        )

    def _steps(self, request_id: str, key: int) -> tuple[RequestStep, ...]:
        query = sa.select(t.request_step).where(t.request_step.c.request_id == request_id).order_by(t.request_step.c.number)
        return tuple(
            RequestStep(
                at=row.at,
                act=row.act,
                person_id=row.person_id and PersonId(row.person_id),
                channel=row.channel or "",
                day=row.day,
                note=self._sealer.open("request_step.note", row.note, row=str(row.number), key=key),
            )
            for row in self._database.ask(query).all()
        )

    def searches(self) -> Sequence[RightsSearchRecord]:
        """Return every search that was made for a request, oldest first: whom it found is in none of them."""
        return self._likened.searches()
