"""Signature Version 4, as far as requests to `/aws` are signed with it: who asks, checked against the secret of their key.

See «Create a signed AWS API request» in the AWS General Reference. Signed are the method, the path, the headers that are listed, and the
body; nothing is sent that would let anybody sign another request. A signature is good for five minutes, and once.
"""

import datetime as dt
import hashlib
import hmac
import re
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from visavis.domain.errors import RefusedError

ALGORITHM = "AWS4-HMAC-SHA256"
SERVICE = "rekognition"
WINDOW = dt.timedelta(minutes=5)
MUST_SIGN = frozenset({"host", "x-amz-date", "x-amz-target"})
"""Without these, a signature would hold for another server, another time, or another act."""
_HEADER = re.compile(
    rf"{ALGORITHM} +Credential=(?P<id>[\w.\-]{{1,128}})/(?P<day>\d{{8}})/(?P<region>[a-z0-9\-]{{1,40}})/(?P<service>[a-z0-9\-]{{1,40}})"
    r"/aws4_request, *SignedHeaders=(?P<signed>[a-z0-9\-;]{1,2000}), *Signature=(?P<signature>[0-9a-f]{64})",
    re.ASCII,
)
_DATE = re.compile(r"\d{8}T\d{6}Z", re.ASCII)


class NotSigned(RefusedError):
    """A request without a signature that could be checked; `kind` is Amazon's word for it."""

    def __init__(self, message: str, *, kind: str) -> None:
        super().__init__(message, rule="key-valid", remedy="sign it with Signature Version 4, as boto3 does, with the parts of your key")
        self.kind = kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What of a request is signed; `headers` are pairs as they came, names in lower case."""

    method: str
    path: str
    headers: Sequence[tuple[str, str]] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A signature as a request bears it.

    Attributes
    ----------
    access_id : str
        The part of a key that names it.
    at : str
        When it was made, as `20261122T124400Z`.
    """

    access_id: str
    at: str
    region: str
    service: str
    signed: tuple[str, ...]
    signature: str = field(repr=False)

    @property
    def scope(self) -> str:
        """Day, region and service that its key is derived for."""
        return f"{self.at[:8]}/{self.region}/{self.service}/aws4_request"

    def fits(self, sent: Sent, secret: str) -> bool:
        """Whether whoever knows the secret made it for this request; takes as long whatever is wrong with it."""
        text = "\n".join((ALGORITHM, self.at, self.scope, hashlib.sha256(canonical(sent, self.signed)).hexdigest()))
        key = f"AWS4{secret}".encode()
        for part in self.scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.compare_digest(hmac.digest(key, text.encode(), "sha256").hex(), self.signature)


def canonical(sent: Sent, signed: Sequence[str]) -> bytes:
    """Return a request in the one form that is signed; it has no query."""
    lines = [f"{name}:{','.join(_plain(value) for own, value in sent.headers if own == name)}" for name in signed]
    text = "\n".join((sent.method, sent.path, "", *lines, "", ";".join(signed), hashlib.sha256(sent.body).hexdigest()))
    return text.encode("latin-1")  # as headers come


def signature_of(headers: Mapping[str, str], *, now: dt.datetime) -> Signature:
    """Read the signature of a request, before its body is read.

    Raises
    ------
    NotSigned
        There is none, it is no Signature Version 4 of this service, leaves out what it must sign, or is too old or too new.
    """
    said = headers.get("authorization", "")
    if not said:
        raise NotSigned("the request is not signed", kind="MissingAuthenticationTokenException")
    found, at = _HEADER.fullmatch(said), headers.get("x-amz-date", "")
    if found is None or not _DATE.fullmatch(at):
        raise NotSigned("the signature can't be read", kind="IncompleteSignatureException")
    signed = tuple(found["signed"].split(";"))
    if not set(signed) >= MUST_SIGN or list(signed) != sorted(set(signed)) or any(name not in headers for name in signed):
        raise NotSigned(f"the signature must cover {', '.join(sorted(MUST_SIGN))}", kind="IncompleteSignatureException")
    if found["service"] != SERVICE or found["day"] != at[:8]:
        raise NotSigned(f"the signature is for another day, or another service than {SERVICE}", kind="InvalidSignatureException")
    if abs(_time(at) - now) > WINDOW:
        raise NotSigned(f"the signature is of {at}, and it is {now:%Y%m%dT%H%M%SZ} here", kind="InvalidSignatureException")
    return Signature(
        access_id=found["id"],
        at=at,
        region=found["region"],
        service=found["service"],
        signed=signed,
        signature=found["signature"],
    )


class Seen:
    """Signatures that were good once, for as long as they would be good again."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, float] = OrderedDict()

    def first(self, signature: Signature) -> bool:
        """Take note of a signature; False = it came before."""
        now = time.monotonic()
        while self._seen and next(iter(self._seen.values())) < now:
            self._seen.popitem(last=False)
        if signature.signature in self._seen:
            return False
        self._seen[signature.signature] = now + 2 * WINDOW.total_seconds()  # it may have been made ahead of our clock
        return True


def _time(at: str) -> dt.datetime:
    try:
        return dt.datetime.strptime(at, "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)
    except ValueError:
        raise NotSigned("the time of the signature can't be read", kind="IncompleteSignatureException") from None


def _plain(value: str) -> str:
    return " ".join(value.split())
