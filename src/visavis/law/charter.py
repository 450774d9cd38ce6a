"""A charter: the legal file of a source, as a frozen value. `visavis.law.reading` makes one from TOML, `visavis.law.writing` writes it."""

import datetime as dt
from dataclasses import dataclass

from visavis.domain.errors import RefusedError
from visavis.law.policy import Policy
from visavis.law.rules import Rule


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
    extends : str
        SHA-256 of the charter it was completed from, as `sha256:…`; empty = none.
    policy : str
        Name of the policy pack that it asks for; empty = the one of its profile and country.
    kind : str
        How the pictures came into the house.
    opt_out : str
        Where people ask to be left out.
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
    evidence: tuple[Evidence, ...] = ()
    standing_case: StandingCase | None = None
    extends: str = ""
    policy: str = ""
    kind: str = ""
    opt_out: str = ""

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


def standing_case(charter: Charter, policy: Policy) -> StandingCase | None:
    """Return the case that is opened together with the source, or None where each search needs a case of its own."""
    shared = policy.profiles[charter.profile].standing_case
    return StandingCase(**shared, shared=True) if shared is not None else charter.standing_case


def check_usable(charter: Charter, policy: Policy, *, at: dt.datetime) -> None:
    """Ask whether a source may be added under this charter now.

    Raises
    ------
    RefusedError
        `profile-usable`: this version can't keep what the profile promises. `charter-in-dates`: the charter has ended.
    """
    profile = policy.profiles[charter.profile]
    if profile.use != "source":
        raise RefusedError(profile.refusal, rule=Rule.PROFILE_USABLE, remedy="docs/law/README.md says which profiles work now")
    ends_at = charter.ends_at()
    if ends_at is not None and at >= ends_at:
        raise RefusedError(
            charter.out_of_dates(at), rule=Rule.CHARTER_IN_DATES, remedy="give the charter later dates, if its grant has them"
        )
