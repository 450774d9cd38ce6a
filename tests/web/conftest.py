"""The desk in this process: an archive with a household's and a museum's photographs, people in every role, and browsers."""

import asyncio
import contextlib
import datetime as dt
import functools
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

# `--import-mode=importlib` puts no folder of tests on the path.
sys.path.insert(0, str(Path(__file__).parent.parent / "forges"))
import desk_browser
from archive_forge import ARCHIVE_CHARTER

from visavis.cli.commands.serve import words
from visavis.domain.actor import Role
from visavis.records.passphrase import LIGHT
from visavis.services.people import AddPerson
from visavis.services.search import ReadProbe
from visavis.settings import Settings
from visavis.testing.films import Part, Pose, Scene, Script, Studio, render
from visavis.web.house import House
from visavis.web.serving import Desk, Listening, make_desk
from visavis.wiring import build
from visavis.wiring.archive import Archive, open_archive
from visavis.wiring.build import SystemClock
from visavis.wiring.folders import folders
from visavis.wiring.tools import create_archive

PASSPHRASE = "a long passphrase of the tests"
ORIGIN = "http://127.0.0.1:8478"
PEOPLE = {
    "Ada": Role.OWNER,
    "Ines": Role.INVESTIGATOR,
    "Ivan": Role.INVESTIGATOR,
    "Rolf": Role.REVIEWER,
    "Carl": Role.CLERK,
    "Olga": Role.OFFICER,
    "Aude": Role.AUDITOR,
}
OURS = ("barack-obama-2009", "barack-obama-2010", "group-composite")
THEIRS = ("emmanuel-macron-2014", "emmanuel-macron-2025")


@dataclass
class Clock:
    """The machine's clock, moved by the test."""

    ahead: dt.timedelta = field(default_factory=dt.timedelta)

    def now(self) -> dt.datetime:
        return SystemClock().now() + self.ahead


@dataclass
class Museum:
    """An archive with both sources read, a standing case, and a case that Ines opened."""

    folder: Path
    case: str
    own_case: str


class Browser:
    """One browser: sends what a page of the desk would."""

    def __init__(self, desk: Desk, *, origin: str = ORIGIN) -> None:
        self.house: House = desk.house
        transport = httpx.ASGITransport(app=desk.app)
        self.client = httpx.AsyncClient(transport=transport, base_url=origin, headers={"origin": origin})

    def ask(self, method: str, path: str, **more) -> httpx.Response:
        return asyncio.run(self.client.request(method, path, **more))

    def get(self, path: str, **more) -> httpx.Response:
        return self.ask("GET", path, **more)

    def token(self) -> str:
        return self.house.sessions.token(self.client.cookies.get(self.house.address.cookie) or "")

    def post(self, path: str, data: dict | None = None, **more):
        return self.ask("POST", path, data={"token": self.token(), **(data or {})}, **more)

    def sign_in(self, name: str, passphrase: str = PASSPHRASE, code: str = ""):
        self.get("/sign-in")
        return self.post("/sign-in", {"name": name, "passphrase": passphrase, "code": code})

    def upload(self, photo: Path | bytes, **more):
        data = photo if isinstance(photo, bytes) else photo.read_bytes()
        return self.post("/probes", files={"photo": ("../../etc/passwd", data, "image/jpeg")}, **more)

    def upload_all(self, *photos: Path):
        files = [("photo", (f"{number}.jpg", photo.read_bytes(), "image/jpeg")) for number, photo in enumerate(photos)]
        return self.post("/probes", files=files)

    def search(self, photo: Path, **said: object) -> str:
        """Search with every default but what is said; return the path of the search."""
        probe = self.upload(photo).headers["location"].rpartition("/")[2]
        found = self.post("/searches", {"probe": probe, **said})
        assert found.status_code == 303, found.text
        return found.headers["location"]


@pytest.fixture(scope="session")
def settings() -> Settings:
    return Settings()


@pytest.fixture(scope="session")
def reading() -> Callable[[str], ReadProbe]:
    """Return what reads photographs in this process; networks are opened once."""
    settings = Settings()

    @functools.cache
    def reader(pack: str) -> ReadProbe:
        return ReadProbe(build.chain(settings, pack), build.limits(settings))

    return reader


@pytest.fixture(scope="session")
def museum_made(tmp_path_factory: pytest.TempPathFactory, examples: Path) -> Museum:
    base = tmp_path_factory.mktemp("museum")
    for name, photos in (("ours", OURS), ("theirs", THEIRS)):
        (base / name).mkdir()
        for photo in photos:
            shutil.copy(examples / f"{photo}.jpg", base / name)
    (base / "deed.pdf").write_bytes(b"deed")
    (base / "charter.toml").write_text(ARCHIVE_CHARTER.format(title="Museum"), encoding="utf-8")
    create_archive(base / "archive")
    with open_archive(base / "archive") as archive:
        archive.add_source(base / "ours", profile="household", title="Family")
        add_people(archive)
        ada = archive.accounts.sign_in("Ada", PASSPHRASE)
        with archive.acting_as(ada):
            archive.add_source(base / "theirs", charter=base / "charter.toml")
            archive.charters.sign("Museum")
        archive.ingest()
        with archive.acting_as(archive.accounts.sign_in("Ines", PASSPHRASE)):
            said = {"legal_reference": "Code du patrimoine", "necessity": "an undated print", "seeks": "unknown person"}
            own = archive.cases.open(title="A print", purpose="research", sources=["Museum"], **said)
        return Museum(folder=base / "archive", case=archive.standing_case(archive.source("Museum")), own_case=own)


def add_people(archive: Archive) -> None:
    """Add a person for each role, with keys that cost nothing to open."""
    records = archive._session.records()
    for name, role in PEOPLE.items():
        signer = None if name == "Ada" else archive.accounts.sign_in("Ada", PASSPHRASE)
        actor = archive._session.actor if signer is None else signer.actor
        AddPerson(records, argon2=LIGHT).run(actor, name, [role], PASSPHRASE)


@pytest.fixture
def museum(museum_made: Museum, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Museum:
    """Return a copy of the museum's archive, to be changed."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(shutil.copytree(os.environ["XDG_CONFIG_HOME"], tmp_path / "config")))
    folder = shutil.copytree(museum_made.folder, tmp_path / "archive")
    return Museum(folder=folder, case=museum_made.case, own_case=museum_made.own_case)


@pytest.fixture(scope="session")
def cinema_made(tmp_path_factory: pytest.TempPathFactory, examples: Path) -> Path:
    """Make a household's archive of some examples, and of a film: Obama, then Obama beside Collins, then nobody, then Obama again."""
    obama, collins = (
        Part(portrait="barack-obama-2009.jpg", start=Pose(x=0.3, size=0.35)),
        Part(portrait="eileen-collins.jpg", start=Pose(x=0.72, size=0.35)),
    )
    senate = Part(portrait="barack-obama-senate.jpg", start=Pose(size=0.4))
    seen = [(0.5, ()), (1, (obama,)), (1, (obama, collins)), (0.5, ()), (1, (senate,))]
    scenes = tuple(Scene(seconds=seconds, parts=parts) for seconds, parts in seen)
    base = tmp_path_factory.mktemp("cinema")
    (base / "album").mkdir()
    for photo in ("barack-obama-2009", "barack-obama-2010", "barack-obama-senate", "eileen-collins", "group-composite"):
        shutil.copy(examples / f"{photo}.jpg", base / "album")
    film = render(Studio(examples), Script(scenes=scenes, width=640, height=360, seed=3))
    (base / "album" / "news.mp4").write_bytes(film.data)
    create_archive(base / "archive")
    with open_archive(base / "archive") as archive:
        archive.add_source(base / "album", profile="household", title="Family")
        archive.people.add("Grace", ["owner"], passphrase=PASSPHRASE)
        archive.ingest()
    return base / "archive"


@pytest.fixture
def cinema(cinema_made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the archive with the film, to be changed."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(shutil.copytree(os.environ["XDG_CONFIG_HOME"], tmp_path / "config")))
    return shutil.copytree(cinema_made, tmp_path / "archive")


Opened = Callable[..., Desk]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opening(reading: Callable[[str], ReadProbe], clock: Clock) -> Iterator[Opened]:
    """Open the desk of an archive."""
    made: list[Desk] = []

    def opened(folder: Path, *, origin: str = "", photos: tuple[Path, ...] = (), languages: Path | None = None) -> Desk:
        with open_archive(folder) as archive:
            pack = archive.status().pack

        def read(data: bytes, *, faceless: bool = False):
            return reading(pack).read(Path("the photograph"), data, faceless=faceless)

        def within(data: bytes, box):
            return reading(pack).within(Path("the photograph"), data, box)

        desk = make_desk(
            lambda: open_archive(folder, clock=clock),
            read=read,
            within=within,
            words=words,
            listening=Listening(host="127.0.0.1", port=8478, origin=origin),
            clock=clock,
            folders=folders(folder, Settings(), photos=photos),
            languages=languages,
        )
        made.append(desk)
        return desk

    yield opened
    for desk in made:
        desk.close()


@pytest.fixture
def desk(opening: Opened, museum: Museum) -> Desk:
    return opening(museum.folder)


@pytest.fixture
def as_person(desk: Desk) -> Callable[[str], Browser]:
    """Return a browser in which a person is signed in."""

    def browser(name: str) -> Browser:
        made = Browser(desk)
        assert made.sign_in(name).status_code == 303
        return made

    return browser


class Program:
    """A program with a key, which sends nothing that a browser would."""

    def __init__(self, desk: Desk, key: str) -> None:
        self.key = key
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app=desk.app), base_url=ORIGIN, headers={"x-api-key": key})

    def ask(self, method: str, path: str, **more) -> httpx.Response:
        return asyncio.run(self.client.request(method, path, **more))

    def search(self, photo: Path, **said: object) -> httpx.Response:
        said = {"reason": "an undated print", **said}
        return self.ask("POST", "/v1/searches", data=said, files={"photo": ("probe.jpg", photo.read_bytes(), "image/jpeg")})


@pytest.fixture
def programs(desk: Desk, museum: Museum) -> Callable[..., Program]:
    """Return a maker of programs that search the museum."""

    def made(name: str = "Photo desk", **changes: object) -> Program:
        asked = {"sources": ["Museum"], "case_id": museum.case, "until": (SystemClock().now() + dt.timedelta(days=30)).date(), **changes}
        return Program(desk, asyncio.run(desk.house.archive.act(None, lambda archive: _key(archive, name, asked))))

    return made


def _key(archive: Archive, name: str, asked: dict) -> str:
    with archive.acting_as(archive.accounts.sign_in("Ada", PASSPHRASE)):
        return archive.services.add(name, **asked)[1]


@pytest.fixture
def album(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a household's archive in which nothing is yet."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    create_archive(tmp_path / "album")
    return tmp_path / "album"


@pytest.fixture(scope="session")
def group(examples: Path) -> Path:
    """Return a photograph of four people."""
    return examples / "group-composite.jpg"


@pytest.fixture(scope="session")
def macron(examples: Path) -> Path:
    """Return a photograph of one person."""
    return examples / "emmanuel-macron-2014.jpg"


def leaves(folder: Path) -> list[str]:
    """Return the bodies of the ledger's leaves, oldest first."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(folder / "records.db")) as connection:
        return [body.decode() if isinstance(body, bytes) else body for (body,) in connection.execute("SELECT body FROM leaf ORDER BY seq")]


def ids(pattern: str, text: str) -> list[str]:
    """Return what a pattern finds in a page, each once, in order."""
    return list(dict.fromkeys(re.findall(pattern, text)))


@pytest.fixture
def browser_of() -> Callable[..., Browser]:
    """Return a maker of browsers in which nobody is signed in."""
    return Browser


@pytest.fixture
def ledger_of() -> Callable[[Path], list[str]]:
    """Return a reader of the leaves of an archive."""
    return leaves


@pytest.fixture
def found_in() -> Callable[[str, str], list[str]]:
    """Return a finder of ids in a page."""
    return ids


@pytest.fixture
def chromium() -> Iterator[object]:
    """Return Debian's Chromium."""
    with desk_browser.chromium() as browser:
        yield browser


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """Start desks as a user does, and end them with Ctrl-C; each call returns the link."""
    with contextlib.ExitStack() as started:
        yield lambda folder, *options, **how: started.enter_context(desk_browser.serving(folder, *options, **how))
