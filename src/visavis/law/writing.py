"""Charters as text: the canonical form that is stored and hashed, the templates people fill in, the household's one line."""

import dataclasses
import datetime as dt
import hashlib
import json
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from visavis.domain.errors import InputError
from visavis.law.charter import Charter
from visavis.law.fields import FIELDS, OFFERED, TABLES, Field
from visavis.law.policy import Policy, Profile
from visavis.law.reading import charter_from
from visavis.law.rulebook import Rulebook


def household_charter(title: str, today: dt.date, rules: Rulebook) -> Charter:
    """Return the charter of `source add --profile household --title TITLE`: adding the folder makes the household's declaration.

    Raises
    ------
    CharterInvalid
        An empty title.
    """
    statement = rules.profile("household").statement
    return charter_from({"profile": "household", "title": title, "statement": statement, "valid_from": today}, rules)


def canonical_toml(charter: Charter) -> str:
    """Write a charter in its one canonical form; reading that gives the same charter."""
    facts = {name: value for name, value in dataclasses.asdict(charter).items() if value not in (None, "", ()) or name == "metadata"}
    lines = [f"{name} = {_toml(facts[name])}" for name in FIELDS if "." not in name and name in facts]
    for table in TABLES:
        several = table == "evidence"
        for inner in facts.get(table, ()) if several else [facts[table]] if table in facts else []:
            lines += ["", f"[[{table}]]" if several else f"[{table}]"]
            lines += [
                f"{name} = {_toml(value)}" for name, value in sorted(inner.items()) if value not in (None, "", ()) and name != "shared"
            ]
    return "\n".join(lines) + "\n"


def charter_sha256(charter: Charter) -> str:
    """Return the SHA-256 of the canonical form, 64 hexadecimal digits."""
    return hashlib.sha256(canonical_toml(charter).encode()).hexdigest()


def charter_template(profile: str, rules: Rulebook) -> str:
    """Write a commented charter to fill in: what is asked, why, and where the duty comes from.

    Blanks (`""` and `[]`) are to be filled; a line that begins with `# ` and a field may be used or left.

    Raises
    ------
    InputError
        No such profile.
    """
    if profile not in rules.profiles:
        raise InputError(f"there is no profile «{profile}»", remedy=f"take one of {', '.join(rules.profiles)}")
    policy = rules.governing(profile)
    facts = policy.profiles[profile]
    lines = [
        f"# Charter of a source, profile {profile}: {facts.says}.",
        *_comment('Fill in each "" and []. Lines that are switched off with # may be used or left.'),
        *([f"# NOT A SOURCE: {facts.refusal}."] if facts.refusal else []),
        "",
        f'profile = "{profile}"',
    ]
    shown = (*facts.compulsory, *facts.optional, *(OFFERED if facts.two_keys else ()))
    for name in (name for name in FIELDS if "." not in name and name in shown):
        lines += ["", *_asked(name, facts, policy), _line(name, name, facts)]
    for table in (table for table in TABLES if table in (*facts.compulsory, *facts.optional)):
        lines += ["", *_table(table, facts, policy)]
    return "\n".join(lines) + "\n"


def _table(table: str, facts: Profile, policy: Policy) -> Iterator[str]:
    # The standing case is optional, but without it nothing can be searched in this version: it is asked.
    live = table in facts.compulsory or table in facts.defaults or table == "standing_case"
    yield ("" if live else "# ") + (f"[[{table}]]" if table == "evidence" else f"[{table}]")
    for name in (name for name in FIELDS if name.startswith(f"{table}.")):
        yield from _asked(name, facts, policy)
        line = _line(name, name.partition(".")[2], facts)
        yield line if live or line.startswith("# ") else f"# {line}"


def _asked(name: str, facts: Profile, policy: Policy) -> Iterator[str]:
    field = FIELDS[name]
    yield from _comment(f"{field.why} ({field.article})")
    yield from _comment(f"Write {_wanted(name, field, facts)}.")
    says = {"basis.article": facts.bases, "condition.article": facts.conditions}.get(name, ())
    for article in says:
        yield f'#   "{article}": {policy.articles[article].says}'
    for purpose in facts.purposes if name == "purposes" else ():
        yield f'#   "{purpose}": {policy.purposes[purpose]}'


def _wanted(name: str, field: Field, facts: Profile) -> str:
    return f'"{facts.statement}"' if name == "statement" else field.write


def _line(name: str, leaf: str, facts: Profile) -> str:
    table, _, _ = name.partition(".")
    default = facts.defaults.get(table)
    if isinstance(default, Mapping):
        default = default.get(leaf)
    if default is not None:
        return f"{leaf} = {_toml(default)}"
    if FIELDS[name].needed if "." in name else name in facts.compulsory:
        return f"{leaf} = []" if FIELDS[name].kind in ("words", "places") else f'{leaf} = ""'
    return f"# {leaf} = {FIELDS[name].example}"


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, width=100, initial_indent="# ", subsequent_indent="# ")


def _toml(value: Any) -> str:
    """Write one TOML value. A JSON string is a TOML basic string, but for DEL, which TOML wants escaped."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return str(value)
