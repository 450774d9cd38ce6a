"""The pages of docs/law and the charter reference say what the code does.

`python tests/law/test_law_docs.py` writes docs/reference/charter.md again.
"""

import re
import tomllib
from pathlib import Path

import pytest

from visavis.law.fields import FIELDS, OFFERED, TABLES
from visavis.law.reading import read_charter
from visavis.law.rulebook import shipped

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference" / "charter.md"
README = ROOT / "docs" / "law" / "README.md"


def charter_reference() -> str:
    """Write the reference page from the table of fields and the policy pack."""
    rules = shipped()
    profiles = [rules.profile(name) for name in rules.profiles]
    packs = list(rules.marks.values())
    purposes = {name: says for policy in packs for name, says in policy.purposes.items()}
    articles = {name: one for policy in packs for name, one in policy.articles.items()}
    not_accepted = {name: why for policy in reversed(packs) for name, why in policy.not_accepted.items()}
    lines = [
        "# Charter: each field",
        "",
        "The legal file of a source, in TOML. `visavis source charter --profile PROFILE` writes it as a form with these explanations.",
        'Days are written without quotes (`2026-11-22`) and count in UTC, the last one included. A blank (`""`) is refused: leave a',
        "field out, or answer it. Fields that no charter has are refused, so a typing error can't pass as silence.",
        "",
        "This page is made from the code (`tests/law/test_law_docs.py`).",
        "",
        "## Fields",
    ]
    for name, field in FIELDS.items():
        asked = _asked_by(name)
        lines += ["", f"### `{name}`", "", field.why, "", f"- write: {field.write}", f"- from: {field.article}"]
        lines += [f"- example: `{field.example}`"] if field.example != '""' else []
        lines += [f"- {asked}"]
    lines += ["", "## Profiles", "", "| profile | for | purposes | basis | condition |", "|---|---|---|---|---|"]
    for profile in profiles:
        keys = [", ".join(articles) or "none" for articles in (profile.bases, profile.conditions)]
        lines.append(f"| `{profile.name}` | {profile.says} | {', '.join(profile.purposes)} | {keys[0]} | {keys[1]} |")
    lines += ["", "`household` and `evaluation` have no keys but a statement, written word for word:", ""]
    lines += [f"- `{profile.name}`: «{profile.statement}»" for profile in profiles if profile.statement]
    lines += ["", "## Purposes", ""]
    lines += [f"- `{purpose}`: {says}" for purpose, says in purposes.items()]
    lines += ["", "## Articles", "", "| write | key | says | its law is asked |", "|---|---|---|---|"]
    lines += [f"| `{name}` | {one.key} | {one.says} | {'yes' if one.needs_law else 'no'} |" for name, one in articles.items()]
    lines += ["", "Not accepted:", ""]
    lines += [f"- `{name}`: {why}" for name, why in not_accepted.items()]
    return "\n".join(lines) + "\n"


def _asked_by(name):
    rules, top = shipped(), name.partition(".")[0]
    if name in ("profile", "extends", *OFFERED):
        return "compulsory in every profile" if name == "profile" else "optional in every profile"
    compulsory = [profile for profile in rules.profiles if top in rules.profile(profile).compulsory]
    optional = [profile for profile in rules.profiles if top in rules.profile(profile).optional]
    if "." in name and not FIELDS[name].needed:
        return f"optional in the table `{top}`"
    inside = f", wherever the table `{top}` stands" if "." in name else ""
    parts = [f"compulsory for {', '.join(compulsory)}" if compulsory else "", f"optional for {', '.join(optional)}" if optional else ""]
    return "; ".join(part for part in parts if part) + inside


def test_the_charter_reference_is_what_the_code_says():
    assert REFERENCE.read_text(encoding="utf-8") == charter_reference(), "run: python tests/law/test_law_docs.py"


def test_the_law_page_lists_every_profile_with_its_numbers(rules):
    rows = dict(re.findall(r"^\| `(\w+)` \|(.*)\|$", README.read_text(encoding="utf-8"), re.MULTILINE))
    for profile in map(rules.profile, rules.profiles):
        cells = [cell.strip() for cell in rows[profile.name].split("|")]
        assert cells[1] == ("yes" if profile.person_needed else "no"), profile.name
        if profile.use == "source":
            assert cells[3:5] == [str(profile.approvals), str(profile.reviewers)], profile.name
            approved_for = [f"{profile.most_case_days} days", f"{profile.most_searches} searches"] if profile.approvals else []
            capped = [f"{profile.most_candidates} candidates"] if profile.most_candidates else []
            together = [f"{profile.most_probes} faces"] if profile.most_probes else ["one chosen face"] if profile.one_face else []
            assert [words for words in (*approved_for, *capped, *together) if words not in rows[profile.name]] == []


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "law").glob("*.md")), ids=lambda page: page.stem)
def test_every_test_that_a_page_names_exists(page):
    for name in re.findall(r"`(tests/[^`]+)`", page.read_text(encoding="utf-8")):
        path, _, test = name.partition("::")
        assert f"def {test}(" in (ROOT / path).read_text(encoding="utf-8") if test else (ROOT / path).exists(), name


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "law").glob("*.md")), ids=lambda page: page.stem)
def test_every_link_of_a_page_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize(
    ("name", "profile"), [("i-photograph-weddings", "consent"), ("i-run-a-small-museum", "archive"), ("i-trace-missing-people", "tracing")]
)
def test_the_charter_of_a_profiles_page_is_accepted(name, profile, rules, tmp_path):
    page = (ROOT / "docs" / "law" / f"{name}.md").read_text(encoding="utf-8")
    [block] = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    (tmp_path / "charter.toml").write_text(block, encoding="utf-8")
    assert read_charter(tmp_path / "charter.toml", rules).profile == profile


def test_every_example_of_a_field_is_toml_that_the_field_takes():
    for name, field in FIELDS.items():
        assert tomllib.loads(f"value = {field.example}").keys() == {"value"}, name
    assert {name.partition(".")[0] for name in FIELDS if "." in name} == set(TABLES)


if __name__ == "__main__":
    REFERENCE.write_text(charter_reference(), encoding="utf-8")
