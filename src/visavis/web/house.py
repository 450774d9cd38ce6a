"""What all pages share: the archive, the sessions, the reader of photographs, and the words of the house."""

from asyncio import Future
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from jinja2 import Environment

from visavis.domain.arrays import Landmarks5, RgbImage
from visavis.domain.clock import Clock
from visavis.domain.face import AnalysedFace, Box
from visavis.domain.identification import Candidate, ProbePicture, SearchResult
from visavis.web.languages import Languages
from visavis.web.meters import Meters
from visavis.web.papers import Papers
from visavis.web.previews import Previews
from visavis.web.public import PublicForms
from visavis.web.sessions import Sessions
from visavis.web.signature import Seen
from visavis.web.thread import ArchiveThread
from visavis.web.tries import Tries, TriesByName
from visavis.web.works import Works
from visavis.wiring.folders import Folders

if TYPE_CHECKING:
    from visavis.wiring.orders import CarriedOut
    from visavis.wiring.paper import Paper


class ReadPhotograph(Protocol):
    """How an uploaded photograph is read."""

    def __call__(self, data: bytes, /, *, faceless: bool = False) -> ProbePicture:
        """Return the photograph with its faces numbered; `InputError` if it can't be used, or shows none and `faceless` is not said."""
        ...


class LookWithin(Protocol):
    """How a box that a person drew on a photograph is looked at."""

    def __call__(self, data: bytes, box: Box, /) -> AnalysedFace:
        """Return the face in the box; `InputError` if there is none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """How results read and pictures are cut, the same as on the command line's pages.

    Attributes
    ----------
    crop, level, whole : callable
        A face with its surroundings, the same laid level beside another, the whole picture: JPEG without metadata.
    shown : callable
        Text from outside, made safe to show.
    document : callable
        A search as the command line's JSON has it.
    encodable : callable
        Text from outside as JSON can hold it.
    paper_page : callable
        A paper as a page to print.
    """

    similarity: Callable[[float], str]
    date: Callable[[Candidate], str]
    folded: Callable[[Sequence[Candidate]], list[tuple[Candidate, tuple[Candidate, ...]]]]
    remarks: Callable[..., tuple[str, ...]]
    several_faces: Callable[[SearchResult], bool]
    stamp: Callable[[SearchResult], str]
    headline: Callable[[SearchResult], str]
    lead: str
    shown: Callable[[str], str]
    document: Callable[[SearchResult], dict[str, object]]
    encodable: Callable[[str], str]
    strangers: Callable[[Candidate], str]
    span: Callable[[float, float], str]
    best_moment: Callable[[Candidate], str]
    clock: Callable[[float], str]
    set_aside: Callable[[Candidate], bool]
    crop: Callable[[RgbImage, Box], bytes]
    level: Callable[[RgbImage, Landmarks5], bytes]
    whole: Callable[[RgbImage], bytes]
    papers: Papers
    paper_page: "Callable[[Paper], str]"


class PagesIn(Protocol):
    """The templates, and how results read, in each language."""

    @property
    def languages(self) -> Languages:
        """The languages that there are."""
        ...

    def of(self, code: str, /) -> Environment:
        """Return the setting of pages in a language."""
        ...

    def words(self, code: str, /) -> Words:
        """Return how results read in a language."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the desk is reached.

    Attributes
    ----------
    origin : str
        As a browser sends it: `http://127.0.0.1:8478`, or a proxy's `https://desk.example.org`.
    hosts : frozenset of str
        `Host` headers that are answered.
    proxied : bool
        A proxy stands before it: everybody signs in with a second factor, and the machine's user has no way in.
    """

    origin: str
    hosts: frozenset[str]
    proxied: bool

    @property
    def secure(self) -> bool:
        """Whether browsers come over TLS."""
        return self.origin.startswith("https:")

    @property
    def cookie(self) -> str:
        """Name of the session's cookie; the prefix makes browsers keep it to this host and to TLS."""
        return "__Host-visavis" if self.secure else "visavis"


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What all pages share.

    Attributes
    ----------
    archive : ArchiveThread
        For what takes milliseconds: people wait behind each other here.
    back : ArchiveThread
        For what takes seconds or minutes and a person's key (a package, an erasure, a report), out of everybody's way. What needs no
        key and takes longer still, as ingest does, is a process of its own.
    errands : dict
        What takes long and goes on by itself, by the id of what it is about.
    start_key : str
        In the link that the terminal shows; empty = there is none.
    key_tries : TriesByName
        Tries of API keys that failed, by the part of a key that names it.
    signatures : Seen
        Of requests to `/aws` that were answered: none is answered twice.
    under_way : set of str
        Repeatable requests of programs that are being answered.
    folders : Folders or None
        Where the pictures of a new source may come from; None = from nowhere.
    works : Works
        What was begun in `back` and is not done yet, or not looked at.
    rights_page : bool
        Whether the public may send requests by `/rights`.
    """

    archive: ArchiveThread
    back: ArchiveThread
    sessions: Sessions
    read: ReadPhotograph
    within: LookWithin
    words: Words
    address: Address
    pages: PagesIn
    clock: Clock
    start_key: str = field(default="", repr=False)
    folders: Folders | None = None
    errands: "dict[str, Future[CarriedOut]]" = field(default_factory=dict)
    meters: Meters = field(default_factory=Meters)
    tries: Tries = field(default_factory=Tries)
    key_tries: TriesByName = field(default_factory=TriesByName)
    signatures: Seen = field(default_factory=Seen)
    under_way: set[str] = field(default_factory=set)
    previews: Previews = field(default_factory=Previews)
    public: PublicForms = field(default_factory=PublicForms)
    works: Works = field(default_factory=Works)
    rights_page: bool = True
