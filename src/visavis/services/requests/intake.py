"""A message comes in: it is on record before anything else is done with it, and its clock runs from the first."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from visavis.domain.actor import Actor
from visavis.domain.errors import CharterInvalid, InputError
from visavis.law.policy import Policy
from visavis.law.reading import parse_charter
from visavis.law.requests import Kind, clock_of
from visavis.law.rulebook import Rulebook
from visavis.records.archive import Records
from visavis.records.database import Work
from visavis.records.requests import NewRequest, RequestRecord
from visavis.services.requests.contact import plain_contact

LONGEST_CHANNEL = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What somebody asks, however it came in.

    Attributes
    ----------
    kind : str
        A `visavis.law.requests.Kind` value; empty = a message about what is open.
    contacts : tuple of str
        Where the person is reached: e-mail, telephone, postal address.
    channel : str
        `e-mail`, `post`, `counter`, …: how it came in.
    received : date or None
        When it reached the house, if that was not today.
    representative, mandate : str
        Who writes for the person, and by what they may.
    apart : bool
        Another person at the same address: a request of its own.
    receipt : str
        Number of the receipt that its sender is given on the public page; empty = it came another way.
    photo : bytes
        A JPEG that came with it, kept closed until the request is; empty = none.
    """

    actor: Actor
    kind: str
    contacts: tuple[str, ...]
    channel: str
    text: str = ""
    received: dt.date | None = None
    representative: str = ""
    mandate: str = ""
    apart: bool = False
    receipt: str = ""
    photo: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """That a message is on record. It is the same whether anything is held of the person or not: nobody has looked."""

    request_id: str
    kind: str
    joined: bool
    first_received: dt.date
    due: dt.date


class Intake:
    """Takes messages."""

    def __init__(self, records: Records, rules: Rulebook) -> None:
        self._records = records
        self._rules = rules

    def run(self, message: Message) -> Receipt:
        """Write a message down, in one transaction: as a new request, or as another message of one that is open.

        There is no counter and no limit: whoever was answered may ask again, and a new clock runs.

        Raises
        ------
        InputError
            Nowhere to reach the person, no channel, a day that is still to come, or neither a kind nor an open request.
        """
        contacts = {plain_contact(written): written.strip() for written in message.contacts if plain_contact(written)}
        today = self._records.clock.now().date()
        received = message.received or today
        _check(message, contacts, received=received, today=today)
        known = None if message.apart else self._open_one(contacts, message.kind)
        if known is None:
            return self._new(message, contacts, received)
        with self._records.work(message.actor) as work:
            self._records.requests.reach(work, known.id, known.person_key, contacts)
            self._records.requests.message(work, known.id, known.person_key, text=message.text, channel=message.channel, day=received)
            self._keep_receipt(work, message, known.id, known.probe_key)
            work.leaf("collection", what="request-message", request=known.id, kind=known.kind)
        return Receipt(request_id=known.id, kind=known.kind, joined=True, first_received=known.first_received, due=known.due)

    def _new(self, message: Message, contacts: dict[str, str], received: dt.date) -> Receipt:
        if not message.kind:
            raise InputError("nothing of this person is open: what do they ask?", remedy="--kind with one of: " + ", ".join(Kind))
        clock = clock_of(self._governing(), received)
        new = NewRequest(
            kind=message.kind,
            contacts=contacts,
            first_received=received,
            due=clock.due,
            policy=clock.policy,
            country=clock.country,
            representative=message.representative.strip(),
            mandate=message.mandate.strip(),
        )
        with self._records.work(message.actor) as work:
            request_id, key, probe_key = self._records.requests.add(work, new)
            self._records.requests.message(work, request_id, key, text=message.text, channel=message.channel, day=received)
            self._keep_receipt(work, message, request_id, probe_key)
            work.leaf(
                "collection",
                what="request-received",
                request=request_id,
                kind=new.kind,
                received=received.isoformat(),
                due=clock.due.isoformat(),
                policy=clock.policy,
            )
        return Receipt(request_id=request_id, kind=new.kind, joined=False, first_received=received, due=clock.due)

    def _keep_receipt(self, work: Work, message: Message, request_id: str, probe_key: int) -> None:
        if message.receipt:
            self._records.receipts.add(work, message.receipt, request_id=request_id, probe_key=probe_key, photo=message.photo)

    def due(self, received: dt.date) -> dt.date:
        """Return the day by which a first message of that day must be answered."""
        return clock_of(self._governing(), received).due

    def _open_one(self, contacts: dict[str, str], kind: str) -> RequestRecord | None:
        """Return the oldest open request of a person, of this kind if one is named."""
        found = [request for request in self._records.requests.of_person(contacts) if request.open and kind in ("", request.kind)]
        return next(iter(found), None)

    def _governing(self) -> Iterator[tuple[Policy, str]]:
        """Yield the pack and the country of each source; those of the Union where there is none."""
        some = False
        for source in self._records.sources.all():
            some = True
            try:
                charter = parse_charter(source.charter_toml, self._rules)
            except CharterInvalid:  # written under older rules; its pictures are held all the same
                yield self._rules.governing(source.profile), ""
            else:
                yield self._rules.of(charter), charter.controller.country if charter.controller else ""
        if not some:
            yield self._rules.governing(""), ""


def _check(message: Message, contacts: dict[str, str], *, received: dt.date, today: dt.date) -> None:
    if message.kind and message.kind not in set(Kind):
        raise InputError(f"there is no request of kind «{message.kind}»", remedy="--kind with one of: " + ", ".join(Kind))
    if not contacts:
        raise InputError("where is the person to be answered?", remedy="--contact with an e-mail, a telephone number or a postal address")
    if not 0 < len(message.channel.strip()) <= LONGEST_CHANNEL:
        raise InputError(
            f"how did it come in? (a word or two, at most {LONGEST_CHANNEL} characters)", remedy="--channel e-mail, post, counter …"
        )
    if received > today:
        raise InputError(f"{received} is still to come", remedy="--received with the day on which it reached the house")
    if bool(message.representative.strip()) is not bool(message.mandate.strip()):
        raise InputError("who writes for somebody else says by what they may", remedy='--representative NAME --mandate "…"')
