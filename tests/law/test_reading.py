import datetime as dt
import hashlib
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.domain.errors import CharterInvalid
from visavis.law.fields import FIELDS, TABLES
from visavis.law.reading import charter_from, parse_charter, read_charter
from visavis.law.rulebook import shipped
from visavis.law.writing import canonical_toml, charter_sha256, charter_template, household_charter

PROFILES = sorted(shipped().profiles)
# Signs that TOML or JSON treat apart: quotes, escapes, control signs, DEL, non-breaking space, beyond the basic plane.
TEXT = st.text("aé\"'\\\n\t\x00\x7f\u0085\xa0\u2028#=[]😀", min_size=1, max_size=12).filter(lambda text: text.strip())


def problems_of(document):
    with pytest.raises(CharterInvalid) as caught:
        charter_from(document, shipped())
    return dict(caught.value.problems)


def compulsory_fields(profile):
    """Dotted names of all that a profile can't do without: its own list, and what its tables need."""
    facts = shipped().profile(profile)
    for name in facts.compulsory:
        inner = [field for field in FIELDS if field.startswith(f"{name}.") and FIELDS[field].needed]
        yield from inner or [name]


@pytest.mark.parametrize("profile", PROFILES)
def test_a_whole_charter_of_each_profile_is_read(profile, whole, rules):
    assert charter_from(whole(profile), rules).profile == profile


@given(data=st.data())
def test_a_charter_without_any_one_compulsory_field_is_refused_naming_that_field(data, whole):
    profile = data.draw(st.sampled_from(PROFILES))
    document, field = whole(profile), data.draw(st.sampled_from(sorted(compulsory_fields(profile))))
    top, _, leaf = field.partition(".")
    named = {field}
    if top == "evidence":
        if data.draw(st.booleans()):
            del document["evidence"]
            named = {"evidence"}
        else:
            del document["evidence"][0][leaf]
            named = {"evidence[1].file"}
    elif leaf:
        del document[top][leaf]
    else:
        del document[top]
    problems = problems_of(document)
    assert set(problems) == named
    assert all("is missing" in why and "Write " in why for why in problems.values())


@pytest.mark.parametrize(("profile", "table"), [(profile, table) for profile in PROFILES for table in ("controller", "basis", "condition")])
def test_without_a_whole_key_each_of_its_fields_is_named_where_two_keys_are_asked(profile, table, whole, rules):
    document = whole(profile)
    if rules.profile(profile).two_keys:
        del document[table]
        needed = {name for name in FIELDS if name.startswith(f"{table}.") and FIELDS[name].needed}
        assert set(problems_of(document)) == needed
    else:
        document[table] = {}
        assert set(problems_of(document)) >= {table}


@pytest.mark.parametrize("profile", PROFILES)
def test_the_template_as_printed_is_refused_with_exactly_the_fields_to_be_filled(profile, rules):
    blanks = set(compulsory_fields(profile)) - set(rules.profile(profile).defaults)
    if profile in ("archive", "consent"):
        blanks |= {"standing_case.title", "standing_case.purpose", "standing_case.reason"}
    blanks = {name.replace("evidence.", "evidence[1].") for name in blanks}
    with pytest.raises(CharterInvalid) as caught:
        parse_charter(charter_template(profile, rules), rules)
    assert {field for field, _ in caught.value.problems} == blanks


def filled(template, answers):
    """Fill a template's blanks as a person would, line by line; switched-off lines come alive where an answer asks for them."""
    table, lines = "", []
    for line in template.splitlines():
        if line.removeprefix("# ").startswith("["):
            table = line.removeprefix("# ").strip("[]") + "."
            lines.append(line.removeprefix("# ") if any(name.startswith(table) for name in answers) else line)
            continue
        name = line.removeprefix("# ").partition(" = ")[0]
        answer = answers.get(table + name)
        lines.append(f"{name} = {answer}" if answer is not None and " = " in line else line)
    return "\n".join(lines)


def answers_from(document, prefix=""):
    """Return dotted names and TOML values of a document."""
    for name, value in document.items():
        if isinstance(value, dict):
            yield from answers_from(value, f"{name}.")
        elif name == "evidence":
            yield from answers_from(value[0], "evidence.")
        elif isinstance(value, bool):
            yield prefix + name, str(value).lower()
        elif isinstance(value, list):
            yield prefix + name, "[" + ", ".join(f'"{word}"' for word in value) + "]"
        else:
            yield prefix + name, f'"{value}"' if isinstance(value, str) else str(value)


@pytest.mark.parametrize("profile", PROFILES)
def test_the_template_filled_in_is_accepted(profile, whole, rules):
    answers = dict(answers_from(whole(profile)))
    assert parse_charter(filled(charter_template(profile, rules), answers), rules) == charter_from(whole(profile), rules)


@pytest.mark.parametrize("profile", PROFILES)
def test_the_canonical_form_reads_back_as_the_same_charter(profile, chartered, rules):
    charter = chartered(profile)
    again = parse_charter(canonical_toml(charter), rules)
    assert again == charter
    assert charter_sha256(again) == charter_sha256(charter)


@given(title=TEXT)
def test_any_title_survives_the_canonical_form(title):
    charter = household_charter(title, dt.date(2026, 11, 22), shipped())
    assert parse_charter(canonical_toml(charter), shipped()).title == title.strip()


def test_the_household_charter_makes_the_declaration_and_keeps_no_place(rules):
    charter = household_charter("Family", dt.date(2026, 11, 22), rules)
    assert charter.statement == "own pictures, own eyes"
    assert (charter.purposes, charter.place, charter.basis) == (("private",), "none", None)


def test_an_empty_household_title_is_refused(rules):
    with pytest.raises(CharterInvalid) as caught:
        household_charter(" ", dt.date(2026, 11, 22), rules)
    assert [field for field, _ in caught.value.problems] == ["title"]


def test_a_misspelt_field_is_refused_with_the_right_spelling(whole):
    document = whole("archive")
    document["show_children"] = document.pop("shows_children")
    document["basis"]["artcle"] = "6(1)(e)"
    problems = problems_of(document)
    assert "shows_children" in problems["show_children"]
    assert "basis.article" in problems["basis.artcle"]
    assert "is missing" in problems["shows_children"]


@pytest.mark.parametrize("name", ["", "basis.article", "shows children"])
def test_a_quoted_name_that_no_field_has_is_refused(name, whole):
    assert list(problems_of({**whole("archive"), name: "6(1)(e)"})) == [f'"{name}"']


def test_a_field_that_the_profile_does_not_ask_is_refused(whole):
    assert "not asked" in problems_of({**whole("household"), "dpia": "x"})["dpia"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("shows_children", True),
        ("shows_children", "perhaps"),
        ("valid_from", "yesterday"),
        ("valid_from", dt.datetime(2026, 1, 1, tzinfo=dt.UTC)),
        ("jurisdiction", ["France"]),
        ("jurisdiction", []),
        ("purposes", "catalogue"),
        ("metadata", ["gps"]),
        ("title", 7),
        ("title", "\ud800"),
        ("controller", "Museum"),
        ("retention", {"rule": "for ever", "action": "erase"}),
        ("evidence", {"file": "a"}),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_under_its_field(field, value, whole):
    problems = problems_of({**whole("archive"), field: value})
    assert [name.partition(".")[0] for name in problems][:1] == [field]


@pytest.mark.parametrize("value", [-1, 1.5, True, "12"])
def test_months_are_a_whole_number(value, whole):
    assert "retention.months" in problems_of({**whole("archive"), "retention": {"rule": "review", "months": value, "action": "erase"}})


@pytest.mark.parametrize("text", ['profile = "museum"', "", "profile = 1"])
def test_without_a_known_profile_only_the_profile_is_named(text, rules):
    with pytest.raises(CharterInvalid) as caught:
        parse_charter(text, rules)
    assert [field for field, _ in caught.value.problems] == ["profile"]


def test_text_that_is_no_toml_says_where(rules):
    with pytest.raises(CharterInvalid) as caught:
        parse_charter("title = maybe\n", rules)
    assert "line 1" in caught.value.problems[0][1]


def write(path, document):
    lines, tables = [], []
    for name, value in document.items():
        if name == "evidence":
            tables += ["[[evidence]]", *(f"{key} = {text}" for key, text in answers_from(value[0]))]
        elif isinstance(value, dict):
            tables += [f"[{name}]", *(f"{key} = {text}" for key, text in answers_from(value))]
        else:
            lines += [f"{key} = {text}" for key, text in answers_from({name: value})]
    path.write_text("\n".join(lines + tables))


def test_evidence_files_are_hashed_from_where_the_charter_lies(tmp_path, whole, rules):
    (tmp_path / "deed.pdf").write_bytes(b"deed")
    document = whole("archive")
    del document["evidence"][0]["sha256"]
    write(tmp_path / "charter.toml", document)
    charter = read_charter(tmp_path / "charter.toml", rules)
    assert charter.evidence[0].sha256 == hashlib.sha256(b"deed").hexdigest()
    assert parse_charter(canonical_toml(charter), rules) == charter


@pytest.mark.parametrize(("content", "field"), [(b"forged", "evidence[1].sha256"), (None, "evidence[1].file")])
def test_evidence_that_is_missing_or_not_what_it_was_is_refused(content, field, tmp_path, whole, rules):
    if content is not None:
        (tmp_path / "deed.pdf").write_bytes(content)
    write(tmp_path / "charter.toml", whole("archive"))
    with pytest.raises(CharterInvalid) as caught:
        read_charter(tmp_path / "charter.toml", rules)
    assert [name for name, _ in caught.value.problems] == [field]


def test_a_charter_that_extends_another_takes_what_it_leaves_out(tmp_path, whole, rules):
    (tmp_path / "deed.pdf").write_bytes(b"deed")
    base = whole("archive")
    del base["evidence"][0]["sha256"]
    write(tmp_path / "museum.toml", base)
    (tmp_path / "charter.toml").write_text('extends = "museum.toml"\ntitle = "Glass plates"\n')
    charter = read_charter(tmp_path / "charter.toml", rules)
    assert (charter.title, charter.purposes) == ("Glass plates", ("catalogue", "research"))
    assert charter.extends == "sha256:" + hashlib.sha256((tmp_path / "museum.toml").read_bytes()).hexdigest()
    assert parse_charter(canonical_toml(charter), rules) == charter


def test_charters_that_extend_each_other_are_refused(tmp_path, rules):
    (tmp_path / "a.toml").write_text('extends = "b.toml"')
    (tmp_path / "b.toml").write_text('extends = "a.toml"')
    with pytest.raises(CharterInvalid, match="extends"):
        read_charter(tmp_path / "a.toml", rules)


def test_a_charter_that_extends_a_file_can_not_be_read_from_text_alone(whole):
    assert list(problems_of({**whole("archive"), "extends": "museum.toml"})) == ["extends"]


@pytest.mark.parametrize("name", ["absent.toml", "latin.toml"])
def test_a_charter_file_that_can_not_be_read_is_refused(name, tmp_path, rules):
    (tmp_path / "latin.toml").write_bytes(b'title = "\xe9"')
    with pytest.raises(CharterInvalid) as caught:
        read_charter(tmp_path / name, rules)
    field, why = caught.value.problems[0]
    assert field == "charter"
    assert "Error" not in why  # a reason for people, not the name of an exception


def test_an_unknown_profile_has_no_template(rules):
    with pytest.raises(Exception, match="no profile"):
        charter_template("museum", rules)


@pytest.mark.parametrize("profile", PROFILES)
def test_every_template_is_toml_and_says_where_each_duty_comes_from(profile, rules):
    text = charter_template(profile, rules)
    assert tomllib.loads(text)["profile"] == profile
    assert text.count("GDPR Art") >= 5


KEYS = st.sampled_from([*FIELDS, *TABLES, *(name.partition(".")[2] for name in FIELDS), "other"])
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 99)
    | st.floats()
    | st.dates()
    | st.times()
    | st.sampled_from(["", " ", "archive", "2026-01-01", "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)


@given(profile=st.sampled_from(PROFILES), junk=st.dictionaries(KEYS, JUNK, max_size=6))
def test_whatever_a_document_holds_it_is_read_or_refused_field_by_field(profile, junk, whole):
    try:
        charter = charter_from({**whole(profile), **junk}, shipped())
    except CharterInvalid as invalid:
        problems = invalid.problems
    else:
        problems = ()
        assert parse_charter(canonical_toml(charter), shipped()) == charter
    assert all(field and why for field, why in problems)
    assert len(set(problems)) == len(problems)


@pytest.mark.parametrize("name", ["no-such.toml", ".", "\\u0000"])
def test_a_charter_that_extends_what_can_not_be_read_is_refused(name, tmp_path, rules):
    (tmp_path / "charter.toml").write_text(f'extends = "{name}"')
    with pytest.raises(CharterInvalid, match="extends"):
        read_charter(tmp_path / "charter.toml", rules)
