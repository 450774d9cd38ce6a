"""From TOML to a charter: what is missing, unknown or unfit is said field by field, all at once."""

import difflib
import hashlib
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from visavis.domain.errors import CharterInvalid, InputError, RefusedError
from visavis.law.charter import Basis, Charter, Condition, Controller, Evidence, Retention, StandingCase
from visavis.law.contradictions import Problem, contradictions
from visavis.law.fields import FIELDS, OFFERED, TABLES
from visavis.law.policy import Policy, Profile
from visavis.law.rulebook import Rulebook
from visavis.law.rules import Rule
from visavis.law.values import Unfit, read_value

_ALWAYS = ("profile", "extends", *OFFERED)


def parse_charter(text: str, rules: Rulebook) -> Charter:
    """Read a charter that stands for itself: its evidence carries hashes and it extends no file.

    Raises
    ------
    CharterInvalid
        `problems` names each field, the article it serves and what to write.
    """
    return charter_from(_document(text, "charter"), rules)


def read_charter(path: Path, rules: Rulebook) -> Charter:
    """Read a charter file, complete it from the one it extends, and hash its evidence files.

    Parameters
    ----------
    path : Path
        TOML, UTF-8. `extends` and `evidence.file` are paths seen from it.
    rules : Rulebook

    Raises
    ------
    CharterInvalid
        `problems` names each field, the article it serves and what to write.
    """
    problems: list[Problem] = []
    document, _ = _completed(path, (), problems)
    return charter_from(document, rules, problems)


def charter_from(document: Mapping[str, Any], rules: Rulebook, found: list[Problem] | None = None) -> Charter:
    """Make a charter of a TOML document; `found` are problems already known.

    Raises
    ------
    CharterInvalid
        See `parse_charter`.
    """
    policy = _policy(document, rules)
    profile = policy.profiles[document["profile"]]
    problems = list(found or ())
    problems += _unknown(document)
    problems += _not_asked(document, profile)
    filled = {**profile.defaults, **document}
    values = _values(filled, profile, problems)
    evidence = _evidence(filled, profile, problems)
    if not str(values.get("extends", "sha256:")).startswith("sha256:"):
        problems.append(("extends", "names a file, and this text stands alone: read the charter from its file"))
    if problems:
        raise _invalid(problems)
    charter = _build(values, evidence)
    if clashes := list(contradictions(charter, policy)):
        raise _invalid(clashes)
    return charter


def unfit(document: Mapping[str, Any], profile: Profile, names: Collection[str]) -> list[Problem]:
    """Return what is missing or unfit of some fields of a charter that is being written; whether they fit together shows at the end."""
    problems: list[Problem] = []
    filled = {**profile.defaults, **document}
    _values(filled, profile, problems)
    _evidence(filled, profile, problems)
    return [(name, why) for name, why in problems if re.sub(r"\[\d+\]", "", name) in names]


def refusal_of(error: CharterInvalid) -> tuple[RefusedError, list[str]]:
    """Return what the ledger says of a charter that can't be used: the rule, and the fields at fault, of those that a charter has."""
    named = {re.sub(r"\[\d+\]", "", field) for field, _ in error.problems}
    fields = [field for field in (*FIELDS, *TABLES) if field in named]
    return RefusedError(str(error), rule=Rule.CHARTER_WHOLE, remedy=error.remedy), fields


def _invalid(problems: list[Problem]) -> CharterInvalid:
    names = ", ".join(dict.fromkeys(field for field, _ in problems))
    return CharterInvalid(
        f"the charter can't be used as it is: {names}",
        problems=tuple(dict.fromkeys(problems)),
        remedy="mend these fields; docs/reference/charter.md explains each",
    )


def _document(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _invalid([(name, f"is not TOML: {error}")]) from error


def _completed(path: Path, seen: tuple[Path, ...], problems: list[Problem]) -> tuple[dict[str, Any], str]:
    """Return a charter file's document with its evidence hashed and what it extends filled in, and the SHA-256 of the file."""
    field = "extends" if seen else "charter"
    try:
        place, data = path.resolve(), path.read_bytes()
        text = data.decode()
    except (OSError, ValueError) as error:
        raise _invalid([(field, f"{path.name} can't be read: {_why_unreadable(error)}")]) from error
    if place in seen:
        raise _invalid([("extends", f"{path.name} extends itself; take the line out of one of the files")])
    document = _document(text, field)
    evidence = document.get("evidence")
    if isinstance(evidence, list):
        document["evidence"] = [_hashed(item, path.parent, f"evidence[{number}]", problems) for number, item in enumerate(evidence, 1)]
    above = document.get("extends")
    if isinstance(above, str) and above and not above.startswith("sha256:"):
        base, digest = _completed(path.parent / above, (*seen, place), problems)
        document = {**base, **document, "extends": f"sha256:{digest}"}
    return document, hashlib.sha256(data).hexdigest()


def _why_unreadable(error: OSError | ValueError) -> str:
    return error.strerror or "it can't be opened" if isinstance(error, OSError) else "it is no text in UTF-8"


def _hashed(item: object, folder: Path, name: str, problems: list[Problem]) -> object:
    if not isinstance(item, dict) or not isinstance(item.get("file"), str) or not item["file"]:
        return item
    try:
        with (folder / item["file"]).open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except (OSError, ValueError) as error:
        problems.append((f"{name}.file", f"can't be read ({_why_unreadable(error)}); evidence must be there to be hashed (GDPR Art. 5(2))"))
        return item
    if item.get("sha256", digest) != digest:
        problems.append((f"{name}.sha256", "is not the hash of the file: put the right file there, or take this line out"))
    return {**item, "sha256": digest}


def _policy(document: Mapping[str, Any], rules: Rulebook) -> Policy:
    """Return the pack that governs a charter; it has the charter's profile."""
    name, named, controller = document.get("profile"), document.get("policy", ""), document.get("controller")
    if not isinstance(name, str) or name not in rules.profiles:
        what = "is missing" if name is None else f"does not take {name!r}"
        raise _invalid([("profile", f"{what}; write one of {', '.join(rules.profiles)}")])
    country = controller.get("country") if isinstance(controller, Mapping) else None
    try:
        policy = rules.governing(name, country=country if isinstance(country, str) else "", named=named if isinstance(named, str) else "")
    except InputError as error:
        raise _invalid([("policy", f"{error}; {error.remedy}")]) from error
    if name not in policy.profiles:
        raise _invalid([("policy", f"{policy.name!r} has no profile {name!r}; leave the line out")])
    return policy


def _explained(name: str, what: str) -> Problem:
    field = FIELDS[name]
    return name, f"{what}. {field.why} ({field.article}) Write {field.write}."


def _unknown(document: Mapping[str, Any]) -> Iterator[Problem]:
    for name in _names(document):
        if name in FIELDS or name in TABLES:
            continue
        near = difflib.get_close_matches(name, [*FIELDS, *TABLES], n=1)
        yield name, "is no field of a charter; " + (f"did you mean {near[0]}?" if near else "take it out")


def _names(document: Mapping[str, Any]) -> Iterator[str]:
    for name, value in document.items():
        inner = value if isinstance(value, list) else [value]
        if name in TABLES:
            yield from dict.fromkeys(f"{name}.{key}" for table in inner if isinstance(table, dict) for key in table)
        else:
            yield name if name.isidentifier() else f'"{name}"'


def _not_asked(document: Mapping[str, Any], profile: Profile) -> Iterator[Problem]:
    known = {name.partition(".")[0] for name in FIELDS}
    for name in document:
        if name in known and name not in (*profile.compulsory, *profile.optional, *_ALWAYS):
            yield name, f"is not asked of profile {profile.name}; take it out"


def _values(filled: Mapping[str, Any], profile: Profile, problems: list[Problem]) -> dict[str, Any]:
    """Read all fields but evidence, dotted name to value; what is wrong goes to `problems`."""
    values: dict[str, Any] = {}
    for name in FIELDS:
        top, _, leaf = name.partition(".")
        if top == "evidence":
            continue
        table = filled.get(top, {}) if leaf else filled
        if not isinstance(table, Mapping):
            problems.append((top, f"is a table: write [{top}] on a line of its own and its fields below"))
            continue
        compulsory = (top in profile.compulsory or top in filled) and FIELDS[name].needed if leaf else top in profile.compulsory
        _take(name, table.get(leaf or top), compulsory, values, problems)
    return values


def _take(name: str, raw: object, compulsory: object, values: dict[str, Any], problems: list[Problem]) -> None:
    if raw is None:
        if compulsory:
            problems.append(_explained(name, "is missing"))
        return
    try:
        values[name] = read_value(FIELDS[name], raw)
    except Unfit as unfit:
        problems.append(_explained(name, str(unfit)))


def _evidence(filled: Mapping[str, Any], profile: Profile, problems: list[Problem]) -> tuple[Evidence, ...]:
    items = filled.get("evidence", [])
    if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
        problems.append(("evidence", "is a list of tables: write [[evidence]] on a line of its own and its fields below"))
        return ()
    if not items and "evidence" in profile.compulsory:
        problems.append(("evidence", _explained("evidence.file", "is missing")[1]))
    return tuple(item for place, table in enumerate(items, 1) if (item := _one_evidence(table, f"evidence[{place}]", problems)))


def _one_evidence(table: Mapping[str, Any], name: str, problems: list[Problem]) -> Evidence | None:
    values: dict[str, Any] = {}
    unfit: list[Problem] = []
    for leaf in ("file", "kind", "sha256", "valid_to"):
        _take(f"evidence.{leaf}", table.get(leaf), leaf == "file", values, unfit)
    if not unfit and "evidence.sha256" not in values and not any(field.startswith(name) for field, _ in problems):
        unfit.append(_explained("evidence.sha256", "is missing"))
    problems.extend((field.replace("evidence", name, 1), why) for field, why in unfit)
    return None if unfit or "evidence.sha256" not in values else Evidence(**_table(values, "evidence"))


def _table(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key.partition(".")[2]: value for key, value in values.items() if key.startswith(f"{name}.")}


def _build(values: Mapping[str, Any], evidence: tuple[Evidence, ...]) -> Charter:
    kinds = {"controller": Controller, "basis": Basis, "condition": Condition, "retention": Retention, "standing_case": StandingCase}
    tables = {name: kind(**table) for name, kind in kinds.items() if (table := _table(values, name))}
    plain = {name: value for name, value in values.items() if "." not in name}
    return Charter(**plain, **tables, evidence=evidence)
