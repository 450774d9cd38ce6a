import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from visavis.domain.actor import Actor
from visavis.domain.clearance import Clearance
from visavis.domain.errors import InputError, RefusedError
from visavis.domain.face import AnalysedFace, Box, Quality
from visavis.domain.identification import UNKNOWN_DAY, IndexRows
from visavis.domain.ids import CaseId
from visavis.evaluation.recall import IndexFacts
from visavis.index.exact import ExactIndex
from visavis.services.evaluate import Alter, Bench, EvaluateIdentify, EvaluateIndex, EvaluatePairs, EvaluateQuality, Probes
from visavis.testing.templates import RowTable, identity_centres, pictures_of

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
PERSONS = ["Ada", "Bea", "Cid"]


class Noon:
    def now(self) -> dt.datetime:
        return NOW


def clearance(purpose: str = "evaluation", hours: int = 1) -> Clearance:
    return Clearance(
        actor=Actor(name="tester"),
        case_id=CaseId("evaluation"),
        purpose=purpose,
        policy="test 1",
        sources=frozenset(),
        max_candidates=None,
        least_similarity=-1.0,
        not_after=NOW + dt.timedelta(hours=hours),
    ).sealed()


def face(axis: int, *, left: float = 0.4) -> AnalysedFace:
    return AnalysedFace(
        box=Box(left=left, top=0.4, width=0.2, height=0.2),
        landmarks_5x2=np.zeros((5, 2), np.float32),
        quality=Quality(size_px=100, yaw=0, pitch=0, roll=0, sharpness=20, exposure=0.5, score=0.9, norm=10),
        vector=np.eye(4, dtype=np.float32)[axis],
    )


@dataclass
class TextFaces:
    """Reads a «picture» whose text lists axes of its faces, centre face first: the truth is in the file.

    An altered picture is as wide as what `alter` makes of a hundred pixels; below 25 pixels nobody is seen.
    """

    asked: list[Path] = field(default_factory=list)

    def __call__(self, paths: Sequence[Path], alter: Alter | None = None, /) -> Iterator[Sequence[AnalysedFace]]:
        for place, path in enumerate(paths):
            self.asked.append(path)
            words = path.read_text().split()
            if alter is not None and alter(place, np.full((100, 100, 3), 128, np.uint8)).shape[1] < 25:
                words = []
            yield tuple(reversed([face(int(word), left=0.4 - 0.1 * place) for place, word in enumerate(words)]))


@pytest.fixture
def folder(tmp_path):
    """Three people on an axis each, four pictures a person."""
    root = tmp_path / "secret-place"
    for axis, person in enumerate(PERSONS):
        (root / person).mkdir(parents=True)
        for number in range(1, 5):
            (root / person / f"{person}_{number:04d}.jpg").write_text(f"{axis}")
    return root


@pytest.fixture
def pairs(tmp_path):
    mated = [f"{PERSONS[i % 3]}\t{i % 3 + 1}\t{i % 3 + 2}" for i in range(12)]
    non_mated = [f"{PERSONS[i % 3]}\t{i % 4 + 1}\t{PERSONS[(i + 1) % 3]}\t{i % 4 + 1}" for i in range(12)]
    path = tmp_path / "pairs.txt"
    path.write_text("\n".join(["12", *mated, *non_mated]))
    return path


def bench(embed):
    return Bench(embed_files=embed, pack="made", pack_hash="ab" * 32, clock=Noon())


def evaluate_pairs(embed, pairs, folder, permission=None):
    return EvaluatePairs(bench(embed)).run(pairs, folder, permission or clearance())


def evaluate_identify(embed, folder, permission=None, **options):
    return EvaluateIdentify(bench(embed)).run(folder, permission or clearance(), **options)


def evaluate_quality(embed, folder, permission=None):
    return EvaluateQuality(bench(embed)).run(folder, permission or clearance())


def test_pairs_of_a_perfect_pack_are_all_right_and_say_what_they_rest_on(folder, pairs):
    answer = evaluate_pairs(TextFaces(), pairs, folder).to_dict()
    assert answer["accuracy"] == answer["tar_at_far_1e-3"] == 1.0
    assert answer["accuracy_se"] == 0.0
    assert (answer["mated"], answer["non_mated"], answer["failures_to_enrol"], answer["folds"]) == (12, 12, 0, 10)
    assert answer["tar_note"] == "at 0 of 12 false accepts: FAR 0.001 is below the data's resolution"
    assert answer["tar_interval"][0] == pytest.approx(0.7353515, abs=1e-6)
    assert answer["pack"] == "made"


def test_identification_of_a_perfect_pack_finds_everybody(folder):
    answer = evaluate_identify(TextFaces(), folder).to_dict()
    assert (answer["gallery"], answer["probes"], answer["non_mated"], answer["r"]) == (3, 9, 9, 1)
    assert answer["rank1"] == 1.0
    assert answer["fnir"] == {"0.1": 0.0, "0.03": 0.0, "0.01": 0.0}
    assert answer["misses"] == {"0.1": 0, "0.03": 0, "0.01": 0}
    assert any("FPIR 0.01 is below the resolution of 9" in note for note in answer["notes"])


def test_each_picture_is_embedded_once_however_many_pairs_name_it(folder, pairs):
    embed = TextFaces()
    evaluate_pairs(embed, pairs, folder)
    assert len(embed.asked) == len(set(embed.asked)) == 12


def test_of_several_faces_the_one_nearest_the_centre_is_taken_and_the_report_says_so(folder):
    (folder / "Ada" / "Ada_0002.jpg").write_text("0 1 2")
    answer = evaluate_identify(TextFaces(), folder).to_dict()
    assert answer["rank1"] == 1.0
    assert answer["several_faces"] == 1
    assert any("nearest the centre" in note for note in answer["notes"])


def test_a_probe_without_a_face_is_a_failure_to_enrol_and_a_miss(folder):
    (folder / "Bea" / "Bea_0003.jpg").write_text("")
    answer = evaluate_identify(TextFaces(), folder).to_dict()
    assert answer["failures_to_enrol"] == 1
    assert (answer["probes"], answer["non_mated"]) == (9, 8)
    assert answer["misses"]["0.1"] == 1
    assert answer["rank1"] == pytest.approx(8 / 9)


def test_a_person_whose_first_picture_fails_is_missed_by_all_their_probes(folder):
    (folder / "Bea" / "Bea_0001.jpg").write_text("")
    answer = evaluate_identify(TextFaces(), folder).to_dict()
    assert answer["gallery"] == 2
    assert answer["misses"]["0.1"] == 3


def test_a_failed_picture_makes_its_mated_pairs_misses(folder, pairs):
    (folder / "Ada" / "Ada_0001.jpg").write_text("")
    answer = evaluate_pairs(TextFaces(), pairs, folder).to_dict()
    assert answer["failures_to_enrol"] == 1
    assert answer["tar_at_far_1e-3"] == pytest.approx(8 / 12)


def test_reports_and_their_text_forms_hold_no_name_no_path_and_no_vector(folder, pairs):
    labels = pairs.with_name("hidden-labels.csv")
    labels.write_text("person,era\n" + "\n".join(f"{person},old" for person in PERSONS))
    identified = evaluate_identify(TextFaces(), folder, labels=labels, degrade=True)
    for report in (evaluate_pairs(TextFaces(), pairs, folder), identified, evaluate_quality(TextFaces(), folder)):
        told = json.dumps(report.to_dict(), allow_nan=False) + repr(report) + repr(report.sheet())
        assert not [word for word in [*PERSONS, "secret-place", "hidden-labels", ".jpg", "array("] if word in told]


def test_a_pair_whose_picture_is_missing_is_named_by_its_line_only(folder, pairs):
    (folder / "Bea" / "Bea_0003.jpg").unlink()
    with pytest.raises(InputError, match=r"line 3 ") as caught:
        evaluate_pairs(TextFaces(), pairs, folder)
    assert not [word for word in [*PERSONS, "secret-place"] if word in str(caught.value)]


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_pairs_file_that_cannot_be_read_is_refused_without_a_path_in_the_whole_chain(folder, tmp_path, content):
    path = tmp_path / "hidden-name.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match="UTF-8") as caught:
        evaluate_pairs(TextFaces(), path, folder)
    assert "hidden-name" not in str(caught.value)
    assert caught.value.__context__ is None


def test_a_missing_folder_is_refused_without_its_path(tmp_path):
    with pytest.raises(InputError, match="folder of pictures") as caught:
        evaluate_identify(TextFaces(), tmp_path / "hidden-name")
    assert "hidden-name" not in str(caught.value)
    assert caught.value.__context__ is None


def test_hidden_files_and_files_beside_the_people_are_no_pictures(folder):
    (folder / "README.md").write_text("about")
    (folder / "Ada" / ".DS_Store").write_text("0")
    assert evaluate_identify(TextFaces(), folder).to_dict()["pictures"] == 12


def test_the_digest_depends_on_contents_and_protocol_but_not_on_where_the_data_lie(folder, pairs, tmp_path):
    first = evaluate_identify(TextFaces(), folder).data.data_sha256
    assert evaluate_pairs(TextFaces(), pairs, folder).data.data_sha256 != first
    moved = folder.rename(tmp_path / "elsewhere")
    assert evaluate_identify(TextFaces(), moved).data.data_sha256 == first
    (moved / "Ada" / "Ada_0004.jpg").write_text("0 ")
    assert evaluate_identify(TextFaces(), moved).data.data_sha256 != first


@pytest.mark.parametrize(
    ("permission", "rule"),
    [(clearance("family"), "purpose-allowed"), (clearance(hours=0), "clearance-in-time")],
)
def test_nothing_is_read_under_a_clearance_that_does_not_cover_evaluation(folder, pairs, permission, rule):
    embed = TextFaces()
    for run in (
        lambda: evaluate_pairs(embed, pairs, folder, permission),
        lambda: evaluate_identify(embed, folder, permission, labels=folder / "none.csv"),
        lambda: evaluate_quality(embed, folder, permission),
    ):
        with pytest.raises(RefusedError) as caught:
            run()
        assert caught.value.rule == rule
    assert embed.asked == []


class Shortened:
    """An index that finds `kept` candidates of those that exact search gives, and makes the rest up."""

    def __init__(self, exact: ExactIndex, kept: int) -> None:
        self.exact, self.kept = exact, kept

    def search(self, probe, k, where, permission):
        hits = self.exact.search(probe, k, where, permission)
        return replace(hits, similarity=np.where(np.arange(k) < self.kept, hits.similarity, -1).astype(np.float32))


@pytest.mark.parametrize(("kept", "recall", "first"), [(10, 1.0, 40), (7, 0.7, 40), (0, 0.0, 0)])
def test_recall_counts_what_the_index_finds_of_the_exact_first_ten(kept, recall, first):
    rng, table, exact = np.random.default_rng(1), RowTable(16), ExactIndex(16, Noon())
    keys, people = np.arange(1, 301), identity_centres(300, 16, rng)
    days = np.full(300, UNKNOWN_DAY, np.int32)
    table.put(keys, people)
    exact.add(IndexRows(keys=keys, vectors=people, source=np.zeros(300, np.int32), first_day=days, last_day=days), 1)
    facts = IndexFacts(of="made", gallery=300, dim=16, codebook="", data_sha256="")
    probes = Probes(known=pictures_of(people[:30], rng), strangers=identity_centres(10, 16, rng))
    evaluate = EvaluateIndex(Shortened(exact, kept), table.read, keys, facts=facts, clock=Noon())
    report = evaluate.run(probes, replace(clearance(), sources=frozenset({0})).sealed())
    assert (report.known.value, report.strangers.value, report.first) == (pytest.approx(recall), pytest.approx(recall), first)
    with pytest.raises(RefusedError):
        evaluate.run(probes, clearance("family"))


def test_worse_probes_are_searched_at_the_threshold_of_the_probes_as_they_are(folder):
    (folder / "Bea" / "Bea_0003.jpg").write_text("")
    answer = evaluate_identify(TextFaces(), folder, degrade=True).to_dict()
    by_key = {one["key"]: one for one in answer["degraded"]}
    halftones = ["fine-halftone", "coarse-halftone"]
    assert list(by_key) == ["none", "black-and-white", *halftones, "blur", "low-bit-rate", "40-px", "30-px", "20-px"]
    assert all(one["how"].startswith("made ") for key, one in by_key.items() if key != "none")
    assert by_key["none"]["fnir"]["value"] == answer["fnir"]["0.01"]
    assert by_key["none"]["failures_to_enrol"] == by_key["40-px"]["failures_to_enrol"] == 1
    # nobody is seen at 20 pixels: all are failures to enrol, each a miss, and no non-mated search runs
    assert (by_key["20-px"]["failures_to_enrol"], by_key["20-px"]["rank1"]["count"], by_key["20-px"]["fpir"]) == (9, 0, None)


def test_the_gallery_and_probes_that_failed_before_are_not_made_worse(folder):
    (folder / "Bea" / "Bea_0003.jpg").write_text("")
    embed = TextFaces()
    evaluate_identify(embed, folder, degrade=True)
    again = [path.name for path in embed.asked[12:20]]
    assert len(embed.asked) == 12 + 8 * 8
    assert not [name for name in again if name.endswith("_0001.jpg")]
    assert "Bea_0003.jpg" not in again


def test_heads_turned_away_of_too_few_people_get_no_rate(folder):
    assert evaluate_identify(TextFaces(), folder).to_dict()["turned"] is None


def test_labels_are_read_before_any_picture_and_name_only_lines(folder, tmp_path):
    labels = tmp_path / "labels.csv"
    labels.write_text("person,era\nAda,old\nAda,new\n")
    embed = TextFaces()
    with pytest.raises(InputError, match="line 3 of the labels file"):
        evaluate_identify(embed, folder, labels=labels)
    assert embed.asked == []


def test_groups_below_the_least_number_of_people_get_no_rate(folder, tmp_path):
    for number in range(8):
        for person in PERSONS:
            copy = folder / f"{person}{number}"
            copy.mkdir()
            for picture in range(1, 5):
                (copy / f"{copy.name}_{picture:04d}.jpg").write_text((folder / person / f"{person}_{picture:04d}.jpg").read_text())
    labels = tmp_path / "labels.csv"
    people = sorted(path.name for path in folder.iterdir())
    labels.write_text("person,era\n" + "\n".join(f"{person},{'old' if person.startswith('A') else 'new'}" for person in people))
    (table, *_) = evaluate_identify(TextFaces(), folder, labels=labels).to_dict()["groups"]
    assert [(one["group"], one["subjects"], one["enough"], one["fnir"]) for one in table["groups"]] == [
        ("new", 18, False, None), ("old", 9, False, None),
    ]  # fmt: skip


def test_a_quality_report_starts_at_the_whole_trials_fnir_and_takes_failures_to_enrol_away_first(folder):
    (folder / "Bea" / "Bea_0003.jpg").write_text("")
    answer = evaluate_quality(TextFaces(), folder).to_dict()
    assert set(answer["measures"]) == {"norm", "score", "size_px", "sharpness", "exposure", "yaw", "pitch", "roll"}
    twelfth = answer["discarded"].index(0.12)  # 0.12 × 9 probes: the first is gone
    for curve in answer["measures"].values():
        assert curve["fnir"][0] == answer["fnir"] == pytest.approx(1 / 9)
        assert curve["fnir"][twelfth] == 0
    assert answer["best_possible"][twelfth] == 0
