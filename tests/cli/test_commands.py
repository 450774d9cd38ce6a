"""Every command as a person runs it: what it prints where, its stable JSON keys, and its exit code."""

import csv
import errno
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

import visavis
from visavis.records.folder import ArchiveFolder, WriterLock
from visavis.wiring.archive import Archive

CANDIDATE_KEYS = {
    "rank", "candidate_id", "face_id", "media_id", "source_id", "source_title", "group", "kind", "similarity", "path", "captured_at",
    "start_s", "end_s", "at_s", "timecode", "page", "box", "probe_face", "weak", "offline", "decided", "labels", "strangers", "adjusted",
    "together",
}  # fmt: skip
SEARCH_KEYS = {
    "search_id", "case_id", "at", "probe", "gallery_size", "threshold", "threshold_trial", "pack", "undated_left_out", "notices",
    "purpose", "policy", "signed_by", "stamp", "expected_false_hits", "expected",
    "candidates",
}  # fmt: skip

AS_ADA = ("--as", "Ada")


def names(document) -> set[str]:
    return {found["path"].removesuffix(".jpg") for found in document["candidates"]}


# ---- ingest, outcomes, status ------------------------------------------------------------------------------------------------


def test_a_bench_of_no_folder_or_of_an_empty_one_ends_with_2(run, tmp_path):
    for folder in (tmp_path / "nosuch", tmp_path):
        ran = run("bench", folder)
        assert (ran.code, "Traceback" in ran.err) == (2, False)
        assert ran.err


def test_ingest_ends_with_its_outcomes_and_progress_goes_to_standard_error(album):
    document = album.ingested.document
    assert set(document) == {"outcomes", "unchanged", "returned", "missing", "faces", "seconds", "offline", "waiting"}
    assert document["outcomes"] == {"indexed": 10, "no-face": 1, "truncated": 1}
    assert document["faces"] == 13
    assert "files" in album.ingested.err


def test_a_second_ingest_reads_nothing_again(run, album):
    document = run("ingest", "-a", album.archive, "--format", "json").document
    assert (document["outcomes"], document["unchanged"], document["faces"]) == ({}, 12, 0)


def test_outcomes_are_one_json_object_a_line(run, album):
    lines = [json.loads(line) for line in run("outcomes", "-a", album.archive, "--format", "json").out.splitlines()]
    assert {tuple(sorted(line)) for line in lines} == {("detail", "faces", "missing", "outcome", "path", "read_at")}
    assert len(lines) == 12
    (broken,) = (line for line in lines if line["outcome"] == "truncated")
    assert broken["path"] == "broken.jpg"


def test_outcomes_are_filtered_by_reason_and_source(run, album):
    listed = run("outcomes", "--reason", "no-face", "--source", "Family", "-a", album.archive)
    assert listed.out.split() == ["no-face", "0", "landscape.jpg"]
    assert run("outcomes", "--reason", "odd", "-a", album.archive).code == 2
    assert run("outcomes", "--source", "Nobody", "-a", album.archive).code == 2


def test_status_says_how_the_archive_stands(run, album):
    document = run("status", "-a", album.archive, "--format", "json").document
    assert set(document) == {
        *("archive_id", "folder", "pack", "at", "vault", "warnings", "bytes", "sources", "notices"),
        *("leaves", "ledger_since", "checkpoint_at"),
    }
    assert [(source["title"], source["searchable"]) for source in document["sources"]] == [("Family", 9), ("Museum", 4)]
    assert "«Family»" in run("status", "-a", album.archive).out


def test_verify_finds_a_sound_archive_sound(run, album):
    document = run("verify", "-a", album.archive, "--format", "json").document
    assert document == {"problems": [], "templates": 13, "repaired": False}
    assert run("verify", "-a", album.archive).out == "sound: 13 templates\n"


def test_verify_ends_with_5_and_names_the_damaged_row(run, copied):
    (file,) = copied.glob("rows/*")
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    ran = run("verify", "-a", copied)
    assert ran.code == 5
    assert ran.out == "row 13: fails its checksum\n1 problem\n"
    assert "backup" in ran.err


# ---- search ------------------------------------------------------------------------------------------------------------------


def test_search_json_has_its_stable_keys_and_nothing_else_is_on_standard_output(run, album, portrait):
    ran = run("search", portrait, "-a", album.archive, "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    document = ran.document
    assert set(document) == SEARCH_KEYS
    assert {frozenset(found) for found in document["candidates"]} == {frozenset(CANDIDATE_KEYS)}
    assert {frozenset(found["box"]) for found in document["candidates"]} == {frozenset({"left", "top", "width", "height"})}
    assert document["gallery_size"] == 9
    assert document["threshold_trial"] == "the floor, under which no similarity is given"  # among nine faces it lies above
    assert "LFW" in document["expected"]["rests_on"]


def test_every_picture_of_the_person_is_found_and_nobody_else(run, album, portrait):
    document = run("search", portrait, "-a", album.archive, "--format", "json").document
    people = {"barack-obama-2009", "barack-obama-2010", "barack-obama-senate", "barack-obama-senate-copy", "group-composite"}
    assert names(document) == people
    assert [found["rank"] for found in document["candidates"]] == [1, 2, 3, 4, 5]
    similarity = [found["similarity"] for found in document["candidates"]]
    assert similarity == sorted(similarity, reverse=True)
    assert min(similarity) >= document["threshold"]


def test_a_portrait_and_its_smaller_copy_fold_into_one_group(run, album, portrait):
    document = run("search", portrait, "-a", album.archive, "--format", "json").document
    groups = {found["path"]: found["group"] for found in document["candidates"]}
    assert groups["barack-obama-senate.jpg"] == groups["barack-obama-senate-copy.jpg"]
    assert len(set(groups.values())) == 4
    assert "+1 near-duplicate" in run("search", portrait, "-a", album.archive).out


def test_the_same_search_twice_gives_the_same_list_under_another_id(run, album, portrait):
    first, second = (run("search", portrait, "-a", album.archive, "--format", "json").document for _ in range(2))
    assert first["search_id"] != second["search_id"]
    strip = lambda document: [(found["face_id"], found["similarity"]) for found in document["candidates"]]  # noqa: E731
    assert strip(first) == strip(second)


def test_the_table_says_what_a_candidate_is_and_what_was_left_out(run, album, portrait):
    out = run("search", portrait, "-a", album.archive).out
    assert "A candidate is a lead, not an identification." in out
    assert "N = 9 templates" in out
    assert "«Museum» was left out" in out


def test_csv_has_one_row_a_candidate(run, album, portrait):
    rows = list(csv.DictReader(io.StringIO(run("search", portrait, "-a", album.archive, "--format", "csv").out)))
    assert [row["rank"] for row in rows] == ["1", "2", "3", "4", "5"]


def test_html_goes_to_one_file_that_asks_nothing_of_any_network(run, album, portrait, tmp_path):
    target = tmp_path / "result.html"
    ran = run("search", portrait, "-a", album.archive, "--format", "html", "--output", target)
    assert (ran.code, ran.out) == (0, "")
    assert "written to" in ran.err
    page = target.read_text(encoding="utf-8")
    assert "data:image/jpeg;base64," in page
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", page)
    assert list(tmp_path.iterdir()) == [target]


def test_why_lists_the_faces_of_a_probe_that_shows_several(run, album, examples):
    arguments = ("why", examples / "group-composite.jpg", album.ours / "barack-obama-2009.jpg", "-a", album.archive)
    ran = run(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert "4 faces" in ran.err
    assert "among the results" in run(*arguments, "--face", 2).out


def test_a_folder_that_is_not_there_is_complained_of_before_anything_is_searched(run, album, portrait, tmp_path):
    before = album.searches()
    for option in ("--output", "--draw"):
        ran = run("search", portrait, "-a", album.archive, option, tmp_path / "absent" / "file.png")
        assert (ran.code, ran.out) == (2, "")
        assert "there is no folder" in ran.err
        assert run("search", portrait, "-a", album.archive, option, tmp_path).code == 2
    assert album.searches() == before


@pytest.mark.parametrize("option", ["--output", "--draw"])
def test_no_photograph_original_or_file_of_the_archive_is_written_over(run, album, portrait, tmp_path, option):
    probe = shutil.copy(portrait, tmp_path / "probe.jpg")
    (tmp_path / "link.jpg").symlink_to(probe)
    for target in (probe, tmp_path / "link.jpg", album.ours / "new.jpg", album.archive / "records.db"):
        ran = run("search", probe, "-a", album.archive, option, target)
        assert (ran.code, ran.out) == (2, "")
        assert "name a file elsewhere" in ran.err
    assert probe.read_bytes() == portrait.read_bytes()


def test_a_pipe_named_as_output_is_written_to_and_stays_a_pipe(run, album, portrait, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as reader:
        read = reader.submit(pipe.read_text)
        assert run("search", portrait, "-a", album.archive, "--format", "csv", "--output", pipe).code == 0
        assert read.result(timeout=60).startswith("rank,")
    assert pipe.is_fifo()


def test_several_faces_are_listed_and_nothing_is_silently_taken(run, album, examples):
    before = album.searches()
    ran = run("search", examples / "group-composite.jpg", "-a", album.archive)
    assert (ran.code, ran.out) == (2, "")
    assert "4 faces" in ran.err
    assert "--face N" in ran.err
    assert album.searches() == before


def test_a_face_is_picked_by_its_number_or_all_are(run, album, examples):
    group = examples / "group-composite.jpg"
    one = run("search", group, "--face", 2, "-a", album.archive, "--format", "json").document
    assert "barack-obama-2009" in names(one)
    assert [face["number"] for face in one["probe"]["photos"][0]["faces"] if face["picked"]] == [2]
    every = run("search", group, "--all-faces", "-a", album.archive, "--format", "json").document
    assert run("search", group, "--all-faces", "--face", 1, "-a", album.archive).code == 2
    assert {found["probe_face"] for found in every["candidates"]} == {1, 2, 3, 4}
    assert run("search", group, "--face", 5, "-a", album.archive).code == 2


def test_the_numbers_of_the_faces_can_be_drawn(run, album, examples, tmp_path):
    drawn = tmp_path / "faces.png"
    ran = run("search", examples / "group-composite.jpg", "--draw", drawn, "-a", album.archive)
    assert ran.code == 2
    with Image.open(drawn) as picture:
        assert picture.format == "PNG"
    assert run("search", examples / "group-composite.jpg", "--draw", tmp_path / "faces.odd", "-a", album.archive).code == 2


def test_a_probe_without_a_face_or_that_is_no_picture_is_an_input_error(run, album, examples, tmp_path):
    (tmp_path / "text.jpg").write_text("no picture")
    wanted = {examples / "landscape.jpg": "no face", album.ours / "broken.jpg": "broken.jpg", tmp_path / "text.jpg": "text.jpg"}
    for probe, said in {**wanted, tmp_path / "absent.jpg": "can't read", tmp_path: "can't read"}.items():
        ran = run("search", probe, "-a", album.archive)
        assert (ran.code, ran.out) == (2, "")
        assert said in ran.err


def test_several_photos_of_one_person_must_be_said_to_be_of_one(run, album, portrait, examples):
    both = (portrait, examples / "barack-obama-2009.jpg")
    assert run("search", *both, "-a", album.archive).code == 2
    best = run("search", *both, "--same-person", "-a", album.archive, "--format", "json").document
    fused = run("search", *both, "--fuse", "-a", album.archive, "--format", "json").document
    assert names(best) == names(fused)
    assert best["candidates"][0]["similarity"] == pytest.approx(1, abs=1e-3)
    assert fused["candidates"][0]["similarity"] < best["candidates"][0]["similarity"]


def test_a_face_of_the_archive_is_searched_by_its_id(run, album, portrait):
    first = run("search", portrait, "-a", album.archive, "--format", "json").document["candidates"][0]
    document = run("search", "--face-id", first["face_id"], "-a", album.archive, "--format", "json").document
    assert document["candidates"][0]["face_id"] == first["face_id"]
    assert document["probe"] == {"photos": []}
    assert run("search", "--face-id", "nobody", "-a", album.archive).code == 2
    assert run("search", portrait, "--face-id", first["face_id"], "-a", album.archive).code == 2
    assert run("search", "-a", album.archive).code == 2


def test_dates_leave_out_what_has_none_and_count_it(run, album, portrait):
    document = run("search", portrait, "--since", "2010-01-01", "-a", album.archive, "--format", "json").document
    assert names(document) == {"barack-obama-2010"}
    assert document["undated_left_out"] > 0
    assert run("search", portrait, "--since", "yesterday", "-a", album.archive).code == 2
    assert run("search", portrait, "--since", "2010-01-02", "--until", "2010-01-01", "-a", album.archive).code == 2


def test_a_list_that_is_empty_says_what_to_try(run, album, portrait):
    out = run("search", portrait, "--threshold", 0.999, "-a", album.archive).out
    assert "No candidate" in out
    assert "visavis why" in out


# ---- law ---------------------------------------------------------------------------------------------------------------------


def test_the_museum_is_searched_under_its_case_only(run, album, examples):
    probe = examples / "emmanuel-macron-2014.jpg"
    without = run("search", probe, "-a", album.archive, "--format", "json").document
    assert "emmanuel-macron-2025" not in names(without)
    (notice,) = without["notices"]
    assert album.case in notice
    document = run(
        "search", probe, "--case", album.case, *AS_ADA, "--reason", "cataloguing", "-a", album.archive, "--format", "json"
    ).document
    assert names(document) == {"emmanuel-macron-2014", "emmanuel-macron-2025"}
    assert (document["case_id"], document["gallery_size"]) == (album.case, 4)


def test_an_archive_source_without_its_case_is_refused_with_4_and_the_case_is_named(run, album, portrait):
    before = album.searches()
    ran = run("search", portrait, "--source", "Museum", "-a", album.archive)
    assert (ran.code, ran.out) == (4, "")
    assert f"--case {album.case}" in ran.err
    assert "[rule: case-needed]" in ran.err
    assert album.searches() == before


def test_why_tells_nothing_of_a_face_outside_the_clearance(run, album, examples):
    file = album.theirs / "emmanuel-macron-2025.jpg"
    outside = run("why", examples / "emmanuel-macron-2014.jpg", file, "-a", album.archive, "--format", "json").document
    assert outside["faces"] == []
    within = ("--case", album.case, *AS_ADA, "--reason", "cataloguing", "-a", album.archive, "--format", "json")
    inside = run("why", examples / "emmanuel-macron-2014.jpg", file, *within).document
    assert inside["verdict"] == "among the results, rank 2"


def test_a_charter_that_is_not_filled_in_is_refused_field_by_field(run, album, tmp_path):
    (tmp_path / "charter.toml").write_text(run("source", "charter", "--profile", "archive").out, encoding="utf-8")
    (tmp_path / "pictures").mkdir()
    ran = run("source", "add", tmp_path / "pictures", "--charter", tmp_path / "charter.toml", "-a", album.archive)
    assert ran.code == 2
    for field in ("title", "dpia", "controller.name", "basis.article", "condition.article", "retention.rule"):
        assert f"  {field}: " in ran.err


def test_a_profile_that_this_version_can_not_keep_is_refused_by_its_rule(run, album, tmp_path):
    (tmp_path / "pictures").mkdir()
    ran = run("source", "add", tmp_path / "pictures", "--profile", "police", "--title", "x", "-a", album.archive)
    assert ran.code == 2
    assert "source charter --profile police" in ran.err
    assert run("source", "charter", "--profile", "nobody").code == 2


# ---- why, sources, metadata --------------------------------------------------------------------------------------------------


def test_why_has_its_stable_keys_and_the_search_s_own_rank(run, album, portrait):
    found = run("search", portrait, "-a", album.archive, "--format", "json").document["candidates"]
    document = run("why", portrait, album.ours / "group-composite.jpg", "-a", album.archive, "--format", "json").document
    assert set(document) == {"path", "outcome", "detail", "missing", "threshold", "faces", "verdict"}
    assert {frozenset(face) for face in document["faces"]} == {
        frozenset({"box", "start_s", "end_s", "page", "similarity", "rank", "weak", "verdict"})
    }
    (wanted,) = (item for item in found if item["path"] == "group-composite.jpg")
    best = max(document["faces"], key=lambda face: face["similarity"] or -1)
    assert (best["rank"], best["similarity"]) == (wanted["rank"], wanted["similarity"])
    assert document["verdict"] == f"among the results, rank {wanted['rank']}"


def test_why_says_what_became_of_files_without_a_face(run, album, portrait):
    for file, said in {"landscape.jpg": "no-face", "broken.jpg": "truncated", "absent.jpg": "no source holds this file"}.items():
        ran = run("why", portrait, album.ours / file, "-a", album.archive)
        assert ran.code == 0
        assert said in ran.out


def test_sources_are_listed_and_shown(run, album):
    (family, museum) = run("source", "list", "-a", album.archive, "--format", "json").document["sources"]
    keys = {
        "source_id", "title", "profile", "state", "offline", "live_from", "live_until", "charter_version", "charter_sha256",
        "draft_version", "policy", "signed_by", "signs", "unanswered", "case_id", "folders", "exclude",
    }  # fmt: skip
    assert set(family) == set(museum) == keys
    assert museum["case_id"] == album.case
    shown = run("source", "show", "Museum", "-a", album.archive, "--format", "json").document
    assert set(shown) == keys | {"charter", "draft", "notes"}
    assert 'profile = "archive"' in run("source", "show", museum["source_id"][-8:], "-a", album.archive).out
    listed = run("source", "list", "-a", album.archive).out
    assert f"searched with --case {album.case}" in listed  # whole, however narrow the terminal
    assert museum["source_id"] in listed
    assert run("source", "show", "Nobody", "-a", album.archive).code == 2


def test_a_source_is_not_added_twice(run, album):
    ran = run("source", "add", album.ours, "--profile", "household", "--title", "Again", "-a", album.archive)
    assert ran.code == 2
    assert "source already" in ran.err


def test_a_source_that_moved_needs_no_second_reading(run, copied, album, tmp_path, portrait):
    moved = tmp_path / "moved"
    moved.mkdir()
    for file in album.ours.iterdir():
        (moved / file.name).write_bytes(file.read_bytes())
    assert run("source", "move", "Family", moved, "-a", copied).out == "moved\n"
    document = run("source", "show", "Family", "-a", copied, "--format", "json").document
    assert document["folders"] == [str(moved)]
    assert run("source", "move", "Family", tmp_path / "absent", "-a", copied).code == 2
    page = run("search", portrait, "-a", copied, "--format", "html").out
    assert "data:image/jpeg;base64," in page


def test_imported_dates_are_searched_at_once(run, copied, tmp_path, portrait):
    (tmp_path / "dates.csv").write_text("path,captured_at\nbarack-obama-senate.jpg,2005\nnowhere.jpg,2006\ngroup-composite.jpg,once\n")
    ran = run("metadata", "import", tmp_path / "dates.csv", "--source", "Family", "-a", copied, "--format", "json")
    assert ran.document == {"dated": 1, "unknown_lines": [3], "unreadable_lines": [4]}
    document = run("search", portrait, "--until", "2006-01-01", "-a", copied, "--format", "json").document
    assert names(document) == {"barack-obama-senate"}
    assert document["candidates"][0]["captured_at"] == "2005"


# ---- without an archive ------------------------------------------------------------------------------------------------------


def test_survey_needs_no_archive(run, album):
    document = run("survey", album.ours, "--format", "json").document
    assert document["files"]["files"] == 8
    assert "8 files" in run("survey", album.ours).out
    assert run("survey", album.ours / "absent").code == 2


def test_packs_are_listed_and_shown_with_their_thresholds(run):
    (default, *_) = run("packs", "list", "--format", "json").document["packs"]
    assert set(default) == {"id", "title", "usable", "problem"}
    assert "\\n" not in run("packs", "list").out
    shown = run("packs", "show", "yunet-sface-int8bq", "--format", "json").document
    assert "0.01" in shown["thresholds"]
    assert run("packs", "show", "nobody").code == 2
    assert run("packs", "install", "nowhere").code == 2


def test_words_are_explained(run):
    assert run("explain", "FPIR").out.startswith("FPIR")
    assert run("explain", "confidence").out.startswith("similarity")
    assert "template" in run("explain").out.splitlines()
    assert run("explain", "gibberish").code == 2


def test_an_evaluation_prints_aggregates_and_never_a_name(run, examples, tmp_path):
    people = {
        "Ada": ("barack-obama-2009", "barack-obama-2010"),
        "Bea": ("emmanuel-macron-2014", "emmanuel-macron-2025"),
        "Cid": ("rishi-sunak",),
    }
    for person, pictures in people.items():
        (tmp_path / "people" / person).mkdir(parents=True)
        for number, picture in enumerate(pictures, start=1):
            copy = tmp_path / "people" / person / f"{person}_{number:04d}.jpg"
            copy.write_bytes((examples / f"{picture}.jpg").read_bytes())
    (tmp_path / "pairs.txt").write_text("2\t1\nAda\t1\t2\nAda\t1\tBea\t1\nBea\t1\t2\nBea\t2\tCid\t1\n")
    pairs = run("evaluate", "pairs", tmp_path / "pairs.txt", tmp_path / "people", "--format", "json")
    identify = run("evaluate", "identify", tmp_path / "people", "--format", "json", "--report", tmp_path / "report")
    quality = run("evaluate", "quality", tmp_path / "people")
    assert {"accuracy", "accuracy_se", "tar_at_far_1e-3", "mated", "non_mated", "failures_to_enrol"} <= set(pairs.document)
    assert {"gallery", "probes", "rank1", "fnir"} <= set(identify.document)
    assert list(identify.document["fnir"]) == ["0.01", "0.03", "0.1"]
    assert "length of the embedding" in quality.out
    written = [path.read_bytes().decode(errors="ignore") for path in sorted((tmp_path / "report").iterdir())]
    assert len(written) == 6
    for told in (*written, *(ran.out + ran.err for ran in (pairs, identify, quality))):
        assert not [word for word in (*people, str(tmp_path), ".jpg") if word in told]


# ---- exit codes --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("search", "--nonsense"),
        ("search", "a.jpg", "--top", "0"),
        ("search", "a.jpg", "--format", "odd"),
        ("search", "a.jpg", "--since", "1962-13-01"),
        ("search",),
        ("ingest", "--workers", "0"),
        ("source", "add"),
        ("status",),
    ],
    ids=" ".join,
)
def test_arguments_that_can_not_be_right_end_with_2(run, arguments):
    ran = run(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert "Traceback" not in ran.err


def test_without_any_archive_the_remedy_names_both_ways_to_name_one(run, monkeypatch, album):
    assert "VISAVIS_ARCHIVE" in run("status").err
    monkeypatch.setenv("VISAVIS_ARCHIVE", str(album.archive))
    assert run("status").code == 0


def test_set_up_that_is_not_fit_ends_with_3(run, album, tmp_path):
    for arguments in (("status", "-a", tmp_path), ("init", album.ours), ("init", tmp_path / "new", "--pack", "nobody")):
        ran = run(*arguments)
        assert (ran.code, ran.out) == (3, "")
        assert "→" in ran.err
    for name in ("VISAVIS_THREADS", "VISAVIS_RUNTIME"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(name, "odd")
            ran = run("status", "-a", album.archive)
        assert ran.code == 3
        assert name in ran.err


def test_a_disk_that_takes_nothing_more_ends_with_3_and_one_sentence(run, album, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "rows/000000.rows")

    monkeypatch.setattr(Archive, "status", full)
    ran = run("status", "-a", album.archive)
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith("visavis: rows/000000.rows: No space left on device\n")


def test_while_one_process_writes_another_may_search_but_not_write(run, copied, portrait):
    with WriterLock(ArchiveFolder(copied)):
        assert run("search", portrait, "-a", copied).code == 0
        ran = run("ingest", "-a", copied)
    assert (ran.code, ran.out) == (3, "")
    assert "another process is writing" in ran.err


def test_the_version_is_told(run):
    ran = run("--version")
    assert (ran.code, ran.out) == (0, f"visavis {visavis.__version__}\n")


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("visavis.cli.app", "{'sqlalchemy', 'cv2', 'faiss', 'openvino', 'onnxruntime', 'scipy'}"),
        ("visavis.engines.chain", "{'scipy'}"),
    ],
)
def test_help_loads_no_database_and_no_networks_and_a_search_of_photographs_nothing_of_films(closed_network_env, module, heavy):
    script = f"import sys, {module}; print({heavy} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", script], env=closed_network_env, capture_output=True, text=True, check=True)
    assert ran.stdout == "set()\n"


def test_an_archive_is_not_made_twice(run, album):
    assert run("init", album.archive).code == 3


def test_ctrl_c_ends_with_130_and_says_that_nothing_is_lost(run, album, monkeypatch):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Archive, "status", interrupted)
    ran = run("status", "-a", album.archive)
    assert ran.code == 130
    assert "what was committed stays" in ran.err


def test_an_archive_without_a_source_says_what_to_do(run, tmp_path, portrait):
    made = run("init", tmp_path / "archive")
    assert "source add" in made.out
    for arguments, code in ((("ingest",), 2), (("search", portrait), 4)):
        ran = run(*arguments, "-a", tmp_path / "archive")
        assert ran.code == code
        assert "source add" in ran.err


def test_an_empty_folder_is_ingested_as_nothing(run, tmp_path):
    (tmp_path / "empty").mkdir()
    archive = ("-a", tmp_path / "archive")
    run("init", tmp_path / "archive")
    run("source", "add", tmp_path / "empty", "--profile", "household", "--title", "Empty", *archive)
    ran = run("ingest", *archive, "--format", "json")
    assert (ran.code, ran.document["outcomes"], ran.document["offline"]) == (0, {}, [])


def test_a_pipe_that_is_closed_early_ends_without_a_traceback(album):
    command = [sys.executable, "-m", "visavis", "outcomes", "-a", str(album.archive), "--format", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.close()
        err = process.stderr.read()
    assert "Traceback" not in err
    assert "BrokenPipe" not in err
    assert process.returncode != -signal.SIGSEGV
