"""The pages of jobs: asked for, watched, steered and scheduled in a browser; carried out here by the test."""

import datetime as dt
import re
import shutil

import pytest

from visavis.domain.jobs import JobProgress
from visavis.wiring.archive import open_archive
from visavis.wiring.build import SystemClock

NOBODYS = "01a20294-abe7-7094-a57f-37246b8fa3e5"


@pytest.fixture
def ada(as_person):
    return as_person("Ada")


@pytest.fixture
def source(museum) -> str:
    with open_archive(museum.folder) as archive:
        return archive.source("Museum").id


def start(browser, source: str, **said: object) -> str:
    answer = browser.post(f"/sources/{source}/ingest", said)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def carried_out(museum, job: str):
    with open_archive(museum.folder) as archive:
        return archive.jobs.carry_out(job.rpartition("/")[2])


def test_a_source_is_read_from_its_button_to_the_list_of_its_files(ada, museum, source, ledger_of):
    job = start(ada, source)
    page = ada.get(job).text
    assert "Waiting" in page
    assert f'hx-get="{job}/now"' in page
    ended = carried_out(museum, job)
    assert ended.state == "done"
    page = ada.get(job).text
    assert "Done" in page
    assert "hx-get" not in page
    assert "Nothing was new or changed." in page
    (asked,) = [leaf for leaf in ledger_of(museum.folder) if '"job-asked"' in leaf]
    assert source in asked


def test_the_button_pressed_twice_leads_to_the_one_job(ada, source):
    assert start(ada, source) == start(ada, source)
    assert ada.get("/jobs").text.count("<tr>") == 2


def test_files_by_outcome_have_their_pages(ada, museum, source, tmp_path, monkeypatch):
    monkeypatch.setattr("visavis.web.pages.jobs.FILES_A_PAGE", 2)
    folder = tmp_path / "papers"
    folder.mkdir()
    for number in range(3):
        (folder / f"<b>{number}.txt").write_text("no picture")
    with open_archive(museum.folder) as archive:
        archive.add_source(folder, profile="household", title="Papers")
        papers = archive.source("Papers").id
    job = start(ada, papers)
    assert carried_out(museum, job).outcomes == {"unsupported": 3}
    assert f'href="{job}/files?reason=unsupported"' in ada.get(job).text
    first = ada.get(f"{job}/files?reason=unsupported").text
    assert re.findall(r"&lt;b&gt;(\d)", first) == ["2", "1"]
    further = re.search(r"below=(\d+)", first)[1]
    assert re.findall(r"&lt;b&gt;(\d)", ada.get(f"{job}/files?reason=unsupported&below={further}").text) == ["0"]
    assert "No file of this job" in ada.get(f"{job}/files?reason=indexed").text
    assert ada.get(f"{job}/files?reason=<script>").status_code == 404


def test_a_job_is_paused_gone_on_with_and_stopped_and_a_wish_too_many_is_said(ada, source):
    job = start(ada, source)
    for act, says in (("pause", "Paused"), ("resume", "Waiting"), ("stop", "Stopped")):
        assert ada.post(f"{job}/{act}").headers["location"] == job
        assert says in ada.get(job).text
    answer = ada.post(f"{job}/stop")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_what_a_process_notes_is_on_the_page_and_in_the_part_that_is_asked_for_again(ada, museum, source, desk):
    job = start(ada, source)
    with open_archive(museum.folder) as archive:
        records = archive._session.records()
        found = archive.jobs.one(job.rpartition("/")[2])
        with records.work(archive._session.actor) as work:
            records.jobs.change(work, found, "job-started", state="running")
        said = {"files_done": 40, "files_total": 160, "read": 1240, "faces": 7, "files_per_s": 2.0, "outcomes": {"indexed": 1240}}
        records.job_notes.write(found.id, JobProgress(at=SystemClock().now(), **said))
        film = JobProgress(at=SystemClock().now() - dt.timedelta(hours=1), film_s=900, film_total_s=3600, film_speed=9.0, **said)
    for page in (ada.get(job).text, ada.get(f"{job}/now").text):
        assert '<progress max="100" value="25">' in page
        for text in ("1,240", "40 / 160 looked at", "2.0 files a second", "0:01:00", 'id="pause"'):
            assert text in page
    assert "<html" not in ada.get(f"{job}/now").text
    with open_archive(museum.folder) as archive:
        archive._session.records().job_notes.write(found.id, film)
    page = ada.get(job).text
    for text in ("0:15:00 / 1:00:00", "9.0 times real time", "0:05:00", 'value="25"', "has said nothing since"):
        assert text in page


def test_jobs_come_in_pages_newest_first(ada, source, monkeypatch):
    monkeypatch.setattr("visavis.web.pages.jobs.JOBS_A_PAGE", 2)
    made = []
    for _ in range(3):
        made.append(start(ada, source))
        ada.post(f"{made[-1]}/stop")
    first = ada.get("/jobs").text
    assert [job in first for job in made] == [False, True, True]
    further = re.search(r"/jobs\?below=\d+", first)[0]
    assert [job in ada.get(further).text for job in made] == [True, False, False]


def test_a_retry_reads_again(ada, museum, source):
    job = start(ada, source)
    assert ada.post(f"{job}/retry").status_code == 422
    carried_out(museum, job)
    again = ada.post(f"{job}/retry").headers["location"]
    assert again != job
    assert job in ada.get(again).text


@pytest.mark.parametrize("said", [{"workers": "99"}, {"workers": "x"}, {"sampling": "always"}])
def test_options_that_are_not_offered_are_refused(ada, source, said):
    answer = ada.post(f"/sources/{source}/ingest", said)
    assert answer.status_code == 422
    assert "<h1>" in answer.text


def test_options_reach_the_job(ada, museum, source):
    job = start(ada, source, workers="2", sampling="fast", thorough="yes", any_hour="yes")
    with open_archive(museum.folder) as archive:
        options = archive.jobs.one(job.rpartition("/")[2]).options
    assert (options.workers, options.sampling, options.thorough, options.any_hour) == (2, "fast", True, True)


def test_a_schedule_is_kept_shown_and_removed(ada, source):
    at = f"/sources/{source}/schedule"
    said = {"every": "6", "since": "19:00", "until": "07:00", "zone": "Europe/Paris"}
    assert ada.post(at, said).headers["location"] == "/jobs"
    assert all(f'value="{text}"' in ada.get(at).text for text in said.values())
    listed = ada.get("/jobs").text
    assert "Looked at again every 6 hours." in listed
    assert "19:00-07:00 Europe/Paris" in listed
    assert ada.post(at, {}).status_code == 303
    assert "Looked at again" not in ada.get("/jobs").text


@pytest.mark.parametrize(
    "said",
    [
        {"every": "often"},
        {"every": "0"},
        {"every": "9999"},
        {"since": "19:00"},
        {"since": "7 pm", "until": "7 am"},
        {"since": "07:00", "until": "07:00"},
        {"since": "19:00", "until": "07:00", "zone": "../../etc/passwd"},
    ],
)
def test_a_schedule_that_is_none_comes_back_with_what_was_typed(ada, source, said):
    answer = ada.post(f"/sources/{source}/schedule", said)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert all(f'value="{text}"' in answer.text for text in said.values())


def test_a_draft_is_refused_by_its_rule(ada, museum, tmp_path, source):
    charter = (museum.folder.parent / "charter.toml", tmp_path / "drafted")
    charter[1].mkdir()
    with open_archive(museum.folder) as archive:
        text = archive.source("Museum").charter_toml.replace("Museum", "Drafted", 1)
        (tmp_path / "charter.toml").write_text(text, encoding="utf-8")
        (tmp_path / "deed.pdf").write_bytes(b"deed")
        with archive.acting_as(archive.accounts.sign_in("Ada", "a long passphrase of the tests")):
            archive.add_source(charter[1], charter=tmp_path / "charter.toml")
        draft = next(one.id for one in archive.sources() if one.signed_by is None)
    answer = ada.post(f"/sources/{draft}/ingest")
    assert answer.status_code == 403
    assert "charter-signed" in answer.text
    assert ada.post(f"/sources/{draft}/schedule", {"every": "6"}).status_code == 403
    assert f"/sources/{draft}/ingest" not in ada.get("/jobs").text


@pytest.mark.parametrize(
    "path", [f"/jobs/{NOBODYS}", f"/jobs/{NOBODYS}/now", f"/jobs/{NOBODYS}/files", "/jobs/x", f"/sources/{NOBODYS}/schedule"]
)
def test_nothing_is_at_the_address_of_no_job(ada, path):
    assert ada.get(path).status_code == 404


@pytest.mark.parametrize(
    "path", [f"/jobs/{NOBODYS}/pause", f"/jobs/{NOBODYS}/retry", f"/sources/{NOBODYS}/ingest", f"/sources/{NOBODYS}/schedule"]
)
def test_nothing_is_done_at_the_address_of_no_job(ada, path):
    assert ada.post(path).status_code == 404


def test_a_form_without_its_token_does_nothing(ada, source):
    assert ada.ask("POST", f"/sources/{source}/ingest", data={"token": "x"}).status_code == 403
    assert "See its job" not in ada.get("/jobs").text


def test_the_counters_tell_of_jobs_and_name_none(ada, museum, source):
    job = start(ada, source)
    text = ada.get("/metrics").text
    assert 'visavis_jobs{state="waiting"} 1.0' in text
    assert "visavis_job_files_read 0.0" in text
    assert job.rpartition("/")[2] not in text


def test_at_home_the_link_of_the_terminal_is_enough(opening, album, browser_of, examples, tmp_path):
    shutil.copytree(examples, tmp_path / "photos")
    with open_archive(album) as archive:
        archive.add_source(tmp_path / "photos", profile="household", title="Family")
        source = archive.source("Family").id
    desk = opening(album)
    browser = browser_of(desk)
    browser.client.cookies.set("visavis", desk.house.sessions.begin(None).id)
    assert "Read it now" in browser.get("/jobs").text
    assert start(browser, source) in browser.get("/jobs").text
