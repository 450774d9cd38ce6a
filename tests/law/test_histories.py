"""Random histories of sources, charters, cases, approvals and a clock: what a clearance lets through never breaks an invariant.

The numbers are those of the design's law notes: I2 live now, I3 purpose, I4 open case in limits, I5 no child outlives its parent,
I6 separation of duties, I12 sources join, I13 a freeze works at once, I19 past decisions keep their pack.
"""

import dataclasses
import datetime as dt

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from visavis.domain.actor import Actor, Role
from visavis.domain.errors import RefusedError
from visavis.domain.ids import CaseId, PersonId, SourceId
from visavis.law.approvals import check_approval
from visavis.law.cases import CaseDraft, check_draft
from visavis.law.charter import SourceState, check_transition
from visavis.law.clear import Grant, clear
from visavis.law.facts import Approval, Approver, CaseFacts, SourceFacts
from visavis.law.reading import charter_from
from visavis.law.rulebook import shipped
from visavis.law.search_gates import SearchRequest

START = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
PEOPLE = [PersonId(name) for name in "abcd"]
ROLES = {"a": Role.OWNER, "b": Role.OWNER, "c": Role.REVIEWER, "d": Role.OFFICER}
PURPOSES = ("catalogue", "research", "journalism", "criminal-investigation")
FLOOR = 0.4
ORGANISATION = {
    "title": "Portraits",
    "jurisdiction": ["FR"],
    "shows_children": "no",
    "dpia": "DPIA 2026-04",
    "valid_from": dt.date(2026, 1, 1),
    "controller": {"name": "Example", "country": "FR", "public_authority": True},
    "retention": {"rule": "charter", "action": "erase"},
    "evidence": [{"file": "deed.pdf", "sha256": "ab" * 32}],
}
KEYS = {
    "archive": ({"article": "6(1)(e)", "law": "Code du patrimoine"}, {"article": "9(2)(j)", "law": "Loi 78-17"}),
    "police": ({"article": "LED 8", "law": "CPP, art. 230-6"}, {"article": "LED 10", "law": "CPP, art. R. 40-26"}),
}
HELD = {"holder": "Example", "since": dt.date(2020, 1, 1)}


def charter_of(profile, purposes, last):
    """Return a whole charter that ends on a day."""
    basis, condition = KEYS[profile]
    document = {**ORGANISATION, "profile": profile, "purposes": purposes, "valid_to": last, "basis": {**basis, **HELD}}
    return charter_from({**document, "condition": condition}, shipped())


class Histories(RuleBasedStateMachine):
    """One archive's facts, changed only as the law lets them be changed."""

    def __init__(self) -> None:
        super().__init__()
        self.at = START
        self.rules = shipped()
        self.sources: dict[SourceId, SourceFacts] = {}
        self.cases: dict[CaseId, CaseFacts] = {}
        self.marks: list[tuple[str, str]] = []

    @initialize(last=st.lists(st.integers(5, 900), min_size=3, max_size=3))
    def begin(self, last):
        for number, (profile, purposes) in enumerate(
            [("archive", ["catalogue"]), ("archive", ["research", "journalism"]), ("police", ["criminal-investigation"])], start=1
        ):
            charter = charter_of(profile, purposes, START.date() + dt.timedelta(days=last[number - 1]))
            source_id = SourceId(str(number))
            self.sources[source_id] = SourceFacts(id=source_id, number=number, state="live", charter=charter)
        self._open(frozenset("12"), "research", "archive", kind="standing")
        self._open(frozenset("3"), "criminal-investigation", "police")
        for who in PEOPLE[1:3]:
            self._approve(CaseId("case-1"), who)

    @rule(days=st.sampled_from([0, 1, 30, 200]))
    def time_goes_on(self, days):
        self.at += dt.timedelta(days=days, minutes=1)

    @rule(which=st.sampled_from("123"), state=st.sampled_from([*SourceState, "live", "live"]), signed=st.booleans())
    def a_source_changes(self, which, state, signed):
        source = self.sources[SourceId(which)]
        try:
            check_transition(source.state, state, signed_by=PEOPLE[0] if signed else None)
        except RefusedError:
            return
        assert signed or source.state != "draft" or state != "live"
        self.sources[source.id] = dataclasses.replace(source, state=state)
        if state == "frozen":  # I13: nothing lies between the freeze and its effect
            for case in self.cases.values():
                assert source.number not in self._searched(case.id, PEOPLE[0])

    @rule(
        sources=st.frozensets(st.sampled_from("123"), min_size=1),
        purpose=st.sampled_from(PURPOSES),
        profile=st.sampled_from(["archive", "police"]),
        kind=st.sampled_from(["case", "standing"]),
        who=st.sampled_from(PEOPLE),
        most=st.none() | st.integers(1, 3),
    )
    def a_case_is_opened(self, sources, purpose, profile, kind, who, most):
        self._open(sources, purpose, profile, kind=kind, who=who, most=most)

    def _open(self, sources, purpose, profile, *, kind="case", who=PEOPLE[0], most=None):
        draft = CaseDraft(
            profile=profile,
            purpose=purpose,
            kind=kind,
            title="t",
            legal_reference="l",
            necessity="n",
            seeks="unknown person",
            sources=tuple(SourceId(one) for one in sorted(sources)),
            max_searches=most,
        )
        try:
            terms = check_draft(draft, list(self.sources.values()), self.rules, at=self.at)
        except RefusedError:
            return
        assert all(self.sources[one].charter.profile == profile for one in draft.sources)
        case_id = CaseId(f"case-{len(self.cases)}")
        self.cases[case_id] = CaseFacts(
            id=case_id,
            purpose=purpose,
            sources=frozenset(draft.sources),
            kind=kind,
            profile=profile,
            opened_at=self.at,
            opened_by=who,
            open_until=terms.open_until,
            max_searches=terms.max_searches,
            max_candidates=terms.max_candidates,
        )

    @precondition(lambda self: self.cases)
    @rule(data=st.data(), who=st.sampled_from(PEOPLE), key=st.sampled_from(["own", "shared"]), young=st.booleans())
    def a_case_is_approved(self, data, who, key, young):
        self._approve(data.draw(st.sampled_from(sorted(self.cases))), who, key=key, young=young)

    def _approve(self, case_id, who, *, key="own", young=False):
        case = self.cases[case_id]
        approver = Approver(
            person_id=who,
            role=ROLES[who],
            public_key=(who if key == "own" else "one key").encode(),
            created_at=self.at if young else START - dt.timedelta(days=9),
            created_by=PEOPLE[0] if who != PEOPLE[0] else None,
        )
        policy = self.rules.governing(case.profile)
        try:
            own = check_approval(case, approver, people=len(PEOPLE), at=self.at, policy=policy)
        except RefusedError:
            return
        assert not own  # I6: four people, so nobody approves what they asked
        assert who != case.opened_by
        given = Approval(approver=approver, at=self.at, self_approved=own)
        self.cases[case.id] = dataclasses.replace(case, approvals=(*case.approvals, given))

    @precondition(lambda self: self.cases)
    @rule(data=st.data(), act=st.sampled_from(["close", "freeze", "renew"]))
    def a_case_is_closed_frozen_or_renewed(self, data, act):
        case = self.cases[data.draw(st.sampled_from(sorted(self.cases)))]
        field = {"close": "closed_at", "freeze": "frozen_at", "renew": "renewed_at"}[act]
        self.cases[case.id] = dataclasses.replace(case, **{field: self.at})

    @precondition(lambda self: self.cases)
    @rule(
        data=st.data(),
        who=st.sampled_from([*PEOPLE, None]),
        faces=st.sampled_from([1, 1, 2]),
        threshold=st.sampled_from([None, 0.4, 0.5, 0.39]),
        reason=st.sampled_from(["Box 12", ""]),
    )
    def a_search_is_asked_for(self, data, who, faces, threshold, reason):
        case_id = data.draw(st.sampled_from(sorted(self.cases)))
        self._searched(case_id, who, probe_faces=faces, threshold=threshold, reason=reason)

    @rule(case_id=st.sampled_from(["case-0", "case-1"]))
    def the_desk_goes_on_working(self, case_id):
        self._searched(CaseId(case_id), PEOPLE[0])

    @rule(version=st.integers(1, 10**6))
    def a_local_pack_joins(self, version):
        self.rules = self.rules.joined_by(f'name = "house"\nversion = "{version}"\nextends = "eu 2026-11-22"\n'.encode())

    @invariant()
    def past_decisions_keep_their_pack(self):
        for mark, name in self.marks:  # I19
            assert self.rules.marked(mark).name == name

    def _searched(self, case_id, who, **asked):
        """Ask for a search; check the grant against every invariant, count it, and return the numbers of its sources."""
        case = self.cases[case_id]
        actor = Actor(name="x", person_id=who, role=ROLES[who] if who else Role.OWNER)
        request = SearchRequest(**{"actor": actor, "floor": FLOOR, "reason": "Box 12", **asked})
        try:
            grant = clear(request, list(self.sources.values()), case, self.rules, at=self.at)
        except RefusedError:
            return frozenset()
        self._check(grant, request, case)
        self.cases[case_id] = dataclasses.replace(case, searches_made=case.searches_made + 1)
        self.marks += [(mark, mark.split()[0]) for mark in grant.clearance.policy.split(" + ")]
        return grant.clearance.sources

    def _check(self, grant: Grant, request: SearchRequest, case: CaseFacts) -> None:
        clearance = grant.clearance
        searched = [source for source in self.sources.values() if source.number in clearance.sources]
        profile = self.rules.governing(case.profile).profiles[case.profile]
        for source in searched:
            assert source.state == "live"  # I2
            assert source.charter.valid_from <= self.at.date() <= source.charter.valid_to
            assert source.id in case.sources  # I12
            assert source.charter.profile == case.profile
            allowed = {*source.charter.purposes, *(["research"] if {"catalogue", "journalism"} & set(source.charter.purposes) else [])}
            assert case.purpose in allowed  # I3
            assert clearance.not_after <= source.charter.ends_at()  # I5
        assert case.closed_at is None  # I4
        assert case.frozen_at is None
        assert case.open_until is None or self.at.date() <= case.open_until
        assert case.max_searches is None or case.searches_made < case.max_searches
        if case.kind == "standing":
            assert (self.at - (case.renewed_at or case.opened_at)).days <= 366
            assert request.reason
        assert len({given.approver.public_key for given in case.approvals}) >= profile.approvals  # I6
        assert case.opened_by not in {given.approver.person_id for given in case.approvals}
        assert request.actor.role is not Role.OFFICER
        assert request.actor.person_id is not None
        assert case.profile != "police" or (case.kind == "case" and request.probe_faces == 1)
        assert clearance.least_similarity == FLOOR
        assert request.threshold is None or request.threshold >= FLOOR
        assert self.at < clearance.not_after <= self.at + dt.timedelta(hours=1)


Histories.TestCase.settings = settings(max_examples=120, stateful_step_count=40)
TestHistories = Histories.TestCase
