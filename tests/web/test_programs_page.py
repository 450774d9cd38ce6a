"""The guide's one act three ways: each is carried out as it stands there, and all find the same."""

import itertools
import json
import re
import shlex
from pathlib import Path

import httpx
import pytest

from visavis.client import client as client_module

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "programs.md"
BLOCKS = dict(re.findall(r"^```(console|sh|py)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL))


@pytest.fixture
def here(tmp_path, monkeypatch, macron):
    (tmp_path / "probe.jpg").write_bytes(macron.read_bytes())
    monkeypatch.chdir(tmp_path)


def found_by(candidates):
    return [(candidate["rank"], candidate["similarity"], candidate["path"]) for candidate in candidates]


def test_the_three_ways_of_the_guide_find_the_same(here, desk, programs, museum, monkeypatch, capsys):
    program = programs()
    by_http = by_curl(BLOCKS["sh"], program, museum)
    by_python(BLOCKS["py"], program, museum, desk, monkeypatch)
    printed = capsys.readouterr().out
    by_shell = by_command_line(BLOCKS["console"], museum, monkeypatch, capsys)
    assert by_http
    assert by_shell == by_http
    assert printed.splitlines() == [" ".join(map(str, one)) for one in by_http]


def by_curl(block, program, museum):
    words = shlex.split(block.replace("$CASE", museum.case).replace("$KEY", program.key))
    assert words[:3] == ["curl", "-H", f"x-api-key: {program.key}"]
    fields = dict(word.split("=", 1) for flag, word in itertools.pairwise(words) if flag == "-F")
    photo = Path(fields.pop("photo").removeprefix("@")).read_bytes()
    answer = program.ask("POST", words[-1].removeprefix("http://127.0.0.1:8478"), data=fields, files={"photo": photo})
    assert answer.status_code == 201, answer.text
    return found_by(answer.json()["candidates"])


def by_python(block, program, museum, desk, monkeypatch):
    class InProcess(httpx.BaseTransport):
        def handle_request(self, request):
            answer = program.ask(request.method, request.url.raw_path.decode(), content=request.read(), headers=dict(request.headers))
            return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    original = client_module.Sending
    monkeypatch.setattr(client_module, "Sending", lambda url, **more: original(url, **{**more, "transport": InProcess()}))
    exec(compile(block, str(PAGE), "exec"), {"key": program.key, "case": museum.case})


def by_command_line(block, museum, monkeypatch, capsys):
    from visavis.cli.app import app

    Path("passphrase").write_text("a long passphrase of the tests\n", encoding="utf-8")
    monkeypatch.setenv("VISAVIS_PASSPHRASE_FILE", "passphrase")
    monkeypatch.setenv("VISAVIS_ARCHIVE", str(museum.folder))
    words = [museum.case if word == "CASE" else word for word in shlex.split(block)][1:]
    app(words, standalone_mode=False)
    return found_by(json.loads(capsys.readouterr().out)["candidates"])
