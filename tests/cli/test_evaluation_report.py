import contextlib
import json
import re
import sqlite3
import sys
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from visavis.cli.output import charts, evaluation
from visavis.domain.errors import SetupError
from visavis.wiring.evaluation import Chart, Line, Part, Sheet, Table


def line(label="R = 1", *, band=True):
    x = tuple(np.geomspace(0.001, 1, 30).tolist())
    y = tuple(0.0 if i > 26 else 0.1 / (1 + i) for i in range(30))
    return Line(label=label, x=x, y=y, low=tuple(v / 2 for v in y) if band else (), high=tuple(v * 2 for v in y) if band else ())


def chart(name="det", lines=None):
    return Chart(name=name, title="T", x_label="FPIR", y_label="FNIR", lines=lines or (line(),), log_x=True, log_y=True, says="N = 9")


class Report:
    """A made report with two charts."""

    def to_dict(self):
        return {"fnir": 0.1}

    def sheet(self):
        return Sheet(
            title="A <question>?",
            lead="Lead",
            facts=(("Hash of the pack", "ab" * 32),),
            notes=("a note",),
            parts=(
                Part(title="One", chart=chart()),
                Part(title="Two", chart=chart("rank", (line("a", band=False), line("b", band=False)))),
                Part(title="Three", says=("what it says",), table=Table(columns=("rate", "value"), rows=(("FNIR", "0.1"),))),
            ),
        )


def test_the_same_numbers_give_the_same_files_to_the_last_byte(tmp_path):
    for folder in ("a", "b"):
        evaluation.check_folder(tmp_path / folder)
        names = evaluation.write_report(Report(), tmp_path / folder, "visavis evaluate identify FOLDER")
    assert names == ["report.html", "report.json", "det.svg", "det.png", "rank.svg", "rank.png"]
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name
    told = json.loads((tmp_path / "a" / "report.json").read_text())
    assert (told["fnir"], told["command"]) == (0.1, "visavis evaluate identify FOLDER")
    assert told["curves"]["det"][0]["y"][0] == 0.1


def test_a_chart_tells_lines_apart_without_colour():
    drawn = charts.svg(chart(lines=tuple(line(f"line {i}", band=False) for i in range(6))))
    colours = {found.lower() for found in re.findall(r"#[0-9a-fA-F]{6}", drawn)}
    assert colours <= {charts.INK, charts.SOFT, charts.GRID, "#ffffff"}
    dashes = set(re.findall(r"stroke-dasharray: ([^;]*)", drawn))
    assert len(dashes) >= 5
    assert all(f">line {i}<" in drawn for i in range(6))  # text is text


@pytest.mark.parametrize("ranks", [(1.0,), (1.0, 2.0), (1.0, 2.0, 3.0), tuple(map(float, range(1, 51)))])
def test_ranks_are_counted_in_whole_numbers(ranks):
    cmc = Line(label="R = k", x=ranks, y=tuple(0.1234 for _ in ranks))
    drawn = charts.svg(Chart(name="rank", title="T", x_label="k", y_label="FNIR", lines=(cmc,), whole_x=True))
    ticks = re.findall(r'id="rank-text_\d+">.*?<text[^>]*>([^<]*)</text>', drawn[: drawn.index("matplotlib.axis_2")], re.DOTALL)
    assert ticks
    assert all(re.fullmatch(r"[−\d]\d*|k", tick) for tick in ticks), ticks


def test_ids_of_one_page_s_charts_never_meet():
    ids = [set(re.findall(r'\bid="([^"]*)"', charts.inline(chart(name)))) for name in ("det", "rank")]
    assert ids[0]
    assert not ids[0] & ids[1]
    for name, content in (("det", charts.svg(chart("det"))), ("rank", charts.svg(chart("rank")))):
        root = ET.fromstring(content)
        known = {element.get("id") for element in root.iter()}
        asked = re.findall(r'(?:url\(#|href="#)([^")]*)', content)
        assert set(asked) <= known, name


def test_a_chart_in_a_page_follows_the_page_s_colours_and_width():
    drawn = charts.inline(chart())
    assert drawn.startswith("<svg")
    assert "#1b1d1f" not in drawn
    assert "var(--ink)" in drawn
    head = drawn[: drawn.index(">")]
    assert "viewBox" in head
    assert "width=" not in head


def test_the_page_is_one_file_without_script_or_request(tmp_path):
    evaluation.check_folder(tmp_path)
    evaluation.write_report(Report(), tmp_path, "visavis evaluate identify FOLDER")
    page = (tmp_path / "report.html").read_text()
    assert "<script" not in page
    assert not re.findall(r'(?:src|href)="(?!#)', page)
    assert not re.findall(r"@import|url\((?!#)", page)
    assert "A &lt;question&gt;?" in page
    assert "visavis evaluate identify FOLDER" in page
    assert re.search(r"20\d\d-\d\d-\d\d", page) is None


def test_rates_that_a_logarithmic_axis_can_not_show_are_left_out_and_do_not_break_it():
    flat = Line(label="none", x=(0.1, 1.0), y=(0.0, 0.0), low=(0.0, 0.0), high=(0.1, 0.1))
    assert "0 at every point" in charts.svg(chart(lines=(flat,)))
    assert charts.png(chart(lines=(flat,)))[:4] == b"\x89PNG"


def test_text_holds_facts_notes_and_aligned_tables(capsys):
    evaluation.write_text(Report().sheet(), sys.stdout)
    told = capsys.readouterr().out
    assert "Hash of the pack  " + "ab" * 32 in told
    assert "rate  value\nFNIR  0.1\n" in told


def test_without_the_drawing_library_a_report_is_refused_before_the_work(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(SetupError, match="reports") as caught:
        evaluation.check_folder(tmp_path / "report")
    assert "visavis[reports]" in caught.value.remedy
    assert not (tmp_path / "report").exists()


def test_a_report_can_not_be_written_over_a_file_and_nothing_is_read_before_that_is_known(run, tmp_path):
    (tmp_path / "taken").write_text("mine")
    ran = run("evaluate", "identify", tmp_path / "nowhere", "--report", tmp_path / "taken")
    assert ran.code == 2
    assert "is no folder" in ran.err
    assert (tmp_path / "taken").read_text() == "mine"


def test_the_index_is_measured_on_templates_of_nobody(run, tmp_path):
    ran = run("evaluate", "index", "--rows", "600", "--format", "json", "--report", tmp_path / "report")
    assert (ran.document["gallery"], ran.document["probes"], ran.document["recall_known"]["value"]) == (600, 1000, 1.0)
    assert sorted(path.name for path in (tmp_path / "report").iterdir()) == ["report.html", "report.json"]
    assert json.loads((tmp_path / "report" / "report.json").read_text())["command"] == "visavis evaluate index --rows 600 --dim 128"


def test_an_index_of_an_odd_size_is_refused(run):
    assert run("evaluate", "index", "--rows", "3").code == 2


def test_an_archive_s_index_is_measured_without_searching_for_anybody_and_a_leaf_says_so(run, album):
    searches = album.searches()
    ran = run("evaluate", "index", "-a", album.archive, "--format", "json")
    assert (ran.document["recall_known"], ran.document["recall_strangers"]["value"]) == (None, 1.0)
    assert ran.document["gallery"] > 0
    assert album.searches() == searches
    with contextlib.closing(sqlite3.connect(album.archive / "records.db")) as connection:
        (leaf,) = connection.execute("SELECT body FROM leaf ORDER BY seq DESC LIMIT 1").fetchone()
    assert b"the index was compared with exact search" in leaf
