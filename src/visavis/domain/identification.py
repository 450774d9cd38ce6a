"""Searching: where to look, what came back from an index, and what leaves the engine."""

import datetime as dt
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from visavis.domain.arrays import Keys, RgbImage, Vectors
from visavis.domain.errors import InputError
from visavis.domain.face import AnalysedFace, Box
from visavis.domain.film import Moment
from visavis.domain.ids import CaseId, FaceId, MediaId, SearchId, SourceId

NO_DAY_FIRST = np.iinfo(np.int32).min
NO_DAY_LAST = np.iinfo(np.int32).max
UNKNOWN_DAY = np.iinfo(np.int32).min + 1
"""Both day columns hold this for a picture without a capture date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Filter of a search. None = any. There is no string form: an unsupported filter can't be written.

    Attributes
    ----------
    sources : frozenset of int or None
        Source numbers.
    since, until : int or None
        Proleptic ordinal days (`date.toordinal`), both included; a picture passes if its range of possible days touches them, and
        pictures without a date never pass.
    """

    sources: frozenset[int] | None = None
    since: int | None = None
    until: int | None = None

    @property
    def dated(self) -> bool:
        """Whether dates are asked for at all."""
        return self.since is not None or self.until is not None


KINDS = ("photo", "film")


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """What is listed of what was found. All N templates are compared all the same.

    Attributes
    ----------
    kind : str
        `photo` or `film`; empty = both.
    label : str
        A name that people gave in a searched source, whatever its case and accents; empty = any, and none.
    good : bool
        Only faces without a weakness.
    """

    kind: str = ""
    label: str = ""
    good: bool = False

    def check(self) -> None:
        """Raise `InputError` for a kind that there is not."""
        if self.kind not in ("", *KINDS):
            raise InputError(f"«{self.kind}» is no kind of picture", remedy="one of: " + ", ".join(KINDS))

    def words(self) -> tuple[str, ...]:
        """Return what it narrows to, in words for the records: a label's name is not one."""
        return tuple(word for word in (self.kind, "good" if self.good else "", "labelled" if self.label else "") if word)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRows:
    """Rows on their way into an index; row *i* of every array belongs together.

    Attributes
    ----------
    keys : (N,) int64
        Positive, unique in the archive. Adding a key again replaces its filter columns (and must bring the same vector).
    vectors : (N, D) float32
        Unit length.
    source : (N,) int32
        Source numbers.
    first_day, last_day : (N,) int32
        Ordinal days between which the picture was taken; `NO_DAY_FIRST` / `NO_DAY_LAST` = open on that side, `UNKNOWN_DAY` in both =
        no date.
    """

    keys: Keys
    vectors: Vectors = field(repr=False)
    source: NDArray[np.int32]
    first_day: NDArray[np.int32]
    last_day: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """What an index returns for one probe, best first; ties by key.

    Attributes
    ----------
    keys : (M,) int64
        M ≤ k.
    similarity : (M,) float32
        Exact cosine to the stored (float16) row, −1 to 1; never a code's estimate.
    """

    keys: Keys
    similarity: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalReport:
    """What `remove` did: how many keys it held, and which it did not know."""

    removed: int
    unknown: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A similarity and the trial that it comes from. `trial` names data, N, R, counts and FPIR, or says that the user chose it."""

    value: float
    trial: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbePicture:
    """A probe photograph as it was read, for showing; never enrolled.

    Attributes
    ----------
    image_rgb : (H, W, 3) uint8
        Upright RGB.
    faces : tuple of AnalysedFace
        All that were found, left to right then top to bottom: the numbers 1, 2, … that people pick by.
    picked : tuple of int
        Numbers (from 1) of the faces that were searched.
    """

    name: str
    image_rgb: RgbImage = field(repr=False)
    faces: tuple[AnalysedFace, ...] = field(repr=False)
    picked: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One appearance of a face that resembles the probe. A lead, not an identification.

    Attributes
    ----------
    rank : int
        From 1.
    group : str
        Equal for near-duplicate pictures of one face, `g1`, `g2`, … in order of rank; the first of a group is its best.
    similarity : float
        Cosine, −1 to 1.
    path : str
        Relative to its source's root.
    captured_at : str or None
        As text with the precision that is known (`1962`).
    start_s, end_s : float
        Seconds; 0 and 0 for stills.
    at_s : float
        Best moment: the frame that `box` lies in; 0 for stills.
    timecode : str
        SMPTE time code of the best moment; empty for stills, and where the film has none.
    page : int or None
        Of a file with several pages, from 1.
    moment : Moment or None
        The same times as the film has them; None for stills.
    weaknesses : tuple of str
        Why this face is weak, in plain words.
    decided : str
        What people decided in this case: `same`, `not-the-same`, `cannot-say`, `disagreement`; empty = an open lead.
    labels : tuple of str
        Names that people gave this face in its source.
    strangers : float or None
        How many strangers are expected to score as high in this search, whoever this is; None = not measured. No probability.
    adjusted : float or None
        The similarity adjusted by the cohort, where the search ranks by it.
    together : int
        Number of the picture or moment in which all searched faces are seen, from 1; 0 = they were not sought together.
    """

    rank: int
    candidate_id: str
    face_id: FaceId
    media_id: MediaId
    source_id: SourceId
    source_title: str
    group: str
    kind: str
    similarity: float
    path: str
    captured_at: str | None
    start_s: float
    end_s: float
    box: Box
    at_s: float = 0.0
    timecode: str = ""
    page: int | None = None
    moment: Moment | None = field(default=None, repr=False)
    probe_face: int = 1
    weaknesses: tuple[str, ...] = ()
    offline: bool = False
    decided: str = ""
    labels: tuple[str, ...] = ()
    strangers: float | None = None
    adjusted: float | None = None
    together: int = 0


NOT_CALIBRATED = "not calibrated for this gallery: false candidates are to be expected, and their number is not known"
"""What a result says of its expected false hits as long as no error rates were measured at its N."""

LEAST_STRANGERS = 0.001
"""Expectations below are told as less than it: nothing was measured so far out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedHits:
    """How many strangers are expected at or above the threshold of one search.

    Attributes
    ----------
    count, low, high : float
        The expectation, and its 95 % interval.
    own : bool
        Measured on the searched sources' own pictures, not only in the model pack's trial.
    data : str
        What it rests on, in words.
    probes : tuple of str
        The kind of each vector that was searched with: `usual`, `weak`, `fused`.
    ranked_by : str
        `cosine` or `adjusted`.
    """

    count: float
    low: float
    high: float
    own: bool
    data: str
    probes: tuple[str, ...]
    ranked_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """The whole answer to one search.

    Attributes
    ----------
    gallery_size : int
        N: templates searchable after filters.
    undated_left_out : int
        Templates that a date filter left out because their pictures have no known date.
    notices : tuple of str
        What a person must know to read the list: sources left out and why, sources offline, ingest still running.
    purpose, policy : str
        What was searched for, and the mark of the rules that allowed it.
    signed_by : tuple of str
        Who signed the charters of the searched sources, a line each.
    stamp : str
        Word on every page and export of a search that stays in the house (`household`, `trial`); empty = none.
    expected_false_hits : str
        No result leaves without this line.
    expected : ExpectedHits or None
        The same in numbers; None = not measured.
    """

    search_id: SearchId
    case_id: CaseId
    at: dt.datetime
    probes: tuple[ProbePicture, ...]
    gallery_size: int
    threshold: Threshold
    pack: str
    candidates: tuple[Candidate, ...]
    undated_left_out: int = 0
    notices: tuple[str, ...] = ()
    purpose: str = ""
    policy: str = ""
    signed_by: tuple[str, ...] = ()
    stamp: str = ""
    expected_false_hits: str = NOT_CALIBRATED
    expected: ExpectedHits | None = None
