"""Orders of authorities, from what one would stop to the report that proves what was done."""

from visavis.services.orders.carry_out import CarriedOut, CarryOut, OpenRequests
from visavis.services.orders.claim import ClaimJurisdiction, ClaimRequest
from visavis.services.orders.open import Effect, Opened, OpenOrder, OrderRequest, effects
from visavis.services.orders.questions import AnswerQuestions
from visavis.services.orders.report import OrderPack, ReportOrder
from visavis.services.orders.watch import WatchOrders

__all__ = [
    "AnswerQuestions",
    "CarriedOut",
    "CarryOut",
    "ClaimJurisdiction",
    "ClaimRequest",
    "Effect",
    "OpenOrder",
    "OpenRequests",
    "Opened",
    "OrderPack",
    "OrderRequest",
    "ReportOrder",
    "WatchOrders",
    "effects",
]
