"""Answers in the protocol that Rekognition speaks, AWS JSON 1.1, and every error of ours by the name that Amazon has for its like."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from visavis.domain.errors import (
    ArchiveBusy,
    InputError,
    NoFaceInProbe,
    RefusedError,
    UnreadablePicture,
    VisavisError,
)
from visavis.web.api.problems import TooOften
from visavis.web.signature import NotSigned
from visavis.web.visit import NotThere, TooLarge
from visavis.wiring.collections import NoCollection

MEDIA = "application/x-amz-json-1.1"
KEY_VALID = "key-valid"


class Wrong(InputError):
    """What was asked can't be done as it was asked; `kind` is Amazon's word for it."""

    def __init__(self, message: str, *, kind: str, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.kind = kind


class NotNow(InputError):
    """Ask again in a while."""


KINDS: tuple[tuple[type[VisavisError], str], ...] = (
    (TooLarge, "ImageTooLargeException"),
    (UnreadablePicture, "InvalidImageFormatException"),
    (NoFaceInProbe, "InvalidParameterException"),
    (NoCollection, "ResourceNotFoundException"),
    (NotThere, "ResourceNotFoundException"),
    (NotNow, "ThrottlingException"),
    (TooOften, "ThrottlingException"),
    (ArchiveBusy, "ThrottlingException"),
    (InputError, "InvalidParameterException"),
    (RefusedError, "AccessDeniedException"),
)
"""The first that fits; all else is an `InternalServerError`."""


def kind_of(error: VisavisError) -> str:
    """Return Amazon's name for what went wrong."""
    if isinstance(error, (Wrong, NotSigned)):
        return error.kind
    if isinstance(error, RefusedError) and error.rule == KEY_VALID:
        return "UnrecognizedClientException"
    return next((kind for family, kind in KINDS if isinstance(error, family)), "InternalServerError")


def failed(error: VisavisError, *, request_id: str) -> Response:
    """Return the answer to a request that failed: Amazon's shape, our words, with the rule that refused and what mends it."""
    kind = kind_of(error)
    rule = f" [rule: {error.rule}]" if isinstance(error, RefusedError) else ""
    remedy = f" {error.remedy}" if error.remedy else ""
    headers = {"x-amzn-errortype": kind}
    if isinstance(error, TooOften):
        headers["retry-after"] = str(max(1, error.wait_seconds))
    status = 500 if kind == "InternalServerError" else 400
    return answer({"__type": kind, "Message": f"{error}{rule}.{remedy}"}, request_id=request_id, status=status, headers=headers)


def answer(said: Mapping[str, Any], *, request_id: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer."""
    told = {**(headers or {}), "x-amzn-requestid": request_id}
    return Response(json.dumps(said), status_code=status, media_type=MEDIA, headers=told)
