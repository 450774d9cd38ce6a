"""The places of the desk: what its navigation leads to, for those whose role may go there."""

from dataclasses import dataclass

from visavis.web.sessions import WebSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One entry of the navigation.

    Attributes
    ----------
    title : str
        In English; the template translates it.
    act : str
        An act of `visavis.law.roles`: whose role does not hold it is not led there. Empty = everybody is.
    """

    path: str
    title: str
    act: str = ""


PLACES: tuple[Place, ...] = (
    Place(path="/", title="New search", act="search"),
    Place(path="/review", title="Review", act="review"),
    Place(path="/cases", title="Cases", act="read-case"),
    Place(path="/sources", title="Sources"),
    Place(path="/jobs", title="Jobs", act="ingest"),
    Place(path="/labels", title="Labels", act="label"),
    Place(path="/approvals", title="Approvals"),
    Place(path="/requests", title="Requests", act="read-requests"),
    Place(path="/erasures", title="Erasures", act="certify"),
    Place(path="/orders", title="Orders", act="obey-order"),
    Place(path="/ledger", title="Ledger", act="read-ledger"),
    Place(path="/papers", title="Papers", act="write-paper"),
    Place(path="/people", title="People", act="add-person"),
    Place(path="/keys", title="Programs", act="issue-key"),
    Place(path="/account", title="Your account"),
)


def places_of(session: WebSession) -> tuple[Place, ...]:
    """Return where a person is led; the doors ask again."""
    open_to = (place for place in PLACES if not place.act or session.may(place.act))
    return tuple(place for place in open_to if session.who is not None or not place.path.startswith("/account"))
