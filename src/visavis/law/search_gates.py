"""What is asked of each source of a search, and of the search as a whole, before the index is touched."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from visavis.domain.actor import Actor
from visavis.domain.errors import RefusedError
from visavis.domain.ids import SourceId
from visavis.law.charter import SourceState, Usable, dpia_signed, first_moment_after, profile_usable, registered
from visavis.law.clocks import add_months
from visavis.law.facts import CaseFacts, SourceFacts
from visavis.law.gates import Gate, No
from visavis.law.policy import Policy, Profile
from visavis.law.programs import ProgramFacts, by_people, case_of_key, rate_of_key, source_of_key, valid_key
from visavis.law.roles import Act, check_role
from visavis.law.rules import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """What is asked for. It has no purpose: that is the case's.

    Attributes
    ----------
    floor : float
        Cosine of the model pack at `Rulebook.floor_fpir`: nothing less similar is ever given.
    threshold : float or None
        Least similarity asked for; None = the model pack's usual one.
    sources : frozenset of SourceId or None
        Narrow the search to these; None = all that may be searched.
    candidates : int or None
        Most candidates wanted; None = the profile's default.
    all_candidates : bool
        Want them all.
    probe_faces : int
        Faces to search with.
    reason : str
        Why this search, in one line.
    names_case : bool
        False: no case was named, so that the archive's shared one is taken.
    program : ProgramFacts or None
        The program that searches; None = a person does.
    """

    actor: Actor
    floor: float
    threshold: float | None = None
    sources: frozenset[SourceId] | None = None
    candidates: int | None = None
    all_candidates: bool = False
    probe_faces: int = 1
    reason: str = ""
    names_case: bool = True
    program: ProgramFacts | None = None


# ---- one source ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceAsked:
    """One source that a search may reach, under the pack that governs it."""

    source: SourceFacts
    case: CaseFacts | None
    policy: Policy
    at: dt.datetime
    names_case: bool = True
    program: ProgramFacts | None = None

    @property
    def profile(self) -> Profile:
        """The source's, in its pack."""
        return self.policy.profiles[self.source.charter.profile]

    @property
    def usable(self) -> Usable:
        """What the gates of a charter ask."""
        return Usable(charter=self.source.charter, policy=self.policy, at=self.at)


def source_live(asked: SourceAsked) -> No | None:
    """Refuse a source in any other state."""
    state = asked.source.state
    if state == SourceState.LIVE:
        return None
    return No(f"it is {state}", f"visavis source sign {asked.source.id} --as PERSON" if state == SourceState.DRAFT else "")


def _in_dates(asked: SourceAsked) -> No | None:
    why = asked.source.charter.out_of_dates(asked.at)
    return No(why) if why else None


def _case_needed(asked: SourceAsked) -> No | None:
    if asked.case is not None and (asked.names_case or asked.source.id in asked.case.sources):
        return None
    return _of_another_case(asked, "it is searched under a case only")


def _in_case(asked: SourceAsked) -> No | None:
    if asked.case is None or asked.source.id in asked.case.sources:
        return None
    return _of_another_case(asked, "this search's case does not name it")


def _of_another_case(asked: SourceAsked, why: str) -> No:
    if asked.source.standing_case is not None:
        person = " --as PERSON" if asked.profile.person_needed else ""
        reason = ' --reason "…"' if asked.profile.reason_needed else ""
        return No(why, f"add --case {asked.source.standing_case}{person}{reason}")
    profile = asked.profile.name
    return No(f"{why}, and it has no standing case", f"visavis case open --profile {profile} --source {asked.source.id} --purpose …")


def same_profile(asked: SourceAsked) -> No | None:
    """Refuse a source of another kind than the case's."""
    profile = asked.source.charter.profile
    if asked.case is None or asked.case.profile in ("", profile):
        return None
    return No(f"it is of profile {profile}, the case of {asked.case.profile}", f"visavis case open --profile {profile} …")


def purpose_allowed(asked: SourceAsked) -> No | None:
    """Refuse a purpose that neither the charter nor the closed table of compatible ones allows (GDPR Arts 5(1)(b), 6(4))."""
    if asked.case is None:
        return None
    allowed = purposes_of(asked)
    if asked.case.purpose in allowed:
        return None
    return No(f"the case is for {asked.case.purpose}, its charter allows {', '.join(allowed)}", "add --case ID of a case for one of these")


def purposes_of(asked: SourceAsked) -> tuple[str, ...]:
    """Return what a source may be searched for: its charter's purposes, and what the pack's table joins to them."""
    charter, policy = asked.source.charter, asked.policy
    keys = [key.article for key in (charter.basis, charter.condition) if key is not None]
    if any(policy.articles[article].no_other_purpose for article in keys if article in policy.articles):
        return charter.purposes
    more = (other for purpose in charter.purposes for other in policy.compatible.get(purpose, ()) if other in asked.profile.purposes)
    return tuple(dict.fromkeys((*charter.purposes, *more)))


def _measured(asked: SourceAsked) -> No | None:
    if asked.source.measured or not asked.profile.measured:
        return None
    return No(
        "nobody has measured how often strangers score high in its own pictures",
        f"visavis calibrate --source {asked.source.id} --as PERSON",
    )


SOURCE_GATES: tuple[Gate[SourceAsked], ...] = (
    Gate(Rule.PROFILE_USABLE, lambda asked: profile_usable(asked.usable)),
    Gate(Rule.SOURCE_LIVE, source_live),
    Gate(Rule.CHARTER_IN_DATES, _in_dates),
    Gate(Rule.DPIA_SIGNED, lambda asked: dpia_signed(asked.usable)),
    Gate(Rule.PRIOR_REGISTRATION, lambda asked: registered(asked.usable)),
    Gate(Rule.CASE_NEEDED, _case_needed),
    Gate(Rule.SOURCE_IN_CASE, _in_case),
    Gate(Rule.PROFILE_OF_CASE, same_profile),
    Gate(Rule.PURPOSE_ALLOWED, purpose_allowed),
    Gate(Rule.GALLERY_MEASURED, _measured),
    Gate(Rule.KEY_BOUNDS, lambda asked: source_of_key(asked.program, asked.source.id)),
)
"""Each source that one of them refuses is left out of the search; if none is left, the search is refused."""


# ---- the search ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchAsked:
    """A search under a case over the sources that are left; where they differ, the strictest profile counts."""

    request: SearchRequest
    case: CaseFacts
    profiles: Sequence[Profile]
    at: dt.datetime

    def least(self, *limits: int | None) -> int | None:
        """Return the lowest limit, or None."""
        return min((limit for limit in limits if limit is not None), default=None)

    @property
    def most_candidates(self) -> int | None:
        """Nobody may ask for more."""
        return self.least(self.case.max_candidates, *(profile.most_candidates for profile in self.profiles))

    def ends(self) -> Iterator[dt.datetime]:
        """Yield the moments at which the case ends: its last day, and a standing one's year."""
        if self.case.open_until is not None:
            yield first_moment_after(self.case.open_until)
        if self.case.kind == "standing":
            months = [profile.standing_months for profile in self.profiles]
            begun = self.case.renewed_at or self.case.opened_at
            if begun is not None and all(months):
                yield first_moment_after(add_months(begun.date(), min(months)))


def _person(asked: SearchAsked) -> No | None:
    if asked.request.program is not None:
        return by_people(asked.request.program, [profile.approvals for profile in asked.profiles])
    if asked.request.actor.person_id is not None or not any(profile.person_needed for profile in asked.profiles):
        return None
    return No("a search in these sources needs a person who signed in", "search again with --as PERSON")


def _role(asked: SearchAsked) -> No | None:
    try:
        check_role(asked.request.actor, Act.SEARCH)
    except RefusedError as error:
        return No(str(error), error.remedy)
    return None


def _open(asked: SearchAsked) -> No | None:
    case, at = asked.case, asked.at
    if case.closed_at is not None and at >= case.closed_at:
        when = f"was closed on {case.closed_at:%Y-%m-%d}"
    elif case.open_until is not None and at >= first_moment_after(case.open_until):
        when = f"ended after {case.open_until}"
    elif case.frozen_at is not None and at >= case.frozen_at:
        when = f"was frozen on {case.frozen_at:%Y-%m-%d}"
    else:
        return None
    return No(
        f"case {case.id} {when}: nothing can be searched under it", "name an open case with --case ID; `visavis case list` shows them"
    )


def _kind(asked: SearchAsked) -> No | None:
    for profile in asked.profiles:
        allowed = {"case": True, "standing": profile.standing_months > 0, "shared": profile.shared_case is not None}
        if not allowed.get(asked.case.kind, False):
            return No(
                f"profile {profile.name} is not searched under a {asked.case.kind} case", f"visavis case open --profile {profile.name} …"
            )
    return None


def _approved(asked: SearchAsked) -> No | None:
    needed = max(profile.approvals for profile in asked.profiles)
    counted = {
        given.approver.public_key
        for given in asked.case.approvals
        if given.at <= asked.at and (given.self_approved or given.approver.person_id != asked.case.opened_by)
    }
    if len(counted) >= needed:
        return None
    return No(f"the case has {len(counted)} of {needed} approvals", f"visavis case approve {asked.case.id} --as ANOTHER")


def _renewed(asked: SearchAsked) -> No | None:
    if asked.case.kind != "standing":
        return None
    begun = asked.case.renewed_at or asked.case.opened_at
    months = min(profile.standing_months for profile in asked.profiles)
    if begun is not None and asked.at < first_moment_after(add_months(begun.date(), months)):
        return None
    return No(f"a standing case is renewed every {months} months, and this one was not", f"visavis case renew {asked.case.id} --as PERSON")


def _searches(asked: SearchAsked) -> No | None:
    most = asked.least(asked.case.max_searches, *(profile.most_searches for profile in asked.profiles))
    if most is None or asked.case.searches_made < most:
        return None
    return No(f"the case's {most} searches are used up", "visavis case open … for what is still to be searched")


def _candidates(asked: SearchAsked) -> No | None:
    most = asked.most_candidates
    if most is None or not (asked.request.all_candidates or (asked.request.candidates or 0) > most):
        return None
    return No(f"at most {most} candidates may be asked for here", f"search again with --top {most}")


def _one_face(asked: SearchAsked) -> No | None:
    if asked.request.probe_faces == 1 or not any(profile.one_face for profile in asked.profiles):
        return None
    return No(f"one chosen face a search, not {asked.request.probe_faces}", "search again with one photograph and --face N")


def _probes(asked: SearchAsked) -> No | None:
    most = asked.least(*(profile.most_probes for profile in asked.profiles))
    if most is None or asked.request.probe_faces <= most:
        return None
    return No(f"at most {most} faces in one search, not {asked.request.probe_faces}", "choose some with --face")


def _reason(asked: SearchAsked) -> No | None:
    if asked.case.kind != "standing" or asked.request.reason.strip() or not any(profile.reason_needed for profile in asked.profiles):
        return None
    return No("under a standing case each search says why it is made", 'search again with --reason "…"')


def _floor(asked: SearchAsked) -> No | None:
    threshold, floor = asked.request.threshold, asked.request.floor
    if threshold is None or threshold >= floor:
        return None
    return No(
        f"a threshold of {threshold:g} lies below the floor of {floor:.3f}, under which no similarity is given",
        f"search again with --threshold {floor:.3f} or more, or without it",
    )


SEARCH_GATES: tuple[Gate[SearchAsked], ...] = (
    Gate(Rule.PERSON_NEEDED, _person),
    Gate(Rule.ROLE_ALLOWED, _role),
    Gate(Rule.KEY_VALID, lambda asked: valid_key(asked.request.program, asked.at)),
    Gate(Rule.KEY_BOUNDS, lambda asked: case_of_key(asked.request.program, asked.case.id, asked.at)),
    Gate(Rule.KEY_RATE, lambda asked: rate_of_key(asked.request.program)),
    Gate(Rule.CASE_OPEN, _open),
    Gate(Rule.CASE_KIND, _kind),
    Gate(Rule.CASE_APPROVED, _approved),
    Gate(Rule.CASE_RENEWED, _renewed),
    Gate(Rule.SEARCHES_LEFT, _searches),
    Gate(Rule.CANDIDATES_CAPPED, _candidates),
    Gate(Rule.ONE_FACE, _one_face),
    Gate(Rule.PROBES_CAPPED, _probes),
    Gate(Rule.REASON_GIVEN, _reason),
    Gate(Rule.SIMILARITY_FLOOR, _floor),
)
"""The first that says no refuses the search."""
