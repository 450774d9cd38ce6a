"""A museum's archive with a rights clerk in it, pictures that really lie in its folder, and a person who asks."""

import functools
import hashlib
import io
import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from archive_forge import ACTOR, GOOD, PASSPHRASE, MadeArchive, face
from PIL import Image

from visavis.decode.limits import Limits
from visavis.domain.actor import Role
from visavis.domain.errors import UnreadablePicture
from visavis.domain.face import Box
from visavis.domain.identification import ProbePicture
from visavis.domain.media import AnalysedPicture, CaptureDate, Outcome, PictureMetadata, Reason
from visavis.law.requests import Kind
from visavis.law.rulebook import shipped
from visavis.records.files import ReadFile
from visavis.records.passphrase import LIGHT
from visavis.records.requests import RequestRecord
from visavis.records.sources import SourceRecord
from visavis.services.access import AccessPackage, FilmDoors, Gather, Originals, Written
from visavis.services.people import AddPerson, SignedIn, sign_in
from visavis.services.requests import (
    Answer,
    Close,
    Fulfil,
    Intake,
    Look,
    Message,
    Receipt,
    Rectified,
    Rectify,
    Refuse,
    Restrict,
    Steps,
)

WHO = "Petra.Person@example.org"
FLOOR = 0.4
SIDES = (480, 360)
LEFT, RIGHT = Box(left=0.1, top=0.3, width=0.15, height=0.25), Box(left=0.65, top=0.3, width=0.15, height=0.25)


def pixels(seed: int, *, sides: tuple[int, int] = SIDES) -> np.ndarray:
    """Return a smooth picture, (H, W, 3) uint8."""
    small = np.random.default_rng(seed).integers(0, 255, (sides[1] // 20, sides[0] // 20, 3), dtype=np.uint8)
    return np.array(Image.fromarray(small).resize(sides, Image.Resampling.BICUBIC))


def encoded(image: np.ndarray, form: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, form, **options)
    return buffer.getvalue()


def photo(vector: np.ndarray, *, seed: int = 7) -> ProbePicture:
    return ProbePicture(name="me.jpg", image_rgb=pixels(seed), faces=(face(vector, box=LEFT),), picked=(1,))


def opened(root: Path, path: str) -> bytes:
    """Open an original, as sources do."""
    try:
        return (root / path).read_bytes()
    except OSError as error:
        raise UnreadablePicture(str(error), reason=Reason.VANISHED) from error


@dataclass
class Package:
    """An answer that was written."""

    body: bytes
    written: Written

    @functools.cached_property
    def files(self) -> dict[str, bytes]:
        with zipfile.ZipFile(io.BytesIO(self.body)) as package:
            return {name: package.read(name) for name in package.namelist()}

    @property
    def said(self) -> dict[str, Any]:
        return json.loads(self.files["data.json"])

    @property
    def page(self) -> str:
        return self.files["index.html"].decode()

    def picture(self, name: str = "pictures/0001.jpg") -> np.ndarray:
        return np.array(Image.open(io.BytesIO(self.files[name])))


@dataclass
class Bureau:
    """Where requests are answered; `fulfil` is what other parts of the house carry out."""

    made: MadeArchive
    clerk: SignedIn
    fulfil: dict[Kind, Fulfil] = field(default_factory=dict)

    @property
    def records(self):
        return self.made.records

    def put(
        self,
        source: SourceRecord,
        name: str,
        *faces: tuple[np.ndarray, Box],
        body: bytes | None = None,
        caption: str = "",
        asset_id: str = "",
        date: CaptureDate | None = None,
    ) -> list[int]:
        """Write a picture into a source's folder and commit it as ingest would; return the keys of its templates."""
        body = body or encoded(pixels(sum(name.encode())))
        (source.roots[0].path / name).write_bytes(body)
        picture = AnalysedPicture(
            format="png",
            width=SIDES[0],
            height=SIDES[1],
            dhash=hashlib.sha256(name.encode()).digest()[:16],
            metadata=PictureMetadata(captured=date, caption=caption, asset_id=asset_id),
            faces=tuple(face(vector, box=box, quality=GOOD) for vector, box in faces),
        )
        outcome = Outcome(reason=Reason.INDEXED if faces else Reason.NO_FACE, faces=len(faces))
        digest = hashlib.sha256(body).digest()
        read = ReadFile(path=name, size=len(body), mtime_ns=1, outcome=outcome, sha256=digest, picture=picture)
        files = self.records.files
        with self.records.work(ACTOR) as work:
            job = files.start_job(work, source)
            committed = self.records.intake.commit(work, job, source.roots[0].number, [read])
            files.finish_job(work, job, listed=1)
        for seq, rows in self.records.gallery.replay(committed.seq - 1):
            self.made.index.add(rows, seq)
        return list(committed.keys)

    def face_id(self, key: int) -> str:
        ((found,),) = self.made.sql(f"SELECT f.id FROM template t JOIN face f ON f.number = t.face_number WHERE t.key = {key}")
        return found

    # ---- what a clerk does

    def ask(self, kind: str = "access", *contacts: str, **said: object) -> Receipt:
        message = {"actor": self.clerk.actor, "kind": kind, "contacts": contacts or (WHO,), "channel": "e-mail", **said}
        return Intake(self.records, shipped()).run(Message(**message))

    def one(self, wanted: str) -> RequestRecord:
        return self.records.requests.one(wanted)

    @property
    def steps(self) -> Steps:
        return Steps(self.records, shipped())

    @property
    def look(self) -> Look:
        return Look(self.records, shipped())

    def search(self, wanted: str, vector: np.ndarray, *, by: SignedIn | None = None) -> int:
        return self.look.by_photo((by or self.clerk).actor, wanted, [photo(vector)], self.made.index, floor=FLOOR)

    def judge(self, wanted: str, *candidates: str, says: str = "confirmed") -> RequestRecord:
        return self.steps.judge(self.clerk.actor, wanted, candidates, says=says)

    def confirm_all(self, wanted: str) -> None:
        """Confirm every candidate, and record the person's identity."""
        self.judge(wanted)
        self.steps.identity(self.clerk.actor, wanted, "came to the counter; looked like the photograph")

    def answer(self, wanted: str, *, find_faces=lambda image: (), films: FilmDoors | None = None) -> Package:
        done = {Kind.RESTRICTION: Restrict(self.records).run, Kind.RECTIFICATION: Rectified(self.records).run, **self.fulfil}
        answer = Answer(self.records, done)
        prepared = answer.prepare(self.clerk.actor, wanted)
        originals = Originals(open_file=opened, limits=Limits(), find_faces=find_faces, films=films)
        stream = io.BytesIO()
        writer = AccessPackage(self.records, Gather(self.records, shipped()), originals)
        others = [one for one in self.records.requests.all() if one.id != wanted]
        written = writer.write(prepared.request, others, stream, says=prepared.done.says, files=prepared.done.files)
        answer.send(self.clerk.actor, prepared, hashlib.sha256(stream.getvalue()).digest())
        return Package(stream.getvalue(), written)

    def refuse(self, wanted: str, **said: object) -> RequestRecord:
        usual = {"ground": "unfounded", "reasons": "never in our pictures", "remedies": "CNIL; administrative court of Paris"}
        return Refuse(self.records).run(said.pop("actor", self.clerk.actor), wanted, **{**usual, **said})

    def close(self, wanted: str, **said: object) -> None:
        Close(self.records).run(self.clerk.actor, wanted, **said)

    def correct(self, wanted: str, wrong: str) -> str:
        return Rectify(self.records).run(self.clerk.actor, wanted, wrong, because="that is my sister")

    def leaves(self) -> list[dict[str, Any]]:
        return [json.loads(bytes(body)) for (body,) in self.made.sql("SELECT body FROM leaf ORDER BY seq")]


def open_bureau(made: MadeArchive) -> Bureau:
    AddPerson(made.records, argon2=LIGHT).run(made.owner.actor, "Cleo Clerk", [Role.CLERK], PASSPHRASE)
    return Bureau(made=made, clerk=sign_in(made.records, ACTOR, "Cleo Clerk", PASSPHRASE))
