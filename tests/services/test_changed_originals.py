"""What an erasure does with the photographs themselves: kept, masked or deleted, as their charter says, and told on the certificate."""

import hashlib
import io
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from archive_forge import ACTOR, MadeArchive, Picture, at_cosine
from PIL import Image

from visavis.decode.limits import Limits
from visavis.decode.photo import open_photo
from visavis.domain.face import Box
from visavis.law.clear import clear_erasure_check
from visavis.law.rulebook import shipped
from visavis.records.files import ReadFile
from visavis.services.erasure import ChangeOriginals, EraseOrder, EraseQuestion, Tools
from visavis.sources.folder import FolderSource

LEFT = Box(left=0.1, top=0.3, width=0.2, height=0.3)
SPECK = (200, 30, 60)


@dataclass(frozen=True, kw_only=True)
class OnDisk(Picture):
    """A picture with a file: its bytes decide its digest."""

    data: bytes = b""

    def read(self) -> ReadFile:
        return replace(super().read(), sha256=hashlib.sha256(self.data).digest())


def picture_file(form: str = "PNG") -> bytes:
    """A grey picture of 400 by 200 with a speck in the middle of `LEFT`, and one at the right edge."""
    image = Image.new("RGB", (400, 200), (90, 90, 90))
    image.paste(SPECK, (70, 80, 80, 90))
    image.paste(SPECK, (380, 80, 390, 90))
    buffer = io.BytesIO()
    image.save(buffer, format=form)
    return buffer.getvalue()


def put(made: MadeArchive, act: str, *names: str, data: bytes | None = None) -> Path:
    """Add a museum whose charter says `act`, with these files; return its folder."""
    source = made.archive(more=f'originals = "{act}"\n')
    root = source.roots[0].path
    for place, name in enumerate(names):
        body = data or picture_file("JPEG" if name.endswith("jpg") else "PNG") + b" " * place
        (root / name).write_bytes(body)
        made.put(source, OnDisk(path=name, data=body, vectors=(at_cosine(1 - place / 10),), box=LEFT))
    return root


def originals(made: MadeArchive, step=lambda _: None) -> ChangeOriginals:
    return ChangeOriginals(
        records=made.records, rules=shipped(), open_file=lambda root, path: FolderSource(root).open(path), limits=Limits(), step=step
    )


def order(made: MadeArchive, step=lambda _: None) -> EraseOrder:
    return EraseOrder(made.records, encode=codes, step=step, originals=originals(made, step))


def codes(rows: np.ndarray) -> list[bytes]:
    return [row.tobytes() for row in rows]


def tools(made: MadeArchive) -> Tools:
    sources = frozenset(source.number for source in made.records.sources.all())
    clearance = clear_erasure_check(ACTOR, shipped(), sources, floor=-1.0, at=made.clock.now())
    return Tools(index=made.index, clearance=clearance, encode=codes, rebuilt=lambda _: ("same", "same"), threshold=0.5)


def erase(made: MadeArchive, *, first: bool = False) -> dict[str, int]:
    faces = tuple(row[0] for row in made.sql("SELECT id FROM face ORDER BY number"))
    run = order(made).run(ACTOR, EraseQuestion(faces=faces[:1] if first else faces), tools(made))
    return made.records.originals.outcomes(run.number)


def speck_seen(data: bytes, *, at: tuple[int, int]) -> bool:
    pixels = open_photo(data).pixels()
    return bool(np.abs(pixels[at[1], at[0]].astype(int) - SPECK).max() < 40)


def test_without_a_word_in_the_charter_originals_stay_as_they_are(made):
    root = put(made, "keep", "a.png")
    before = (root / "a.png").read_bytes()
    assert erase(made) == {}
    assert (root / "a.png").read_bytes() == before


@pytest.mark.parametrize("name", ["a.png", "a.jpg"])
def test_where_the_charter_says_mask_the_face_is_grey_in_the_file_and_the_rest_is_as_it_was(made, name):
    root = put(made, "mask", name)
    assert speck_seen((root / name).read_bytes(), at=(75, 85))
    assert erase(made) == {"masked": 1}
    after = (root / name).read_bytes()
    assert not speck_seen(after, at=(75, 85))
    assert speck_seen(after, at=(385, 85))
    assert [path.name for path in root.iterdir()] == [name]


def test_where_the_charter_says_delete_the_file_is_gone_and_others_stay(made):
    root = put(made, "delete", "a.png", "b.png")
    assert erase(made, first=True) == {"deleted": 1}
    assert [path.name for path in root.iterdir()] == ["b.png"]


def test_what_lay_in_a_deleted_file_is_overwritten_under_its_other_names_too(made, tmp_path):
    root = put(made, "delete", "a.png")
    other = tmp_path / "another name of the same file"
    other.hardlink_to(root / "a.png")
    erase(made)
    assert set(other.read_bytes()) == {0}


def test_a_scope_says_how_many_originals_would_be_changed_and_changes_none(made):
    root = put(made, "delete", "a.png", "b.png")
    face = made.sql("SELECT id FROM face ORDER BY number")[0][0]
    counted = order(made).scope(EraseQuestion(faces=(face,))).counted
    assert (counted["originals to delete"], counted["originals to mask"]) == (1, 0)
    assert len(list(root.iterdir())) == 2


def test_a_file_that_is_not_the_one_that_was_read_is_left_alone_and_told(made):
    root = put(made, "delete", "a.png")
    (root / "a.png").write_bytes(b"something else by now")
    assert erase(made) == {"changed since it was read": 1}
    assert (root / "a.png").read_bytes() == b"something else by now"


def test_a_link_that_leads_out_of_the_source_is_never_followed(made, tmp_path):
    root = put(made, "delete", "a.png")
    outside = tmp_path / "outside.png"
    (root / "a.png").rename(outside)
    (root / "a.png").symlink_to(outside)
    assert erase(made) == {"may not be written": 1}
    assert outside.exists()


def test_a_format_that_cannot_be_written_anew_is_kept_and_told(made):
    put(made, "mask", "a.gif", data=picture_file("GIF"))
    assert erase(made) == {"can't be masked in its format": 1}


def test_a_folder_that_is_out_of_reach_waits_for_the_next_erasure(made):
    root = put(made, "delete", "a.png", "b.png")
    away = root.rename(root.with_name("unplugged"))
    assert erase(made, first=True) == {"out of reach": 1}
    away.rename(root)
    order(made).finish(ACTOR, tools(made))
    assert made.records.originals.outcomes(1) == {"deleted": 1}
    assert [path.name for path in root.iterdir()] == ["b.png"]


@pytest.mark.parametrize("act", ["mask", "delete"])
def test_a_crash_between_changing_a_file_and_noting_it_does_not_do_it_twice(made, act):
    class Crash(Exception):
        pass

    def stop(step: str) -> None:
        if step == "original-changed":
            raise Crash

    root = put(made, act, "a.png")
    face = made.sql("SELECT id FROM face")[0][0]
    with pytest.raises(Crash):
        order(made, stop).run(ACTOR, EraseQuestion(faces=(face,)), tools(made))
    between = [path.read_bytes() for path in root.iterdir()]
    order(made).finish(ACTOR, tools(made))
    assert made.records.originals.outcomes(1) == ({"masked": 1} if act == "mask" else {"not there any more": 1})
    assert [path.read_bytes() for path in root.iterdir()] == between
    assert [run.state for run in made.records.erasure_runs.all()] == ["checked"]


def test_where_the_files_lie_is_forgotten_once_they_are_changed(made):
    put(made, "delete", "a.png")
    erase(made)
    assert made.sql("SELECT target FROM erasure_original") == [(None,)]
