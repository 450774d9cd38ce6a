"""A request as the law is told of it."""

from visavis.law.requests import Kind, RequestFacts
from visavis.records.requests import RequestRecord


def facts_of(request: RequestRecord, *, proof: str = "") -> RequestFacts:
    """Return what the law asks of a request."""
    return RequestFacts(
        id=request.id,
        kind=Kind(request.kind),
        open=request.open,
        looked=request.looked,
        pending=request.pending,
        confirmed=len(request.confirmed),
        identity=bool(request.took("identity")),
        proof=proof,
    )
