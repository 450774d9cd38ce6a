"""Signing in over a network: passphrase and second factor, with a lock-out, and an answer that is the same whatever was wrong."""

import datetime as dt
import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError, RefusedError
from visavis.domain.ids import PersonId
from visavis.law.invitations import FactorReset, check_factor_reset
from visavis.law.roles import Act, check_role
from visavis.law.rules import Rule
from visavis.records.accounts import AccountRecord
from visavis.records.archive import Records
from visavis.records.passphrase import PASSPHRASE, derive

Opened = TypeVar("Opened")
Codes = Callable[[str, int], str]
"""(base32 secret, number of the 30-second step since 1970) → six digits, as RFC 6238 has it."""

STEP_SECONDS = 30
SLACK = 1
"""Steps that a person's clock may be off (RFC 6238, section 5.2)."""
TRIES = 5
LOCK = dt.timedelta(minutes=1)
LONGEST_LOCK = dt.timedelta(minutes=30)
"""After five failures a minute, doubled with each more: a person who mistypes waits, a program gets two guesses an hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What somebody typed; `code` may be empty where no second factor was enrolled."""

    name: str
    passphrase: str
    code: str = ""


class SignIn(Generic[Opened]):
    """Lets a person in, or counts that it did not.

    Parameters
    ----------
    records : Records
    codes : callable
    open_key : callable
        (name, passphrase) → the person with their key; `RefusedError` if it does not open, which is noted already.
    """

    def __init__(self, records: Records, *, codes: Codes, open_key: Callable[[str, str], Opened]) -> None:
        self._records = records
        self._codes = codes
        self._open_key = open_key

    def run(self, by: Actor, given: Credentials) -> Opened:
        """Sign in; `by` stands in the ledger for what is refused.

        Raises
        ------
        RefusedError
            `signed-in`: unknown, revoked, locked out, wrong passphrase or code. Which of them, nobody is told.
        """
        try:
            who = self._records.people.one(given.name)
        except InputError:
            derive(given.passphrase, bytes(16), PASSPHRASE)  # an unknown name costs as much time as a known one
            with self._records.noting_refusals(by, "set-up", what="web-sign-in"):
                raise _no() from None
        at = self._records.clock.now()
        account = self._records.accounts.of(who.id)
        if account.locked_until is not None and at < account.locked_until:
            derive(given.passphrase, bytes(16), PASSPHRASE)
            with self._records.noting_refusals(by, "set-up", what="web-sign-in", person=who.id, locked=True):
                raise _no()
        try:
            opened = self._open_key(who.id, given.passphrase)
        except RefusedError:
            self._count(by, account, at)
            raise _no() from None
        step = code_step(account.totp_secret, given.code, account.totp_step, at, self._codes)
        if step is None:
            self._count(by, account, at)
            raise _no()
        with self._records.work(by) as work:
            self._records.accounts.forget_failures(work, account, step=step)
            work.leaf("set-up", what="web-signed-in", person=who.id, second_factor=account.totp_secret is not None)
        return opened

    def _count(self, by: Actor, account: AccountRecord, at: dt.datetime) -> None:
        failures = account.failures + 1
        until = at + min(LONGEST_LOCK, LOCK * 2 ** min(failures - TRIES, 10)) if failures >= TRIES else None
        with self._records.work(by) as work:
            self._records.accounts.keep(work, replace(account, failures=failures, locked_until=until))
            work.leaf("set-up", what="web-sign-in-failed", person=account.person_id, failures=failures, locked=until is not None)


class EnrolTotp:
    """Gives a person a second factor."""

    def __init__(self, records: Records, *, codes: Codes) -> None:
        self._records = records
        self._codes = codes

    def run(self, actor: Actor, secret: str, code: str, *, before: str = "") -> None:
        """Keep the secret, once the person's device has shown a right code of it.

        Parameters
        ----------
        before : str
            A code of the second factor that stood until now, where there is one: an open session is not enough to replace it.

        Raises
        ------
        InputError
            The code is not one of this secret now.
        RefusedError
            Nobody signed in.
        """
        if actor.person_id is None:
            raise RefusedError("a second factor is a person's own", rule=Rule.PERSON_NEEDED, remedy="sign in")
        step = code_step(secret, code, 0, self._records.clock.now(), self._codes)
        if step is None:
            raise InputError("this code does not belong to the secret", remedy="type the six digits that your device shows now")
        account = self._records.accounts.of(actor.person_id)
        if code_step(account.totp_secret, before, account.totp_step, self._records.clock.now(), self._codes) is None:
            raise InputError("this is no code of your present second factor", remedy="type the six digits of the old one too")
        with self._records.work(actor) as work:
            self._records.accounts.keep(work, replace(account, totp_secret=secret, totp_step=step))
            work.leaf("set-up", what="second-factor-enrolled", person=actor.person_id)

    def enrolled(self, person_id: PersonId) -> bool:
        """Whether a person has a second factor."""
        return self._records.accounts.of(person_id).totp_secret is not None


class ResetTotp:
    """Forgets a second factor that its person has lost."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def run(self, actor: Actor, name: str, *, on_machine: bool = False) -> PersonId:
        """Forget it; the person signs in with their passphrase and enrols another.

        Parameters
        ----------
        on_machine : bool
            Asked for on the command line, which asks for no code either: there an owner may reset their own.

        Raises
        ------
        InputError
            Nobody is called so, or they have none.
        RefusedError
            `person-needed`, `role-allowed`, `factor-apart`.
        """
        records = self._records
        who = records.people.one(name)
        with records.noting_refusals(actor, "set-up", what="second-factor-reset", person=who.id):
            _check_owner(actor)
            check_factor_reset(FactorReset(actor=actor.person_id, person=who.id, on_machine=on_machine))
        account = records.accounts.of(who.id)
        if account.totp_secret is None:
            raise InputError(f"{who.name} has no second factor", remedy="they enrol one on the page «Second factor»")
        with records.work(actor) as work:
            records.accounts.keep(work, replace(account, totp_secret=None, totp_step=0))
            work.leaf("set-up", what="second-factor-reset", person=who.id)
        return who.id


class EndSessions:
    """Notes that a person is signed out everywhere; the desk forgets their sessions."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def run(self, actor: Actor, name: str) -> PersonId:
        """Return whose sessions end: one's own, or, for an owner, anybody's.

        Raises
        ------
        InputError
            Nobody is called so.
        RefusedError
            `person-needed`, `role-allowed`.
        """
        records = self._records
        who = records.people.one(name)
        with records.noting_refusals(actor, "set-up", what="sessions-end", person=who.id):
            if actor.person_id != who.id:
                _check_owner(actor)
        with records.work(actor) as work:
            work.leaf("set-up", what="sessions-ended", person=who.id)
        return who.id


def _check_owner(actor: Actor) -> None:
    if actor.person_id is None:
        raise RefusedError("only somebody who signed in does this", rule=Rule.PERSON_NEEDED, remedy="sign in")
    check_role(actor, Act.ADD_PERSON)


def code_step(secret: str | None, code: str, used: int, at: dt.datetime, codes: Codes) -> int | None:
    """Return the step whose code was given, `used` where none is asked for; None = wrong, or used already."""
    if secret is None:
        return used
    now = int(at.timestamp()) // STEP_SECONDS
    given = "".join(code.split()).encode()
    return next(
        (step for step in range(now - SLACK, now + SLACK + 1) if step > used and hmac.compare_digest(codes(secret, step).encode(), given)),
        None,
    )


def _no() -> RefusedError:
    return RefusedError(
        "name, passphrase or code is not right, or there were too many tries",
        rule=Rule.SIGNED_IN,
        remedy="try again; after five wrong tries wait a minute, and longer with each more",
    )
