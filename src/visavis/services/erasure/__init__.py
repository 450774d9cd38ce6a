"""Erasing what people order: its scope, the erasure with its checks, the certificate, and holds that stand against it."""

from visavis.services.erasure.certificate import CertifyErasure, Signed
from visavis.services.erasure.checks import Tools
from visavis.services.erasure.holding import HoldPictures
from visavis.services.erasure.order import GROUNDS, EraseOrder, EraseQuestion, ScopeReport
from visavis.services.erasure.originals import ChangeOriginals

__all__ = ["GROUNDS", "CertifyErasure", "ChangeOriginals", "EraseOrder", "EraseQuestion", "HoldPictures", "ScopeReport", "Signed", "Tools"]
