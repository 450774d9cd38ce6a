"""The desk of accounts: signing in over a network, second factors, and what a role may do."""

from visavis.domain.actor import Role
from visavis.domain.errors import RefusedError
from visavis.domain.ids import PersonId
from visavis.law.roles import ACTS, Act
from visavis.law.rules import Rule
from visavis.services.accounts import Credentials, EndSessions, EnrolTotp, ResetTotp, SignIn
from visavis.services.people import ChangePassphrase, SignedIn, sign_in
from visavis.wiring.session import Session, organisation

__all__ = ["AccountDesk", "SignedIn", "roles_for"]


def roles_for(act: str) -> frozenset[Role]:
    """Return the roles that an act belongs to."""
    return frozenset(role for role in Role if Act(act) in ACTS[role])


def new_secret() -> str:
    """Return a secret for a second factor: 160 random bits in base32, as RFC 4226 recommends."""
    import pyotp

    return pyotp.random_base32()


class AccountDesk:
    """Accounts of one archive."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def nobody(self) -> bool:
        """Whether the archive has no person yet."""
        return not self._session.records().people.all()

    def organisation(self) -> bool:
        """Whether a source wants that people sign in."""
        return organisation(self._session.records()) is not None

    def sign_in(self, name: str, passphrase: str, code: str = "") -> SignedIn:
        """Return the person with their opened key; the session's actor stays who it is.

        Raises
        ------
        RefusedError
            `signed-in`, in the same words whatever was wrong.
        """
        session = self._session
        records, by = session.records(), session.actor
        sign: SignIn[SignedIn] = SignIn(records, codes=_codes, open_key=lambda who, said: sign_in(records, by, who, said))
        return sign.run(by, Credentials(name=name, passphrase=passphrase, code=code))

    def check_standing(self) -> None:
        """Ask whether who acts was not revoked, nor given other roles, meanwhile; `RefusedError` (`signed-in`)."""
        actor = self._session.actor
        if actor.person_id is None:
            return
        who = self._session.records().people.one(actor.person_id)
        if who.revoked_at is not None:
            raise RefusedError("this person was revoked", rule=Rule.SIGNED_IN, remedy="somebody else has to act")
        if who.roles != actor.roles:
            raise RefusedError("your roles were changed", rule=Rule.SIGNED_IN, remedy="sign in again")

    def enrolled(self) -> bool:
        """Whether who acts has a second factor."""
        person_id = self._session.actor.person_id
        return person_id is not None and self._enrolment().enrolled(person_id)

    def enrol(self, secret: str, code: str, *, before: str = "") -> None:
        """Keep a second factor for who acts, after a right code of it, and of the one `before` where there was one."""
        self._enrolment().run(self._session.actor, secret, code, before=before)

    def change_passphrase(self, before: str, passphrase: str) -> None:
        """Close the key of who acts with another passphrase."""
        ChangePassphrase(self._session.records()).run(self._session.actor, before, passphrase)

    def reset_factor(self, name: str, *, on_machine: bool = False) -> PersonId:
        """Forget a person's second factor, which they have lost; return who it was.

        Raises
        ------
        InputError
            Nobody is called so, or they have none.
        RefusedError
            `person-needed`, `role-allowed`, `factor-apart`.
        """
        return ResetTotp(self._session.records()).run(self._session.actor, name, on_machine=on_machine)

    def end_sessions(self, name: str) -> PersonId:
        """Note that a person is signed out everywhere, and return who; whoever holds the sessions forgets them."""
        return EndSessions(self._session.records()).run(self._session.actor, name)

    def check(self, act: str, *, operation: str) -> None:
        """Ask whether who acts may do this at all; a refusal is noted as `operation`."""
        self._session.check(Act(act), operation=operation)

    def _enrolment(self) -> EnrolTotp:
        return EnrolTotp(self._session.records(), codes=_codes)


def _codes(secret: str, step: int) -> str:
    import pyotp

    return pyotp.HOTP(secret).at(step)
