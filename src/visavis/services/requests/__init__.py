"""Requests of the people shown: taken in, looked for, judged, answered, refused, closed."""

from visavis.services.requests.answer import Answer, Close, Fulfil, Fulfilled, Prepared, Refuse
from visavis.services.requests.fulfil import Rectified, Restrict
from visavis.services.requests.intake import Intake, Message, Receipt
from visavis.services.requests.look import Look
from visavis.services.requests.rectify import Rectify
from visavis.services.requests.steps import Steps

__all__ = [
    "Answer", "Close", "Fulfil", "Fulfilled", "Intake", "Look", "Message", "Prepared", "Receipt", "Rectified", "Rectify", "Refuse",
    "Restrict", "Steps",
]  # fmt: skip
