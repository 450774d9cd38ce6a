from pathlib import Path

import rig

from visavis.domain.media import Reason
from visavis.services.ingest.batches import Batch, Examined
from visavis.services.ingest.pool import Pool
from visavis.sources.base import FoundFile


def _batches(root: Path, names: list[str]) -> list[Batch]:
    return [Batch(root=root, files=(FoundFile(path=name, size=1, mtime_ns=1),)) for name in names]


def _all(batch: Batch, examined: list[Examined]) -> frozenset[int]:
    return frozenset(range(len(examined)))


def _reasons(pool: Pool, batches: list[Batch]) -> set[Reason]:
    return {analysed[0].outcome.reason for _, _, analysed in pool.run(batches, _all)}


def test_a_worker_that_dies_while_it_waits_costs_no_file(tmp_path: Path) -> None:
    rig.fill(tmp_path, 6)
    with Pool(rig.MadeUpAnalyser, workers=2) as pool:
        assert _reasons(pool, _batches(tmp_path, ["00001.jpg", "00002.jpg"])) == {Reason.INDEXED}
        for worker in pool._workers:
            worker.process.kill()
            worker.process.join()
        assert _reasons(pool, _batches(tmp_path, ["00004.jpg", "00005.jpg"])) == {Reason.INDEXED}


def test_a_file_that_ends_its_worker_costs_only_itself(tmp_path: Path) -> None:
    names = ["00001.jpg", "00002.jpg", "killer.jpg", "00004.jpg"]
    rig.fill(tmp_path, 6)
    (tmp_path / "killer.jpg").write_bytes(rig.KILLER)
    batch = Batch(root=tmp_path, files=tuple(FoundFile(path=name, size=1, mtime_ns=1) for name in names))
    with Pool(rig.MadeUpAnalyser, workers=1) as pool:
        found = {batch.files[0].path: analysed[0].outcome.reason for batch, _, analysed in pool.run([batch], _all)}
    assert found == dict.fromkeys(names, Reason.INDEXED) | {"killer.jpg": Reason.CRASHED}
