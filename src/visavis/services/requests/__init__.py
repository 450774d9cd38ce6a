"""Requests of the people shown: taken in, looked for, judged, answered, refused, closed."""

from visavis.services.requests.answer import Answer, Close, Fulfil, Fulfilled, Prepared, Refuse
from visavis.services.requests.contact import plain_contact
from visavis.services.requests.fulfil import Rectified, Restrict
from visavis.services.requests.intake import Intake, Message, Receipt
from visavis.services.requests.look import Look
from visavis.services.requests.rectify import Rectify
from visavis.services.requests.sheet import CandidateShown, RequestSheet, ShowRequest
from visavis.services.requests.steps import Steps

__all__ = [
    "Answer", "CandidateShown", "Close", "Fulfil", "Fulfilled", "Intake", "Look", "Message", "Prepared", "Receipt", "Rectified",
    "Rectify", "Refuse", "RequestSheet", "Restrict", "ShowRequest", "Steps", "plain_contact",
]  # fmt: skip
