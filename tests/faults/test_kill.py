import random
from collections.abc import Callable
from pathlib import Path

import rig

STEPS = (
    "rows-written",
    "rows-synced",
    "sql-committed",
    "index-added",
    "seals-pending",
    "seals-checkpointed",
    "seals-written",
    "pages-sealed",
    "codes-written",
    "codes-switched",
    "codes-discarded",
)
FILES = 700


def _plan() -> list[str]:
    """Each step at its first, second and third time, and seventeen kills from outside."""
    at_steps = [f"{step} {number}" for step in STEPS for number in (1, 2, 3)]
    outside = [f"- {number}" for number in range(0, 17 * 10, 10)]
    plan = at_steps + outside
    random.Random(2).shuffle(plan)
    return plan


def test_an_ingest_killed_fifty_times_ends_as_one_that_was_never_disturbed(
    tmp_path: Path, killer: rig.Killer, record_testsuite_property: Callable[[str, object], None]
) -> None:
    pictures = rig.fill(tmp_path / "pictures", FILES)
    undisturbed, archive = (rig.make_archive(tmp_path / name, pictures) for name in ("undisturbed", "killed"))
    with rig.QuickArchive(undisturbed) as opened:
        opened.ingest(workers=0)
    reached = [killer.kill(archive, when) for when in _plan()]
    with rig.QuickArchive(archive) as opened:
        left = sum(opened.ingest(workers=0).outcomes.values())
    first = next(i for i, steps in enumerate(reached) if "index-added" in steps)
    between = len(reached) - first if left else 0
    record_testsuite_property("kills", len(reached))
    record_testsuite_property("between first and last commit", between)
    record_testsuite_property("files left for the last run", left)
    assert len(reached) == 50
    assert between >= 40
    rig.assert_sound(archive)
    rig.assert_equal(rig.contents(archive), rig.contents(undisturbed))


def test_a_kill_at_any_step_leaves_a_sound_archive(tmp_path: Path, killer: rig.Killer) -> None:
    pictures = rig.fill(tmp_path / "pictures", 120)
    for step in STEPS:
        archive = rig.make_archive(tmp_path / step, pictures)
        killer.kill(archive, f"{step} 2")
        rig.assert_sound(archive)
        with rig.QuickArchive(archive) as opened:
            opened.ingest(workers=0)
        rig.assert_sound(archive)
        assert len(rig.contents(archive)) == 120
