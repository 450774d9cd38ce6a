"""Review, labels, disclosures and the case report, as a reviewer types them."""

import pytest

ADA, GRACE = ("--as", "Ada"), ("--as", "Grace")


@pytest.fixture
def desk(run, album, copied, examples):
    """Return (archive, case, search, candidates): Ada has searched the museum for a photograph that is in it."""
    added = run("person", "add", "Grace", "--role", "reviewer", *ADA, "-a", copied)
    assert added.code == 0, added.err
    photo = examples / "emmanuel-macron-2014.jpg"
    found = run("search", photo, "--case", album.case, "--reason", "undated", *ADA, "-a", copied, "--format", "json")
    assert found.code == 0, found.err
    ids = [candidate["candidate_id"] for candidate in found.document["candidates"]]
    assert len(ids) >= 2
    return copied, album.case, found.document["search_id"], ids


def decided(run, desk, candidate, says="same"):
    archive, *_ = desk
    for who in (GRACE, ADA):
        last = run("review", "decide", candidate, says, "--grounds", "ears, hairline", *who, "-a", archive)
        if "; decided: " in last.out:
            return last
    return last


def test_leads_are_listed_until_they_are_decided(run, desk):
    archive, case, search, (first, *others) = desk
    waiting = run("review", "list", "--case", case, *GRACE, "-a", archive, "--format", "json").document
    # The album is shared: other tests of this process may have searched it before it was copied.
    assert {lead["candidate_id"] for lead in waiting["leads"] if lead["search_id"] == search} == {first, *others}
    assert first[-6:] in run("review", "list", *GRACE, "-a", archive).out.replace("\n", "")
    noted = decided(run, desk, first)
    assert noted.code == 0, noted.err
    assert "noted; decided: same" in noted.out
    left = run("review", "list", *GRACE, "-a", archive, "--format", "json").document
    assert first not in {lead["candidate_id"] for lead in left["leads"]}
    assert run("search-show", search, *ADA, "-a", archive, "--format", "json").document["candidates"][0]["decided"] == "same"


def test_a_verdict_needs_a_word_of_the_list_and_grounds(run, desk):
    archive, _, _, (first, *_) = desk
    assert run("review", "decide", first, "identified", "--grounds", "x", *GRACE, "-a", archive).code == 2
    assert run("review", "decide", first, "same", *GRACE, "-a", archive).code == 2
    assert run("review", "decide", "ffffffff", "same", "--grounds", "x", *GRACE, "-a", archive).code == 2
    nobody = run("review", "decide", first, "same", "--grounds", "x", "-a", archive)
    assert (nobody.code, "[rule: person-needed]" in nobody.err) == (4, True)


def test_a_sheet_is_a_page_for_its_reviewer_and_a_disclosure(run, desk, tmp_path):
    archive, _, search, ids = desk
    page = tmp_path / "sheet.html"
    made = run("review", "sheet", search, "--output", page, *GRACE, "-a", archive)
    assert made.code == 0, made.err
    text = page.read_text(encoding="utf-8")
    assert all(candidate[-8:] in text for candidate in ids)
    assert "Grace" not in run("ledger", "log", *ADA, "-a", archive).out
    assert "review-sheet" in run("ledger", "log", "--operation", "disclosure", *ADA, "-a", archive).out
    assert run("review", "sheet", search, "--output", archive / "sheet.html", *GRACE, "-a", archive).code == 2


def test_a_decision_becomes_a_label_that_is_found_by_its_name_and_erased_with_a_reason(run, desk):
    archive, _, _, (first, second, *_) = desk
    decided(run, desk, first)
    named = ("--name", "Émilie du Châtelet", "--authority", "Q7209")
    refused = run("label", "add", second, *named, *ADA, "-a", archive)
    assert refused.code == 4, refused.out
    added = run("label", "add", first, *named, *ADA, "-a", archive)
    assert added.code == 0, added.err
    label = added.out.split()[1]
    (found,) = run("label", "find", "emilie DU chatelet", *ADA, "-a", archive, "--format", "json").document["labels"]
    assert (found["label_id"], found["name"], found["authority"], found["candidate_id"]) == (label, named[1], "Q7209", first)
    assert "1 label\n" in run("label", "list", "--source", "Museum", *ADA, "-a", archive).out
    assert run("label", "remove", label, "--because", "", *ADA, "-a", archive).code == 2
    assert run("label", "remove", label, "--because", "the person objects", *ADA, "-a", archive).out == "removed\n"
    assert run("label", "find", named[1], *ADA, "-a", archive, "--format", "json").document == {"labels": []}


def test_a_result_that_leaves_the_house_needs_recipient_and_reason(run, desk, album, examples, tmp_path):
    archive, case, search, _ = desk
    page = tmp_path / "result.html"
    asked = ("search", examples / "emmanuel-macron-2014.jpg", "--case", case, "--reason", "undated", *ADA, "-a", archive)
    for command in (asked, ("search-show", search, *ADA, "-a", archive)):
        refused = run(*command, "--format", "html", "--output", page)
        assert refused.code == 4, refused.out
        assert "--recipient" in refused.err
        assert not page.exists()
        given = run(*command, "--format", "html", "--output", page, "--recipient", "Archive of Example", "--because", "a loan")
        assert given.code == 0, given.err
        assert page.exists()
        page.unlink()
    csv = run(*asked, "--format", "csv", "--recipient", "Archive of Example", "--because", "a loan")
    assert csv.out.count("\n") >= 3
    log = run("ledger", "log", "--operation", "disclosure", *ADA, "-a", archive).out
    assert [log.count(f"search-{form}") for form in ("html", "csv")] == [2, 1]
    assert "Archive of Example" not in log


def test_a_case_report_holds_searches_decisions_and_disclosures(run, desk, tmp_path):
    archive, case, search, (first, *_) = desk
    decided(run, desk, first)
    page = tmp_path / "report.html"
    assert run("case", "report", case, "--output", page, *ADA, "-a", archive).code == 4
    assert not page.exists()
    made = run("case", "report", case, "--output", page, "--recipient", "Head", "--because", "the file", *ADA, "-a", archive)
    assert made.code == 0, made.err
    text = page.read_text(encoding="utf-8")
    assert search in text
    assert "ears, hairline" in text
    assert "eads only" in text


def test_an_earlier_search_is_shown_again_as_table_and_as_json(run, desk):
    archive, case, search, ids = desk
    assert "made on 20" in run("search-show", search[-8:], *ADA, "-a", archive).out
    shown = run("search-show", search, *ADA, "-a", archive, "--format", "json").document
    assert (shown["search_id"], shown["case_id"]) == (search, case)
    assert [candidate["candidate_id"] for candidate in shown["candidates"]] == ids
    assert run("search-show", "ffffffff", *ADA, "-a", archive).code == 2
