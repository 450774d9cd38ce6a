"""Cases, from their opening to their end."""

from visavis.services.cases.approve import ApproveCase as ApproveCase
from visavis.services.cases.approve import Approved as Approved
from visavis.services.cases.approve import RefuseCase as RefuseCase
from visavis.services.cases.approve import RenewCase as RenewCase
from visavis.services.cases.open import CaseRequest as CaseRequest
from visavis.services.cases.open import OpenCase as OpenCase
from visavis.services.cases.read import CaseView as CaseView
from visavis.services.cases.read import ReadCases as ReadCases
from visavis.services.cases.stop import CloseCase as CloseCase
from visavis.services.cases.stop import FreezeCase as FreezeCase
