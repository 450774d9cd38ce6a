"""The desk as a process: it ends as its manager asks, after the answers under way, and machines can read its log."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PORT = 20_000 + (os.getpid() + 7_919) % 20_000
PERSON = """
import re, sys, time, httpx
link, photo = sys.argv[1:]
origin = link.partition("/start")[0]
with httpx.Client(base_url=origin, headers={"origin": origin}, timeout=120, trust_env=False) as client:
    for _ in range(600):
        try:
            page = client.get(link, follow_redirects=True).text
            break
        except httpx.ConnectError:
            time.sleep(0.1)
    token = re.search(r'name="token" value="(\\w+)"', page)[1]
    answer = client.post("/probes", data={"token": token}, files={"photo": ("a.jpg", open(photo, "rb").read(), "image/jpeg")})
print(answer.status_code, answer.headers["location"])
"""
"""A browser. It runs in isolation, for the tests themselves reach no network, not even this machine's."""


@pytest.fixture
def started(album):
    command = [sys.executable, "-m", "visavis", "serve", "-a", str(album), "--port", str(PORT)]
    process = subprocess.Popen(command, env=os.environ | {"CLOSED_NETWORK": "loopback"}, stderr=subprocess.PIPE, text=True)
    yield process, re.search(r"http\S+", process.stderr.readline())[0]
    if process.poll() is None:
        process.kill()
    process.communicate()


def test_asked_to_stop_the_desk_gives_the_answer_under_way_and_ends_well(started, examples: Path):
    process, link = started
    command = [sys.executable, "-I", "-c", PERSON, link, str(examples / "rishi-sunak.jpg")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as person:
        while not _has_children(process.pid) and person.poll() is None:
            time.sleep(0.01)  # the first photograph waits for the process that reads it: there is time to be asked meanwhile
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=90)
        answer, _ = person.communicate(timeout=90)
    assert re.fullmatch(r"303 /probes/\S+\n", answer)
    assert process.returncode == 0
    log = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert set(log[-1]) == {"at", "level", "log", "method", "route", "status", "ms", "request_id"}
    assert (log[-1]["route"], log[-1]["status"]) == ("/probes", 303)
    assert [line for line in said.splitlines() if not line.startswith("{")] == ["Ctrl-C closes it. The link lets in whoever has it."]


def _has_children(pid: int) -> bool:
    return any((task / "children").read_text() for task in Path(f"/proc/{pid}/task").iterdir())
