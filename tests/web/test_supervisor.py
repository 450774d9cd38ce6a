"""What starts jobs, with processes that the test ends and a clock that it moves."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from visavis.domain.errors import SetupError
from visavis.domain.jobs import JobState
from visavis.web.supervisor import AGAIN_S, Supervisor
from visavis.wiring.job_process import Ended


@dataclass
class Jobs:
    """The desk of jobs, as far as it is asked."""

    waiting: list[str] = field(default_factory=list)
    states: dict[str, JobState] = field(default_factory=dict)
    read: int = 0
    given_up: dict[str, str] = field(default_factory=dict)

    def next(self) -> str | None:
        return self.waiting[0] if self.waiting else None

    def one(self, job: str) -> SimpleNamespace:
        return SimpleNamespace(id=job, state=self.states[job])

    def read_so_far(self, job: str) -> int:
        return self.read

    def give_up(self, job: str, why: str) -> None:
        self.given_up[job] = why
        self.waiting.remove(job)

    def ends(self, job: str, state: JobState) -> None:
        self.states[job] = state
        if state not in (JobState.WAITING, JobState.RUNNING):
            self.waiting.remove(job)


class Process:
    def __init__(self, ends_when_asked: bool = True) -> None:
        self.ended: Ended | None = None
        self.asked = self.killed = False
        self._willing = ends_when_asked

    def poll(self) -> Ended | None:
        return self.ended

    def stop(self) -> None:
        self.asked = True

    def wait(self, seconds: float) -> Ended | None:
        return Ended(code=130) if self._willing else None

    def kill(self) -> None:
        self.killed = True


class House:
    """Archive, processes and clock of one supervisor."""

    def __init__(self) -> None:
        self.jobs = Jobs()
        self.started: list[tuple[str, Process]] = []
        self.now = 1000.0
        self.willing = True
        self.trouble: Exception | None = None
        self.supervisor = Supervisor(self, self, seconds=lambda: self.now)

    def hand_in(self, what: Callable) -> Future:
        asked: Future = Future()
        if self.trouble is not None:
            asked.set_exception(self.trouble)
        else:
            asked.set_result(what(SimpleNamespace(jobs=self.jobs)))
        return asked

    def start(self, job: str) -> Process:
        self.jobs.states[job] = JobState.RUNNING
        self.started.append((job, Process(self.willing)))
        return self.started[-1][1]

    @property
    def begun(self) -> list[str]:
        return [job for job, _ in self.started]

    def end(self, state: JobState, **how: object) -> None:
        job, process = self.started[-1]
        self.jobs.ends(job, state)
        process.ended = Ended(**{"code": 0, **how})


@pytest.fixture
def house() -> House:
    return House()


def test_one_job_at_a_time_and_the_next_when_it_has_ended(house):
    house.jobs.waiting = ["a", "b"]
    for _ in range(3):
        house.supervisor.look()
    assert house.begun == ["a"]
    house.end(JobState.DONE)
    house.supervisor.look()
    assert house.begun == ["a", "b"]


def test_nothing_begins_where_nothing_waits(house):
    house.supervisor.look()
    assert house.begun == []


def test_a_job_that_another_process_keeps_from_writing_is_tried_again_later(house):
    house.jobs.waiting = ["a"]
    house.supervisor.look()
    house.end(JobState.WAITING, busy=True)
    house.supervisor.look()
    assert house.begun == ["a"]
    house.now += AGAIN_S + 1
    house.supervisor.look()
    assert house.begun == ["a", "a"]


def test_a_job_whose_process_breaks_down_gets_another_chance_as_long_as_it_gets_on(house):
    house.jobs.waiting = ["a"]
    for read in (10, 20, 30):
        house.jobs.read = read
        house.supervisor.look()
        house.end(JobState.RUNNING, code=-9)
        house.supervisor.look()
        house.now += AGAIN_S + 1
    assert house.jobs.given_up == {}
    house.supervisor.look()
    house.end(JobState.RUNNING, code=-9)
    house.supervisor.look()
    assert "signal 9, 2 times in a row" in house.jobs.given_up["a"]


def test_a_process_that_could_not_begin_says_why_and_the_next_job_has_its_turn(house):
    house.jobs.waiting = ["a", "b"]
    house.supervisor.look()
    house.end(JobState.WAITING, code=3, trouble="there is no key file")
    house.supervisor.look()
    assert house.jobs.given_up == {"a": "there is no key file"}
    assert house.begun == ["a", "b"]


def test_a_job_that_was_paused_before_its_process_began_is_left_alone(house):
    house.jobs.waiting = ["a"]
    house.supervisor.look()
    house.end(JobState.PAUSED, code=0, trouble="job a is paused")
    house.supervisor.look()
    assert house.jobs.given_up == {}


def test_it_ends_the_process_and_kills_one_that_does_not_listen(house):
    house.jobs.waiting = ["a"]
    house.supervisor.look()
    house.supervisor.stop()
    assert (house.started[0][1].asked, house.started[0][1].killed) == (True, False)
    deaf = House()
    deaf.jobs.waiting, deaf.willing = ["a"], False
    deaf.supervisor.look()
    deaf.supervisor.stop()
    assert deaf.started[0][1].killed


def test_it_outlives_an_archive_that_can_not_answer(house, monkeypatch):
    monkeypatch.setattr("visavis.web.supervisor.EVERY_S", 0.001)
    monkeypatch.setattr("visavis.web.supervisor.AGAIN_S", 0.0)
    house.jobs.waiting = ["a"]
    house.trouble = SetupError("no room")
    asked = []

    def hand_in(what: Callable) -> Future:
        asked.append(what)
        if len(asked) == 3:
            house.trouble = None
        return House.hand_in(house, what)

    monkeypatch.setattr(house, "hand_in", hand_in)
    house.supervisor.start()
    while not house.started:
        house.supervisor._thread.join(0.01)
        assert house.supervisor._thread.is_alive()
    house.supervisor.stop()
    assert len(asked) == 3
