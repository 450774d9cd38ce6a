"""Another pack for an archive: searched as before until the switch, and a way back until it is confirmed."""

import hashlib
from dataclasses import replace

import cv2
import numpy as np
import pytest
from archive_forge import ACTOR, DIM, PACK, MadeArchive, Picture, at_cosine, face, probe

from visavis.decode.limits import Limits
from visavis.domain.errors import InputError, UnreadablePicture
from visavis.domain.media import Outcome, Reason
from visavis.index.exact import ExactIndex
from visavis.records import archive as records_archive
from visavis.records.erasure import Scope
from visavis.services.rekey_templates import RekeyTemplates
from visavis.services.repack import Admission, EndRepack, Repack, Target

OTHER = "other@1"
OTHER_DIM = 2 * DIM
SIDE = 48


def picture_bytes(number: int) -> bytes:
    """Return a picture whose grey says its number."""
    return cv2.imencode(".png", np.full((SIDE, SIDE, 3), number, np.uint8))[1].tobytes()


def other_vector(number: int) -> np.ndarray:
    vector = np.random.default_rng(number).normal(size=OTHER_DIM).astype(np.float32)
    return vector / np.linalg.norm(vector)


class Originals:
    """The folder of originals, and the networks of the other pack."""

    def __init__(self, count: int) -> None:
        self.files = {f"{number}.png": picture_bytes(number) for number in range(count)}
        self.refused: dict[str, str] = {}

    def open(self, _root, path: str) -> bytes:
        if path not in self.files:
            raise UnreadablePicture("gone", reason=Reason.VANISHED)
        return self.files[path]

    def admit(self, _source: int, path: str, *, step: str, faces: int) -> Admission:
        assert faces > 0
        return Admission(rule=self.refused.get(f"{step} {path}", ""))

    def target(self, pack: str = OTHER, dim: int = OTHER_DIM) -> Target:
        def embed(sources):
            numbers = [int(source.pixels()[0, 0, 0]) for source, _ in sources]
            made = [other_vector(number) if dim == OTHER_DIM else at_cosine(0.1, sideways=number) for number in numbers]
            return [(np.stack([v] * len(f)), np.full(len(f), 7.0, np.float32)) for v, (_, f) in zip(made, sources, strict=True)]

        return Target(pack_id=pack, dim=dim, embed=embed)


class Moving:
    """A made archive whose pictures have files."""

    def __init__(self, made: MadeArchive, count: int) -> None:
        self.made, self.originals = made, Originals(count)
        self.source = made.household()
        for number in range(count):
            self.put(number)

    def put(self, number: int, vector: np.ndarray | None = None) -> None:
        data = self.originals.files.setdefault(f"{number}.png", picture_bytes(number))
        self.commit(f"{number}.png", data, at_cosine(0.9, sideways=1 + number % (DIM - 1)) if vector is None else vector)

    def commit(self, path: str, data: bytes, vector: np.ndarray) -> None:
        read = Picture(path=path, vectors=(vector[:DIM],)).read()
        analysed = replace(read.picture, faces=(face(vector),))
        file = replace(read, sha256=hashlib.sha256(data).digest(), picture=analysed, outcome=Outcome(reason=Reason.INDEXED, faces=1))
        files = self.made.records.files
        with self.made.records.work(ACTOR) as work:
            job = files.start_job(work, self.source)
            done = self.made.records.intake.commit(work, job, self.source.roots[0].number, [file])
        for seq, rows in self.made.records.gallery.replay(done.seq - 1):
            self.made.index.add(rows, seq)

    def repack(self, step=lambda _: None) -> Repack:
        return Repack(self.made.records, open_file=self.originals.open, admit=self.originals.admit, limits=Limits(), step=step)

    def run(self, **options):
        report = self.repack().run(ACTOR, self.originals.target(), **options)
        self.reopen()
        return report

    def reopen(self) -> None:
        made = self.made
        made.close()
        made.records = records_archive.open_records(made.folder / "archive", made.doors, writable=True)
        made.index = ExactIndex(made.records.dim, made.clock)
        made.permission = type(made.permission)(made.records, made.permission._rules, floor=-1.0)
        for seq, rows in made.records.gallery.replay(0):
            made.index.add(rows, seq)

    def found(self, vector: np.ndarray) -> list[tuple[str, float]]:
        result = self.made.search(probes=(probe(vector),), top=None, threshold=-1)
        return [(candidate.path, round(candidate.similarity, 3)) for candidate in result.candidates]

    def sound(self) -> bool:
        return list(self.made.records.integrity()) == []


@pytest.fixture
def moving(made) -> Moving:
    return Moving(made, 6)


def faces_and_anchors(moving: Moving) -> list[tuple]:
    return moving.made.sql("SELECT number, id, anchor FROM face ORDER BY number")


def test_after_the_switch_the_other_packs_templates_are_searched_and_faces_are_the_same(moving):
    before, kept = faces_and_anchors(moving), moving.found(at_cosine(1))
    report = moving.run()
    assert (report.state, report.templates, report.before, report.after) == ("switched", 6, 6, 6)
    assert report.comparison is not None
    assert report.comparison.faces == 6
    assert moving.made.records.pack_id == OTHER
    assert moving.made.records.dim == OTHER_DIM
    assert moving.found(other_vector(3))[0] == ("3.png", 1.0)
    assert faces_and_anchors(moving) == before
    assert moving.made.sql("SELECT DISTINCT norm FROM face") == [(7.0,)]
    assert moving.sound()
    EndRepack(moving.made.records).back(ACTOR)
    moving.reopen()
    assert moving.made.records.pack_id == PACK
    assert moving.found(at_cosine(1)) == kept
    assert moving.made.sql("SELECT DISTINCT norm FROM face") == [(10.0,)]
    assert faces_and_anchors(moving) == before
    assert moving.sound()


def test_until_the_last_face_is_there_the_old_pack_is_searched(moving):
    before = moving.found(at_cosine(1))
    gone = moving.originals.files.pop("4.png")
    report = moving.run()
    assert (report.state, report.templates, report.unread) == ("unfinished", 5, {"vanished": 1})
    assert len(report.pictures) == 1
    assert moving.found(at_cosine(1)) == before
    assert moving.sound()
    moving.originals.files["4.png"] = gone
    report = moving.run()
    assert (report.state, report.templates) == ("switched", 1)


def test_a_file_that_is_another_now_is_not_embedded_under_the_faces_that_were_found_in_it(moving):
    moving.originals.files["2.png"] = picture_bytes(99)
    assert moving.run().unread == {"changed": 1}


def test_the_law_is_asked_before_decoding_and_before_storing(moving):
    moving.originals.refused = {"decode 0.png": "source-live", "index 1.png": "order"}
    report = moving.run()
    assert report.refused == {"source-live": 1, "order": 1}
    assert report.state == "unfinished"


def test_faces_that_are_left_behind_keep_their_records_and_are_filled_in_later(moving):
    gone = moving.originals.files.pop("4.png")
    before = faces_and_anchors(moving)
    report = moving.run(leave_behind=True)
    assert (report.state, report.after) == ("switched", 5)
    assert len(moving.found(other_vector(4))) == 5
    EndRepack(moving.made.records).confirm(ACTOR)
    moving.reopen()
    assert faces_and_anchors(moving) == before
    moving.originals.files["4.png"] = gone
    report = moving.repack().fill_in(ACTOR, moving.originals.target(), moving.made.index)
    assert (report.templates, report.after) == (1, 6)
    assert moving.found(other_vector(4))[0] == ("4.png", 1.0)
    moving.reopen()
    assert moving.found(other_vector(4))[0] == ("4.png", 1.0)
    assert moving.sound()


def test_confirming_erases_the_old_packs_templates_from_every_file(moving):
    halves = moving.made.records.rows.read(np.arange(1, 7)).astype("<f2")
    planted = [row.tobytes() for row in halves]
    assert moving.made.records.lies(planted).all()
    moving.run()
    assert moving.made.records.lies(planted).all()
    EndRepack(moving.made.records).confirm(ACTOR)
    assert not moving.made.records.lies(planted).any()
    moving.reopen()
    assert moving.made.sql("SELECT count(*) FROM spare_template") == [(0,)]
    assert moving.sound()
    with pytest.raises(InputError, match="can be taken back"):
        EndRepack(moving.made.records).back(ACTOR)


def test_taking_back_a_move_that_was_not_switched_leaves_no_trace_of_it(moving):
    moving.originals.files.pop("0.png")
    moving.run()
    planted = [row.tobytes() for row in moving.made.records.repackings.spare_rows().read(first_keys(moving)).astype("<f2")]
    assert moving.made.records.lies(planted).all()
    EndRepack(moving.made.records).back(ACTOR)
    assert not moving.made.records.lies(planted).any()
    moving.reopen()
    assert moving.made.records.repackings.now() is None
    assert moving.sound()


def first_keys(moving: Moving) -> np.ndarray:
    return np.array([key for (key,) in moving.made.sql("SELECT key FROM spare_template ORDER BY key")], np.int64)


def test_pictures_that_came_after_the_switch_are_embedded_with_the_old_pack_on_the_way_back(moving):
    moving.run()
    moving.put(9, other_vector(9))
    EndRepack(moving.made.records).back(ACTOR)
    moving.reopen()
    assert moving.made.records.repackings.faces_waiting(None) == 1
    moving.repack().fill_in(ACTOR, moving.originals.target(PACK, DIM), moving.made.index)
    assert "9.png" in [path for path, _ in moving.found(at_cosine(1))]
    assert moving.sound()


def test_a_face_that_is_erased_meanwhile_is_gone_from_both_packs(moving):
    moving.run()
    planted = [row.tobytes() for row in moving.made.records.rows.read(index_keys(moving)[:1]).astype("<f2")]
    spare = moving.made.records.repackings.spare_rows()
    planted += [row.tobytes() for row in spare.read(first_keys(moving)[:1]).astype("<f2")]
    records = moving.made.records
    with records.work(ACTOR) as work:
        records.erasures.hide(work, Scope(ground="request", source_number=moving.source.number, faces=(1,)))
    records.erasures.settle(lambda: records.work(ACTOR), moving.made.index.remove)
    assert not records.lies(planted).any()
    assert moving.sound()
    EndRepack(records).back(ACTOR)
    moving.reopen()
    assert len(moving.found(at_cosine(1))) == 5
    assert moving.sound()


def index_keys(moving: Moving) -> np.ndarray:
    return np.array([key for (key,) in moving.made.sql("SELECT key FROM template ORDER BY key")], np.int64)


def test_what_is_restricted_is_neither_embedded_nor_erased(moving):
    moving.made.sql("UPDATE face SET state = 'restricted' WHERE number = 2")
    report = moving.run()
    assert (report.state, report.templates, report.left_alone) == ("switched", 5, 1)
    with pytest.raises(InputError, match="1 templates of"):
        EndRepack(moving.made.records).confirm(ACTOR)
    EndRepack(moving.made.records).back(ACTOR)


def test_faces_of_films_hold_the_switch_up_until_somebody_goes_without_them(moving):
    moving.made.sql("UPDATE media SET kind = 'video' WHERE number = 3")
    report = moving.run()
    assert (report.state, report.templates, report.unread) == ("unfinished", 5, {"film": 1})
    report = moving.run(leave_behind=True)
    assert (report.state, report.after) == ("switched", 5)


def test_one_move_at_a_time(moving):
    moving.originals.files.pop("0.png")
    moving.run()
    with pytest.raises(InputError, match="on its way"):
        moving.repack().run(ACTOR, moving.originals.target("third@1"))
    with pytest.raises(InputError, match="on its way"):
        RekeyTemplates(moving.made.records, moving.made.index).run(ACTOR)
    with pytest.raises(InputError, match="waits to be confirmed"):
        EndRepack(moving.made.records).confirm(ACTOR)


class Stopped(BaseException):
    pass


@pytest.mark.parametrize("when", ["repack-begun", "repack-written", "repack-switched"])
def test_a_run_that_is_cut_short_goes_on_where_it_stopped(moving, when):
    def stop(step: str) -> None:
        if step == when:
            raise Stopped

    with pytest.raises(Stopped):
        moving.repack(stop).run(ACTOR, moving.originals.target())
    moving.reopen()
    assert moving.sound()
    if when == "repack-switched":
        assert moving.made.records.pack_id == OTHER
    else:
        assert moving.made.records.pack_id == PACK
        assert moving.run().state == "switched"
    assert moving.found(other_vector(5))[0] == ("5.png", 1.0)


@pytest.mark.parametrize("when", ["repack-left", "repack-wiped"])
@pytest.mark.parametrize("act", ["confirm", "back"])
def test_an_end_that_is_cut_short_is_finished_by_the_same_act(moving, when, act):
    def stop(step: str) -> None:
        if step == when:
            raise Stopped

    moving.run()
    with pytest.raises(Stopped):
        getattr(EndRepack(moving.made.records, step=stop), act)(ACTOR)
    moving.reopen()
    assert moving.sound()
    getattr(EndRepack(moving.made.records), act)(ACTOR)
    moving.reopen()
    assert moving.made.records.pack_id == (OTHER if act == "confirm" else PACK)
    assert moving.made.records.repackings.now() is None
    assert moving.sound()


def test_every_batch_is_one_leaf(moving):
    def leaves() -> int:
        return moving.made.sql("SELECT count(*) FROM leaf")[0][0]

    before = leaves()
    moving.repack().run(ACTOR, moving.originals.target())
    assert leaves() - before == 3  # begun, one batch, switched
