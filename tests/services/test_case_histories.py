"""Whatever people do, in whatever order: who asks never approves, no key counts twice, a stopped case is not searched."""

import datetime as dt
import tempfile
from contextlib import suppress
from pathlib import Path

from archive_forge import MadeArchive, make_empty
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from people_forge import MACHINE, House

from visavis.domain.actor import Role
from visavis.domain.errors import InputError, RefusedError
from visavis.domain.ids import CaseId
from visavis.services.cases import CloseCase
from visavis.services.people import SignedIn

ABLE = st.sampled_from(
    [
        (Role.INVESTIGATOR,),
        (Role.REVIEWER,),
        (Role.INVESTIGATOR, Role.REVIEWER),
        (Role.OWNER,),
        (Role.OFFICER,),
        (Role.CLERK,),
        (Role.AUDITOR,),
    ]
)
PEOPLE = st.integers(0, 3)
MOST_PEOPLE = 4


class Histories(RuleBasedStateMachine):
    """People, cases, approvals and a clock; the model is the list of what succeeded."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        base = Path(self.folder.name)
        self.made = MadeArchive(base, make_empty(base / "empty" / "archive"))
        self.house = House(self.made)
        self.people = [self.house.owner]
        self.sources = {profile: self.house.source(profile) for profile in ("archive", "tracing", "police")}
        self.cases: list[CaseId] = []
        self.stopped: set[CaseId] = set()

    def teardown(self) -> None:
        if hasattr(self, "made"):
            self.made.close()
            self.folder.cleanup()

    def _who(self, number: int) -> SignedIn:
        return self.people[number % len(self.people)]

    @rule(roles=ABLE, by=PEOPLE)
    def add_a_person(self, roles: tuple[Role, ...], by: int) -> None:
        if len(self.people) < MOST_PEOPLE:
            with suppress(RefusedError, InputError):
                self.people.append(self.house.person(f"P{len(self.people)}", *roles, by=self._who(by)))

    @rule(who=PEOPLE, profile=st.sampled_from(["archive", "tracing", "police"]), days=st.integers(0, 30), standing=st.booleans())
    def open_a_case(self, who: int, profile: str, days: int, standing: bool) -> None:
        until = self.made.clock.now().date() + dt.timedelta(days=days)
        with suppress(RefusedError):
            source = self.sources[profile]
            self.cases.append(self.house.open(self._who(who), source, open_until=until, standing=standing and profile == "archive"))

    @precondition(lambda self: self.cases)
    @rule(who=PEOPLE, case=st.integers(0, 5))
    def approve(self, who: int, case: int) -> None:
        with suppress(RefusedError, InputError):
            self.house.approve(self._who(who), self.cases[-1 - case % len(self.cases)])

    @precondition(lambda self: self.cases)
    @rule(who=PEOPLE, case=st.integers(0, 5), what=st.sampled_from(["freeze", "thaw", "close", "renew"]))
    def stop_or_go_on(self, who: int, case: int, what: str) -> None:
        wanted = self.cases[-1 - case % len(self.cases)]
        with suppress(RefusedError, InputError):
            getattr(self.house, what)(self._who(who), wanted)
            self.stopped = self.stopped - {wanted} if what == "thaw" else self.stopped | ({wanted} if what != "renew" else set())

    @rule(hours=st.sampled_from([1, 12, 24, 24 * 8, 24 * 200]))
    def let_time_pass(self, hours: int) -> None:
        self.house.pass_time(hours=hours)
        if hours > 24:
            self.stopped.update(case.id for case in CloseCase(self.made.records).close_ended(MACHINE))

    @invariant()
    def what_can_be_searched_was_asked_and_approved_as_it_must_be(self) -> None:
        if not hasattr(self, "made"):
            return
        at = self.made.clock.now()
        for case in self.made.records.cases.all():
            found = {who.actor.person_id: self.house.refusal(who, case.id) for who in self.people}
            if "" not in found.values():
                continue
            keys = [given.public_key for given in case.approvals]
            assert case.id not in self.stopped
            assert case.open_until is None or at.date() <= case.open_until
            assert len(set(keys)) == len(keys) >= case.approvals_needed == {"archive": 0, "tracing": 1, "police": 2}[case.profile]
            own = [given for given in case.approvals if given.person_id == case.opened_by]
            assert all(given.self_approved and given.at >= case.opened_at + dt.timedelta(hours=24) for given in own)
            assert not (own and case.profile == "police")
            able = {Role.OWNER, Role.INVESTIGATOR}
            assert all(who.actor.roles & able for who in self.people if found[who.actor.person_id] == "")


Histories.TestCase.settings = settings(max_examples=10, stateful_step_count=25)
test_no_history_of_people_and_cases_reaches_a_search_that_the_law_forbids = Histories.TestCase
