"""The desk of ends, through the archive as programs use it."""

import datetime as dt
import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

sys.path[:0] = [str(Path(__file__).parent.parent / "faults")]
import rig  # noqa: E402 - its folder is no package

from visavis.cli.app import app  # noqa: E402


@pytest.fixture
def ended(tmp_path):
    """An archive whose only source is past its end."""
    archive = rig.make_archive(tmp_path / "archive", rig.fill(tmp_path / "pictures", 9))
    with rig.QuickArchive(archive) as opened:
        opened.ingest(workers=0)
        with opened._session.writing() as records:
            records._database.raw.execute("UPDATE source SET live_until = '2026-01-31'")
    return archive


def test_status_names_what_is_due_and_expire_settles_it(ended):
    with rig.QuickArchive(ended) as opened:
        (notice,) = opened.status().warnings
        assert "past its end since 2026-02-01: run `visavis expire`" in notice
        assert opened.retention.expire(dry_run=True).receipts == ()
        (receipt,) = opened.retention.expire().receipts
        assert (receipt.pictures, receipt.faces, receipt.files) == (9, 9, 9)
        assert opened.retention.due() == ()
        assert opened.status().warnings == ()
        assert opened.source("Pictures").state == "erased"


def test_an_ingest_brings_nothing_of_an_erased_source_back(ended):
    with rig.QuickArchive(ended) as opened:
        opened.retention.expire()
        report = opened.ingest(workers=0)
        assert report.faces == 0
        assert opened.status().sources[0].searchable == 0


def test_the_command_says_what_is_due_and_what_it_erased(ended):
    run = CliRunner().invoke
    dry = run(app, ["expire", "--dry-run", "--archive", str(ended)])
    assert (dry.exit_code, dry.output.splitlines()[-1]) == (0, "nothing was erased")
    assert "9 pictures, 9 faces" in dry.output
    told = json.loads(run(app, ["expire", "--archive", str(ended), "--format", "json"]).output)
    assert [receipt["faces"] for receipt in told["receipts"]] == [9]
    assert dt.datetime.fromisoformat(told["receipts"][0]["done_at"])
    assert run(app, ["expire", "--archive", str(ended)]).output == "nothing is due\n"


def test_a_re_keying_that_was_cut_short_is_named_and_finished(ended):
    with rig.QuickArchive(ended) as opened:
        with opened._session.writing() as records:
            (group,) = records.rotations.groups()
            with records.work(opened._session.actor) as work:
                records.rotations.renew(work, group)
                work.leaf("alteration", what="rotations renewed")
        assert any("cut short" in line for line in opened.status().warnings)
        report = opened.retention.rekey_templates()
        assert (report.templates, report.resumed) == (9, True)
        assert not any("cut short" in line for line in opened.status().warnings)
