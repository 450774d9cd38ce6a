"""Whatever people do, in whatever order: who asks never approves, no key counts twice, a stopped case is not searched."""

import datetime as dt
import tempfile
from pathlib import Path

from archive_forge import DIM, PACK, MadeArchive, SetClock, doors
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from people_forge import MACHINE, House

from visavis.domain.actor import Role
from visavis.domain.errors import InputError, RefusedError
from visavis.domain.ids import CaseId
from visavis.records.archive import create
from visavis.records.folder import ArchiveFolder
from visavis.services.cases import CloseCase
from visavis.services.people import RevokePerson

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
MOST_PEOPLE = 4


class Histories(RuleBasedStateMachine):
    """People, cases, approvals and a clock; the model is the list of what succeeded."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        empty = Path(self.folder.name) / "empty"
        create(ArchiveFolder(empty), doors(SetClock()), pack_id=PACK, dim=DIM, actor=MACHINE)
        self.made = MadeArchive(Path(self.folder.name), empty)
        self.house = House(self.made)
        self.people = [self.house.owner]
        self.sources = {profile: self.house.source(profile) for profile in ("archive", "tracing", "police")}
        self.cases: list[CaseId] = []
        self.frozen: set[CaseId] = set()
        self.closed: set[CaseId] = set()

    def teardown(self) -> None:
        if hasattr(self, "made"):
            self.made.close()
            self.folder.cleanup()

    def _try(self, act, *arguments: object, **options: object) -> object:
        try:
            return act(*arguments, **options)
        except (RefusedError, InputError):
            return None

    def _who(self, number: int):
        return self.people[number % len(self.people)]

    def _case(self, number: int) -> CaseId | None:
        return self.cases[number % len(self.cases)] if self.cases else None

    @rule(roles=ABLE, by=st.integers(0, 9))
    def add(self, roles: tuple[Role, ...], by: int) -> None:
        if len(self.people) < MOST_PEOPLE and (new := self._try(self.house.person, f"P{len(self.people)}", *roles, by=self._who(by))):
            self.people.append(new)

    @rule(who=st.integers(0, 9), by=st.integers(0, 9))
    def revoke(self, who: int, by: int) -> None:
        self._try(RevokePerson(self.made.records).run, self._who(by).actor, self._who(who).actor.person_id)

    @rule(who=st.integers(0, 9), profile=st.sampled_from(["archive", "tracing", "police"]), days=st.integers(0, 30), standing=st.booleans())
    def open(self, who: int, profile: str, days: int, standing: bool) -> None:
        until = self.made.clock.now().date() + dt.timedelta(days=days)
        case = self._try(self.house.open, self._who(who), self.sources[profile], open_until=until, standing=standing)
        if case is not None:
            self.cases.append(case)

    @rule(who=st.integers(0, 9), case=st.integers(0, 9))
    def approve(self, who: int, case: int) -> None:
        if wanted := self._case(case):
            self._try(self.house.approve, self._who(who), wanted)

    @rule(who=st.integers(0, 9), case=st.integers(0, 9))
    def renew(self, who: int, case: int) -> None:
        if wanted := self._case(case):
            self._try(self.house.renew, self._who(who), wanted)

    @rule(who=st.integers(0, 9), case=st.integers(0, 9))
    def freeze(self, who: int, case: int) -> None:
        if (wanted := self._case(case)) and self._done(self.house.freeze, who, wanted):
            self.frozen.add(wanted)

    @rule(who=st.integers(0, 9), case=st.integers(0, 9))
    def thaw(self, who: int, case: int) -> None:
        if (wanted := self._case(case)) and self._done(self.house.thaw, who, wanted):
            self.frozen.discard(wanted)

    @rule(who=st.integers(0, 9), case=st.integers(0, 9))
    def close(self, who: int, case: int) -> None:
        if (wanted := self._case(case)) and self._done(self.house.close, who, wanted):
            self.closed.add(wanted)

    @rule()
    def sweep(self) -> None:
        self.closed.update(case.id for case in CloseCase(self.made.records).close_ended(MACHINE))

    @rule(hours=st.sampled_from([1, 12, 24, 24 * 8, 24 * 200]))
    def pass_time(self, hours: int) -> None:
        self.house.pass_time(hours=hours)

    def _done(self, act, who: int, case: CaseId) -> bool:
        try:
            act(self._who(who), case)
        except (RefusedError, InputError):
            return False
        return True

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
            assert case.id not in self.frozen | self.closed
            assert case.open_until is None or at.date() <= case.open_until
            assert len(set(keys)) == len(keys) >= case.approvals_needed == {"archive": 0, "tracing": 1, "police": 2}[case.profile]
            own = [given for given in case.approvals if given.person_id == case.opened_by]
            assert all(given.self_approved and given.at >= case.opened_at + dt.timedelta(hours=24) for given in own)
            assert not (own and case.profile == "police")
            able = {Role.OWNER, Role.INVESTIGATOR}
            assert all(who.actor.roles & able for who in self.people if found[who.actor.person_id] == "")


Histories.TestCase.settings = settings(max_examples=12, stateful_step_count=25)
test_no_history_of_people_and_cases_reaches_a_search_that_the_law_forbids = Histories.TestCase
