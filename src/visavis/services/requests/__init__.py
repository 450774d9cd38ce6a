"""Requests of the people shown: taken in, looked for, judged, answered, refused, closed."""

from visavis.services.requests.answer import Answer, Close, Fulfil, Fulfilled, Prepared, Refuse
from visavis.services.requests.contact import plain_contact
from visavis.services.requests.fulfil import Rectified, Restrict
from visavis.services.requests.intake import Intake, Message, Receipt
from visavis.services.requests.look import Look
from visavis.services.requests.public import PublicIntake, PublicReceipt, Standing, plain_number
from visavis.services.requests.rectify import Rectify, Wrong
from visavis.services.requests.sheet import CandidateShown, RequestPictures, RequestSheet, ShowRequest
from visavis.services.requests.steps import Steps

__all__ = [
    "Answer", "CandidateShown", "Close", "Fulfil", "Fulfilled", "Intake", "Look", "Message", "Prepared", "PublicIntake",
    "PublicReceipt", "Receipt", "Rectified", "Rectify", "Refuse", "RequestPictures", "RequestSheet", "Restrict", "ShowRequest",
    "Standing", "Steps", "Wrong", "plain_contact", "plain_number",
]  # fmt: skip
