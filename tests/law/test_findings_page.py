"""docs/law/findings.md: what authorities found → the tests that are marked with it.

`python tests/law/test_findings_page.py` writes the page again.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "law" / "findings.md"

FINDINGS = {
    "C1": ("CNIL v Clearview", "no basis: no consent, and neither interest nor public access carries it"),
    "C2": ("CNIL v Clearview", "access cut to the data of the last 12 months"),
    "C3": ("CNIL v Clearview", "access limited to twice a year without reason"),
    "C4": ("CNIL v Clearview", "seven letters in four months for one answer"),
    "C5": ("CNIL v Clearview", "an agent's request sent to a portal; photograph and identity card demanded late"),
    "C6": ("CNIL v Clearview", "an answer that was incomplete, with a stranger's photograph in it"),
    "C7": ("CNIL v Clearview", "an erasure request that was never answered"),
    "C8": ("CNIL v Clearview", "no retention period"),
    "C9": ("CNIL v Clearview", "linked addresses and places amount to profiling"),
    "C10": ("CNIL v Clearview", "minors indexed"),
    "C11": ("CNIL v Clearview", "a questionnaire half answered, a notice ignored"),
    "C12": ("CNIL v Clearview", "an order: stop, answer access requests, then delete people in France within two months"),
    "C13": ("CNIL v Clearview", "the defence that nobody can know who is French"),
    "C14": ("CNIL v Clearview", "EUR 100,000 a day from 19 December 2022 to 9 February 2023: EUR 5,200,000"),
    "Italy": ("Garante, 10 February 2022", "purpose drift, no storage period, late access, no representative"),
    "UK": ("ICO, May 2022; [2025] UKUT 319", "photographs demanded as a hurdle before any right"),
    "Greece": ("HDPA 35/2022", "a first request that was not found; no representative"),
    "Netherlands": ("AP, 16 May 2024", "a client's interest is not the operator's basis; requests unanswered"),
    "Hamburg": ("HmbBfDI, 2018-2021", "templates of bystanders kept after the case; erasing only a hash"),
    "Austria": ("DSB, May 2023; BVwG, 28 January 2025", "permanent storage; erasing does not stop collecting again"),
    "Sweden": ("IMY, February 2021", "police staff searched without authorisation and without an impact assessment"),
    "Canada": ("OPC 2021-001; Québec, December 2021", "no consent; a biometric database that nobody had declared"),
    "Australia": ("[2021] AICmr 54", "accuracy not checked before disclosure, no notice"),
    "Illinois": ("ACLU settlement, 2022", "private sale, trial accounts for single officers"),
    "FTC": ("Everalbum, 2021; Rite Aid, 2023", "what was made from the faces outlived them; untested false hits"),
    "Detroit": ("settlement, 2024", "arrests on one candidate and one opinion"),
}


def marked() -> Iterator[tuple[str, str, str]]:
    """Yield (finding, file, test) for each mark `@pytest.mark.finding("…")` under tests/."""
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        text = file.read_text(encoding="utf-8")
        if "mark.finding(" not in text:
            continue
        for function in ast.walk(ast.parse(text)):
            for mark in function.decorator_list if isinstance(function, ast.FunctionDef) else ():
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.finding":
                    yield ast.literal_eval(mark.args[0]), file.relative_to(ROOT).as_posix(), function.name


def page() -> str:
    """Write the page from the marks."""
    found = list(marked())
    lines = [
        "# What authorities found, and the tests that answer it",
        "",
        "Each heading is something that a data-protection authority or a court found where faces were searched; below stand the tests",
        "that fail if Visavis did the same. This page is made from marks on the tests: `python tests/law/test_findings_page.py`.",
        "It is no legal advice.",
    ]
    for finding, (who, what) in FINDINGS.items():
        tests = [(file, name) for marked_as, file, name in found if marked_as == finding]
        if tests:
            lines += ["", f"## {finding}: {what}", "", f"Found by: {who}.", ""]
            lines += [f"- {_sentence(name)}: `{file}::{name}`" for file, name in tests]
    return "\n".join(lines) + "\n"


def _sentence(name: str) -> str:
    words = name.removeprefix("test_").replace("_", " ")
    return words[0].upper() + words[1:]


def test_the_page_of_findings_is_what_the_tests_declare():
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python tests/law/test_findings_page.py"


def test_every_mark_names_a_finding_that_is_known():
    assert {finding for finding, _, _ in marked()} <= set(FINDINGS)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
