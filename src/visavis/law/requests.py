"""Requests of the people shown: kinds, clocks, and what is asked before one is searched for, extended, answered, refused or closed."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from visavis.domain.actor import Actor
from visavis.domain.errors import RefusedError
from visavis.law.charter import Charter
from visavis.law.clocks import answer_due, extension, holidays_of, paused
from visavis.law.gates import Gate, No, pass_all
from visavis.law.policy import Policy
from visavis.law.roles import Act, check_role
from visavis.law.rules import Rule


class Kind(StrEnum):
    """What a person may ask; the value is stored."""

    ACCESS = "access"
    """GDPR Art. 15."""
    RECTIFICATION = "rectification"
    """Art. 16."""
    ERASURE = "erasure"
    """Art. 17."""
    RESTRICTION = "restriction"
    """Art. 18."""
    PORTABILITY = "portability"
    """Art. 20."""
    OBJECTION = "objection"
    """Art. 21."""
    WITHDRAWAL = "withdrawal"
    """Of a consent, Art. 7(3)."""


class Ground(StrEnum):
    """Why a request may be refused; the value is stored. Nothing but a person's decision sets one."""

    says: str

    def __new__(cls, value: str, says: str) -> "Ground":
        """Make a member of its stored value and its one line."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.says = says
        return member

    UNFOUNDED = "unfounded", "manifestly unfounded (GDPR Art. 12(5)(b))"
    EXCESSIVE = "excessive", "manifestly excessive (GDPR Art. 12(5)(b)); how often somebody asked is no reason by itself"
    NOT_IDENTIFIED = "not-identified", "the person can't be identified, also with what they added (GDPR Arts 11(2), 12(2))"
    OTHERS = "rights-of-others", "a copy would harm the rights of others, also with their faces masked (GDPR Art. 15(4))"
    EXCEPTION = "exception", "an exception of the article itself (GDPR Arts 16-21), named in the reasons"
    LAW = "law", "a law that limits the right (GDPR Arts 23, 85, 89; LED Arts 13(3), 15), named in the reasons"


MUST_PROVE = frozenset({Kind.ERASURE, Kind.OBJECTION, Kind.WITHDRAWAL, Kind.RESTRICTION, Kind.RECTIFICATION})
"""Kinds that change what is held: where something was found, they are answered with the proof that it was done."""

GIVEN_BY_THE_PERSON = frozenset({"6(1)(a)", "6(1)(b)"})
"""Bases under which data goes along (GDPR Art. 20(1)(a)): consent and contract."""

ALARMS = (50, 80, 100)
"""Per cent of the time to answer, at which a request is named again."""


def portable(charter: Charter) -> bool:
    """Whether what people gave to a source is theirs to take along."""
    return charter.basis is not None and charter.basis.article in GIVEN_BY_THE_PERSON


# ---- clocks --------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """By when a request must be answered, under which pack; `country` says whose holidays count."""

    policy: str
    country: str
    due: dt.date


def clock_of(governing: Iterable[tuple[Policy, str]], received: dt.date) -> Clock:
    """Return the earliest clock of the packs that govern an archive's sources.

    Parameters
    ----------
    governing : iterable of (Policy, str)
        Each source's pack and its controller's country; at least one.
    received : date
        Of the first message.
    """
    clocks = [
        Clock(policy=policy.mark, country=country, due=answer_due(received, policy.clocks, holidays_of(policy.clocks, country)))
        for policy, country in governing
    ]
    return min(clocks, key=lambda clock: clock.due)


def alarm(received: dt.date, due: dt.date, today: dt.date) -> int:
    """Return the last of `ALARMS` that a request has passed, 0 for none; 100 from its last day on."""
    whole, gone = (due - received).days, (today - received).days
    return max((step for step in ALARMS if gone * 100 >= step * whole), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionAsked:
    """An event that is to move a request's day.

    Attributes
    ----------
    event : str
        `extension` or `pause`.
    told : date
        When the person was told.
    received, due_first : date
        Of the first message; the day without any extension.
    extended : bool
        It was extended before.
    """

    event: str
    policy: Policy
    told: dt.date
    received: dt.date
    due_first: dt.date
    reasons: str
    extended: bool = False


def _event_known(asked: ExtensionAsked) -> No | None:
    if asked.event == "extension" or (asked.event == "pause" and asked.policy.clocks.pause):
        return None
    return No(f"policy pack {asked.policy.mark} knows no {asked.event} of the time to answer", "visavis request step ID --extend REASONS")


def _told(asked: ExtensionAsked) -> No | None:
    if asked.event != "extension":
        return None
    if asked.extended:
        return No("this request was extended already, and it is extended once", "answer it, or refuse it with reasons")
    if not asked.received <= asked.told <= asked.due_first:
        return No(
            f"the person is told of an extension between receipt and {asked.due_first}, not on {asked.told}", "answer it as soon as you can"
        )
    if not asked.reasons.strip():
        return No("an extension has its reasons, and the person is told them", "visavis request step ID --extend REASONS")
    return None


CLOCK_GATES: tuple[Gate[ExtensionAsked], ...] = (Gate(Rule.CLOCK_EVENT_KNOWN, _event_known), Gate(Rule.EXTENSION_TOLD, _told))


def check_clock(asked: ExtensionAsked) -> None:
    """Ask whether an event may move a request's day; `RefusedError` (`clock-event-known`, `extension-told`) if not."""
    pass_all(CLOCK_GATES, asked)


def due_after(
    policy: Policy, country: str, received: dt.date, *, told: dt.date | None, pauses: Iterable[tuple[dt.date, dt.date]] = ()
) -> dt.date:
    """Return the day by which to answer, after the events that were allowed; `told` = when an extension was told, None = none was."""
    holidays = holidays_of(policy.clocks, country)
    due = answer_due(received, policy.clocks, holidays) if told is None else extension(received, policy.clocks, holidays)
    return paused(due, list(pauses), policy.clocks, holidays)


# ---- a search for a request ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsSearch:
    """A search with photographs that a person gave to find what is held of them.

    Attributes
    ----------
    policy : str
        Mark of the pack that the request runs under.
    open, searched : bool
        The request is not decided or closed; it was searched with a photograph before.
    floor : float
        Cosine under which nothing is given.
    """

    actor: Actor
    request_id: str
    policy: str
    open: bool
    searched: bool
    floor: float


def _person(asked: RightsSearch) -> No | None:
    if asked.actor.person_id is not None:
        return None
    return No("a search for a request needs a rights clerk who signed in", "repeat it with --as PERSON")


def _clerk(asked: RightsSearch) -> No | None:
    try:
        check_role(asked.actor, Act.SEARCH_FOR_REQUEST)
    except RefusedError as error:
        return No(str(error), "visavis person add NAME --role rights-clerk --as OWNER")
    return None


def _open(asked: RightsSearch) -> No | None:
    return None if asked.open else _over(asked.request_id)


def _one_set(asked: RightsSearch) -> No | None:
    if not asked.searched:
        return None
    return No("this request was searched with photographs already", "name pictures by --url, --file, --asset, --on or --place")


RIGHTS_GATES: tuple[Gate[RightsSearch], ...] = (
    Gate(Rule.PERSON_NEEDED, _person),
    Gate(Rule.ROLE_ALLOWED, _clerk),
    Gate(Rule.REQUEST_OPEN, _open),
    Gate(Rule.ONE_PROBE_SET, _one_set),
)
"""Asked by `law.clear.clear_rights`."""


# ---- an answer, a refusal, the end ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFacts:
    """A request as it stands.

    Attributes
    ----------
    open, looked, identity : bool
        Not decided; somebody has looked; how the person's identity was made sure is on record.
    pending, confirmed : int
        Candidates that nobody has judged; faces that are confirmed to be the person.
    proof : str
        Of what was carried out; empty = none.
    """

    id: str
    kind: Kind
    open: bool
    looked: bool = False
    pending: int = 0
    confirmed: int = 0
    identity: bool = False
    proof: str = ""


def _over(request_id: str) -> No:
    return No(f"request {request_id} is decided or closed", "a new message opens a new one: visavis request open")


def _not_over(facts: RequestFacts) -> No | None:
    return None if facts.open else _over(facts.id)


def _looked(facts: RequestFacts) -> No | None:
    if facts.looked:
        return None
    return No("nobody has looked yet for what is held", f"visavis request step {facts.id} --photo, --file, --url, --asset, --on or --place")


def _judged(facts: RequestFacts) -> No | None:
    if not facts.pending:
        return None
    return No(
        f"{facts.pending} of its candidates are not judged yet", f"visavis request confirm {facts.id} CANDIDATE… --as PERSON, or --reject"
    )


def _identity(facts: RequestFacts) -> No | None:
    if facts.identity or not facts.confirmed:
        return None
    return No("how staff made sure that who asks is who is shown is not on record", f'visavis request identity {facts.id} --means "…"')


ANSWER_GATES: tuple[Gate[RequestFacts], ...] = (
    Gate(Rule.REQUEST_OPEN, _not_over),
    Gate(Rule.REQUEST_LOOKED, _looked),
    Gate(Rule.CANDIDATES_JUDGED, _judged),
    Gate(Rule.IDENTITY_RECORDED, _identity),
)
"""Asked before what is asked for is carried out, and before anything leaves."""


def _carried_out(facts: RequestFacts) -> No | None:
    if facts.proof or not facts.confirmed or facts.kind not in MUST_PROVE:
        return None
    return No(f"there is no proof that the {facts.kind} was carried out", "carry it out, or refuse it: visavis request refuse")


SENT_GATES: tuple[Gate[RequestFacts], ...] = (Gate(Rule.CARRIED_OUT, _carried_out),)


def check_answer(facts: RequestFacts) -> None:
    """Ask whether a request may be answered; `RefusedError` says what is missing."""
    pass_all(ANSWER_GATES, facts)


def check_sent(facts: RequestFacts) -> None:
    """Ask whether an answer may be called done; `RefusedError` (`carried-out`) if nothing proves it."""
    pass_all(SENT_GATES, facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalAsked:
    """A refusal: by whom, why, and what the person can do against it."""

    actor: Actor
    facts: RequestFacts
    reasons: str
    remedies: str


def _named(asked: RefusalAsked) -> No | None:
    if asked.actor.person_id is not None:
        return None
    return No("a request is refused by a named person, never by a program", "repeat it with --as PERSON")


def _reasoned(asked: RefusalAsked) -> No | None:
    if asked.reasons.strip() and asked.remedies.strip():
        return None
    return No("a refusal says why, and names the authority and the court to complain to", '--reasons "…" --remedies "…"')


REFUSAL_GATES: tuple[Gate[RefusalAsked], ...] = (
    Gate(Rule.PERSON_NEEDED, _named),
    Gate(Rule.REQUEST_OPEN, lambda asked: _not_over(asked.facts)),
    Gate(Rule.REFUSAL_REASONED, _reasoned),
)


def check_refusal(asked: RefusalAsked) -> None:
    """Ask whether a request may be refused so; `RefusedError` (`person-needed`, `request-open`, `refusal-reasoned`) if not."""
    pass_all(REFUSAL_GATES, asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndAsked:
    """A request is to be closed, or a restriction lifted; `note` is what a person wrote: taken back, told how."""

    request_id: str
    decided: bool
    note: str = ""


def _done(asked: EndAsked) -> No | None:
    if asked.decided or asked.note.strip():
        return None
    return No(
        "it is neither answered, refused nor taken back", f'visavis request answer {asked.request_id}, or --withdrawn "how they said so"'
    )


CLOSE_GATES: tuple[Gate[EndAsked], ...] = (Gate(Rule.REQUEST_DONE, _done),)


def check_close(asked: EndAsked) -> None:
    """Ask whether a request may be closed; `RefusedError` (`request-done`) if not."""
    pass_all(CLOSE_GATES, asked)


def _noted(note: str) -> No | None:
    return None if note.strip() else No("a restriction is lifted with a note", '--lift "why, and how the person was told"')


LIFT_GATES: tuple[Gate[str], ...] = (Gate(Rule.RESTRICTION_NOTED, _noted),)


def check_lift(note: str) -> None:
    """Ask whether a restriction may be lifted with this note; `RefusedError` (`restriction-noted`) if not."""
    pass_all(LIFT_GATES, note)
