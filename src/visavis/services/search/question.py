"""What a person asks of a search."""

import datetime as dt
from dataclasses import dataclass, field

from visavis.domain.actor import Actor
from visavis.domain.clearance import Clearance
from visavis.domain.errors import InputError
from visavis.domain.identification import Narrowing, ProbePicture, Where
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
    together : bool
        List the pictures, and the moments of films, in which all picked faces are seen; `top` counts those.
    also : tuple of str
        Ids of faces of the archive that show the same person: searched with as further photographs.
    narrow : Narrowing
        What is listed of what is found.
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
    together: bool = False
    also: tuple[str, ...] = ()
    narrow: Narrowing = field(default_factory=Narrowing)
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

        self._check_people()
        self.narrow.check()

    def _check_people(self) -> None:
        one_person = self.fuse or self.same_person
        if self.together and (one_person or self.also or self.people < 2):
            raise InputError(
                "together asks for two faces or more of one photograph, each of another person", remedy="--face 1 --face 2 --together"
            )
        if self.also and (self.confirmed is not None or (self.people > 1 and not one_person)):
            raise InputError(
                "a face of the archive joins the search for one person", remedy="pick one face, or say --same-person or --fuse"
            )

    def ask(self) -> Ask:
        """Return what needs permission."""
        return Ask(
            actor=self.actor,
            case_id=self.case_id,
            sources=self.sources,
            top=self.top * self.people if self.together and self.top is not None else self.top,
            threshold=self.threshold,
            probe_faces=self.probe_faces,
            reason=self.reason,
        )

    @property
    def probe_faces(self) -> int:
        """How many faces are searched with."""
        return (self.people or 1) + len(self.also)

    @property
    def people(self) -> int:
        """How many faces of photographs are picked."""
        return sum(len(probe.picked) for probe in self.probes)

    def where(self, clearance: Clearance) -> Where:
        """Return the filter: the clearance's sources, and the dates asked for."""
        return Where(
            sources=clearance.sources,
            since=self.since.toordinal() if self.since else None,
            until=self.until.toordinal() if self.until else None,
        )
