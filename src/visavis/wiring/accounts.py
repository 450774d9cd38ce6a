"""The desk of accounts: signing in over a network, second factors, and what a role may do."""

from visavis.domain.actor import Role
from visavis.domain.errors import RefusedError
from visavis.law.roles import ACTS, Act
from visavis.law.rules import Rule
from visavis.services.accounts import Credentials, EnrolTotp, SignIn
from visavis.services.people import SignedIn, sign_in
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
        """Ask whether who acts was not revoked meanwhile; `RefusedError` (`signed-in`)."""
        person_id = self._session.actor.person_id
        if person_id is not None and self._session.records().people.one(person_id).revoked_at is not None:
            raise RefusedError("this person was revoked", rule=Rule.SIGNED_IN, remedy="somebody else has to act")

    def enrolled(self) -> bool:
        """Whether who acts has a second factor."""
        person_id = self._session.actor.person_id
        return person_id is not None and self._enrolment().enrolled(person_id)

    def enrol(self, secret: str, code: str, *, before: str = "") -> None:
        """Keep a second factor for who acts, after a right code of it, and of the one `before` where there was one."""
        self._enrolment().run(self._session.actor, secret, code, before=before)

    def check(self, act: str, *, operation: str) -> None:
        """Ask whether who acts may do this at all; a refusal is noted as `operation`."""
        self._session.check(Act(act), operation=operation)

    def _enrolment(self) -> EnrolTotp:
        return EnrolTotp(self._session.records(), codes=_codes)


def _codes(secret: str, step: int) -> str:
    import pyotp

    return pyotp.HOTP(secret).at(step)
