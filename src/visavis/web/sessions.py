"""Who is signed in. Sessions, with the keys that passphrases opened, are in memory only: a restart signs everybody out."""

import datetime as dt
import hashlib
import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field

from visavis.domain.clock import Clock
from visavis.domain.identification import ProbePicture, SearchResult
from visavis.wiring.accounts import SignedIn

IDLE = dt.timedelta(minutes=30)
LONGEST = dt.timedelta(hours=12)
MOST_SESSIONS = 200
MOST_PROBES = 4
"""Photographs that a session keeps in memory, some ten megabytes each; the oldest goes first."""
MOST_SEARCHES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldProbe:
    """A photograph that a session holds for picking faces: the picture, and its JPEG without metadata."""

    id: str
    picture: ProbePicture
    whole: bytes = field(repr=False)
    crops: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedSearch:
    """A search whose page this session has opened.

    Attributes
    ----------
    made : SearchResult or None
        What it said when it was made in this session, without pictures and candidates: those are asked for anew each time.
    """

    made: SearchResult | None = None
    probe_id: str = ""
    picked: tuple[int, ...] = ()


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
    requests: dict[str, GivenPhoto | None] = field(default_factory=dict)
    suppressed: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """How the person is called on the page; empty = the machine's user."""
        return "" if self.who is None else self.who.actor.name

    def hold(self, probe: HeldProbe) -> None:
        """Keep a photograph; the oldest goes."""
        self.probes[probe.id] = probe
        while len(self.probes) > MOST_PROBES:
            self.probes.popitem(last=False)

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

    def token(self, cookie: str) -> str:
        """Return the token that forms carry, bound to the cookie; a page of another site can't know it."""
        return hmac.new(self._secret, cookie.encode(), hashlib.sha256).hexdigest()

    def holds(self, cookie: str, token: str) -> bool:
        """Whether a form's token belongs to its cookie."""
        return bool(cookie) and hmac.compare_digest(self.token(cookie).encode(), token.encode())
