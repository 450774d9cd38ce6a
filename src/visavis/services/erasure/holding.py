"""Holds: one person asks, another puts it in force; it ends by its day, or earlier by a person."""

import datetime as dt
from collections.abc import Sequence

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError
from visavis.law.erasure import HoldAsked, check_hold, check_second
from visavis.records.archive import Records
from visavis.records.holds import Hold


class HoldPictures:
    """Asks for, seconds and ends holds. What is held is hidden from every search, and no erasure takes it."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def ask(self, actor: Actor, *, media: Sequence[str], legal: str, until: dt.date) -> Hold:
        """Ask for a hold on pictures, by id; `RefusedError` without a law, a named person, or an end within six months."""
        asked = HoldAsked(legal=legal, until=until, at=self._records.clock.now().date(), asked_by=actor.person_id)
        with self._records.noting_refusals(actor, "alteration", what="hold"):
            check_hold(asked)
        numbers = self._records.erasure_scope.numbers_of(media)
        if not numbers:
            raise InputError("a hold is on pictures", remedy="--media ID")
        with self._records.work(actor) as work:
            hold_id = self._records.holds.ask(work, media=numbers, legal=legal.strip(), until=until)
        return self._records.holds.one(hold_id)

    def second(self, actor: Actor, wanted: str) -> Hold:
        """Put a hold in force; `RefusedError` for whoever asked for it."""
        asked = self._records.holds.one(wanted)
        if asked.state != "asked":
            raise InputError(f"hold {asked.id} is {asked.state}", remedy="visavis erase list")
        with self._records.noting_refusals(actor, "alteration", what="hold", hold=asked.id):
            check_second(asked.asked_by, actor.person_id)
        with self._records.work(actor) as work:
            self._records.holds.second(work, asked)
        return self._records.holds.one(asked.id)

    def release(self, actor: Actor, wanted: str) -> Hold:
        """End a hold before its day."""
        held = self._records.holds.one(wanted)
        if held.state == "ended":
            raise InputError(f"hold {held.id} has ended already", remedy="visavis erase list")
        with self._records.work(actor) as work:
            self._records.holds.end(work, held, why="released")
        return self._records.holds.one(held.id)

    def lapse(self, actor: Actor) -> int:
        """End every hold that is past its day; return how many."""
        past = self._records.holds.past(self._records.clock.now().date())
        for held in past:
            with self._records.work(actor) as work:
                self._records.holds.end(work, held, why="past its day")
        return len(past)
