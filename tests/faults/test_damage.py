import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import rig

from visavis.domain.errors import DamageError

FLIPS_A_FILE = 40
"""Positions tried in each file, besides its first and last bytes."""


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with sealed segments of codes, a tail, and a row erased from nowhere."""
    base = tmp_path_factory.mktemp("sound")
    folder = rig.make_archive(base / "archive", rig.fill(base / "pictures", 150))
    with rig.QuickArchive(folder) as archive:
        archive.ingest(workers=0)
    assert len(list((folder / "codes").glob("*.codes"))) >= 2
    return folder


def _problems(folder: Path, *, repair: bool = False) -> tuple[str, ...]:
    """Return what `verify` says, a refusal to open the archive for its damage included."""
    try:
        with rig.QuickArchive(folder) as archive:
            return archive.verify(repair=repair).problems
    except DamageError as error:
        return (str(error),)


def _positions(size: int, rng: random.Random) -> Iterator[int]:
    yield from {0, size - 1, *(rng.randrange(size) for _ in range(FLIPS_A_FILE))}


def _files(folder: Path) -> list[Path]:
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def test_every_kind_of_file_is_there_to_be_damaged(sound: Path) -> None:
    with_bytes = {path.suffix for path in _files(sound) if (sound / path).stat().st_size}
    assert with_bytes == {".db", ".seals", ".rows", ".codes", ".columns", ".json"}
    assert {path.name for path in _files(sound) if not (sound / path).stat().st_size} <= {"lock", "records.seals.lock", "records.kept"}


def test_a_sound_archive_has_no_problem(sound: Path) -> None:
    assert _problems(sound) == ()


@pytest.mark.parametrize("suffix", [".db", ".seals", ".rows", ".codes", ".columns", ".json"])
def test_a_flipped_byte_in_any_file_is_found(tmp_path: Path, sound: Path, suffix: str) -> None:
    rng = random.Random(suffix)
    unnoticed = []
    for path in (path for path in _files(sound) if path.suffix == suffix):
        for position in _positions((sound / path).stat().st_size, rng):
            copy = tmp_path / "copy"
            shutil.copytree(sound, copy)
            _flip(copy / path, position, 1 << rng.randrange(8))
            if not _problems(copy):
                unnoticed.append((str(path), position))
            shutil.rmtree(copy)
    assert not unnoticed


def _flip(path: Path, position: int, mask: int) -> None:
    content = bytearray(path.read_bytes())
    content[position] ^= mask
    path.write_bytes(content)


@pytest.mark.parametrize("suffix", [".rows", ".codes", ".columns", ".json", ".db"])
def test_a_file_cut_short_is_found(tmp_path: Path, sound: Path, suffix: str) -> None:
    for path in (path for path in _files(sound) if path.suffix == suffix):
        copy = tmp_path / "copy"
        shutil.copytree(sound, copy)
        content = (copy / path).read_bytes()
        (copy / path).write_bytes(content[: len(content) // 2])
        assert _problems(copy), path
        shutil.rmtree(copy)


@pytest.mark.parametrize("suffix", [".codes", ".columns", ".json"])
def test_repair_makes_damaged_codes_anew(tmp_path: Path, sound: Path, suffix: str) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(sound, copy)
    path = next(path for path in _files(copy) if path.suffix == suffix)
    _flip(copy / path, 50, 1)
    with rig.QuickArchive(copy) as archive:
        face = rig.face_ids(archive)[0]
    with rig.QuickArchive(copy) as archive:
        verdict = archive.verify(repair=True)
    assert (verdict.problems, verdict.repaired) == ((), True)
    assert _problems(copy) == ()
    with rig.QuickArchive(copy) as mended, rig.QuickArchive(sound) as whole:
        found, wanted = (
            [(c.face_id, c.similarity) for c in opened.search(face_id=face, top=20, threshold=-1.0).candidates]
            for opened in (mended, whole)
        )
    assert [face for face, _ in found] == [face for face, _ in wanted]


@pytest.mark.parametrize("suffix", [".rows", ".db"])
def test_repair_does_not_touch_damaged_truth(tmp_path: Path, sound: Path, suffix: str) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(sound, copy)
    path = next(path for path in _files(copy) if path.suffix == suffix)
    _flip(copy / path, (copy / path).stat().st_size // 2, 4)
    codes = {path.name: path.read_bytes() for path in (copy / "codes").iterdir()}
    assert _problems(copy, repair=True)
    assert _problems(copy)
    assert {path.name: path.read_bytes() for path in (copy / "codes").iterdir()} == codes


def test_a_damaged_database_never_makes_rows_be_cut_off(tmp_path: Path, sound: Path) -> None:
    rows = (sound / "rows" / "000000.rows").read_bytes()
    rng = random.Random(3)
    size = (sound / "records.db").stat().st_size
    for _ in range(60):
        copy = tmp_path / "copy"
        shutil.copytree(sound, copy)
        _flip(copy / "records.db", rng.randrange(size), 1 << rng.randrange(8))
        _problems(copy)
        assert (copy / "rows" / "000000.rows").read_bytes() == rows
        shutil.rmtree(copy)


def test_a_file_that_does_not_belong_is_found(tmp_path: Path, sound: Path) -> None:
    for place in ("rows/stray", "codes/stray"):
        copy = tmp_path / "copy"
        shutil.copytree(sound, copy)
        (copy / place).write_bytes(b"x")
        assert _problems(copy), place
        shutil.rmtree(copy)
