"""Who is signed in. Sessions, with the keys that passphrases opened, are in memory only: a restart signs everybody out."""

import datetime as dt
import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from visavis.domain.actor import Role
from visavis.domain.clock import Clock
from visavis.domain.identification import ProbePicture, SearchResult
from visavis.web.drafts import CharterDraft
from visavis.wiring.accounts import SignedIn, roles_for

IDLE = dt.timedelta(minutes=30)
LONGEST = dt.timedelta(hours=12)
MOST_SESSIONS = 200
MOST_PROBES = 4
"""Probes that a session keeps in memory, of a photograph or a few, some ten megabytes each; the oldest goes first."""
MOST_PROBE_BYTES = 96 << 20
"""Of the files of all of them; the last one stays, whatever its size."""
MOST_SEARCHES = 50
MOST_PICTURES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPhoto:
    """One photograph of a probe.

    Attributes
    ----------
    whole : bytes
        JPEG without metadata, for showing.
    data : bytes
        The file as it came: a face that was missed is looked for in its own pixels.
    crops : tuple of bytes
        JPEGs of its faces.
    by_hand : frozenset of int
        Numbers, within this photograph, of the faces whose boxes a person drew.
    """

    picture: ProbePicture
    whole: bytes = field(repr=False)
    data: bytes = field(repr=False)
    crops: tuple[bytes, ...] = field(repr=False)
    by_hand: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldProbe:
    """Photographs that a session holds for picking faces, which are numbered through all of them.

    Attributes
    ----------
    problems : tuple of str
        What kept other photographs, that were sent with these, from being read.
    """

    id: str
    photos: tuple[HeldPhoto, ...]
    problems: tuple[str, ...] = ()

    @property
    def crops(self) -> tuple[bytes, ...]:
        """JPEGs of all faces."""
        return tuple(crop for photo in self.photos for crop in photo.crops)

    def place_of(self, number: int) -> tuple[int, int]:
        """Return which photograph a face is on, and which of its faces it is, both counted from 0.

        Raises
        ------
        IndexError
            There is no such face.
        """
        for place, photo in enumerate(self.photos):
            own = number - self.before(place)
            if 1 <= own <= len(photo.crops):
                return place, own - 1
        raise IndexError(number)

    def before(self, place: int) -> int:
        """Return how many faces stand before a photograph, counted from 0."""
        return sum(len(photo.crops) for photo in self.photos[:place])


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedSearch:
    """What a search of this session asked, so that it can be asked again with more.

    Attributes
    ----------
    faces : tuple of int
        Numbers of the picked faces.
    how : str
        `any`, `together`, `same` or `fuse`.
    also : tuple of str
        Ids of faces that were found and joined the probe.
    options : mapping
        All else, by the names that `Archive.search` has for it.
    """

    probe_id: str
    faces: tuple[int, ...]
    how: str
    options: Mapping[str, Any]
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedSearch:
    """A search whose page this session has opened.

    Attributes
    ----------
    made : SearchResult or None
        What it said when it was made in this session, without pictures and candidates: those are asked for anew each time.
    asked : AskedSearch or None
        What it asked, if it was made in this session with photographs.
    before : int
        Faces of the probe before those of the first photograph that was searched with: candidates count within that one.
    """

    made: SearchResult | None = None
    probe_id: str = ""
    picked: tuple[int, ...] = ()
    asked: AskedSearch | None = None
    before: int = 0

    @classmethod
    def of(cls, found: SearchResult, **asked: Any) -> Self:
        """Return a search that was just made, with what was asked; a session that lasts all day keeps neither pictures nor candidates."""
        return cls(made=replace(found, probes=(), candidates=()), **asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenPhoto:
    """A photograph that a person gave to be looked for, its faces numbered; `whole` is its JPEG without metadata."""

    picture: ProbePicture
    whole: bytes = field(repr=False)


@dataclass(slots=True, kw_only=True)
class WebSession:
    """One signed-in browser.

    Attributes
    ----------
    who : SignedIn or None
        None = the machine's user, who came by the start link.
    views : dict of str to bytes
        Kept faces laid level, JPEG.
    must_enrol : bool
        Nothing is open but the page of the second factor.
    requests : dict
        Requests of people shown whose page this session has opened, and whose pictures may be fetched; with the photograph that is
        about to be searched with.
    suppressed : tuple of str
        Ids of the objections that were written last, to be shown once.
    """

    id: str
    who: SignedIn | None
    began: dt.datetime
    seen: dt.datetime
    must_enrol: bool = False
    secret: str = ""
    probes: OrderedDict[str, HeldProbe] = field(default_factory=OrderedDict)
    searches: OrderedDict[str, OpenedSearch] = field(default_factory=OrderedDict)
    pictures: OrderedDict[str, None] = field(default_factory=OrderedDict)
    draft: CharterDraft | None = None
    watched: set[str] = field(default_factory=set)
    """Candidates whose short film this session has asked for: the look is in the ledger."""
    views: OrderedDict[str, bytes] = field(default_factory=OrderedDict)
    requests: dict[str, GivenPhoto | None] = field(default_factory=dict)
    suppressed: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """How the person is called on the page; empty = the machine's user."""
        return "" if self.who is None else self.who.actor.name

    def may(self, act: str) -> bool:
        """Whether an act is one of the person's roles, or the owner's for the machine's user; the doors and the law ask again."""
        roles = frozenset({Role.OWNER}) if self.who is None else self.who.actor.roles or frozenset({self.who.actor.role})
        return bool(roles & roles_for(act))

    def hold(self, probe: HeldProbe) -> None:
        """Keep a probe; the oldest goes."""
        self.probes[probe.id] = probe
        self.probes.move_to_end(probe.id)
        while len(self.probes) > MOST_PROBES or (len(self.probes) > 1 and self._held_bytes() > MOST_PROBE_BYTES):
            self.probes.popitem(last=False)

    def saw(self, media_ids: Iterable[str]) -> None:
        """Remember that pages with these pictures were opened: their images may be fetched."""
        self.pictures.update(dict.fromkeys(media_ids))
        while len(self.pictures) > MOST_PICTURES:
            self.pictures.popitem(last=False)

    def _held_bytes(self) -> int:
        return sum(len(photo.data) for probe in self.probes.values() for photo in probe.photos)

    def opened(self, search_id: str, search: OpenedSearch) -> None:
        """Remember that the page of a search was opened: its pictures may be fetched."""
        self.searches.setdefault(search_id, search)
        while len(self.searches) > MOST_SEARCHES:
            self.searches.popitem(last=False)


class Sessions:
    """Sessions by the value of their cookie."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._secret = secrets.token_bytes(32)
        self._open: OrderedDict[str, WebSession] = OrderedDict()

    def __len__(self) -> int:
        return len(self._open)

    def begin(self, who: SignedIn | None, *, must_enrol: bool = False) -> WebSession:
        """Open a session under a new id, whatever cookie the browser had: an id that somebody else set is worth nothing."""
        now = self._clock.now()
        session = WebSession(id=secrets.token_urlsafe(32), who=who, began=now, seen=now, must_enrol=must_enrol)
        self._open[session.id] = session
        while len(self._open) > MOST_SESSIONS:
            self._open.popitem(last=False)
        return session

    def find(self, cookie: str) -> WebSession | None:
        """Return the session of a cookie, unless it has ended or slept too long."""
        session = self._open.get(cookie)
        if session is None:
            return None
        now = self._clock.now()
        if now - session.seen > IDLE or now - session.began > LONGEST:
            self.end(cookie)
            return None
        session.seen = now
        self._open.move_to_end(cookie)
        return session

    def end(self, cookie: str) -> None:
        """Forget a session and the key in it."""
        self._open.pop(cookie, None)

    def uploads(self) -> frozenset[str]:
        """Return the uploads that drafts of open sessions stand on."""
        oldest = self._clock.now() - IDLE
        awake = (session for session in self._open.values() if session.seen >= oldest)
        return frozenset(session.draft.upload for session in awake if session.draft is not None and session.draft.upload)

    def end_person(self, person_id: str, *, but: str = "") -> int:
        """Forget every session of a person but one; return how many."""
        theirs = [key for key, one in self._open.items() if one.who and one.who.actor.person_id == person_id and key != but]
        for key in theirs:
            self.end(key)
        return len(theirs)

    def of_person(self, person_id: str) -> int:
        """Return how many sessions a person has open."""
        return sum(one.who is not None and one.who.actor.person_id == person_id for one in self._open.values())

    def token(self, cookie: str) -> str:
        """Return the token that forms carry, bound to the cookie; a page of another site can't know it."""
        return hmac.new(self._secret, cookie.encode(), hashlib.sha256).hexdigest()

    def holds(self, cookie: str, token: str) -> bool:
        """Whether a form's token belongs to its cookie."""
        return bool(cookie) and hmac.compare_digest(self.token(cookie).encode(), token.encode())
