"""Policy packs: the rules as dated, hashed data. The code asks a pack; it holds no deadline, no cap and no list of articles."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from visavis.domain.errors import SetupError


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article that may stand in a charter.

    Attributes
    ----------
    key : str
        Which of the two keys it is: `basis` or `condition`.
    says : str
        In plain words.
    needs_law : bool
        Opens nothing without the law that fills it in.
    not_for_authorities : bool
        A public authority in its tasks can't choose it (GDPR Art. 6(1), last sentence).
    no_other_purpose : bool
        A source that stands on it is searched for its own purposes only: the table of compatible ones is closed to it (GDPR Art. 6(4)).
    """

    key: str
    says: str
    needs_law: bool = False
    not_for_authorities: bool = False
    no_other_purpose: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a kind of source asks for and allows.

    Attributes
    ----------
    use : str
        `source` may be added; `built-in` is issued by the engine itself, and `refusal` says so.
    statement : str
        The sentence that stands for the two keys where `two_keys` is false.
    defaults : mapping
        Fields filled in when a charter leaves them out.
    person_needed : bool
        Acts need a person who signed in.
    shared_case : mapping or None
        Title, purpose and reason of the one case that all sources of this profile share in an archive.
    standing_months : int
        A standing case is renewed every so many months; 0 = this profile has none.
    reason_needed : bool
        Each search gives a line of reason.
    one_face : bool
        A search covers one chosen face.
    approvals, reviewers : int
        Persons who approve a case, who judge a candidate.
    self_approval : bool
        The only person of a house may approve, after the pack's `approver_hours`.
    exports : str
        `free`, `recorded` (with recipient and reason) or `no`.
    stamp : str
        Word on each page and export; empty = none.
    case_reports : bool
        `visavis case report` may be printed.
    measured : bool
        A source is searched only once `visavis calibrate` has measured its own pictures.
    most_pictures, most_days, most_probes, default_candidates, most_candidates, most_searches, most_case_days : int or None
        Of a source, a charter, a search, a search, a search, a case, a case; None = no limit.
    """

    name: str
    says: str
    use: str
    two_keys: bool
    purposes: tuple[str, ...]
    compulsory: tuple[str, ...]
    optional: tuple[str, ...]
    defaults: Mapping[str, Any] = field(repr=False)
    bases: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    statement: str = ""
    refusal: str = ""
    person_needed: bool = True
    shared_case: Mapping[str, str] | None = None
    standing_months: int = 0
    reason_needed: bool = True
    one_face: bool = False
    approvals: int = 0
    reviewers: int = 1
    self_approval: bool = False
    exports: str = "recorded"
    stamp: str = ""
    case_reports: bool = True
    measured: bool = False
    most_pictures: int | None = None
    most_days: int | None = None
    most_probes: int | None = None
    default_candidates: int | None = None
    most_candidates: int | None = None
    most_searches: int | None = None
    most_case_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRules:
    """Deadlines.

    Attributes
    ----------
    answer_months, extended_months : int
        For an answer, both from the day of receipt (GDPR Art. 12(3)).
    pause : bool
        The clock stops while the requester is asked for what is needed.
    notice_months : int
        After pictures were obtained elsewhere (GDPR Art. 14(3)).
    breach_hours, request_hours : int
        To notify a breach (Art. 33); to ask for an authorisation after the first use (AI Act Art. 26(10)).
    holidays : str
        Country code of the public holidays; empty = the controller's country.
    """

    answer_months: int
    extended_months: int
    pause: bool
    notice_months: int
    breach_hours: int
    request_hours: int
    holidays: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Least and most of what a controller chooses.

    Attributes
    ----------
    least_log_months, most_log_months : int
        How long a log entry is kept.
    longest_years : int
        How far ahead a fixed end may lie.
    least_review_months, longest_review_months : int
        Between two reviews of a source.
    """

    least_log_months: int
    most_log_months: int
    longest_years: int
    least_review_months: int
    longest_review_months: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One policy pack.

    Attributes
    ----------
    mark : str
        Name, version and the first 12 hex digits of the file's SHA-256: what a decision records.
    floor_fpir : float
        The similarity floor is the model pack's threshold at this false-positive identification rate.
    compatible : mapping of str to tuple of str
        A charter's purpose, and what else it may be searched for.
    not_accepted : mapping of str to str
        Articles that people name and that open nothing, with the reason.
    prior_registration : tuple of str
        Jurisdictions that ask for a registration before a collection of templates is made.
    unverified : tuple of str
        Dotted names of what was written from knowledge and not read again in its source.
    document : mapping
        The pack as TOML, completed from the one it extends.
    """

    name: str
    version: str
    mark: str
    says: str
    eea: frozenset[str]
    clearance_minutes: int
    approver_hours: int
    floor_fpir: float
    clocks: ClockRules
    limits: Limits
    purposes: Mapping[str, str]
    compatible: Mapping[str, tuple[str, ...]]
    articles: Mapping[str, Article]
    not_accepted: Mapping[str, str]
    profiles: Mapping[str, Profile]
    document: Mapping[str, Any] = field(repr=False, compare=False)
    prior_registration: tuple[str, ...] = ()
    unverified: tuple[str, ...] = ()


def document_of(body: bytes) -> dict[str, Any]:
    """Return a pack's TOML document.

    Raises
    ------
    SetupError
        It is no TOML in UTF-8, or has no name or version.
    """
    try:
        document = tomllib.loads(body.decode())
    except ValueError as error:
        raise _unreadable(str(error)) from error
    if not all(isinstance(document.get(field), str) for field in ("name", "version")):
        raise _unreadable("it has no name or no version")
    return document


def build_policy(document: Mapping[str, Any], body: bytes) -> Policy:
    """Make a pack of its whole document; `body` is the file that it is marked by.

    Raises
    ------
    SetupError
        A field is missing, unknown or of another type, or a least is above its most.
    """
    table = dict(document)
    try:
        served = tuple(table.pop("serves"))
        profiles = table.pop("profiles")
        policy = Policy(
            mark=f"{table['name']} {table['version']} {hashlib.sha256(body).hexdigest()[:12]}",
            eea=frozenset(table.pop("eea")),
            clocks=ClockRules(**table.pop("clocks")),
            limits=Limits(**table.pop("limits")),
            compatible=MappingProxyType({one: tuple(others) for one, others in table.pop("compatible").items()}),
            articles=MappingProxyType({article: Article(**facts) for article, facts in table.pop("articles").items()}),
            profiles=MappingProxyType({name: _profile(name, profiles[name]) for name in served}),
            prior_registration=tuple(table.pop("prior_registration", ())),
            unverified=tuple(table.pop("unverified", ())),
            document=MappingProxyType(dict(document)),
            **table,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _unreadable(str(error)) from error
    _check_limits(policy)
    return policy


def _check_limits(policy: Policy) -> None:
    limits = policy.limits
    for what, least, most in (
        ("log", limits.least_log_months, limits.most_log_months),
        ("review", limits.least_review_months, limits.longest_review_months),
        ("answer", policy.clocks.answer_months, policy.clocks.extended_months),
    ):
        if least > most:
            raise _unreadable(f"{what}: its least ({least} months) is above its most ({most} months)")


def _unreadable(why: str) -> SetupError:
    return SetupError(f"this policy pack can't be read: {why}", remedy="install Visavis again, or mend the local pack and sign it anew")


def _profile(name: str, facts: Mapping[str, Any]) -> Profile:
    lists = {key: tuple(value) for key, value in facts.items() if isinstance(value, list)}
    return Profile(name=name, **{"defaults": {}, **facts, **lists})
