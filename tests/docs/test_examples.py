"""The examples in the README, the guide and the pages of `docs/law` do what they show.

One test a page: its blocks run in the order they are written, in a new folder beside a copy of `examples/`, so that a later block finds
what an earlier one made. Of a ```` ```console ```` block the lines `$ visavis …` are run (`\\` continues a line; what it prints is not
compared); a trailing comment such as `# exit 2` states another exit code than 0. `SEARCH` and `CANDIDATE` stand for the first id of that
kind that the page's newest `visavis review list` shows. A ```` ```python ```` block is run as a script. A ```` ```toml ```` block whose
first line is `# FILE` is written to that file, its days moved to the year of today.
"""

import datetime as dt
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]
WRITTEN_IN = 2026
"""The year of the days in the charters that pages show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One thing to run: a script of `interpreter`, and how it must end."""

    line: int
    interpreter: tuple[str, ...]
    script: str
    exit_code: int = 0


def read_examples(text: str) -> Iterator[Example]:
    """Find what a page asks to be run, in its order."""
    for block in re.finditer(r"^```(console|python|toml)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        line = text.count("\n", 0, block.start()) + 1
        if block[1] == "toml":
            if re.match(r"# \S+\.toml\n", block[2]):
                yield Example(line=line, interpreter=("file",), script=block[2])
            continue
        if block[1] == "python":
            yield Example(line=line, interpreter=(sys.executable, "-c"), script=block[2])
            continue
        for command in re.findall(r"^\$ ((?:visavis|export)\b(?:\\\n|.)*)", block[2], re.MULTILINE):
            stated = re.search(r"# exit (\d+)\s*$", command)
            yield Example(line=line, interpreter=("bash", "-c"), script=command, exit_code=int(stated[1]) if stated else 0)


WRITTEN = (HOUSE / "README.md", *sorted((HOUSE / "docs" / "guide").glob("*.md")), *sorted((HOUSE / "docs" / "law").glob("*.md")))
PAGES = [page for page in WRITTEN if page.exists() and any(read_examples(page.read_text(encoding="utf-8")))]


@pytest.fixture
def newcomer(tmp_path: Path, closed_network_env: dict[str, str]) -> dict[str, str]:
    """Environment of somebody who has just installed: the programs on the path, a home with nothing in it."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, module in (("visavis", "visavis"), ("visavis-audit", "visavis.cli.audit")):
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m {module} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
    home = tmp_path / "home"
    folders = {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CONFIG", "DATA", "STATE")}
    return {**closed_network_env, **folders, "HOME": str(home), "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_examples_of_a_page_run(page: Path, tmp_path: Path, newcomer: dict[str, str]) -> None:
    folder = tmp_path / "clone"
    shutil.copytree(HOUSE / "examples", folder / "examples")
    environment = dict(newcomer)
    for example in read_examples(page.read_text(encoding="utf-8")):
        if example.interpreter == ("file",):
            write_charter(example.script, folder)
            continue
        if example.script.startswith("export "):
            name, _, value = example.script.removeprefix("export ").partition("=")
            environment[name] = value
            continue
        script = example.script
        for word in re.findall(r"\b(SEARCH|CANDIDATE)\b", script):
            script = script.replace(word, environment[word])
        done = run([*example.interpreter, script], folder, environment)
        where = f"{page.name}, block at line {example.line}: {script}\n{done.stdout}\n{done.stderr}"
        assert done.returncode == example.exit_code, where
        if script.startswith("visavis review list"):
            shown = json.loads(run([*example.interpreter, f"{script} --format json"], folder, environment).stdout)["leads"][0]
            environment |= {"SEARCH": shown["search_id"], "CANDIDATE": shown["candidate_id"]}


def test_the_demo_ends_with_its_page(tmp_path: Path, newcomer: dict[str, str]) -> None:
    shutil.copytree(HOUSE / "examples", tmp_path / "clone" / "examples")
    done = run([sys.executable, "examples/demo.py"], tmp_path / "clone", newcomer)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 candidates" in (tmp_path / "clone" / "demo" / "result.html").read_text(encoding="utf-8")


def run(command: list[str], folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run one command as the newcomer, with nobody at the keyboard."""
    return subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)


def write_charter(block: str, folder: Path) -> None:
    """Write a charter to the file that its first line names; its years go on with the calendar, so that it never ends."""
    later = dt.datetime.now(tz=dt.UTC).year - WRITTEN_IN
    moved = re.sub(r"\b20\d\d(?=-\d\d-\d\d\b)", lambda year: str(int(year[0]) + later), block)
    (folder / block.split()[1]).write_text(moved, encoding="utf-8")


def test_a_page_yields_its_commands_and_scripts_in_order() -> None:
    page = """
```console
$ visavis init archive
made archive
$ visavis search \\
    probe.jpg > page.html  # exit 2
$ make demo
```

```toml
# charter.toml
profile = "archive"
```

```toml
not = "written"
```

```python
import visavis
```

```text
$ visavis never
```
"""
    found = [(example.line, example.interpreter[-2:][0], example.script, example.exit_code) for example in read_examples(page)]
    assert found == [
        (2, "bash", "visavis init archive", 0),
        (2, "bash", "visavis search \\\n    probe.jpg > page.html  # exit 2", 2),
        (10, "file", '# charter.toml\nprofile = "archive"\n', 0),
        (19, sys.executable, "import visavis\n", 0),
    ]
