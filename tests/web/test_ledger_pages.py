"""The ledger in a browser: read for a purpose, a page at a time; one leaf with its proof; what an outsider checks."""

import re

import pytest

from visavis.cli.audit import main as audit
from visavis.ledger.checkpoint import read_proof
from visavis.web.pages import ledger


@pytest.fixture
def aude(as_person):
    return as_person("Aude")


def test_nothing_is_read_before_a_purpose_is_named_and_each_reading_is_a_leaf(aude, museum, ledger_of):
    before = len(ledger_of(museum.folder))
    page = aude.get("/ledger").text
    assert "Acts, the newest first" not in page
    assert len(ledger_of(museum.folder)) == before
    page = aude.get("/ledger?purpose=integrity").text
    assert "Acts, the newest first" in page
    assert len(ledger_of(museum.folder)) == before + 1
    assert '"integrity"' in ledger_of(museum.folder)[-1]


def test_pages_follow_each_other_without_a_gap_down_to_the_first_act(aude, monkeypatch):
    monkeypatch.setattr(ledger, "A_PAGE", 7)
    at, seen = "/ledger?purpose=lawfulness", []
    while at:
        page = aude.get(at).text
        seen += [int(seq) for seq in re.findall(r'<th scope="row"><a href="/ledger/(\d+)"', page)]
        older = re.search(r'href="(/ledger\?[^"]+)" rel="next"', page)
        at = older[1].replace("&amp;", "&") if older else ""
    assert seen == list(range(seen[0], -1, -1))


def test_acts_are_found_by_operation_by_id_and_by_day(aude, museum):
    page = aude.get("/ledger", params={"purpose": "lawfulness", "about": museum.own_case}).text
    assert "case-opened" in page
    assert "person-added" not in page
    only = aude.get("/ledger", params={"purpose": "lawfulness", "operation": "collection"}).text
    assert set(re.findall(r"<td>(collection|set-up|alteration|consultation)</td>", only)) == {"collection"}
    assert "No act is like that." in aude.get("/ledger", params={"purpose": "lawfulness", "until": "2020-01-01"}).text


WRONG = [
    {"purpose": "curiosity"},
    {"purpose": "lawfulness", "operation": "love"},
    {"purpose": "lawfulness", "since": "then"},
    {"purpose": "lawfulness", "before": "x"},
]


@pytest.mark.parametrize("asked", WRONG)
def test_a_question_that_can_not_be_is_told_on_the_page(aude, asked):
    assert aude.get("/ledger", params=asked).status_code == 422


def test_the_proof_of_a_leaf_holds_against_its_signed_head(aude):
    page = aude.get("/ledger/0").text
    leaf_hash = re.search(r"<dd class=\"id\">([0-9a-f]{64})</dd>", page)[1]
    text = aude.get("/ledger/0/proof")
    assert 'filename="leaf-0.tlog-proof"' in text.headers["content-disposition"]
    assert read_proof(text.content).holds(bytes.fromhex(leaf_hash))


def test_an_outsider_checks_leaves_against_a_checkpoint_that_was_kept(aude, tmp_path, capsys):
    kept = aude.post("/ledger/checkpoint", {"recipient": "the archive of the county", "because": "yearly"})
    assert kept.status_code == 200
    (tmp_path / "kept.txt").write_bytes(kept.content)
    given = aude.post("/ledger/export", {"recipient": "the authority", "because": "an inspection"})
    (tmp_path / "ledger.export").write_bytes(given.content)
    key = given.headers["x-visavis-key"]
    assert audit([str(tmp_path / "ledger.export"), "--checkpoint", str(tmp_path / "kept.txt"), "--key", key]) == 0
    assert "sound" in capsys.readouterr().out
    assert "None yet." not in aude.get("/ledger").text
    assert "the archive of the county" not in aude.get("/ledger?purpose=lawfulness").text


def test_leaves_go_to_nobody_without_a_name_and_a_reason(aude, ledger_of, museum):
    before = len(ledger_of(museum.folder))
    answer = aude.post("/ledger/export", {"recipient": "", "because": ""})
    assert answer.status_code == 422
    assert len(ledger_of(museum.folder)) == before


def test_a_long_ledger_is_left_to_the_command_line(aude, monkeypatch):
    monkeypatch.setattr(ledger, "MOST_LEAVES", 3)
    answer = aude.post("/ledger/export", {"recipient": "the authority", "because": "an inspection"})
    assert answer.status_code == 422
    assert "visavis ledger export" in answer.text


@pytest.mark.parametrize("seq", ["999999", "-1", "x", "1e3", "00000000000000000001"])
def test_a_leaf_that_is_not_there_is_nowhere(aude, seq):
    assert aude.get(f"/ledger/{seq}").status_code == 404
    assert aude.get(f"/ledger/{seq}/proof").status_code == 404
