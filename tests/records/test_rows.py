"""Row files: what is written is what is read, and any byte that changed is noticed."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from visavis.domain.errors import DamageError, InputError
from visavis.records.rows import SEGMENT_ROWS, RowsDamaged, RowStore

DIM = 8
HEADER = 64
ROW = 2 * DIM + 4


def store(folder: Path, *, writable: bool = True, dim: int = DIM, pack_id: str = "pack@1", steps: list[str] | None = None) -> RowStore:
    return RowStore(folder / "rows", dim=dim, pack_id=pack_id, writable=writable, step=(steps if steps is not None else []).append)


def unit(count: int, *, dim: int = DIM, seed: int = 0) -> np.ndarray:
    drawn = np.random.default_rng(seed).normal(size=(count, dim)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def pairs(keys: np.ndarray, sums: np.ndarray) -> list[tuple[int, int]]:
    return list(zip(keys.tolist(), sums.tolist(), strict=True))


@pytest.fixture
def rows(tmp_path: Path) -> Iterator[RowStore]:
    with store(tmp_path) as opened:
        yield opened


@given(vectors=arrays(np.float32, st.tuples(st.integers(0, 20), st.just(DIM)), elements=st.floats(-65_500, 65_500, width=32)))
@settings(max_examples=40, deadline=None)
def test_a_row_reads_as_numpys_cast_to_half_precision(tmp_path_factory: pytest.TempPathFactory, vectors: np.ndarray) -> None:
    with store(tmp_path_factory.mktemp("rows")) as rows:
        keys, _ = rows.append(vectors)
        expected = vectors.astype(np.float16).astype(np.float32)
        assert np.array_equal(rows.read(keys).view(np.uint32), expected.view(np.uint32))


def test_keys_begin_at_one_and_follow_the_place_in_the_files(tmp_path: Path) -> None:
    vectors = unit(SEGMENT_ROWS + 3, dim=2)
    steps: list[str] = []
    with store(tmp_path, dim=2, steps=steps) as rows:
        first, _ = rows.append(vectors[:5])
        later, checksums = rows.append(vectors[5:])
        rows.sync()
        assert first.tolist() == [1, 2, 3, 4, 5]
        assert later[-1] == rows.high_water() == SEGMENT_ROWS + 3
        assert sorted(path.name for path in (tmp_path / "rows").iterdir()) == ["000000.rows", "000001.rows"]
        asked = np.array([SEGMENT_ROWS + 2, 1, SEGMENT_ROWS, SEGMENT_ROWS + 1, 1])
        assert np.array_equal(rows.read(asked), vectors[asked - 1].astype(np.float16).astype(np.float32))
        known = [(int(key), int(value)) for key, value in zip(later, checksums, strict=True)]
        assert list(rows.check([(int(key), value) for key, value in enumerate(first_checksums(vectors[:5]), 1)] + known)) == []
    assert steps == ["rows-written", "rows-written", "rows-synced"]


def first_checksums(vectors: np.ndarray) -> list[int]:
    """The checksum by the format's own words, in Python's whole numbers."""
    return [reference(key, vector.astype("<f2").tobytes()) for key, vector in enumerate(vectors, 1)]


def reference(key: int, content: bytes) -> int:
    def multiplier(state: int) -> int:
        state = state * 0x9E3779B97F4A7C15 % 2**64
        state = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 % 2**64
        state = (state ^ state >> 27) * 0x94D049BB133111EB % 2**64
        return state ^ state >> 31 | 1

    words = [int.from_bytes(content[at : at + 4], "little") for at in range(0, len(content), 4)]
    keyed = [key & 0xFFFFFFFF, key >> 32]
    total = sum(word * multiplier(place) for place, word in enumerate(words, 1))
    total += sum(word * multiplier(place) for place, word in enumerate(keyed, (1 << 20) + 1))
    return total % 2**64 >> 32


def test_a_reader_sees_rows_appended_after_it_opened(rows: RowStore, tmp_path: Path) -> None:
    early, _ = rows.append(unit(3))
    with store(tmp_path, writable=False) as reader:
        reader.read(early)
        late, _ = rows.append(unit(4, seed=1))
        assert np.array_equal(reader.read(late), unit(4, seed=1).astype(np.float16).astype(np.float32))
        assert reader.high_water() == 7


def test_a_reader_may_not_write(rows: RowStore, tmp_path: Path) -> None:
    rows.append(unit(1))
    with store(tmp_path, writable=False) as reader, pytest.raises(InputError):
        reader.append(unit(1))


def test_vectors_beyond_half_precision_or_of_another_shape_are_refused(rows: RowStore) -> None:
    for wrong in (np.full((1, DIM), 70_000, np.float32), np.full((1, DIM), np.nan, np.float32), unit(2, dim=DIM + 1), unit(1)[0]):
        with pytest.raises(InputError):
            rows.append(wrong)
    assert rows.high_water() == 0


def test_reading_a_row_that_is_not_there_names_its_key(rows: RowStore, monkeypatch: pytest.MonkeyPatch) -> None:
    rows.append(unit(2))
    monkeypatch.setattr(np, "empty", np.zeros)  # fresh memory is often zeros, and zeros under key 0 have the right checksum
    for absent in (0, 3, -5, SEGMENT_ROWS * 3):
        with pytest.raises(RowsDamaged) as raised:
            rows.read(np.array([1, absent]))
        assert raised.value.keys == (absent,)


def test_an_erased_row_reads_as_zeros_and_its_bytes_are_gone(rows: RowStore, tmp_path: Path) -> None:
    keys, checksums = rows.append(unit(5))
    held = (tmp_path / "rows/000000.rows").read_bytes()[HEADER + ROW : HEADER + ROW + 2 * DIM]
    rows.overwrite(keys[[1, 3]])
    rows.overwrite(keys[[1]])
    assert held not in (tmp_path / "rows/000000.rows").read_bytes()
    read = rows.read(keys)
    assert not read[[1, 3]].any()
    assert read[[0, 2, 4]].any(axis=1).all()
    recorded = pairs(keys, checksums)
    assert list(rows.check([recorded[0], recorded[2], recorded[4]])) == []
    assert list(rows.check(recorded)) == [f"row {key}: erased in the row files, but recorded as live" for key in (2, 4)]


def test_overwriting_an_unknown_row_overwrites_nothing(rows: RowStore) -> None:
    keys, checksums = rows.append(unit(2))
    with pytest.raises(RowsDamaged):
        rows.overwrite(np.array([1, 3]))
    assert list(rows.check(pairs(keys, checksums))) == []


def test_a_row_copied_to_another_place_is_noticed(rows: RowStore, tmp_path: Path) -> None:
    keys, checksums = rows.append(unit(2))
    path = tmp_path / "rows/000000.rows"
    content = path.read_bytes()
    path.write_bytes(content[:HEADER] + content[HEADER + ROW :] + content[HEADER : HEADER + ROW])
    with pytest.raises(RowsDamaged) as raised:
        rows.read(keys)
    assert raised.value.keys == (1, 2)
    assert len(list(rows.check(pairs(keys, checksums)))) == 2


def test_rows_and_records_that_disagree_are_listed(rows: RowStore, tmp_path: Path) -> None:
    keys, checksums = rows.append(unit(3))
    recorded = pairs(keys, checksums)
    assert list(rows.check(recorded[:2])) == ["row 3: holds a vector that no record names"]
    assert list(rows.check([*recorded, (9, 1)])) == ["row 9: recorded, but behind the end of rows/000000.rows"]
    assert list(rows.check([*recorded, (SEGMENT_ROWS + 9, 1)])) == [
        f"row {SEGMENT_ROWS + 9}: recorded, but behind the end of the row files"
    ]
    assert list(rows.check([(1, recorded[0][1] ^ 1), *recorded[1:]])) == ["row 1: its checksum is not the recorded one"]
    assert list(rows.check([(0, 5), *recorded])) == ["row 0: recorded, but keys begin at 1"]
    (tmp_path / "rows/stray").write_bytes(b"")
    assert list(rows.check(recorded)) == ["rows/stray: not a row file"]
    with pytest.raises(InputError):
        list(rows.check([recorded[1], recorded[0]]))


def test_a_missing_file_is_named_with_its_rows(tmp_path: Path) -> None:
    with store(tmp_path, dim=2) as rows:
        keys, checksums = rows.append(unit(SEGMENT_ROWS + 1, dim=2))
        (tmp_path / "rows/000000.rows").unlink()
        problems = list(rows.check(pairs(keys[-2:], checksums[-2:])))
        assert problems == ["rows/000000.rows: missing", f"row {SEGMENT_ROWS}: recorded, but its file is missing"]


def test_rows_of_another_pack_are_not_read(tmp_path: Path) -> None:
    with store(tmp_path) as rows:
        keys, _ = rows.append(unit(1))
    with store(tmp_path, pack_id="pack@2") as other, pytest.raises(DamageError, match="another pack"):
        other.read(keys)


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_file_cut_anywhere_behind_the_committed_rows_is_mended_by_truncating(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    committed = data.draw(st.integers(0, 4))
    with store(folder) as rows:
        keys, checksums = rows.append(unit(committed))
        rows.sync()
        rows.append(unit(5, seed=1))
    path = folder / "rows/000000.rows"
    size = path.stat().st_size
    kept = data.draw(st.integers(HEADER + committed * ROW if committed else 0, size))
    path.write_bytes(path.read_bytes()[:kept])
    with store(folder) as rows:
        rows.truncate(committed)
        assert rows.high_water() == committed
        assert list(rows.check(pairs(keys, checksums))) == []
        more, more_checksums = rows.append(unit(2, seed=2))
        assert more.tolist() == [committed + 1, committed + 2]
        assert list(rows.check(pairs(keys, checksums) + pairs(more, more_checksums))) == []


def test_truncating_removes_whole_files_never_committed(tmp_path: Path) -> None:
    with store(tmp_path, dim=2) as rows:
        keys, checksums = rows.append(unit(SEGMENT_ROWS, dim=2))
        rows.append(unit(2, dim=2))
        rows.truncate(SEGMENT_ROWS)
        assert [path.name for path in (tmp_path / "rows").iterdir()] == ["000000.rows"]
        assert list(rows.check(pairs(keys, checksums))) == []


def test_committed_rows_that_are_gone_are_damage(rows: RowStore) -> None:
    rows.append(unit(2))
    with pytest.raises(RowsDamaged):
        rows.truncate(3)


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_any_flipped_byte_is_found(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("rows")
    with store(folder) as rows:
        keys, checksums = rows.append(unit(4))
        rows.overwrite(keys[[1]])
        recorded = [pair for pair in pairs(keys, checksums) if pair[0] != 2]
        assert list(rows.check(recorded)) == []
        path = folder / "rows/000000.rows"
        content = bytearray(path.read_bytes())
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
        path.write_bytes(content)
        assert list(rows.check(recorded))


@given(extra=st.integers(1, 3 * ROW))
@settings(max_examples=20, deadline=None)
def test_garbage_behind_the_last_row_is_found(tmp_path_factory: pytest.TempPathFactory, extra: int) -> None:
    folder = tmp_path_factory.mktemp("rows")
    with store(folder) as rows:
        keys, checksums = rows.append(unit(3))
        with (folder / "rows/000000.rows").open("ab") as file:
            file.write(bytes(extra))
        assert list(rows.check(pairs(keys, checksums)))
