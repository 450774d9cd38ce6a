"""Webhooks: what is told to whom, in ids only; how often again; and where no request ever goes."""

import datetime as dt
import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError
from visavis.law.roles import Act, check_role
from visavis.records.archive import Records
from visavis.records.webhooks import LeafTold, Target

EVENTS: Mapping[str, tuple[str, ...]] = {
    "search.done": (),
    "case.opened": ("case-opened",),
    "case.frozen": ("case-frozen",),
    "case.released": ("case-thawed",),
    "case.closed": ("case-closed",),
    "verdict.given": ("verdict",),
    "request.received": ("request-received", "request-message"),
    "job.done": ("job-done", "job-failed", "job-stopped"),
}
"""By name: which acts of the ledger they tell of."""
FIRST_WAIT = dt.timedelta(seconds=30)
LONGEST_WAIT = dt.timedelta(hours=6)
TRIES = 12
"""With waits that double from half a minute to six hours: a day and a half, then an event is given up."""
AT_ONCE = 200
"""Leaves looked at for a target in one go."""
LONGEST_URL = 500
_NAT64 = ipaddress.ip_network("64:ff9b::/32")
"""Ways into IPv4 (RFC 6052, 8215) that may end in a private net."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event for one target; `body` holds ids and words only."""

    seq: int
    body: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What a target is to be told now, in order; `seen` is the leaf up to which it is told then."""

    target: Target
    events: tuple[Event, ...]
    seen: int


class ManageTargets:
    """Adds and removes targets.

    Parameters
    ----------
    hosts : sequence of str
        Hosts that the operator lets requests go to.
    """

    def __init__(self, records: Records, *, hosts: Sequence[str]) -> None:
        self._records = records
        self._hosts = hosts

    def add(self, actor: Actor, url: str, events: Sequence[str], *, profile: str | None) -> Target:
        """Add a target, to be told what is done from now on.

        Raises
        ------
        InputError
            No https address of a host that the settings name, or an unknown event.
        RefusedError
            Not an act of the actor's roles.
        """
        with self._records.noting_refusals(actor, "set-up", what="webhook-add"):
            check_role(actor, Act.ISSUE_KEY, profile=profile)
        check_url(url, self._hosts)
        if unknown := [one for one in events if one not in EVENTS]:
            raise InputError(f"there is no event «{unknown[0]}»", remedy="one of: " + ", ".join(EVENTS))
        with self._records.work(actor) as work:
            target_id = self._records.webhooks.add(work, url, tuple(sorted(set(events or EVENTS))))
        return self._records.webhooks.one(target_id)

    def remove(self, actor: Actor, name: str, *, profile: str | None) -> Target:
        """Remove a target."""
        with self._records.noting_refusals(actor, "set-up", what="webhook-remove"):
            check_role(actor, Act.ISSUE_KEY, profile=profile)
        target = self._records.webhooks.one(name)
        with self._records.work(actor) as work:
            self._records.webhooks.remove(work, target)
        return target


class TellTargets:
    """Says what is to be told, and notes what became of it."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def due(self) -> list[Due]:
        """Return what each target is to be told now."""
        at = self._records.clock.now()
        found = []
        for target in self._records.webhooks.all():
            if target.next_at is not None and at < target.next_at:
                continue
            leaves = self._records.webhooks.leaves(target.seen, AT_ONCE)
            events = tuple(event for leaf in leaves if (event := event_of(leaf, target, self._records.archive_id)) is not None)
            if events or len(leaves) == AT_ONCE:  # else what is nobody's would be looked at again and again
                found.append(Due(target=target, events=events, seen=leaves[-1].seq))
        return found

    def note(self, actor: Actor, due: Due, *, taken: int, problem: str) -> None:
        """Note how many events of a target were taken, and why the next was not; empty = all were."""
        webhooks, at = self._records.webhooks, self._records.clock.now()
        if not any(target.id == due.target.id for target in webhooks.all()):
            return  # it was removed meanwhile
        with self._records.work(actor) as work:
            if not problem:
                webhooks.told(work, due.target, seen=due.seen, sent=taken)
                return
            before, failing = due.events[:taken], due.events[taken]
            seen = before[-1].seq if before else due.target.seen
            if due.target.tries + 1 >= TRIES and not taken:
                webhooks.gave_up(work, due.target, seen=failing.seq, problem=problem)
                return
            if taken:
                webhooks.told(work, due.target, seen=seen, sent=taken)
            wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(due.target.tries, 10))
            webhooks.failed(work, due.target, seen=seen, next_at=at + wait, problem=problem)


def event_of(leaf: LeafTold, target: Target, archive_id: str) -> Event | None:
    """Return what a target is told of a leaf; None = nothing."""
    name = name_of(leaf.told)
    if name is None or name not in target.events:
        return None
    objects: Mapping[str, Any] = leaf.told["objects"]
    ids = {f"{kind}_id": value for kind, value in objects.items() if isinstance(value, str)}
    body = {"id": f"{archive_id}-{leaf.seq}", "event": name, "at": leaf.told["at"], "case_id": leaf.told["case"], **ids}
    return Event(seq=leaf.seq, body=body)


def name_of(told: Mapping[str, Any]) -> str | None:
    """Return the event that a leaf tells of; None = none."""
    facts: Mapping[str, Any] = told["facts"]
    if "refused" in facts:
        return None
    if told["operation"] == "consultation" and "search" in told["objects"] and "what" not in facts:
        return "search.done"
    return next((name for name, acts in EVENTS.items() if facts.get("what") in acts), None)


def check_url(url: str, hosts: Sequence[str]) -> None:
    """Raise `InputError` for an address that nothing is ever sent to."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    plain = url.isascii() and url.isprintable() and len(url) <= LONGEST_URL and "@" not in parts.netloc and not parts.fragment
    if parts.scheme != "https" or not host or not plain or port not in (None, 443, 8443):
        raise InputError("a webhook goes to an https address, port 443 or 8443", remedy="write it as https://hooks.example.org/visavis")
    if host not in hosts:
        raise InputError(f"«{host}» is no host that the operator lets webhooks go to", remedy="name it in VISAVIS_WEBHOOK_HOSTS")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public network: none of this machine, of a private net, of a link, or reserved."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if found in _NAT64:
        return False
    inside = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    return found.is_global and not found.is_multicast and (inside is None or is_public(str(inside)))
