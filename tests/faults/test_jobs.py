"""Jobs in this process, with made-up faces: how they begin, are steered, interrupted and end, and what the ledger has of it."""

import datetime as dt
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import rig

from visavis.domain.actor import Role
from visavis.domain.errors import ArchiveBusy, InputError, RefusedError
from visavis.domain.jobs import Hours, JobOptions, JobState
from visavis.records.passphrase import LIGHT
from visavis.services.jobs import carry_out
from visavis.services.people import AddPerson
from visavis.wiring.build import SystemClock
from visavis.wiring.jobs import Wish

INLINE = JobOptions(workers=0)
FILES = 30


class Clock:
    """The machine's clock, and so many hours."""

    def __init__(self, hours: float = 0) -> None:
        self.hours = hours

    def now(self) -> dt.datetime:
        return SystemClock().now() + dt.timedelta(hours=self.hours)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return rig.fill(tmp_path / "pictures", FILES)


@pytest.fixture
def folder(tmp_path: Path, pictures: Path) -> Path:
    return rig.make_archive(tmp_path / "archive", pictures)


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a job look after each batch at what people want of it."""
    monkeypatch.setattr(carry_out, "LOOK_EVERY_S", 0.0)


def acts(folder: Path) -> list[str]:
    """Return what the leaves about jobs and schedules say was done."""
    with closing(sqlite3.connect(folder / "records.db")) as connection:
        facts = [json.loads(body)["facts"] for (body,) in connection.execute("SELECT body FROM leaf ORDER BY seq")]
    return [one["what"] for one in facts if str(one.get("what", "")).startswith(("job", "schedule"))]


def wish_at(folder: Path, job: str, wish: Wish, after: int):
    """Return a step hook by which somebody else wishes, after so many batches."""
    left = after

    def step(name: str) -> None:
        nonlocal left
        left -= name == "index-added"
        if name == "index-added" and left == 0:
            with rig.QuickArchive(folder) as other:
                other.jobs.steer(job, wish)

    return step


def ask(folder: Path, **more: object) -> str:
    with rig.QuickArchive(folder) as opened:
        return opened.jobs.start(options=INLINE, **more)[0].id


def test_a_job_reads_its_source_counts_and_tells_the_ledger(folder):
    job = ask(folder)
    with rig.QuickArchive(folder) as opened:
        ended = opened.jobs.carry_out(job)
        assert (ended.state, ended.read, sum(ended.outcomes.values())) == (JobState.DONE, FILES, FILES)
        assert ended.outcomes == {"indexed": 20, "no-face": 10}
        assert (ended.faces, opened.jobs.progress(ended), opened.jobs.next()) == (30, None, None)
        assert opened.status().sources[0].read_through
    assert acts(folder) == ["job-asked", "job-started", "job-done"]
    assert not list((folder / "tmp").glob("job-*"))


def test_the_files_of_an_outcome_come_in_pages_newest_first(folder):
    job = ask(folder)
    with rig.QuickArchive(folder) as opened:
        opened.jobs.carry_out(job)
        first = opened.jobs.files(job, "no-face", limit=6)
        rest = opened.jobs.files(job, "no-face", below=first[-1].number, limit=6)
        assert [len(first), len(rest)] == [6, 4]
        assert len({file.path for file in first + rest}) == 10
        with pytest.raises(InputError, match="no outcome"):
            opened.jobs.files(job, "identified")


@pytest.mark.usefixtures("often")
def test_a_pause_costs_nothing_that_was_read_and_the_rest_follows(folder):
    job = ask(folder)
    with rig.QuickArchive(folder, step=wish_at(folder, job, Wish.PAUSE, 3)) as opened:
        paused = opened.jobs.carry_out(job)
        assert (paused.state, paused.read, paused.wanted) == (JobState.PAUSED, 12, "")
        assert opened.jobs.progress(paused).read == 12
        assert opened.jobs.next() is None
        opened.jobs.steer(job, Wish.RESUME)
        assert opened.jobs.next() == job
        ended = opened.jobs.carry_out(job)
        assert (ended.state, ended.read) == (JobState.DONE, FILES)
        assert len(opened.analyser.analysed) == FILES
    assert acts(folder) == [
        "job-asked", "job-started", "job-pause-wanted", "job-paused", "job-resumed", "job-went-on", "job-done"
    ]  # fmt: skip
    rig.assert_sound(folder)


@pytest.mark.usefixtures("often")
def test_a_job_that_is_stopped_is_over_and_keeps_what_it_has(folder):
    job = ask(folder)
    with rig.QuickArchive(folder, step=wish_at(folder, job, Wish.STOP, 2)) as opened:
        stopped = opened.jobs.carry_out(job)
        assert (stopped.state, stopped.read, stopped.open) == (JobState.STOPPED, 8, False)
        with pytest.raises(InputError, match="is stopped"):
            opened.jobs.carry_out(job)
        with pytest.raises(InputError, match="can't go on"):
            opened.jobs.steer(job, Wish.RESUME)


@pytest.mark.usefixtures("often")
def test_a_wish_that_is_taken_back_in_time_changes_nothing(folder):
    job = ask(folder)

    def step(name: str) -> None:
        if name == "index-added" and not wished:
            wished.append(name)
            with rig.QuickArchive(folder) as other:
                other.jobs.steer(job, Wish.PAUSE)
                other.jobs.steer(job, Wish.RESUME)

    wished: list[str] = []
    with rig.QuickArchive(folder, step=step) as opened:
        assert opened.jobs.carry_out(job).state is JobState.DONE


@pytest.mark.parametrize("wish", list(Wish))
def test_a_job_that_waits_is_steered_at_once_and_twice_is_said(folder, wish):
    job = ask(folder)
    with rig.QuickArchive(folder) as opened:
        if wish is Wish.RESUME:
            with pytest.raises(InputError, match="it is waiting"):
                opened.jobs.steer(job, wish)
            return
        assert opened.jobs.steer(job, wish).state == {"pause": "paused", "stop": "stopped"}[wish]
        with pytest.raises(InputError, match="can't"):
            opened.jobs.steer(job, wish)


def test_ctrl_c_leaves_the_job_waiting(folder):
    job = ask(folder)
    left = 2

    def step(name: str) -> None:
        nonlocal left
        left -= name == "index-added"
        if left == 0:
            raise KeyboardInterrupt

    with rig.QuickArchive(folder, step=step) as opened, pytest.raises(KeyboardInterrupt):
        opened.jobs.carry_out(job)
    with rig.QuickArchive(folder) as opened:
        waiting = opened.jobs.one(job)
        assert (waiting.state, opened.jobs.next()) == (JobState.WAITING, job)
        assert opened.jobs.carry_out(job).read == FILES
    assert acts(folder) == ["job-asked", "job-started", "job-interrupted", "job-went-on", "job-done"]


def test_a_source_has_one_job_at_a_time(folder):
    job = ask(folder)
    with rig.QuickArchive(folder) as opened:
        with pytest.raises(InputError, match="a job that is not over"):
            opened.jobs.start(["Pictures"])
        with pytest.raises(InputError, match="no source that could be read"):
            opened.jobs.start()
        with pytest.raises(InputError, match="is not over"):
            opened.jobs.retry(job)


def test_one_process_carries_out_jobs_of_an_archive(folder):
    job = ask(folder)
    with rig.QuickArchive(folder) as writer, writer._session.writing(), rig.QuickArchive(folder) as opened:
        with pytest.raises(ArchiveBusy):
            opened.jobs.carry_out(job)
        assert opened.jobs.one(job).state is JobState.WAITING


def test_what_goes_wrong_is_the_jobs_end_and_it_can_go_on_after(folder, monkeypatch):
    job = ask(folder)
    with rig.QuickArchive(folder) as opened:
        monkeypatch.setattr(opened, "_open_pool", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        failed = opened.jobs.carry_out(job)
        assert (failed.state, failed.detail) == (JobState.FAILED, "No space left on device")
        monkeypatch.undo()
        opened.jobs.steer(job, Wish.RESUME)
        assert opened.jobs.carry_out(job).state is JobState.DONE


def test_a_folder_out_of_reach_ends_the_job_with_a_word_of_it(folder, pictures):
    job = ask(folder)
    with rig.QuickArchive(folder) as opened:
        opened.jobs.carry_out(job)
        pictures.rename(pictures.with_name("elsewhere"))
        again = opened.jobs.start(options=INLINE)[0].id
        ended = opened.jobs.carry_out(again)
        assert ended.state is JobState.DONE
        assert ended.detail.startswith("Pictures: ")


def test_a_retry_reads_again_what_could_not_be_read_and_nothing_else(folder, pictures):
    broken = pictures / "broken.jpg"
    broken.write_bytes(b"broken")
    job = ask(folder)
    with rig.QuickArchive(folder) as opened:
        assert opened.jobs.carry_out(job).outcomes["unreadable"] == 1
        opened.analyser.analysed.clear()
        again = opened.jobs.start(options=INLINE)[0].id
        assert (opened.jobs.carry_out(again).read, opened.analyser.analysed) == (0, [])
        retried = opened.jobs.retry(job)
        assert (retried.retry_of, retried.options.retry) == (job, True)
        assert opened.jobs.carry_out(retried.id).outcomes == {"unreadable": 1}
        assert opened.analyser.analysed == ["broken.jpg"]
        assert opened.ingest(workers=0, retry=True).outcomes == {"unreadable": 1}


def test_a_draft_is_not_read_and_the_refusal_is_in_the_ledger(folder, monkeypatch):
    with rig.QuickArchive(folder) as opened:
        source = opened.source("Pictures")
        drafts = [type(source)(**{name: getattr(source, name) for name in source.__slots__} | {"signed_by": None})]
        monkeypatch.setattr(opened._session.records().sources, "one", lambda _: drafts[0])
        with pytest.raises(RefusedError) as refused:
            opened.jobs.start(["Pictures"])
        with pytest.raises(RefusedError):
            opened.jobs.schedule("Pictures", every_hours=1)
        assert refused.value.rule == "charter-signed"
    assert acts(folder) == ["job", "schedule"]


def test_a_schedule_makes_a_job_when_its_time_comes_and_no_second_one(folder):
    clock = Clock()
    with rig.QuickArchive(folder, clock=clock) as opened:
        assert opened.jobs.next() is None
        opened.jobs.schedule("Pictures", every_hours=6)
        job = opened.jobs.next()
        assert (opened.jobs.one(job).scheduled, opened.jobs.next()) == (True, job)
        opened.jobs.steer(job, Wish.STOP)
        assert opened.jobs.next() is None
        clock.hours = 5.9
        assert opened.jobs.next() is None
        clock.hours = 6.1
        assert opened.jobs.next() not in (None, job)
        opened.jobs.schedule("Pictures")
        assert opened.jobs.schedule_of("Pictures") is None
    assert acts(folder) == ["schedule-set", "job-asked", "job-stopped", "job-asked", "schedule-removed"]


def test_a_frozen_source_is_not_looked_at_by_itself(folder):
    with rig.QuickArchive(folder) as opened:
        opened.jobs.schedule("Pictures", every_hours=1)
        opened.charters.freeze("Pictures", "a complaint")
        assert opened.jobs.next() is None
        opened.charters.thaw("Pictures", "answered")
        assert opened.jobs.next() is not None


def hours_around(at: dt.datetime, *, within: bool) -> Hours:
    first = at + dt.timedelta(hours=-2 if within else 2)
    last = first + dt.timedelta(hours=4)
    return Hours(since=first.time().replace(second=0, microsecond=0), until=last.time().replace(second=0, microsecond=0), zone="UTC")


def test_a_job_waits_for_the_hours_of_its_source_unless_it_may_run_at_any(folder):
    clock = Clock()
    with rig.QuickArchive(folder, clock=clock) as opened:
        opened.jobs.schedule("Pictures", hours=hours_around(clock.now(), within=False))
        job = opened.jobs.start(options=INLINE)[0].id
        assert opened.jobs.next() is None
        assert opened.jobs.carry_out(job).state is JobState.WAITING
        clock.hours = 3
        assert opened.jobs.next() == job
        clock.hours = 0
        opened.jobs.steer(job, Wish.STOP)
        urgent = opened.jobs.start(options=JobOptions(workers=0, any_hour=True))[0].id
        assert opened.jobs.next() == urgent
        assert opened.jobs.carry_out(urgent).state is JobState.DONE


@pytest.mark.usefixtures("often")
def test_a_job_ends_for_the_day_when_its_hours_do(folder):
    clock = Clock()

    def step(name: str) -> None:
        clock.hours += 3 if name == "index-added" else 0

    with rig.QuickArchive(folder, clock=clock, step=step) as opened:
        opened.jobs.schedule("Pictures", hours=hours_around(clock.now(), within=True))
        job = opened.jobs.start(options=INLINE)[0].id
        waiting = opened.jobs.carry_out(job)
        assert (waiting.state, waiting.read) == (JobState.WAITING, 4)


def with_people(folder: Path) -> None:
    with rig.QuickArchive(folder) as opened:
        rig.add_people(opened)


def test_a_job_is_done_in_the_name_of_who_asked_and_not_once_they_are_revoked(folder):
    with_people(folder)
    with rig.QuickArchive(folder) as opened:
        opened._session.sign_in("Ada", rig.PASSPHRASE)
        job = opened.jobs.start(options=INLINE)[0]
        assert job.person_id == opened._session.actor.person_id
        opened._session.sign_in("Grace", rig.PASSPHRASE)
        opened.people.revoke("Ada")
    with rig.QuickArchive(folder) as opened:
        failed = opened.jobs.carry_out(job.id)
        assert (failed.state, "was revoked" in failed.detail, failed.read) == (JobState.FAILED, True, 0)


def test_a_role_without_the_act_asks_in_vain(folder):
    with_people(folder)
    with rig.QuickArchive(folder) as opened:
        opened._session.sign_in("Ada", rig.PASSPHRASE)
        AddPerson(opened._session.records(), argon2=LIGHT).run(opened._session.actor, "Aude", [Role.AUDITOR], rig.PASSPHRASE)
        job = opened.jobs.start(options=INLINE)[0].id
        opened._session.sign_in("Aude", rig.PASSPHRASE)
        for asked in (opened.jobs.start, lambda: opened.jobs.steer(job, Wish.STOP), lambda: opened.jobs.schedule("Pictures")):
            with pytest.raises((RefusedError, InputError)):
                asked()
        with pytest.raises(RefusedError) as refused:
            opened.jobs.schedule("Pictures", every_hours=2)
        assert refused.value.rule == "role-allowed"


def test_a_note_that_is_half_written_or_none_is_no_trouble(folder):
    job = ask(folder)
    with rig.QuickArchive(folder) as opened:
        found = opened.jobs.one(job)
        for text in ("", "{", "[]", '{"at": "yesterday"}', '{"at": "2026-01-01T00:00:00+00:00"}'):
            (folder / "tmp" / f"job-{job}.json").write_text(text)
            assert opened.jobs.progress(found) is None


def test_jobs_are_counted_by_state_for_who_watches_over_the_server(folder):
    job = ask(folder)
    with rig.QuickArchive(folder) as opened:
        assert opened.jobs.by_state() == ({"waiting": 1}, 0)
        opened.jobs.carry_out(job)
        assert opened.jobs.by_state() == ({"done": 1}, FILES)
