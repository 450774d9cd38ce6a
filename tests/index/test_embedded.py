"""What only the embedded index has: files, generations, readers, crashes."""

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from visavis.domain.clearance import Clearance
from visavis.domain.errors import DamageError, SetupError
from visavis.domain.identification import Where
from visavis.index.codes import Codebook
from visavis.index.embedded import EmbeddedIndex, Upkeep, open_embedded
from visavis.index.files import check_files, wipe
from visavis.testing.index_contract import Bench, FixedClock, some_rows
from visavis.testing.templates import RowTable, identity_centres

DIM = 32
VECTORS = identity_centres(600, DIM, np.random.default_rng(11))


@pytest.fixture
def rows() -> RowTable:
    return RowTable(DIM)


@pytest.fixture
def open_it(tmp_path: Path, rows: RowTable) -> Callable[..., EmbeddedIndex]:
    def open_it(*, writable: bool = True, tail_rows: int = 50, segment_rows: int = 120, **more: object) -> EmbeddedIndex:
        upkeep = Upkeep(tail_rows=tail_rows, close_rows=1, segment_rows=segment_rows, **more)
        return open_embedded(tmp_path / "codes", DIM, rows.read, FixedClock(), writable=writable, upkeep=upkeep)

    return open_it


@pytest.fixture
def filled(open_it: Callable[..., EmbeddedIndex], rows: RowTable, clearance: Clearance) -> Bench:
    """600 rows in batches of 30, so five full segments of 120."""
    bench = Bench(index=open_it(tail_rows=60), rows=rows, clock=FixedClock(), clearance=clearance)
    for seq in range(1, 21):
        keys = list(range(30 * seq - 29, 30 * seq + 1))
        bench.add(some_rows(keys, VECTORS[np.array(keys) - 1], source=seq % 3), seq)
    return bench


def files(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "codes").iterdir())


def test_a_full_tail_is_sealed_and_joins_the_shortest_segment(filled: Bench, tmp_path: Path) -> None:
    assert filled.index.applied() == 20
    assert [path.stat().st_size // 8 for path in files(tmp_path) if path.suffix == ".codes"] == [120] * 5
    assert check_files(tmp_path / "codes") == []


def test_a_short_tail_is_left_for_the_next_opening(tmp_path: Path, rows: RowTable, clearance: Clearance) -> None:
    index = open_embedded(tmp_path / "codes", DIM, rows.read, FixedClock(), writable=True)
    index.add(some_rows([1], VECTORS[0]), 1)
    index.close()
    assert index.applied() == 0
    assert [path.name for path in files(tmp_path)] == ["manifest.json"]


def test_the_codes_of_a_removed_row_are_in_no_file_any_more(filled: Bench, tmp_path: Path) -> None:
    code = Codebook(DIM).encode(VECTORS[[249]].astype(np.float16).astype(np.float32)).tobytes()
    key = np.array([250], "<i8").tobytes()

    def holding(planted: bytes) -> list[str]:
        return [path.name for path in files(tmp_path) if planted in path.read_bytes()]

    assert len(holding(code)) == 1
    assert len(holding(key)) == 1
    filled.index.remove(np.array([250]), 21)
    assert holding(code) == []
    assert holding(key) == []
    assert check_files(tmp_path / "codes") == []
    assert filled.index.applied() == 21


def test_a_segment_that_lost_one_row_in_eight_is_written_anew_without_them(filled: Bench, tmp_path: Path) -> None:
    def lengths() -> list[int]:
        return sorted(path.stat().st_size // 8 for path in files(tmp_path) if path.suffix == ".codes")

    filled.index.remove(np.arange(1, 16), 21)
    assert lengths() == [120] * 5
    filled.index.remove(np.arange(16, 17), 22)
    assert lengths() == [104, 120, 120, 120, 120]
    assert filled.index.keys(0, 1_000).tolist() == list(range(17, 601))
    assert check_files(tmp_path / "codes") == []


@pytest.mark.parametrize("steps", range(1, 7))
def test_a_removal_that_was_cut_short_hides_the_rows_and_is_finished_by_the_next_writer(
    filled: Bench, open_it: Callable[..., EmbeddedIndex], tmp_path: Path, steps: int
) -> None:
    filled.index.close()
    done: list[str] = []

    def crash(name: str) -> None:
        done.append(name)
        if len(done) == steps:
            raise KeyboardInterrupt

    gone = np.array([5, 6, 500])
    codes = Codebook(DIM).encode(VECTORS[gone - 1].astype(np.float16).astype(np.float32))
    with pytest.raises(KeyboardInterrupt):
        open_it(step=crash).remove(gone, 21)
    assert done == ["codes-switched", *["codes-overwritten"] * 4, "codes-switched"][:steps]
    left = sorted(set(range(1, 601)) - {5, 6, 500})
    assert open_it(writable=False).keys(0, 1_000).tolist() == left
    assert (check_files(tmp_path / "codes") == []) == (steps == 6)
    again = open_it()
    assert check_files(tmp_path / "codes") == []
    assert again.keys(0, 1_000).tolist() == left
    assert not any(code.tobytes() in path.read_bytes() for code in codes for path in files(tmp_path))
    assert again.remove(gone, 21).removed == 0


def test_a_removal_that_failed_is_finished_by_the_next_sealing(
    filled: Bench, open_it: Callable[..., EmbeddedIndex], tmp_path: Path
) -> None:
    filled.index.close()
    failures = iter([True])

    def fail(name: str) -> None:
        if name == "codes-overwritten" and next(failures, False):
            raise OSError("no space")

    index = open_it(step=fail)
    with pytest.raises(OSError, match="no space"):
        index.remove(np.array([5, 500]), 21)
    assert check_files(tmp_path / "codes") != []
    rows = some_rows(list(range(601, 661)), -VECTORS[:60])
    filled.rows.put(rows.keys, rows.vectors)
    index.add(rows, 22)
    assert check_files(tmp_path / "codes") == []
    assert open_it(writable=False).keys(0, 1_000).tolist() == sorted(set(range(1, 661)) - {5, 500})


def test_a_tail_in_several_pieces_is_searched_and_forgotten_row_by_row(
    open_it: Callable[..., EmbeddedIndex], rows: RowTable, clearance: Clearance
) -> None:
    vectors = identity_centres(9_000, DIM, np.random.default_rng(4))
    index = open_it(least_rows=20_000, tail_rows=20_000)
    for seq, start in enumerate(range(0, 9_000, 3_000), start=1):
        index.add(some_rows(list(range(start + 1, start + 3_001)), vectors[start : start + 3_000], source=seq), seq)
    index.remove(np.array([1, 4_096, 4_097, 9_000]), 3)
    index.add(some_rows([2, 8_999], vectors[[1, 8_998]], source=9), 3)
    left = [key for key in range(1, 9_001) if key not in {1, 4_096, 4_097, 9_000}]
    assert index.keys(0, 9_999).tolist() == left
    assert sorted(index.search(VECTORS[0], 9_999, None, clearance).keys.tolist()) == left
    assert sorted(index.search(VECTORS[0], 9, Where(sources=frozenset({9})), clearance).keys.tolist()) == [2, 8_999]
    assert index.search(vectors[4_999], 1, Where(sources=frozenset({2})), clearance).keys.tolist() == [5_000]
    rows.put(np.arange(1, 9_001), vectors)
    index.close()
    assert open_it(writable=False).keys(0, 9_999).tolist() == left


def test_a_file_is_overwritten_with_zeros_before_it_is_unlinked(filled: Bench, tmp_path: Path) -> None:
    links = tmp_path / "links"
    links.mkdir()
    for path in files(tmp_path):
        (links / path.name).hardlink_to(path)
    filled.index.remove(np.arange(1, 601), 21)
    old = [path for path in links.iterdir() if path.suffix in {".codes", ".columns"}]
    assert old
    assert all(set(path.read_bytes()) == {0} for path in old)


def test_a_flipped_byte_in_any_file_is_found(filled: Bench, tmp_path: Path) -> None:
    filled.index.close()
    for path in files(tmp_path):
        whole = path.read_bytes()
        for at in {0, len(whole) // 3, len(whole) - 1}:
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
            assert check_files(tmp_path / "codes") != [], (path.name, at)
        path.write_bytes(whole)
    assert check_files(tmp_path / "codes") == []


@pytest.mark.parametrize("act", ["cut", "unlinked"])
def test_a_file_that_is_cut_or_gone_is_damage(filled: Bench, open_it: Callable[..., EmbeddedIndex], tmp_path: Path, act: str) -> None:
    filled.index.close()
    for path in files(tmp_path):
        whole = path.read_bytes()
        path.write_bytes(whole[:-1]) if act == "cut" else path.unlink()
        assert check_files(tmp_path / "codes") != []
        with pytest.raises(DamageError):
            open_it()
        path.write_bytes(whole)


def test_files_that_a_crash_left_are_named_and_then_cleared_by_the_next_writer(
    filled: Bench, open_it: Callable[..., EmbeddedIndex], tmp_path: Path
) -> None:
    filled.index.close()
    for name in ("00000999.codes", "00000999.columns", "manifest.new", "notes.txt"):
        (tmp_path / "codes" / name).write_bytes(b"left")
    assert len(check_files(tmp_path / "codes")) == 4
    open_it(writable=False).close()
    assert len(check_files(tmp_path / "codes")) == 4
    open_it().close()
    assert check_files(tmp_path / "codes") == ["codes/notes.txt: not named by the manifest"]


def test_codes_of_another_dimension_are_a_set_up_error(filled: Bench, rows: RowTable, tmp_path: Path) -> None:
    filled.index.close()
    with pytest.raises(SetupError, match="32 values"):
        open_embedded(tmp_path / "codes", 64, rows.read, FixedClock(), writable=False)


def test_a_dimension_that_four_does_not_divide_is_a_set_up_error(rows: RowTable, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="not 30"):
        open_embedded(tmp_path / "codes", 30, rows.read, FixedClock(), writable=True)


def test_wiped_and_added_again_it_is_the_same_index(filled: Bench, open_it: Callable[..., EmbeddedIndex], tmp_path: Path) -> None:
    before = filled.found(VECTORS[3])
    filled.index.close()
    wipe(tmp_path / "codes")
    assert files(tmp_path) == []
    index = open_it()
    for start in range(0, 600, 100):
        index.add(some_rows(list(range(start + 1, start + 101)), VECTORS[start : start + 100]), 0)
    assert index.search(VECTORS[3], 1_000, None, filled.clearance).keys.tolist() == before


def test_new_filter_columns_of_sealed_rows_survive_closing(filled: Bench, open_it: Callable[..., EmbeddedIndex]) -> None:
    filled.index.add(some_rows([7, 400], VECTORS[[6, 399]], source=9), 21)
    assert filled.index.applied() == 20
    filled.index.close()
    assert filled.index.applied() == 21
    again = open_it(writable=False)
    assert sorted(again.search(VECTORS[0], 9, Where(sources=frozenset({9})), filled.clearance).keys.tolist()) == [7, 400]


def test_a_reader_sees_what_the_writer_sealed_and_what_it_removed(filled: Bench, open_it: Callable[..., EmbeddedIndex]) -> None:
    reader = open_it(writable=False)
    assert reader.applied() == 20
    filled.index.remove(np.array([4]), 21)
    filled.add(some_rows(list(range(601, 661)), -VECTORS[:60]), 22)
    found = reader.search(VECTORS[3], 1_000, None, filled.clearance).keys.tolist()
    assert sorted(found) == [1, 2, 3, *range(5, 661)]
    assert reader.applied() == 22


def test_a_reader_of_a_folder_without_an_index_finds_nothing_and_writes_nothing(
    open_it: Callable[..., EmbeddedIndex], clearance: Clearance, tmp_path: Path
) -> None:
    reader = open_it(writable=False)
    assert len(reader.search(VECTORS[0], 5, None, clearance).keys) == 0
    assert not (tmp_path / "codes").exists()


def test_what_a_reader_was_told_stays_until_the_files_hold_it(filled: Bench, open_it: Callable[..., EmbeddedIndex]) -> None:
    reader = open_it(writable=False)
    filled.rows.put(np.array([601, 602]), VECTORS[[0, 1]])
    reader.add(some_rows([601, 602], VECTORS[[0, 1]]), 22)
    reader.remove(np.array([602, 9, 10]), 24)
    reader.add(some_rows([11], VECTORS[[10]], source=9), 25)
    expected = sorted({*range(1, 602)} - {9, 10})

    def check() -> None:
        assert sorted(reader.search(VECTORS[0], 1_000, None, filled.clearance).keys.tolist()) == expected
        assert reader.keys(0, 1_000).tolist() == expected
        assert reader.search(VECTORS[0], 9, Where(sources=frozenset({9})), filled.clearance).keys.tolist() == [11]

    check()
    filled.index.remove(np.array([300]), 21)  # a new generation that holds none of it yet
    expected.remove(300)
    check()


def test_a_reader_answers_rightly_while_a_writer_rewrites(filled: Bench, open_it: Callable[..., EmbeddedIndex]) -> None:
    reader, stop, wrong = open_it(writable=False), threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            hits = reader.search(VECTORS[0], 1_000, None, filled.clearance)
            if hits.keys[0] != 1 or hits.keys.min() < 1 or len(hits.keys) < 570:
                wrong.append(hits)

    thread = threading.Thread(target=read)
    thread.start()
    for seq in range(21, 51):
        filled.index.remove(np.array([580 - 10 * (seq - 21)]), seq)
    stop.set()
    thread.join()
    assert wrong == []


@pytest.mark.parametrize("step", ["codes-written", "codes-switched", "codes-discarded"])
@pytest.mark.parametrize("act", ["seal", "remove", "columns"])
def test_a_crash_at_any_step_loses_nothing_that_was_applied(
    filled: Bench, open_it: Callable[..., EmbeddedIndex], tmp_path: Path, step: str, act: str
) -> None:
    filled.index.close()

    def crash(name: str) -> None:
        if name == step:
            raise KeyboardInterrupt

    index, new = open_it(step=crash, segment_rows=700), some_rows(list(range(601, 651)), -VECTORS[:50])
    filled.rows.put(new.keys, new.vectors)

    def replay(index: EmbeddedIndex) -> None:
        if index.applied() < 21:
            index.add(new, 21) if act == "seal" else index.add(some_rows([7], VECTORS[[6]], source=9), 21)
        if index.applied() < 22 and act == "remove":
            index.remove(np.array([5, 500]), 22)
        index.close()

    with pytest.raises(KeyboardInterrupt):
        replay(index)
    again = open_it()
    assert check_files(tmp_path / "codes") == []
    replay(again)
    final = open_it(writable=False)
    expected = set(range(1, 651 if act == "seal" else 601)) - ({5, 500} if act == "remove" else set())
    assert set(final.keys(0, 1_000).tolist()) == expected
    assert final.search(VECTORS[6], 1, None, filled.clearance).keys.tolist() == [7]
    assert check_files(tmp_path / "codes") == []
