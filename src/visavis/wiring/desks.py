"""The desks of one archive, each for one kind of work."""

from visavis.wiring.cases import CaseDesk
from visavis.wiring.ledger import LedgerDesk
from visavis.wiring.people import PeopleDesk
from visavis.wiring.policies import PolicyDesk
from visavis.wiring.review import LabelDesk, ReviewDesk
from visavis.wiring.session import Session
from visavis.wiring.sources import CharterDesk
from visavis.wiring.vault import VaultDesk


class Desks:
    """Desks over one session; `Archive` adds what stands on its index and its networks."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def people(self) -> PeopleDesk:
        """Who may act, and signing in."""
        return PeopleDesk(self._session)

    @property
    def cases(self) -> CaseDesk:
        """For what may be searched, and who answers for it."""
        return CaseDesk(self._session)

    @property
    def policies(self) -> PolicyDesk:
        """The rules in force."""
        return PolicyDesk(self._session)

    @property
    def review(self) -> ReviewDesk:
        """Searches shown again, verdicts, disclosures, case reports."""
        return ReviewDesk(self._session)

    @property
    def labels(self) -> LabelDesk:
        """Names that people gave to faces of a source."""
        return LabelDesk(self._session)

    @property
    def charters(self) -> CharterDesk:
        """Legal files of the sources: adding, signing, answering, freezing, amending."""
        return CharterDesk(self._session)

    @property
    def ledger(self) -> LedgerDesk:
        """Reading the ledger, proving from it, handing it out."""
        return LedgerDesk(self._session)

    @property
    def vault(self) -> VaultDesk:
        """The archive's key: how it lies, changing it, its recovery sheet."""
        return VaultDesk(self._session)
