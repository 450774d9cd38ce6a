"""What a person asks of a search."""

import datetime as dt
from dataclasses import dataclass

from visavis.domain.actor import Actor
from visavis.domain.clearance import Clearance
from visavis.domain.errors import InputError
from visavis.domain.identification import ProbePicture, Where
from visavis.services.search.permission import Ask


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuestion:
    """What a person asks.

    Attributes
    ----------
    probes : tuple of ProbePicture
        With the picked faces; empty if `face_id` is given.
    face_id : str or None
        Search with a face that is in the archive already.
    confirmed : str or None
        Id of a search: search with the mean of the faces that people decided to be the same in it.
    top : int or None
        Most candidates; None = every one at or above the threshold.
    threshold : float or None
        Least similarity, inclusive; None = as many false hits expected as by default.
    expected : float or None
        Instead of a threshold: how many strangers are expected at or above it.
    fuse : bool
        Several photographs: search once with the mean of their templates, not with each (and the best similarity).
    same_person : bool
        The photographs show one person.
    since, until : date or None
        Both included.
    reason : str
        One line, kept with the search.
    """

    actor: Actor
    probes: tuple[ProbePicture, ...] = ()
    face_id: str | None = None
    confirmed: str | None = None
    top: int | None = 50
    threshold: float | None = None
    expected: float | None = None
    fuse: bool = False
    same_person: bool = False
    sources: tuple[str, ...] = ()
    since: dt.date | None = None
    until: dt.date | None = None
    case_id: str | None = None
    reason: str = ""

    def check(self) -> None:
        """Raise `InputError` for a question that has no answer."""
        given = [self.face_id is not None, self.confirmed is not None, any(probe.picked for probe in self.probes)]
        if sum(given) != 1:
            raise InputError(
                "search with photographs, a face id or the confirmed faces of a search: one of the three",
                remedy="visavis search PHOTO, --face-id ID or --confirmed SEARCH",
            )
        if self.expected is not None and (self.threshold is not None or not self.expected > 0):
            raise InputError(
                "--expected-false-hits is a number above 0, and stands instead of --threshold", remedy="--expected-false-hits 0.1"
            )
        if self.since and self.until and self.since > self.until:
            raise InputError(f"--since {self.since} lies after --until {self.until}", remedy="swap the two dates")
        if self.threshold is not None and not -1 <= self.threshold <= 1:
            raise InputError(f"a threshold of {self.threshold} is no cosine", remedy="give a number between -1 and 1")
        if self.top is not None and self.top < 1:
            raise InputError("--top asks for at least one candidate", remedy="--top 50")

    def ask(self) -> Ask:
        """Return what needs permission."""
        return Ask(
            actor=self.actor,
            case_id=self.case_id,
            sources=self.sources,
            top=self.top,
            threshold=self.threshold,
            probe_faces=self.probe_faces,
            reason=self.reason,
        )

    @property
    def probe_faces(self) -> int:
        """How many faces are searched with."""
        return sum(len(probe.picked) for probe in self.probes) or 1

    def where(self, clearance: Clearance) -> Where:
        """Return the filter: the clearance's sources, and the dates asked for."""
        return Where(
            sources=clearance.sources,
            since=self.since.toordinal() if self.since else None,
            until=self.until.toordinal() if self.until else None,
        )
