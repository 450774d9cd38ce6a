"""The desk of the rules: which policy packs are in force here."""

from pathlib import Path

from visavis.domain.errors import InputError
from visavis.law.policy import Policy
from visavis.law.rules import Rule
from visavis.services.policies import AddPolicy
from visavis.wiring.session import Session

__all__ = ["Policy", "PolicyDesk", "rules_said"]


def rules_said() -> list[tuple[str, str]]:
    """Return every rule that may refuse, by its name, with what it asks for."""
    return [(rule.value, rule.says) for rule in Rule]


class PolicyDesk:
    """Policy packs of one archive."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> list[Policy]:
        """Return every pack, shipped ones first, oldest first."""
        return list(self._session.rules.marks.values())

    def one(self, name: str) -> Policy:
        """Return the pack of that mark, or the newest of that name."""
        return self._session.rules.marks.get(name) or self._session.rules.pack(name)

    def local(self) -> dict[str, str]:
        """Return the marks of the local packs, with the names of who signed them."""
        records = self._session.records()
        names = {who.id: who.name for who in records.people.all()}
        return {pack.mark: names[pack.added_by] for pack in records.policies.all()}

    def add(self, file: Path | str) -> Policy:
        """Sign a local pack and keep it.

        Raises
        ------
        InputError
            The file can't be read, or the pack is here already.
        SetupError
            It is no pack, takes a shipped one's name, or extends one that is not here.
        RefusedError
            Nobody signed in, or the actor is no owner.
        """
        try:
            body = Path(file).read_bytes()
        except OSError as error:
            raise InputError(f"{file} can't be read: {error.strerror}", remedy="name a policy pack's TOML file") from error
        signer, session = self._session.signer, self._session
        added = AddPolicy(session.records(), session.rules).run(session.actor, signer.sign if signer else None, body)
        session.forget_rules()
        return added
