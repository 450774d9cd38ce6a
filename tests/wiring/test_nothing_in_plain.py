"""A whole archive, used through the wiring by people with something to hide: nothing of it stands in any file as it is.

The same acts are done in an archive with the null vault and rotations that turn nothing. There the scan finds everything, else it would
prove nothing.
"""

import dataclasses
import io
import logging
import shutil
from pathlib import Path

import archive_forge
import numpy as np
import pytest
from archive_forge import NullVault
from PIL import Image

from visavis.decode.crops import face_jpeg
from visavis.domain.actor import Actor
from visavis.domain.identification import ProbePicture
from visavis.records import rotation
from visavis.wiring import build
from visavis.wiring.archive import Archive
from visavis.wiring.tools import create_archive

PASSPHRASE = "correct horse battery staple"
TEXTS = {
    "machine's user": "Mortimer Machinist",
    "person": "Wilhelmina Owner",
    "second person": "Gracchus Reviewer",
    "folder": "Aunt Philippa's attic",
    "path": "Philippa at Lake Como.jpg",
    "caption": "Philippa Featherstonehaugh and the twins",
    "household": "The Featherstonehaughs at home",
    "source": "Zanzibar Album",
    "controller": "Museum of Example",
    "answer": "the drive came from uncle Ebenezer",
    "case": "The Bartholomew matter",
    "law": "Zanzibar Archives Act, section 9",
    "necessity": "nobody has seen Bartholomew since Tuesday",
    "seeks": "Bartholomew Featherstonehaugh",
    "reason": "letter of his cousin Hyacinth",
    "grounds": "the scar below the left ear",
    "label": "Émilie du Châtelet",
    "authority": "ULAN 500115588",
    "recipient": "Inspector Lestrange",
    "because": "the court of Lyon asked for it",
    "why frozen": "a complaint by Hyacinth",
}


class Told:
    """What an archive was told: texts, pictures and templates, and where its files lie."""

    def __init__(self, folder: Path, probe: ProbePicture, template: np.ndarray) -> None:
        self.folder = folder
        self.probe = probe
        self.template = template
        self.open = b""
        self.closed = b""
        self.log = False
        self.logged = b""

    @property
    def planted(self) -> dict[str, tuple[bytes, ...]]:
        """By name, byte strings of which each one gives the secret away."""
        crop = face_jpeg(self.probe.image_rgb, self.probe.faces[0].box)
        middle = tuple(crop[start : start + 48] for start in range(len(crop) // 4, len(crop) // 2, 200))
        found = {name: spellings(text) for name, text in TEXTS.items()}
        return {**found, "probe's JPEG": middle, "template": (halves(self.template),)}


def spellings(text: str) -> tuple[bytes, ...]:
    """Return a text in UTF-8, UTF-16 and as JSON writes it."""
    return text.encode(), text.encode("utf-16-le"), text.encode("ascii", "backslashreplace")


def halves(vector: np.ndarray) -> bytes:
    return np.asarray(vector, "<f2").tobytes()


def on_disk(folder: Path) -> bytes:
    return b"".join(
        bytes(str(path.relative_to(folder)), "utf-8") + path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    )


def live(base: Path, examples: Path, patch: pytest.MonkeyPatch) -> Told:
    """Do everything that people do in an archive, and read its files while it is open and after it is closed."""
    patch.setattr(build, "current_actor", lambda: Actor(name=TEXTS["machine's user"]))
    root = base / TEXTS["folder"]
    root.mkdir(parents=True)
    picture = Image.open(examples / "barack-obama-2009.jpg")
    exif = Image.Exif()
    exif[0x010E] = TEXTS["caption"]
    picture.save(root / TEXTS["path"], exif=exif, quality=95)
    shutil.copy(examples / "landscape.jpg", root / "view.jpg")
    (base / "deed.pdf").write_bytes(b"deed")
    charter = base / "charter.toml"
    charter.write_text(archive_forge.ARCHIVE_CHARTER.format(title=TEXTS["source"]), encoding="utf-8")
    settings = build.read_settings().model_copy(update={"key_file": base / "keys" / "one.key", "passphrase_file": None})
    folder = base / "archive"
    create_archive(folder, settings=settings)
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    patch.setattr(logging.getLogger("visavis"), "handlers", [handler])
    patch.setattr(logging.getLogger("visavis"), "level", logging.DEBUG)
    with Archive(folder, settings, build.SystemClock()) as archive:
        (shown,) = archive.look(root / TEXTS["path"])
        (probe,) = archive.look(examples.parent / "probe" / "barack-obama-2012.jpg")
        use(archive, root, charter, probe)
        told = Told(folder, probe, shown.faces[0].vector)
        told.open = on_disk(folder)
        told.log = (folder / "records.db-wal").stat().st_size > 0
    told.closed = on_disk(folder)
    logging.getLogger("visavis.test").warning("the log was kept")
    told.logged = lines.getvalue().encode()
    return told


def use(archive: Archive, root: Path, charter: Path, probe: ProbePicture) -> None:
    at_home = root.parent / "at home"
    at_home.mkdir()
    archive.add_source(at_home, profile="household", title=TEXTS["household"])
    archive.people.add(TEXTS["person"], ["owner"], passphrase=PASSPHRASE)
    archive.people.sign_in(TEXTS["person"], ask=lambda _: PASSPHRASE)
    archive.people.add(TEXTS["second person"], ["reviewer"], passphrase=PASSPHRASE)
    source = archive.charters.add(root, charter=charter, answer=TEXTS["answer"]).source_id
    archive.charters.sign(source)
    archive.ingest()
    archive.charters.freeze(source, TEXTS["why frozen"])
    archive.charters.thaw(source, TEXTS["why frozen"])
    case = archive.cases.open(
        profile="archive",
        purpose="catalogue",
        sources=(source,),
        title=TEXTS["case"],
        legal_reference=TEXTS["law"],
        necessity=TEXTS["necessity"],
        seeks=TEXTS["seeks"],
    )
    result = archive.search(probe, faces=(1,), case_id=case, reason=TEXTS["reason"])
    (found,) = result.candidates
    archive.review.decide(found.candidate_id, "same", grounds=TEXTS["grounds"])
    archive.labels.add(found.candidate_id, TEXTS["label"], authority=TEXTS["authority"])
    archive.labels.find(TEXTS["label"])
    archive.review.disclose(result, bytes(32), what="search-html", recipient=TEXTS["recipient"], because=TEXTS["because"])
    archive.review.show(result.search_id)


@pytest.fixture(scope="module")
def closing(examples, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        return live(tmp_path_factory.mktemp("closing"), examples, patch)


@pytest.fixture(scope="module")
def plain(examples, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        doors = build.doors
        patch.setattr(build, "doors", lambda *given, **more: dataclasses.replace(doors(*given, **more), vault=NullVault))
        patch.setattr(rotation, "matrix_of", lambda _secret, _number, dim: np.eye(dim, dtype=np.float32))
        return live(tmp_path_factory.mktemp("plain"), examples, patch)


def given_away(told: Told, content: bytes) -> set[str]:
    return {name for name, secrets in told.planted.items() if any(secret in content for secret in secrets)}


def everywhere(told: Told) -> set[str]:
    """Return what is given away by the files of an open archive, of a closed one, and of a copy that somebody takes without the key."""
    return given_away(told, told.open) | given_away(told, told.closed)


def test_the_scan_finds_everything_where_nothing_is_closed_and_nothing_turned(plain):
    assert everywhere(plain) == set(plain.planted)


def test_nothing_of_it_stands_in_any_file_of_an_archive_open_or_closed(closing):
    assert everywhere(closing) == set()


def test_the_log_of_the_database_was_full_when_the_open_archive_was_read(closing):
    assert (closing.log, closing.folder.joinpath("records.db-wal").exists()) == (True, False)


@pytest.mark.parametrize("which", ["plain", "closing"])
def test_the_probe_its_pixels_and_the_passphrase_are_nowhere_even_where_nothing_is_closed(which, request):
    told = request.getfixturevalue(which)
    never = (PASSPHRASE.encode(), halves(told.probe.faces[0].vector), *pixel_rows(told.probe))
    assert not [secret for secret in never if secret in told.open + told.closed]


def test_no_log_line_holds_any_of_it(plain):
    assert b"the log was kept" in plain.logged
    assert given_away(plain, plain.logged) == set()


def pixel_rows(probe: ProbePicture) -> list[bytes]:
    """Return pieces of the middle rows of a probe as they lie in memory."""
    height, width = probe.image_rgb.shape[:2]
    return [probe.image_rgb[row, width // 3 : width // 3 + 32].tobytes() for row in range(height // 3, 2 * height // 3, 7)]
