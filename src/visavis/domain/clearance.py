"""The lock on search: a value that says who may search what, for which purpose, within which limits, until when.

Only `visavis.law` issues one (a test reads the syntax trees of the whole package to hold this). The seal is a keyed digest under a
secret of this process: it stops a clearance that was put together by hand, copied with other fields or kept past its process; it does
not stop the machine's owner from changing the code (`docs/security.md`).
"""

import datetime as dt
import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace

from visavis.domain.actor import Actor
from visavis.domain.errors import RefusedError
from visavis.domain.ids import CaseId

_PROCESS_SECRET = secrets.token_bytes(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearance:
    """Permission for searches.

    Attributes
    ----------
    actor : Actor
        Who searches.
    case_id : CaseId
        The case it belongs to; a household has one standing case.
    purpose : str
        One of the case's purposes.
    policy : str
        Marks of the packs it was issued under.
    sources : frozenset of int
        Numbers (not ids) of the sources that may be searched; an index applies it whatever the filter says.
    max_candidates : int or None
        Most candidates one search may return; None = no cap.
    least_similarity : float
        Cosine; an index gives no hit below it, whatever is asked.
    not_after : datetime
        UTC; refused from then on.
    """

    actor: Actor
    case_id: CaseId
    purpose: str
    policy: str
    sources: frozenset[int]
    max_candidates: int | None
    least_similarity: float
    not_after: dt.datetime
    seal: bytes = b""

    def _digest(self) -> bytes:
        facts = (
            self.actor.name,
            self.actor.role,
            self.actor.person_id,
            self.case_id,
            self.purpose,
            self.policy,
            sorted(self.sources),
            self.max_candidates,
            self.least_similarity,
            self.not_after.isoformat(),
        )
        return hashlib.blake2b(repr(facts).encode(), key=_PROCESS_SECRET, digest_size=32).digest()

    def sealed(self) -> "Clearance":
        """Return a copy with a valid seal. Called in `visavis.law` and nowhere else."""
        return replace(self, seal=self._digest())

    def check(self, now: dt.datetime) -> None:
        """Raise `RefusedError` if this clearance is hand-made, changed after issue, or expired."""
        if not hmac.compare_digest(self.seal, self._digest()):
            raise RefusedError(
                "this clearance was not issued by visavis.law",
                rule="clearance-issued",
                remedy="search through visavis.open(…).search or `visavis search`",
            )
        if now >= self.not_after:
            raise RefusedError(
                f"the clearance ended at {self.not_after:%Y-%m-%d %H:%M} UTC",
                rule="clearance-in-time",
                remedy="start the search again",
            )
