"""The command line in this process, and one archive of the example photographs that all of its tests search."""

import contextlib
import functools
import io
import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from visavis.cli.app import main
from visavis.wiring import build

OURS = ("barack-obama-2009", "barack-obama-2010", "barack-obama-senate", "barack-obama-senate-copy", "joe-biden-2010", "group-composite")
THEIRS = ("emmanuel-macron-2014", "emmanuel-macron-2025", "jacinda-ardern-2018", "rishi-sunak")
BLANKS = {
    'title = ""\n\n': 'title = "Museum"\n\n',
    "purposes = []": 'purposes = ["catalogue"]',
    "jurisdiction = []": 'jurisdiction = ["FR"]',
    'shows_children = ""': 'shows_children = "no"',
    'dpia = ""': 'dpia = "DPIA 2026-04"',
    'valid_from = ""': "valid_from = 2020-01-01",
    'name = ""': 'name = "Museum of Example"',
    'country = ""': 'country = "FR"',
    '"85": the': '"85": The',
    'holder = ""': 'holder = "Museum of Example"',
    'since = ""': "since = 2020-01-01",
    '# law = "Code': 'law = "Code',
    '# law = "Loi': 'law = "Loi',
    'rule = ""': 'rule = "review"',
    'action = ""': 'action = "erase"',
    "# months = 12": "months = 12",
    'file = ""': 'file = "deed.pdf"',
    'purpose = ""': 'purpose = "catalogue"',
    'reason = ""': 'reason = "Undated portraits"',
    'title = ""\n#': 'title = "Cataloguing"\n#',
}
"""What a museum writes into the template of an `archive` charter."""


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict:
        """Its standard output, which is one JSON object and nothing else."""
        return json.loads(self.out)


Run = Callable[..., Ran]


def filled(template: str) -> str:
    """Fill a charter's template in."""
    template = template.replace('article = ""', 'article = "6(1)(e)"', 1).replace('article = ""', 'article = "9(2)(j)"', 1)
    for blank, answer in BLANKS.items():
        assert blank in template, blank
        template = template.replace(blank, answer)
    return template


def _run(*arguments: object) -> Ran:
    streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2)]
    code: object = 0
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(streams[0]), contextlib.redirect_stderr(streams[1]):
        patch.setattr(sys, "argv", ["visavis", *map(str, arguments)])
        try:
            main()
        except SystemExit as end:
            code = end.code
    out, err = (stream.buffer.getvalue().decode() for stream in streams)
    return Ran(code=int(code or 0), out=out, err=err)


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Run `visavis` with these arguments. Networks are opened once for all commands; a process opens them once too.

    Whoever signs in does so with the passphrase of a file.
    """
    passphrase = tmp_path_factory.mktemp("passphrase") / "passphrase"
    passphrase.write_text("a long passphrase of the tests\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VISAVIS_PASSPHRASE_FILE", str(passphrase))
        patch.setattr(build, "chain", functools.lru_cache(build.chain))
        patch.setenv("COLUMNS", "100")
        yield _run


@dataclass(frozen=True)
class Album:
    """An archive with a household's source «Family» and a museum's source «Museum», both read to their end."""

    archive: Path
    ours: Path
    theirs: Path
    case: str
    ingested: Ran

    def searches(self) -> int:
        """Count the searches that are on record."""
        with contextlib.closing(sqlite3.connect(self.archive / "records.db")) as connection:
            (count,) = connection.execute("SELECT COUNT(*) FROM search").fetchone()
        return count


@pytest.fixture(scope="session")
def album(run: Run, examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Album:
    base = tmp_path_factory.mktemp("album")
    archive, ours, theirs = base / "archive", base / "ours", base / "theirs"
    for folder, names in ((ours, OURS), (theirs, THEIRS)):
        folder.mkdir()
        for name in names:
            shutil.copy(examples / f"{name}.jpg", folder)
    shutil.copy(examples / "landscape.jpg", ours)
    (ours / "broken.jpg").write_bytes((examples / "rishi-sunak.jpg").read_bytes()[:2000])
    (base / "deed.pdf").write_bytes(b"deed")
    (base / "charter.toml").write_text(filled(run("source", "charter", "--profile", "archive").out), encoding="utf-8")
    assert run("init", archive).code == 0
    assert run("source", "add", ours, "--profile", "household", "--title", "Family", "-a", archive).code == 0
    assert run("person", "add", "Ada", "--role", "owner", "-a", archive).code == 0
    added = run("source", "add", theirs, "--charter", base / "charter.toml", "--as", "Ada", "-a", archive, "--format", "json")
    assert added.code == 0, added.err
    signed = run("source", "sign", "Museum", "--as", "Ada", "-a", archive, "--format", "json")
    assert signed.code == 0, signed.err
    return Album(
        archive=archive,
        ours=ours,
        theirs=theirs,
        case=signed.document["case_id"],
        ingested=run("ingest", "-a", archive, "--format", "json"),
    )


@pytest.fixture
def copied(album: Album, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the album's archive, to be changed or damaged; what is kept with its key is kept apart from the album's."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(shutil.copytree(os.environ["XDG_CONFIG_HOME"], tmp_path / "config")))
    return shutil.copytree(album.archive, tmp_path / "copy")


@pytest.fixture(scope="session")
def portrait(examples: Path) -> Path:
    """Return a photograph of Barack Obama that is in no source."""
    return examples.parent / "probe" / "barack-obama-2012.jpg"
