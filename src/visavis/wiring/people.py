"""The desk of people: adding, listing, revoking, signing in."""

from collections.abc import Callable, Sequence
from pathlib import Path

from visavis.domain.actor import Role
from visavis.domain.errors import InputError
from visavis.records.accounts import AccountRecord
from visavis.records.invitations import Invitation
from visavis.records.people import PersonRecord
from visavis.services.people import AcceptInvitation, AddPerson, ChangeRoles, Invite, Invited, RevokePerson
from visavis.wiring.session import Session

__all__ = ["AccountRecord", "Invitation", "Invited", "PeopleDesk", "PersonRecord"]


class PeopleDesk:
    """People of one archive."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> list[PersonRecord]:
        """Return every person, revoked ones too, oldest first."""
        return self._session.records().people.all()

    def add(self, name: str, roles: Sequence[str], *, passphrase: str) -> PersonRecord:
        """Add a person with a key that the passphrase closes; the first is the archive's owner.

        Raises
        ------
        InputError
            No name or one that is taken, no or unknown role, a first person who is no owner, or a passphrase that is too short.
        RefusedError
            Nobody signed in (except for the first), it is not an act of the actor's roles, or the roles watch over each other.
        """
        records = self._session.records()
        return records.people.one(AddPerson(records).run(self._session.actor, name, [_role(role) for role in roles], passphrase))

    def invite(self, name: str, roles: Sequence[str]) -> Invited:
        """Invite a person, who brings a passphrase of their own; the token is shown once.

        Raises
        ------
        InputError
            No name or one that is taken, no or unknown role.
        RefusedError
            Nobody signed in, it is not an act of the actor's roles, or the roles watch over each other.
        """
        return Invite(self._session.records()).run(self._session.actor, name, [_role(role) for role in roles])

    def invitations(self) -> list[Invitation]:
        """Return the invitations that still hold, oldest first."""
        return Invite(self._session.records()).open()

    def withdraw(self, invitation: str) -> Invitation:
        """Take an invitation back."""
        return Invite(self._session.records()).withdraw(self._session.actor, invitation)

    def invited(self, token: str) -> Invitation:
        """Return the invitation of a link; `RefusedError` (`invited`) if it holds no longer."""
        return AcceptInvitation(self._session.records()).look(self._session.actor, token)

    def accept(self, token: str, passphrase: str) -> PersonRecord:
        """Let an invited person in, with a key that their passphrase closes; `InputError`, `RefusedError` (`invited`)."""
        records = self._session.records()
        return records.people.one(AcceptInvitation(records).run(self._session.actor, token, passphrase))

    def change_roles(self, name: str, roles: Sequence[str]) -> PersonRecord:
        """Put other roles in the place of a person's; `InputError`, `RefusedError` (`roles-apart`, …)."""
        return ChangeRoles(self._session.records()).run(self._session.actor, name, [_role(role) for role in roles])

    def account(self, person: PersonRecord) -> AccountRecord:
        """Return how a person's account stands: last signed in, second factor, tries that failed."""
        return self._session.records().accounts.of(person.id)

    def revoke(self, name: str) -> PersonRecord:
        """Let a person sign in no longer; what they signed stays signed.

        Raises
        ------
        InputError
            Nobody is called so, they were revoked already, or it is the last owner.
        RefusedError
            Nobody signed in, or it is not an act of the actor's roles.
        """
        return RevokePerson(self._session.records()).run(self._session.actor, name)

    def sign_in(self, name: str, *, ask: Callable[[str], str], file: Path | None = None) -> None:
        """Let a person act in this archive from here on.

        Parameters
        ----------
        name : str
            Name or id.
        ask : callable
            Given a prompt, returns the passphrase; used if there is no file.
        file : path or None
            Its first line is the passphrase; None = the setting `VISAVIS_PASSPHRASE_FILE`.

        Raises
        ------
        InputError
            Nobody is called so, or the file can't be read.
        RefusedError
            Wrong passphrase, or a person who was revoked.
        """
        self._session.sign_in(name, self.passphrase(ask, prompt=f"Passphrase of {name}: ", file=file))

    def passphrase(self, ask: Callable[[str], str], *, prompt: str = "New passphrase: ", file: Path | None = None) -> str:
        """Return a passphrase from a file, from the file in the settings, or as the terminal gives it."""
        chosen = file or self._session.settings.passphrase_file
        return ask(prompt) if chosen is None else _first_line(chosen)


def _role(name: str) -> Role:
    try:
        return Role(name)
    except ValueError:
        raise InputError(f"there is no role «{name}»", remedy="one of: " + ", ".join(Role)) from None


def _first_line(file: Path) -> str:
    """Return the first line of a file."""
    try:
        lines = file.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the passphrase can't be read from {file}", remedy="name a text file that you may read") from error
    if not lines or not lines[0]:
        raise InputError(f"{file} holds no passphrase", remedy="write it as the file's first line")
    return lines[0]
