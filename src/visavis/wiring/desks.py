"""The desks of one archive, each for one kind of work."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from visavis.domain.arrays import RgbImage
from visavis.domain.identification import Candidate
from visavis.domain.progress import IngestProgress
from visavis.index.base import VectorIndex
from visavis.records.archive import Records
from visavis.wiring import build
from visavis.wiring.accounts import AccountDesk, SignedIn
from visavis.wiring.approvals import ApprovalDesk
from visavis.wiring.backups import BackupDesk
from visavis.wiring.cases import CaseDesk
from visavis.wiring.charter_forms import CharterForms
from visavis.wiring.jobs import JobDesk, reading
from visavis.wiring.ledger import LedgerDesk
from visavis.wiring.orders import OrderDesk
from visavis.wiring.paper import PaperDesk
from visavis.wiring.people import PeopleDesk
from visavis.wiring.pictures import PictureDesk
from visavis.wiring.policies import PolicyDesk
from visavis.wiring.public import PublicDesk
from visavis.wiring.repacking import RepackDesk
from visavis.wiring.retention import RetentionDesk
from visavis.wiring.review import LabelDesk, ReviewDesk
from visavis.wiring.rights import ConsentDesk, SuppressionDesk
from visavis.wiring.services import Caller, ServiceDesk
from visavis.wiring.session import Session
from visavis.wiring.sources import CharterDesk
from visavis.wiring.vault import VaultDesk
from visavis.wiring.webhooks import WebhookDesk

if TYPE_CHECKING:
    from visavis.services.ingest import IngestReport, IngestRequest


class Desks(ABC):
    """Desks over one session; `Archive` adds what stands on its index and its networks."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @abstractmethod
    def _open_index(self, records: Records) -> AbstractContextManager[VectorIndex]:
        """Open the index of the archive for an act that changes it."""

    @abstractmethod
    def _ingest(self, records: Records, request: "IngestRequest", progress: Callable[[IngestProgress], None]) -> "IngestReport":
        """Read what is new, with records that hold the archive's lock."""

    def acting_as(self, who: SignedIn | Caller | None) -> AbstractContextManager[None]:
        """Let a person (`accounts.sign_in`) or a program (`services.authenticate`) act within; None = whoever runs the process."""
        return self._session.acting_as(who)

    def telling(self, step: Callable[[str], None]) -> AbstractContextManager[None]:
        """Tell the named steps of acts that write within."""
        return self._session.telling(step)

    @property
    def accounts(self) -> AccountDesk:
        """Signing in over a network."""
        return AccountDesk(self._session)

    @property
    def services(self) -> ServiceDesk:
        """Programs: their keys, what they may do, and cases that a burst froze."""
        return ServiceDesk(self._session)

    @property
    def webhooks(self) -> WebhookDesk:
        """Where events are told over HTTP."""
        return WebhookDesk(self._session)

    @property
    def people(self) -> PeopleDesk:
        """Who may act, and signing in."""
        return PeopleDesk(self._session)

    @property
    def cases(self) -> CaseDesk:
        """For what may be searched, and who answers for it."""
        return CaseDesk(self._session)

    @property
    def approvals(self) -> ApprovalDesk:
        """What waits for a signature."""
        return ApprovalDesk(self._session)

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
    def pictures(self) -> PictureDesk:
        """Looking through the pictures of sources."""
        return PictureDesk(self._session)

    @property
    def forms(self) -> CharterForms:
        """Charters asked for in questions, and read in plain words."""
        return CharterForms(self._session)

    @property
    def ledger(self) -> LedgerDesk:
        """Reading the ledger, proving from it, handing it out."""
        return LedgerDesk(self._session)

    @property
    def vault(self) -> VaultDesk:
        """The archive's key: how it lies, changing it, its recovery sheet."""
        return VaultDesk(self._session)

    @property
    def orders(self) -> OrderDesk:
        """Orders of authorities, and claims of jurisdiction."""
        return OrderDesk(self._session, self._open_index)

    @property
    def papers(self) -> PaperDesk:
        """What the law wants on paper."""
        return PaperDesk(self._session)

    @property
    def public(self) -> PublicDesk:
        """What anybody may send and read."""
        return PublicDesk(self._session)

    @property
    def retention(self) -> RetentionDesk:
        """What is past its end, and its erasure."""
        return RetentionDesk(self._session, self._open_index)

    @property
    def repacking(self) -> RepackDesk:
        """Moving to another model pack."""
        return RepackDesk(self._session, self._open_index)

    @property
    def jobs(self) -> JobDesk:
        """Ingest that runs by itself: asked for, watched, steered, scheduled."""
        return JobDesk(self._session, {"ingest": reading(self._session, self._ingest)})

    @property
    def backups(self) -> BackupDesk:
        """Taking backups."""
        return BackupDesk(self._session)

    @property
    def suppressions(self) -> SuppressionDesk:
        """Objections that last."""
        return SuppressionDesk(self._session, self._open_index)

    @property
    def consents(self) -> ConsentDesk:
        """Consents that a source stands on."""
        return ConsentDesk(self._session, self._open_index)

    def original_opener(self) -> Callable[[Candidate], RgbImage | None]:
        """Return a function that decodes the original behind a candidate, upright RGB, or gives None where it can't be reached."""
        from visavis.services.show_original import ShowOriginal

        return ShowOriginal(self._session.records(), build.originals(self._session.settings)).run
