"""Archives whose truth is made: every vector, date, box and hash is chosen by the test; no network looks at any picture."""

import datetime as dt
import functools
import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from visavis.decode.limits import Limits
from visavis.domain.actor import Actor, Role
from visavis.domain.face import AnalysedFace, Box, Quality
from visavis.domain.identification import ProbePicture, SearchResult, Threshold
from visavis.domain.ids import PersonId
from visavis.domain.media import AnalysedPicture, CaptureDate, DateOrigin, Outcome, PictureMetadata, Precision, Reason
from visavis.index.exact import ExactIndex
from visavis.law.charter import Charter
from visavis.law.file_signs import FileSigns
from visavis.law.rulebook import shipped
from visavis.ledger.pen import Pen
from visavis.records import archive as records_archive
from visavis.records.archive import Doors
from visavis.records.files import ReadFile
from visavis.records.folder import ArchiveFolder
from visavis.records.key_file import ArchiveKeys
from visavis.records.keyring import Keyring
from visavis.records.passphrase import LIGHT
from visavis.records.sources import SourceRecord
from visavis.records.vault import ARCHIVE_KEY, KeyedVault, Vault
from visavis.services.people import AddPerson, SignedIn, sign_in
from visavis.services.search import Permission, Reasons, Scale, Search, SearchQuestion, Why
from visavis.services.sources import AddSource, CharterLife, SourceRequest
from visavis.services.sources.signs import LookForSigns
from visavis.sources.folder import FolderSource

DIM = 16
PACK = "made@1"
PASSPHRASE = "a long passphrase of the tests"
NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
MACHINE = Actor(name="the machine's user")
ACTOR = Actor(name="Wilhelmina Actor", person_id=PersonId("wilhelmina"))
BOX = Box(left=0.4, top=0.3, width=0.2, height=0.25)
FLOOR = -1.0
THRESHOLD = Threshold(value=0.5, trial="made for this test")
GOOD = Quality(size_px=120, yaw=0, pitch=0, roll=0, sharpness=20, exposure=0.5, score=0.9, norm=10)

ARCHIVE_CHARTER = """
profile = "archive"
title = "{title}"
purposes = ["catalogue", "research"]
jurisdiction = ["FR"]
shows_children = "no"
place = "none"
metadata = ["caption"]
dpia = "DPIA 2026-04"
valid_from = 2026-01-01

[controller]
name = "Museum of Example"
country = "FR"
public_authority = true

[basis]
article = "6(1)(e)"
holder = "Museum of Example"
since = 2020-01-01
law = "Code du patrimoine"

[condition]
article = "9(2)(j)"
law = "Loi 78-17, art. 44"

[retention]
rule = "review"
months = 12
action = "erase"

[[evidence]]
file = "deed.pdf"

[standing_case]
title = "Cataloguing"
purpose = "catalogue"
reason = "Undated portraits"
"""


@dataclass
class SetClock:
    """Shows the time it is set to."""

    at: dt.datetime = NOW

    def now(self) -> dt.datetime:
        return self.at


class NullVault:
    """Keeps bytes as they are: what every test of the vault is first run against, else it would prove nothing."""

    def __init__(self, keys: Keyring) -> None:
        pass

    def seal(self, context: str, plain: bytes, *, row: str = "", key: int = ARCHIVE_KEY) -> bytes:
        return plain

    def open(self, context: str, sealed: bytes, *, row: str = "", key: int = ARCHIVE_KEY) -> bytes:
        return sealed

    def mark(self, context: str, plain: bytes) -> bytes:
        return hashlib.blake2b(plain, digest_size=16, person=context.encode()[:16]).digest()


def keys_beside(folder: Path) -> ArchiveKeys:
    """Return the keys of archives in a folder of their own beside an archive's: for tests, where both go away together."""
    return ArchiveKeys(folder.parent / "keys", cost=LIGHT)


def doors(
    clock: SetClock,
    keys: ArchiveKeys,
    *,
    vault: Callable[[Keyring], Vault] = KeyedVault,
    step: Callable[[str], None] = lambda _: None,
    pen: Pen | None = None,
) -> Doors:
    return Doors(clock=clock, keys=keys, vault=vault, pen=pen or Pen(), step=step)


def at_cosine(cosine: float, *, sideways: int = 1) -> np.ndarray:
    """Return a unit vector at this cosine to axis 0, leaning towards axis `sideways`."""
    vector = np.zeros(DIM, np.float32)
    vector[0], vector[sideways] = cosine, np.sqrt(1 - cosine**2)
    return vector


def face(vector: np.ndarray, *, box: Box = BOX, quality: Quality = GOOD) -> AnalysedFace:
    return AnalysedFace(box=box, landmarks_5x2=np.full((5, 2), 0.5, np.float32), quality=quality, vector=vector.astype(np.float32))


def year(number: int) -> CaptureDate:
    first, last = dt.date(number, 1, 1), dt.date(number, 12, 31)
    return CaptureDate(text=str(number), first=first, last=last, precision=Precision.YEAR, origin=DateOrigin.EXIF)


def probe(*vectors: np.ndarray, picked: Sequence[int] = (1,)) -> ProbePicture:
    shown = np.zeros((8, 8, 3), np.uint8)
    return ProbePicture(name="probe.jpg", image_rgb=shown, faces=tuple(face(vector) for vector in vectors), picked=tuple(picked))


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One made picture of a source: its path decides its bytes; its hash is far from all others unless given."""

    path: str
    vectors: tuple[np.ndarray, ...] = ()
    date: CaptureDate | None = None
    caption: str = ""
    dhash: bytes | None = None
    box: Box = BOX
    quality: Quality = GOOD

    def read(self) -> ReadFile:
        """Return what ingest would hand to the records."""
        digest = hashlib.sha256(self.path.encode()).digest()
        analysed = AnalysedPicture(
            format="jpeg",
            width=800,
            height=600,
            dhash=digest[:16] if self.dhash is None else self.dhash,
            metadata=PictureMetadata(captured=self.date, caption=self.caption),
            faces=tuple(face(vector, box=self.box, quality=self.quality) for vector in self.vectors),
        )
        reason = Reason.INDEXED if self.vectors else Reason.NO_FACE
        outcome = Outcome(reason=reason, faces=len(self.vectors))
        return ReadFile(path=self.path, size=1000, mtime_ns=1, outcome=outcome, sha256=digest, picture=analysed)


class MadeArchive:
    """Records, an exact index over them, and the services that tests ask."""

    def __init__(self, folder: Path, empty: Path, *, vault: Callable[[Keyring], Vault] = KeyedVault, pen: Pen | None = None) -> None:
        self.clock = SetClock()
        self.folder = folder
        shutil.copytree(empty, folder / "archive")
        shutil.copytree(empty.parent / "keys", folder / "keys")
        self.doors = doors(self.clock, keys_beside(folder / "archive"), vault=vault, pen=pen)
        self.records = records_archive.open_records(folder / "archive", self.doors, writable=True)
        self.index = ExactIndex(DIM, self.clock)
        self.permission = Permission(self.records, shipped(), floor=FLOOR)

    def household(self, title: str = "Family") -> SourceRecord:
        return self.add(SourceRequest(actor=ACTOR, folder=self.root(title), profile="household", title=title))

    def archive(self, title: str = "Museum", *, exclude: tuple[str, ...] = (), more: str = "") -> SourceRecord:
        """Add a museum's source and sign its charter."""
        return self.life().sign(self.draft(title, exclude=exclude, more=more).id)

    def draft(self, title: str = "Museum", *, exclude: tuple[str, ...] = (), answer: str = "", more: str = "") -> SourceRecord:
        """Add a museum's source; its charter, with `more` lines at its head, waits for a signature."""
        charter = self.folder / f"{title}.toml"
        (self.folder / "deed.pdf").write_bytes(b"deed")
        charter.write_text(more + ARCHIVE_CHARTER.format(title=title), encoding="utf-8")
        asked = SourceRequest(actor=self.owner.actor, folder=self.root(title), charter=charter, exclude=exclude, answer=answer)
        return self.add(asked)

    @functools.cached_property
    def owner(self) -> SignedIn:
        """Return a person who owns the archive, signed in."""
        AddPerson(self.records, argon2=LIGHT).run(MACHINE, "Ada Owner", [Role.OWNER], PASSPHRASE)
        return sign_in(self.records, MACHINE, "Ada Owner", PASSPHRASE)

    def life(self, signer: SignedIn | None = None) -> CharterLife:
        """Return what acts on charters, as the owner or as another person."""
        who = signer or self.owner
        return CharterLife(self.records, shipped(), actor=who.actor, signer=who, look=self.look)

    def look(self, folder: Path, exclude: tuple[str, ...], charter: Charter) -> FileSigns:
        """Look at the files of a folder, as `source add` does."""
        return LookForSigns(FolderSource, Limits()).run(folder, exclude, charter)

    def root(self, title: str) -> Path:
        folder = self.folder / f"root of {title}"
        folder.mkdir(exist_ok=True)
        return folder

    def add(self, request: SourceRequest) -> SourceRecord:
        signer = None if request.actor in (ACTOR, MACHINE) else self.owner
        added = AddSource(self.records, shipped(), look=self.look, signer=signer).run(request)
        return self.records.sources.one(added.source_id)

    def put(self, source: SourceRecord, *pictures: Picture) -> tuple[int, ...]:
        """Commit pictures as one finished ingest would; return the keys of their templates."""
        files = self.records.files
        with self.records.work(ACTOR) as work:
            job = files.start_job(work, source)
            committed = self.records.intake.commit(work, job, source.roots[0].number, [picture.read() for picture in pictures])
            files.finish_job(work, job, listed=len(pictures))
        if committed.keys:
            for seq, rows in self.records.gallery.replay(committed.seq - 1):
                self.index.add(rows, seq)
        return committed.keys

    def case_of(self, source: SourceRecord) -> str:
        (case,) = (case for case in self.records.cases.all() if source.number in case.sources)
        return case.id

    def search(self, **asked: object) -> SearchResult:
        """Search with axis 0 unless told otherwise."""
        if "face_id" not in asked:
            asked.setdefault("probes", (probe(at_cosine(1)),))
        asked.setdefault("reason", "made for this test")
        search = Search(self.records, self.index, self.permission, scale=Scale(recorded=THRESHOLD), notices=lambda _: [])
        return search.run(SearchQuestion(actor=ACTOR, **asked))

    def why(self, file: Path | str, **asked: object) -> Reasons:
        asked.setdefault("probes", (probe(at_cosine(1)),))
        asked.setdefault("reason", "made for this test")
        question = SearchQuestion(actor=ACTOR, **asked)
        return Why(self.records, self.index, self.permission, scale=Scale(recorded=THRESHOLD)).run(question, Path(file))

    def sql(self, statement: str) -> list[tuple]:
        """Change or ask the database behind everybody's back."""
        return self.records._database.raw.execute(statement).fetchall()

    def close(self) -> None:
        self.index.close()
        self.records.close()


def make_empty(path: Path) -> Path:
    """Make an archive without a source, its key in a folder beside it; return its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    records_archive.create(ArchiveFolder(path), doors(SetClock(), keys_beside(path)), pack_id=PACK, dim=DIM, actor=ACTOR)
    return path


@pytest.fixture(scope="session")
def empty_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of an archive without a source, to be copied: making one anew takes ten times as long."""
    return make_empty(tmp_path_factory.mktemp("forge") / "archive")


@pytest.fixture
def made(tmp_path: Path, empty_archive: Path) -> Iterator[MadeArchive]:
    """Return an archive without a source, whose truth the test makes."""
    archive = MadeArchive(tmp_path, empty_archive)
    yield archive
    archive.close()
