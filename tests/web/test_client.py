"""`visavis.client` against the desk in this process."""

import asyncio
import inspect
import typing

import httpx
import pytest

from visavis.client import Client, answers
from visavis.domain.errors import InputError, RefusedError, SetupError, SeveralFacesInProbe
from visavis.web.api import about, cases, jobs, media, searches, sources

ORIGIN = "http://127.0.0.1:8478"
REASON = "an undated print"
MODELS = {
    answers.Box: searches.BoxOut,
    answers.ProbeFace: searches.ProbeFaceOut,
    answers.Photo: searches.PhotoOut,
    answers.Probe: searches.ProbeOut,
    answers.Expected: searches.ExpectedOut,
    answers.Candidate: searches.CandidateOut,
    answers.Search: searches.SearchOut,
    answers.Source: sources.SourceOut,
    answers.File: sources.OutcomeOut,
    answers.MediaFace: media.FaceOut,
    answers.Media: media.MediaOut,
    answers.Job: jobs.JobOut,
    answers.Case: cases.CaseOut,
    answers.Key: about.KeyOut,
    answers.Caller: about.MeOut,
}


class InProcess(httpx.BaseTransport):
    """Hands requests to an application in this process; `first` answers, or failures, come before it."""

    def __init__(self, app, first=()):
        self.app, self.first, self.sent = app, list(first), []

    def handle_request(self, request):
        self.sent.append(request)
        if self.first:
            answer = self.first.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        async def ask():
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app=self.app)) as client:
                return await client.send(request)

        request.stream = httpx.ByteStream(request.read())
        answer = asyncio.run(ask())
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


@pytest.fixture
def client(desk, programs):
    def made(first=(), waits=None, **changes):
        transport = InProcess(desk.app, first)
        waited = [] if waits is None else waits
        made = Client(ORIGIN, api_key=programs(**changes).key, transport=transport, sleep=waited.append)
        return made, transport

    return made


def test_every_answer_is_typed_as_the_server_declares_it():
    assert set(MODELS) == {one for _, one in inspect.getmembers(answers, typing.is_typeddict)}
    for told, declared in MODELS.items():
        assert list(typing.get_type_hints(told)) == list(declared.model_fields)


def test_a_program_searches_and_reads_its_search_again(client, macron, museum):
    desk, _ = client()
    with desk:
        found = desk.search(macron, case_id=museum.case, reason=REASON)
        assert [one["rank"] for one in found["candidates"]] == [1, 2]
        again = desk.past_search(found["search_id"])
        assert again["candidates"] == found["candidates"]
        assert desk.face(found["search_id"], found["candidates"][0]["candidate_id"])[:2] == b"\xff\xd8"
        like = desk.search(face_id=found["candidates"][0]["face_id"], reason=REASON)
        assert like["candidates"]
        assert [source["title"] for source in desk.sources()] == ["Museum"]
        assert [case["case_id"] for case in desk.cases()] == [desk.me()["key"]["case_id"]]


def test_errors_are_the_engine_s_own_with_the_number_of_the_request(client, group, macron, museum):
    desk, _ = client()
    with pytest.raises(SeveralFacesInProbe) as several:
        desk.search(group, reason=REASON)
    assert several.value.count == 4
    with pytest.raises(RefusedError) as refused:
        desk.search(macron.read_bytes())
    assert refused.value.rule == "reason-given"
    assert len(refused.value.request_id) == 36
    with pytest.raises(InputError, match="nothing at this address"):
        desk.case(museum.own_case)
    with pytest.raises(InputError, match="can't read"):
        desk.search("nowhere.jpg")


def test_a_request_that_got_no_answer_is_sent_again_under_the_same_key(client, macron):
    waits = []
    desk, transport = client([httpx.ConnectError("no"), httpx.Response(503, headers={"retry-after": "2"})], waits)
    assert desk.search(macron, reason=REASON)["candidates"]
    assert waits == [0.5, 2.0]
    assert len({request.headers["idempotency-key"] for request in transport.sent}) == 1


def test_a_desk_that_does_not_answer_is_a_set_up_error(client):
    desk, transport = client([httpx.ConnectError("no")] * 4)
    with pytest.raises(SetupError, match="does not answer"):
        desk.me()
    assert len(transport.sent) == 4


def test_a_rate_that_is_used_up_for_hours_is_not_slept_over(client, macron):
    waits = []
    desk, _ = client((), waits, per_hour=1, per_day=1)
    desk.search(macron, reason=REASON)
    with pytest.raises(RefusedError) as refused:
        desk.search(macron, reason=REASON)
    assert (refused.value.rule, waits) == ("key-rate", [])


def test_lists_are_read_a_page_at_a_time(client):
    page = {"items": [{"n": 1}], "next_cursor": "c"}
    desk, transport = client([httpx.Response(200, json=page), httpx.Response(200, json={"items": [{"n": 2}], "next_cursor": None})])
    assert [one["n"] for one in desk.sources()] == [1, 2]
    assert transport.sent[1].url.params["cursor"] == "c"


@pytest.mark.parametrize("url", ["http://desk.example.org", "ftp://desk", "desk.example.org"])
def test_a_key_is_never_sent_in_the_clear_to_another_machine(url):
    with pytest.raises(InputError, match="TLS"):
        Client(url, api_key="k")


def test_a_source_is_read_and_looked_through(client):
    desk, _ = client(acts=("ingest", "browse"))
    (source,) = desk.sources()
    job = desk.ingest(source["source_id"])
    assert desk.steer(job["job_id"], "stop")["state"] == "stopped"
    assert [one["job_id"] for one in desk.jobs()] == [desk.job(job["job_id"])["job_id"]]
    shown = [*desk.media(source["source_id"])]
    assert len(shown) == 2
    assert desk.media_face(shown[0]["media_id"], shown[0]["faces"][0]["face_id"])[:2] == b"\xff\xd8"
    assert [one["reason"] for one in desk.files(source["source_id"], reason="indexed")] == ["indexed"] * 2
