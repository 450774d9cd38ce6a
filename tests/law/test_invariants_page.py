"""Each invariant of the law has tests, and docs/law/invariants.md says which.

`python tests/law/test_invariants_page.py` writes the page again.
"""

from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "law" / "invariants.md"
HISTORIES = "services/test_invariants.py::test_no_history_breaks"
LAW = "law/test_histories.py"
UNIT = "records/test_unit_of_work.py"
PLAIN = "wiring/test_nothing_in_plain.py"

INVARIANTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "I1": (
        "no template without a live, signed charter with its two keys and evidence in date",
        (HISTORIES, "services/test_charter_life.py::test_no_template_is_written_for_a_source_that_is_frozen_while_its_pictures_are_read"),
    ),
    "I2": ("a search sees only sources that are live now", (HISTORIES, LAW)),
    "I3": ("a search's purpose is one of its sources' purposes, or of the closed table", (HISTORIES, LAW)),
    "I4": ("no search without an open case within its limits", (HISTORIES, LAW)),
    "I5": ("a child lives no longer than its parent", (HISTORIES, LAW, "services/test_review.py::test_the_probes_of_a_case_die_with_it")),
    "I6": (
        "who asks does not approve, who approves does not review; the officer stops and never searches; nobody edits the ledger",
        (HISTORIES, LAW, "services/test_permission.py::test_one_key_does_not_approve_twice_under_two_names"),
    ),
    "I7": ("a face that is restricted, suppressed, held or being erased reaches no candidate, count, label, list or report", (HISTORIES,)),
    "I8": ("a hold keeps a picture from erasure and hides it", (HISTORIES,)),
    "I10": (
        "a probe is never enrolled",
        (HISTORIES, f"{PLAIN}::test_the_probe_its_pixels_and_the_passphrase_are_nowhere_even_where_nothing_is_closed"),
    ),
    "I11": (
        "templates of two models or two rotations never compare",
        ("records/test_rotation.py", "services/test_search_turned.py"),
    ),
    "I12": ("sources join in one search only if the case names both and both allow its purpose", (HISTORIES, LAW)),
    "I13": ("a freeze takes effect in its transaction", (HISTORIES, LAW)),
    "I15": ("no result without its search, its case and the line on expected false candidates", (HISTORIES,)),
    "I16": (
        "no change without its leaf in the same transaction",
        (
            HISTORIES,
            f"{UNIT}::test_a_change_without_a_leaf_is_refused_and_leaves_nothing",
            f"{UNIT}::test_a_query_in_the_middle_of_a_unit_of_work_sees_what_it_wrote_and_commits_none_of_it",
        ),
    ),
    "I19": ("only a signed pack changes rules; a past decision keeps its own", (HISTORIES, LAW, "law/test_policy.py")),
    "I21": (
        "names and templates share no file, key or log line: row files and codes hold no text, leaves and logs no name or path",
        (
            HISTORIES,
            f"{PLAIN}::test_nothing_of_it_stands_in_any_file_of_an_archive_open_or_closed",
            f"{PLAIN}::test_no_log_line_holds_any_of_it",
        ),
    ),
}
LATER = (
    "I9, I14, I17, I18 and I20 speak of suppression, withdrawal, requests, restoring and public counts, which this version does not have."
)


def page() -> str:
    lines = [
        "# Invariants",
        "",
        "What holds of every archive whatever people do in it, and the tests that hold it. Random histories with a movable clock are lived",
        "through the services in `tests/services/test_invariants.py`, and through the law alone in `tests/law/test_histories.py`.",
        "This page is made by `python tests/law/test_invariants_page.py`.",
        "",
        "| | invariant | tests |",
        "|---|---|---|",
    ]
    lines += [f"| {name} | {says} | {'<br>'.join(f'`tests/{test}`' for test in tests)} |" for name, (says, tests) in INVARIANTS.items()]
    return "\n".join([*lines, "", LATER, ""])


def test_the_page_of_invariants_is_what_the_tests_say():
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python tests/law/test_invariants_page.py"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
