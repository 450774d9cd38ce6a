"""The desk for the public: what anybody may send and read, whoever they are. No role is asked for, and nothing is looked for."""

from visavis.domain.errors import InputError
from visavis.law.requests import Kind
from visavis.law.roles import UNNAMED
from visavis.records.sources import SourceRecord
from visavis.services.paper import Paper, notice, paper_document
from visavis.services.requests import Message, PublicIntake, PublicReceipt, Standing
from visavis.wiring.session import Session

__all__ = ["Kind", "Paper", "PublicDesk", "PublicReceipt", "Standing", "paper_document"]

CHANNEL = "web form"
NOT_PUBLISHED = UNNAMED | {"police"}
"""Profiles whose notices no page shows: at home and in a trial none is owed; the police weigh what they make known (LED Art. 13(3))."""


class PublicDesk:
    """What the public finds. The machine's user stands in the ledger for what comes in: who sent it, nobody has made sure of."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def receive(
        self, *, contact: str, kind: str, text: str, photo: bytes = b"", representative: str = "", mandate: str = ""
    ) -> PublicReceipt:
        """Write a message down.

        Parameters
        ----------
        kind : str
            A `Kind` value.
        photo : bytes
            A JPEG without metadata that they chose to send; empty = none.

        Raises
        ------
        InputError
            Nowhere to reach the person, no kind, or a representative without a mandate.
        """
        if kind not in set(Kind):
            raise InputError("what is asked for?", remedy="pick one of the list")
        message = Message(
            actor=self._session.actor,
            kind=kind,
            contacts=(contact,),
            channel=CHANNEL,
            text=text,
            representative=representative,
            mandate=mandate,
            photo=photo,
        )
        return self._intake().run(message)

    def standing(self, number: str, code: str) -> Standing | None:
        """Return how far a message has come; None = no such receipt, or not its code."""
        return self._intake().standing(number, code)

    def notices(self) -> list[SourceRecord]:
        """Return the sources whose notice is public: those whose charter was signed, but a household's, a trial's or the police's."""
        return [source for source in self._session.records().sources.all() if self._told(source)]

    def notice(self, source_id: str) -> Paper | None:
        """Return the notice of a source (GDPR Arts 13, 14) by its whole id; None = there is none for the public."""
        found = next((source for source in self.notices() if source.id == source_id), None)
        if found is None:
            return None
        return notice(self._session.records(), self._session.rules, found.id, self._session.clock.now().date())

    def _told(self, source: SourceRecord) -> bool:
        return source.profile not in NOT_PUBLISHED and source.signed_by is not None and source.state != "erased"

    def _intake(self) -> PublicIntake:
        return PublicIntake(self._session.records(), self._session.rules)
