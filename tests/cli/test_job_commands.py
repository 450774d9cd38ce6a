"""`visavis job`: asked for, steered, scheduled and carried out on the command line."""

import pytest


@pytest.fixture
def job(run, copied) -> str:
    """Return the id of a job that waits to read the household's source."""
    ran = run("job", "start", "--source", "Family", "-a", copied, "--format", "json")
    assert ran.code == 0, ran.err
    return ran.document["jobs"][0]["job_id"]


def test_a_job_is_carried_out_and_told_in_lines_and_as_json(run, copied, job):
    assert job in run("job", "list", "-a", copied).out
    ran = run("job", "run", job[-8:], "-a", copied)
    assert ran.code == 0
    assert "done  Family  0 files, 0 faces" in ran.out
    document = run("job", "show", job, "-a", copied, "--format", "json").document
    assert (document["state"], document["read"], document["outcomes"], document["progress"]) == ("done", 0, {}, None)


def test_a_retry_reads_the_broken_file_again(run, copied, job):
    assert run("job", "retry", job, "-a", copied).code == 2
    run("job", "run", job, "-a", copied)
    retried = run("job", "retry", job, "-a", copied).out.split()[1]
    assert "truncated    1" in run("job", "run", retried, "-a", copied).out


def test_a_job_is_paused_gone_on_with_and_stopped(run, copied, job):
    for wish, state in (("pause", "paused"), ("resume", "waiting"), ("stop", "stopped")):
        ran = run("job", wish, job, "-a", copied)
        assert (ran.code, ran.out) == (0, f"job {job} is {state}\n")
    again = run("job", "stop", job, "-a", copied)
    assert (again.code, "it is stopped" in again.err) == (2, True)
    assert run("job", "run", job, "-a", copied).code == 2


def test_a_schedule_is_set_and_removed(run, copied):
    ran = run("job", "schedule", "Family", "--every", 6, "--between", "19:00-07:00", "--zone", "Europe/Paris", "-a", copied)
    assert "every 6 h; its jobs run 19:00-07:00 Europe/Paris" in ran.out
    assert "never by itself; its jobs run at any hour" in run("job", "schedule", "Family", "-a", copied).out


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--between", "7"), "no hours"),
        (("--between", "7:00-25:00"), "no hours"),
        (("--between", "19:00-07:00", "--zone", "Mars"), "no time zone"),
    ],
)
def test_hours_that_are_none_are_refused(run, copied, more, says):
    ran = run("job", "schedule", "Family", *more, "-a", copied)
    assert (ran.code, says in ran.err) == (2, True)


def test_an_organisations_source_wants_a_person(run, copied):
    ran = run("job", "start", "--source", "Museum", "-a", copied)
    assert (ran.code, "person-needed" in ran.err) == (4, True)
    assert run("job", "start", "--source", "Museum", "--as", "Ada", "-a", copied).code == 0


def test_a_job_that_is_none_is_named(run, copied):
    for command in ("show", "pause", "run", "retry"):
        ran = run("job", command, "nope", "-a", copied)
        assert (ran.code, "no job called «nope»" in ran.err) == (2, True)
    assert "no job yet" in run("job", "list", "-a", copied).out
