"""Measuring a machine: every stage is told, and nothing of the pictures is kept. The clock is made, so no figure means anything."""

import datetime as dt
import itertools

import cv2
import numpy as np
import pytest
from archive_forge import SetClock

from visavis.decode.limits import Limits
from visavis.domain.actor import Actor
from visavis.domain.errors import InputError
from visavis.engines.chain import open_networks
from visavis.engines.pack import DEFAULT_PACK, find_pack
from visavis.index.exact import ExactIndex
from visavis.law.clear import clear_evaluation
from visavis.law.rulebook import shipped
from visavis.services.bench import Bench


@pytest.fixture(scope="module")
def networks(tmp_path_factory):
    pack = find_pack(DEFAULT_PACK, [])
    return pack, open_networks(pack, cache=tmp_path_factory.mktemp("cache"), runtime="onnxruntime")


@pytest.fixture
def bench(networks) -> Bench:
    clock = SetClock(at=dt.datetime.now(dt.UTC))
    ticks = itertools.count(step=0.25)
    return Bench(
        *networks,
        open_index=lambda _folder, dim, _read: ExactIndex(dim, clock),
        clearance=clear_evaluation(Actor(name="made"), shipped(), at=clock.now()),
        limits=Limits(),
        seconds=lambda: float(next(ticks)),
    )


@pytest.fixture
def folder(tmp_path):
    for number in range(3):
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.full((40, 40, 3), 40 * number, np.uint8))
    (tmp_path / "note.txt").write_text("no picture")
    return tmp_path


def test_every_stage_is_told_and_a_million_follows_from_it(bench, folder):
    said = []
    report = bench.run(sorted(folder.iterdir()), templates=1_500, say=said.append)
    pictures = report.pictures
    assert set(pictures.ms_a_picture) == {"read", "decode", "detect", "embed", "around"}
    assert pictures.files == 4 < pictures.pictures
    assert pictures.unreadable == pictures.pictures // 3
    assert sum(pictures.ms_a_picture.values()) == pytest.approx(pictures.seconds / pictures.pictures * 1e3)
    assert pictures.over_kernels > 1
    assert report.million_hours == pytest.approx(1e6 / pictures.pictures_a_second / 3600)
    assert (report.search.templates, report.search.dim, report.pack) == (1_500, 128, DEFAULT_PACK)
    assert report.search.median_ms > 0
    assert len(said) == 2
    assert len(list(folder.iterdir())) == 4


def test_a_folder_without_a_picture_is_refused(bench, folder):
    with pytest.raises(InputError, match="none of these files"):
        bench.run([folder / "note.txt"], templates=1_000)
