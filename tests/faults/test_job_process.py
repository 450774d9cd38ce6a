"""Jobs in processes of their own, killed from outside and gone on with by the next desk."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import rig

from visavis.domain.jobs import JobOptions, JobState
from visavis.web.supervisor import Supervisor
from visavis.web.thread import ArchiveThread
from visavis.wiring.archive import open_archive
from visavis.wiring.job_process import Ended, JobProcesses
from visavis.wiring.jobs import Wish
from visavis.wiring.tools import create_archive

CHILD = (sys.executable, str(Path(__file__).parent / "job_child.py"))
FILES = 100
IN_THIS_PROCESS = JobOptions(workers=0)


class Desk:
    """What of the desk starts jobs, stepped by hand; its clock has each wait behind it."""

    def __init__(self, folder: Path, command: tuple[str, ...] = CHILD) -> None:
        self.thread = ArchiveThread(lambda: rig.QuickArchive(folder))
        self.supervisor = Supervisor(self.thread, JobProcesses(folder, lambda: None, command=command), seconds=self._seconds)
        self._now = 0.0
        self.closed = False

    def _seconds(self) -> float:
        self._now += 60.0
        return self._now

    def ask(self, what: Callable) -> object:
        return self.thread.hand_in(what).result()

    @property
    def process(self):
        return self.supervisor._running[1]

    def step_until(self, reached: Callable[[], bool]) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            self.supervisor.look()
            if reached():
                return
            time.sleep(0.02)
        pytest.fail("it did not come to that")

    def state(self, job: str) -> JobState:
        return self.ask(lambda archive: archive.jobs.one(job)).state

    def read(self, job: str) -> int:
        return self.ask(lambda archive: archive.jobs.read_so_far(job))

    def close(self) -> None:
        if not self.closed:
            self.supervisor.stop()
            self.thread.close()
        self.closed = True


@pytest.fixture
def desks() -> Iterator[Callable[..., Desk]]:
    opened: list[Desk] = []

    def open_desk(folder: Path, **more: object) -> Desk:
        opened.append(Desk(folder, **more))
        return opened[-1]

    yield open_desk
    for desk in opened:
        desk.close()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return rig.make_archive(tmp_path / "archive", rig.fill(tmp_path / "pictures", FILES))


def ask_for(folder: Path) -> str:
    with rig.QuickArchive(folder) as opened:
        return opened.jobs.start(options=IN_THIS_PROCESS)[0].id


def test_a_job_killed_in_the_middle_is_gone_on_with_by_the_next_desk_as_if_nothing_had_been(tmp_path, archive, desks):
    job = ask_for(archive)
    first = desks(archive)
    first.step_until(lambda: first.read(job) >= 20)
    first.process.kill()
    assert first.state(job) is JobState.RUNNING
    first.close()
    rig.assert_sound(archive)
    second = desks(archive)
    second.step_until(lambda: second.state(job) is JobState.DONE)
    found = second.ask(lambda archive: archive.jobs.one(job))
    assert (found.read, sum(found.outcomes.values())) == (FILES, FILES)
    second.close()
    undisturbed = rig.make_archive(tmp_path / "undisturbed", tmp_path / "pictures")
    with rig.QuickArchive(undisturbed) as opened:
        opened.ingest(workers=0)
    rig.assert_sound(archive)
    rig.assert_equal(rig.contents(archive), rig.contents(undisturbed))


def test_searching_goes_on_while_a_job_runs_and_sees_what_it_has_read(archive, desks):
    job = ask_for(archive)
    desk = desks(archive)
    desk.step_until(lambda: desk.read(job) >= 20)
    seen = []
    while desk.state(job) is JobState.RUNNING and len(seen) < 5:
        seen.append(desk.ask(lambda archive: archive.search(face_id=rig.face_ids(archive)[0], top=5)).gallery_size)
    assert seen
    assert seen == sorted(seen)
    assert 0 < seen[0] < FILES
    assert desk.ask(lambda archive: archive.jobs.progress(archive.jobs.one(job))).read < FILES
    desk.ask(lambda archive: archive.jobs.steer(job, Wish.STOP))
    desk.step_until(lambda: desk.state(job) is JobState.STOPPED)


def test_a_job_makes_way_for_whoever_has_to_write_and_goes_on_afterwards(archive, desks):
    job = ask_for(archive)
    desk = desks(archive)
    desk.step_until(lambda: desk.read(job) >= 20)
    assert desk.ask(lambda archive: archive.retention.expire()).due == ()
    assert desk.state(job) is JobState.WAITING
    assert 20 <= desk.read(job) < FILES
    desk.step_until(lambda: desk.state(job) is JobState.DONE)
    assert desk.read(job) == FILES
    rig.assert_sound(archive)


def test_a_job_waits_when_the_desk_ends_and_its_process_is_gone(archive, desks):
    job = ask_for(archive)
    desk = desks(archive)
    desk.step_until(lambda: desk.read(job) >= 8)
    process = desk.process
    began = time.monotonic()
    process._process.terminate()  # as a system that shuts down tells all of them, and the desk's pipe closes beside
    desk.supervisor.stop()
    assert time.monotonic() - began < 10
    assert process.poll().code == 130
    assert desk.state(job) is JobState.WAITING
    rig.assert_sound(archive)


def test_a_job_whose_process_breaks_down_again_and_again_has_failed_and_says_how(archive, desks):
    job = ask_for(archive)
    desk = desks(archive, command=(sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"))
    desk.step_until(lambda: desk.state(job) is JobState.FAILED)
    assert "ended by signal 9" in desk.ask(lambda archive: archive.jobs.one(job)).detail


def test_a_process_that_can_not_open_the_archive_says_why(archive, desks):
    job = ask_for(archive)
    said = "import json; print(json.dumps({'trouble': 'the key file does not open'}))"
    desk = desks(archive, command=(sys.executable, "-c", said))
    desk.step_until(lambda: desk.state(job) is JobState.FAILED)
    assert desk.ask(lambda archive: archive.jobs.one(job)).detail == "the key file does not open"


def test_a_job_waits_while_another_process_writes(archive, desks):
    job = ask_for(archive)
    with rig.QuickArchive(archive) as other, other._session.writing():
        desk = desks(archive)
        desk.step_until(lambda: desk.supervisor._running is not None)
        assert desk.process.wait(60) == Ended(code=0, busy=True)
        assert desk.state(job) is JobState.WAITING


def test_the_passphrase_of_the_key_reaches_the_real_command_by_the_pipe_alone(tmp_path):
    passphrase, folder = "four words that are apart", tmp_path / "archive"
    (tmp_path / "empty").mkdir()
    create_archive(folder, passphrase=passphrase)
    with open_archive(folder, ask=lambda: passphrase) as opened:
        opened.add_source(tmp_path / "empty", profile="household", title="Empty")
        job = opened.jobs.start()[0].id
    process = JobProcesses(folder, lambda: passphrase).start(job)
    told = [Path(f"/proc/{process.pid}/{name}").read_bytes() for name in ("cmdline", "environ")]
    assert all(passphrase.encode() not in text for text in told)
    assert process.wait(120) == Ended(code=0)
    with open_archive(folder, ask=lambda: passphrase) as opened:
        assert opened.jobs.one(job).state is JobState.DONE
