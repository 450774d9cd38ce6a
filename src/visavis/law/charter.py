"""A charter: the legal file of a source, as a frozen value. `visavis.law.reading` makes one from TOML, `visavis.law.writing` writes it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from visavis.domain.ids import PersonId
from visavis.law.gates import Gate, No, pass_all
from visavis.law.policy import Policy, Profile
from visavis.law.rulebook import Rulebook
from visavis.law.rules import Rule


class SourceState(StrEnum):
    """Where a source stands in its life; the value is stored."""

    DRAFT = "draft"
    """Added, and not signed yet."""
    LIVE = "live"
    FROZEN = "frozen"
    EXPIRED = "expired"
    ERASED = "erased"


NEXT: Mapping[SourceState, frozenset[SourceState]] = MappingProxyType(
    {
        SourceState.DRAFT: frozenset({SourceState.LIVE, SourceState.ERASED}),
        SourceState.LIVE: frozenset({SourceState.FROZEN, SourceState.EXPIRED, SourceState.ERASED}),
        SourceState.FROZEN: frozenset({SourceState.LIVE, SourceState.EXPIRED, SourceState.ERASED}),
        SourceState.EXPIRED: frozenset({SourceState.ERASED}),
        SourceState.ERASED: frozenset(),
    }
)
"""What may follow a state. An expired source is not renewed, its templates are gone: a charter is changed before it ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Controller:
    """Who answers for the source (GDPR Art. 4(7)); `country` is ISO 3166-1, `representative` the one in the Union (Art. 27).

    Attributes
    ----------
    officer : str
        The data-protection officer and where they are reached (Art. 37(7)).
    processors : tuple of str
        Who processes for the controller (Art. 28).
    authority : str
        The supervisory authority that is competent (Art. 55).
    """

    name: str
    country: str
    representative: str = ""
    public_authority: bool = False
    officer: str = ""
    processors: tuple[str, ...] = ()
    authority: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """First key: GDPR Art. 6 or LED Art. 8, with who holds it and since when; `weighing` is the test that Art. 6(1)(f) asks for."""

    article: str
    holder: str
    since: dt.date
    law: str = ""
    weighing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Second key: GDPR Art. 9(2), Art. 85, or LED Art. 10, with its law."""

    article: str
    law: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long templates may live.

    Attributes
    ----------
    rule : str
        `fixed` (until a day), `charter` (until `valid_to`), `event` (some months after one), `review` (looked at every so many months).
    action : str
        `erase` or `review`: what happens at the end.
    """

    rule: str
    action: str
    until: dt.date | None = None
    months: int | None = None
    event: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A file that proves the charter, by name and SHA-256 (64 hex digits); it stays with the controller."""

    file: str
    sha256: str
    kind: str = ""
    valid_to: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingCase:
    """A case that stays open for daily work; `shared` = one for all sources of its profile in an archive."""

    title: str
    purpose: str
    reason: str
    shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Charter:
    """What the law needs to know of a source; the fields are explained in `docs/reference/charter.md`.

    Attributes
    ----------
    valid_from, valid_to : date
        First and last day, both included, UTC; `valid_to` None = until retention or evidence ends it.
    policy : str
        Name of the pack that governs it; empty = by profile and country (`Rulebook.of`).
    registration : str
        The registration that a country asks for beforehand.
    extends : str
        SHA-256 of the charter it was completed from, as `sha256:…`; empty = none.
    kind : str
        How the pictures came into the house.
    opt_out : str
        Where people ask to be left out.
    originals : str
        What an ordered erasure does with the photographs: `keep`, `mask` or `delete`.
    """

    profile: str
    title: str
    purposes: tuple[str, ...]
    shows_children: str
    place: str
    metadata: tuple[str, ...]
    retention: Retention
    valid_from: dt.date
    valid_to: dt.date | None = None
    statement: str = ""
    controller: Controller | None = None
    basis: Basis | None = None
    condition: Condition | None = None
    jurisdiction: tuple[str, ...] = ()
    dpia: str = ""
    policy: str = ""
    registration: str = ""
    evidence: tuple[Evidence, ...] = ()
    standing_case: StandingCase | None = None
    extends: str = ""
    kind: str = ""
    opt_out: str = ""
    originals: str = "keep"

    def last_day(self) -> tuple[dt.date, str] | None:
        """Return the last day on which anything may happen and the field that sets it; None = no end is fixed."""
        ends = [
            (self.valid_to, "valid_to"),
            (self.retention.until, "retention.until"),
            *((item.valid_to, f"evidence[{place}].valid_to") for place, item in enumerate(self.evidence, start=1)),
        ]
        known = [(day, field) for day, field in ends if day is not None]
        return min(known, default=None)

    def ends_at(self) -> dt.datetime | None:
        """Return the first UTC moment at which templates must be out of sight; None = no end is fixed."""
        last = self.last_day()
        return None if last is None else first_moment_after(last[0])

    def out_of_dates(self, at: dt.datetime) -> str:
        """Say why the charter is not in its dates at `at` (UTC); empty = it is."""
        ends_at, last = self.ends_at(), self.last_day()
        if at < dt.datetime.combine(self.valid_from, dt.time(), dt.UTC):
            return f"the charter begins on {self.valid_from}"
        if ends_at is not None and last is not None and at >= ends_at:
            return f"the charter ended after {last[0]} ({last[1]})"
        return ""


def first_moment_after(last_day: dt.date) -> dt.datetime:
    """Return the UTC midnight at which a day is over; the calendar's last day ends with the last moment that can be written."""
    if last_day == dt.date.max:
        return dt.datetime.max.replace(tzinfo=dt.UTC)
    return dt.datetime.combine(last_day + dt.timedelta(days=1), dt.time(), dt.UTC)


def standing_case(charter: Charter, rules: Rulebook) -> StandingCase | None:
    """Return the case that is opened together with the source, or None where each search needs a case of its own."""
    shared = rules.of(charter).profiles[charter.profile].shared_case
    return StandingCase(**shared, shared=True) if shared is not None else charter.standing_case


@dataclass(frozen=True, slots=True, kw_only=True)
class Usable:
    """A charter before a source is kept under it, and the pack that governs it."""

    charter: Charter
    policy: Policy
    at: dt.datetime

    @property
    def profile(self) -> Profile:
        """The charter's, in its pack."""
        return self.policy.profiles[self.charter.profile]


def profile_usable(asked: Usable) -> No | None:
    """Refuse a profile that the engine issues itself."""
    if asked.profile.use == "source":
        return None
    return No(asked.profile.refusal, "docs/law/README.md says what each profile is for")


def _not_over(asked: Usable) -> No | None:
    ends_at = asked.charter.ends_at()
    if ends_at is None or asked.at < ends_at:
        return None
    return No(asked.charter.out_of_dates(asked.at), "give the charter later dates, if its grant has them")


def dpia_signed(asked: Usable) -> No | None:
    """Refuse a source without the assessment that its profile asks for."""
    if asked.charter.dpia or "dpia" not in asked.profile.compulsory:
        return None
    return No("no impact assessment is on file (GDPR Art. 35(3)(b), LED Art. 27)", "write its reference into the charter: dpia")


def registered(asked: Usable) -> No | None:
    """Refuse a collection in a country that asks for a registration beforehand, without one."""
    charter = asked.charter
    there = sorted({*charter.jurisdiction, *([charter.controller.country] if charter.controller else [])})
    if charter.registration or not any(place in asked.policy.prior_registration for place in there):
        return None
    return No(
        f"{', '.join(there)}: a registration is asked for before templates are made", "write its number into the charter: registration"
    )


USABLE_GATES: tuple[Gate[Usable], ...] = (
    Gate(Rule.PROFILE_USABLE, profile_usable),
    Gate(Rule.CHARTER_IN_DATES, _not_over),
    Gate(Rule.DPIA_SIGNED, dpia_signed),
    Gate(Rule.PRIOR_REGISTRATION, registered),
)


def check_usable(charter: Charter, rules: Rulebook, *, at: dt.datetime) -> None:
    """Ask whether a source may be added, or a charter signed, now.

    Raises
    ------
    RefusedError
        `profile-usable`, `charter-in-dates`, `dpia-signed` or `prior-registration`.
    """
    pass_all(USABLE_GATES, Usable(charter=charter, policy=rules.of(charter), at=at))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    old: SourceState
    new: SourceState
    signed_by: PersonId | None
    person_needed: bool


def _in_order(step: _Step) -> No | None:
    if step.new in NEXT[step.old]:
        return None
    after = " or ".join(sorted(NEXT[step.old])) or "nothing"
    return No(f"a source that is {step.old} does not become {step.new}; after {step.old} comes {after}", "look at `visavis source list`")


def _signed(step: _Step) -> No | None:
    if step.new is not SourceState.LIVE or step.old is not SourceState.DRAFT or step.signed_by is not None or not step.person_needed:
        return None
    return No("nobody has signed its charter", "visavis source sign SOURCE --as PERSON")


CHARTER_GATES: tuple[Gate[_Step], ...] = (Gate(Rule.CHARTER_LIFE, _in_order), Gate(Rule.CHARTER_SIGNED, _signed))


def check_transition(old: str, new: str, *, signed_by: PersonId | None = None, person_needed: bool = True) -> None:
    """Ask whether a source may go from one state to another.

    Parameters
    ----------
    old, new : str
        `SourceState` values.
    signed_by : PersonId or None
        Who signed the charter in force.
    person_needed : bool
        Of the profile (`Profile.person_needed`): at home and in a trial nobody signs.

    Raises
    ------
    RefusedError
        `charter-life` or `charter-signed`.
    """
    pass_all(CHARTER_GATES, _Step(old=SourceState(old), new=SourceState(new), signed_by=signed_by, person_needed=person_needed))
