"""Events on their way out: what is told, signed how, to which address, how often again; and what is never asked."""

import asyncio
import datetime as dt
import hashlib
import hmac
import json

import httpx
import pytest

from visavis.domain.errors import InputError, RefusedError
from visavis.services.webhooks import AT_ONCE, EVENTS, TRIES, is_public
from visavis.settings import Settings
from visavis.web.courier import SIGNATURE, Courier, signature
from visavis.wiring.archive import open_archive

URL = "https://hooks.example.org/visavis?from=desk"
PUBLIC = "93.184.216.34"


class Receiver(httpx.BaseTransport):
    """Stands for a receiver: keeps what it is sent, answers as it is told."""

    def __init__(self):
        self.sent, self.status = [], 204

    def handle_request(self, request):
        request.read()
        self.sent.append(request)
        if isinstance(self.status, Exception):
            raise self.status
        return httpx.Response(self.status, headers={"location": "https://10.0.0.1/"})

    def events(self):
        return [json.loads(request.content)["event"] for request in self.sent]


@pytest.fixture
def receiver():
    return Receiver()


@pytest.fixture
def courier(desk, clock, receiver):
    """Return a maker of couriers for whom names lead to these addresses."""
    made = []

    def courier(*addresses):
        made.append(Courier(desk.house.archive, clock, resolve=lambda host, port: list(addresses or (PUBLIC,)), transport=receiver))
        return made[-1]

    yield courier
    for one in made:
        one.stop()


@pytest.fixture
def target(museum, desk):
    """Add a webhook as the owner; return its secret."""
    return added(museum, URL).secret


def added(museum, url, events=("search.done", "case.frozen"), hosts="hooks.example.org"):
    with open_archive(museum.folder, settings=Settings(webhook_hosts=hosts)) as archive:
        archive.people.sign_in("Ada", ask=lambda _: "a long passphrase of the tests")
        return archive.webhooks.add(url, events)


def act(desk, what):
    return asyncio.run(desk.house.archive.act(None, what))


def test_a_search_is_told_in_ids_only_signed_and_once(target, courier, receiver, programs, macron, museum):
    found = programs().search(macron).json()
    assert courier().carry() == 1
    (request,) = receiver.sent
    said = json.loads(request.content)
    assert (said["event"], said["search_id"], said["case_id"]) == ("search.done", found["search_id"], museum.case)
    assert set(said) == {"id", "event", "at", "case_id", "search_id"}
    stamp, proof = (part.partition("=")[2] for part in request.headers[SIGNATURE].split(","))
    assert proof == hmac.new(target.encode(), f"{stamp}.".encode() + request.content, hashlib.sha256).hexdigest()
    assert courier().carry() == 0


def test_a_request_goes_to_the_address_that_was_looked_at_under_the_name_of_its_host(target, courier, receiver, programs, macron):
    programs().search(macron)
    courier().carry()
    (request,) = receiver.sent
    assert str(request.url) == f"https://{PUBLIC}/visavis?from=desk"
    assert request.headers["host"] == "hooks.example.org"
    assert request.extensions["sni_hostname"] == "hooks.example.org"
    assert "x-api-key" not in request.headers


@pytest.mark.parametrize("addresses", [("127.0.0.1",), (PUBLIC, "172.16.0.1")], ids=str)
def test_no_name_leads_to_a_private_address(target, courier, receiver, programs, macron, addresses):
    programs().search(macron)
    assert courier(*addresses).carry() == 0
    assert receiver.sent == []


PRIVATE = (
    "127.0.0.1 10.0.0.8 169.254.169.254 192.168.1.1 172.16.0.1 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255 nonsense "
    "::1 :: fd00::1 fe80::1 fe80::1%eth0 ff02::1 ::ffff:127.0.0.1 2002:7f00:1:: 64:ff9b::7f00:1 64:ff9b:1::1 2001:0:7f00:1::"
)


@pytest.mark.parametrize("address", PRIVATE.split())
def test_every_kind_of_private_address_is_known(address):
    assert not is_public(address)


def test_a_redirect_is_not_followed_and_the_event_is_tried_again_later(target, courier, receiver, programs, macron, clock, desk):
    programs().search(macron)
    receiver.status = 302
    assert courier().carry() == 0
    assert len(receiver.sent) == 1
    assert courier().carry() == 0  # not yet
    assert len(receiver.sent) == 1
    receiver.status = 200
    clock.ahead += dt.timedelta(seconds=31)
    assert courier().carry() == 1
    (state,) = act(desk, lambda archive: archive.webhooks.all())
    assert (state.tries, state.problem, state.next_at) == (0, "", None)


def test_what_was_not_told_before_a_restart_is_told_after_it(target, opening, museum, clock, receiver, programs, macron):
    programs().search(macron)
    other = opening(museum.folder)
    courier = Courier(other.house.archive, clock, resolve=lambda *_: [PUBLIC], transport=receiver)
    assert courier.carry() == 1
    courier.stop()
    assert receiver.events() == ["search.done"]


def test_waits_grow_and_an_event_that_nobody_takes_is_given_up(target, courier, receiver, programs, macron, clock, desk):
    programs().search(macron)
    receiver.status = httpx.ConnectError("no")
    waits = []
    for _ in range(TRIES - 1):
        courier().carry()
        (state,) = act(desk, lambda archive: archive.webhooks.all())
        waits.append((state.next_at - clock.now()).total_seconds())
        clock.ahead = state.next_at - (clock.now() - clock.ahead) + dt.timedelta(seconds=1)
    assert waits == sorted(waits)
    assert waits[-1] > 20_000
    courier().carry()
    (state,) = act(desk, lambda archive: archive.webhooks.all())
    assert (state.tries, state.problem) == (0, "ConnectError")
    receiver.status = 200
    assert courier().carry() == 0


def test_a_burst_is_told_and_many_acts_of_no_event_are_passed_over(target, courier, receiver, programs, macron, desk):
    program = programs()
    for _ in range(9):
        program.search(macron)
    for _ in range(AT_ONCE + 5):
        act(desk, lambda archive: archive.services.keep_answer("n", b"", "{}"))
    assert courier().carry() == 9
    assert receiver.events() == ["search.done"] * 8 + ["case.frozen"]
    courier().carry()
    (state,) = act(desk, lambda archive: archive.webhooks.all())
    assert state.seen > AT_ONCE


OTHER = (
    "http://hooks.example.org/",
    "https://hooks.example.org:22/",
    "https://user@hooks.example.org/",
    "https://hooks.example.org/#x",
    "https://other.example.org/",
    "https://127.0.0.1/",
    "https://[",
    "https://hooks.example.org.evil.example/",
    "hooks.example.org",
    "https://hooks.example.org/\r\nx: y",
)


def test_no_other_address_is_taken(museum):
    for url in OTHER:
        with pytest.raises(InputError):
            added(museum, url)


def test_without_the_operator_s_word_no_host_is_told(museum):
    with pytest.raises(InputError) as refused:
        added(museum, URL, hosts="")
    assert "VISAVIS_WEBHOOK_HOSTS" in refused.value.remedy


def test_an_unknown_event_and_an_unknown_webhook_are_refused(museum):
    with pytest.raises(InputError, match="no event"):
        added(museum, URL, events=("face.seen",))


def test_only_an_owner_adds_a_webhook(museum):
    with open_archive(museum.folder, settings=Settings(webhook_hosts="hooks.example.org")) as archive:
        archive.people.sign_in("Ines", ask=lambda _: "a long passphrase of the tests")
        with pytest.raises(RefusedError):
            archive.webhooks.add(URL)


def test_a_removed_webhook_is_told_nothing_more(target, museum, courier, receiver, programs, macron):
    programs().search(macron)
    with open_archive(museum.folder) as archive:
        archive.people.sign_in("Ada", ask=lambda _: "a long passphrase of the tests")
        archive.webhooks.remove(URL)
    assert courier().carry() == 0
    assert receiver.sent == []


def test_a_signature_says_when_and_by_whom():
    assert signature("s", 7, b"{}") == "t=7,v1=" + hmac.new(b"s", b"7.{}", hashlib.sha256).hexdigest()
    assert is_public(PUBLIC)
    assert is_public("2606:2800:220:1:248:1893:25c8:1946")
    assert len(EVENTS) == 8
