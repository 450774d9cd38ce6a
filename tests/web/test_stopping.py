"""The desk as a process: it ends as its manager asks, after the answers under way, and machines can read its log."""

import json
import os
import re
import signal
import subprocess
import sys
from functools import partial

import pytest

from visavis.wiring.archive import open_archive

PORT = 20_000 + (os.getpid() + 7_919) % 20_000
PERSON = r"""
import http.client, re, sys, urllib.parse
origin, _, path = sys.argv[1].partition("/start")
host = origin.removeprefix("http://")
desk = http.client.HTTPConnection(host, timeout=120)
desk.request("GET", "/start" + path)  # as soon as the link is told
cookie = desk.getresponse().headers["set-cookie"].partition(";")[0]
desk = http.client.HTTPConnection(host, timeout=120)
desk.request("GET", "/first-run", headers={"cookie": cookie})
token = re.search(r'name="token" value="(\w+)"', desk.getresponse().read().decode())[1]
words = "a long passphrase of the tests"
body = urllib.parse.urlencode({"token": token, "name": "Ada", "passphrase": words, "again": words}).encode()
desk = http.client.HTTPConnection(host, timeout=120)
desk.putrequest("POST", "/first-run")
form = {"content-type": "application/x-www-form-urlencoded", "content-length": len(body), "expect": "100-continue"}
for name, value in {"cookie": cookie, "origin": origin, **form}.items():
    desk.putheader(name, value)
desk.endheaders()
print(desk.sock.recv(1000).split(b"\r\n")[0].decode(), flush=True)
sys.stdin.readline()
desk.sock.sendall(body)
print(desk.sock.recv(1000).split(b"\r\n")[0].decode(), flush=True)
"""
"""A browser that is in the middle of a form. It runs in isolation, for the tests themselves reach no network, not even this machine's."""


@pytest.fixture
def serving(album):
    command = [sys.executable, "-m", "visavis", "serve", "-a", str(album), "--port", str(PORT)]
    return partial(subprocess.Popen, command, env=os.environ | {"CLOSED_NETWORK": "loopback"}, stderr=subprocess.PIPE, text=True)


@pytest.fixture
def started(serving):
    process = serving()
    yield process, re.search(r"http\S+", process.stderr.readline())[0]
    if process.poll() is None:
        process.kill()
    process.communicate()


def test_asked_to_stop_the_desk_gives_the_answer_under_way_and_ends_well(started, album):
    process, link = started
    command = [sys.executable, "-I", "-c", PERSON, link]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as person:
        assert person.stdout.readline() == "HTTP/1.1 100 Continue\n"  # the desk waits for the rest of the form
        process.send_signal(signal.SIGTERM)
        person.stdin.write("go on\n")
        person.stdin.flush()
        assert person.stdout.readline() == "HTTP/1.1 303 See Other\n"
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0
    with open_archive(album) as archive:
        assert [one.name for one in archive.people.all()] == ["Ada"]
    log = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert set(log[-1]) == {"at", "level", "log", "method", "route", "status", "ms", "request_id"}
    assert (log[-1]["method"], log[-1]["route"], log[-1]["status"]) == ("POST", "/first-run", 303)
    others = {line for line in said.splitlines() if not line.startswith("{")}
    assert others <= {"Ctrl-C closes it. The link lets in whoever has it."}


def test_a_port_that_is_taken_is_told_and_nothing_is_said_to_be_open(started, serving):
    with serving() as second:
        said = second.stderr.read()
    assert second.returncode == 3
    assert said.splitlines() == [
        f"visavis: 127.0.0.1:{PORT} can't be listened on",
        "  → see that no other desk is open, or name another --port",
    ]
