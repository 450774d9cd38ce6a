"""The desk of webhooks: where events are told, in ids only."""

from collections.abc import Sequence

from visavis.records.webhooks import Target
from visavis.services.webhooks import EVENTS, Due, ManageTargets, TellTargets, is_public
from visavis.wiring.session import Session, organisation

__all__ = ["EVENTS", "Due", "Target", "WebhookDesk", "is_public"]


class WebhookDesk:
    """Webhooks of one archive."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> list[Target]:
        """Return every target, oldest first."""
        return self._session.records().webhooks.all()

    def add(self, url: str, events: Sequence[str] = ()) -> Target:
        """Tell a target what is done from now on; without events, all of them. Its `secret` is what requests are signed with.

        Raises
        ------
        InputError
            No https address of a host in `VISAVIS_WEBHOOK_HOSTS`, or an unknown event.
        RefusedError
            Not an act of the actor's roles.
        """
        return self._manage().add(self._session.actor, url, events, profile=organisation(self._session.records()))

    def remove(self, name: str) -> Target:
        """Tell a target nothing more."""
        return self._manage().remove(self._session.actor, name, profile=organisation(self._session.records()))

    def due(self) -> list[Due]:
        """Return what each target is to be told now."""
        return TellTargets(self._session.records()).due()

    def note(self, due: Due, *, taken: int, problem: str = "") -> None:
        """Note how many events a target took, and why it did not take the next."""
        TellTargets(self._session.records()).note(self._session.actor, due, taken=taken, problem=problem)

    def _manage(self) -> ManageTargets:
        hosts = [host.strip() for host in self._session.settings.webhook_hosts.split(",") if host.strip()]
        return ManageTargets(self._session.records(), hosts=hosts)
