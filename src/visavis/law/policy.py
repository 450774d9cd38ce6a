"""Policy packs: the rules as dated, hashed data. The code asks a pack; it holds no deadline, no cap and no list of articles."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from visavis.domain.errors import SetupError


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article that may stand in a charter.

    Attributes
    ----------
    key : str
        Which of the two keys it is: `basis` or `condition`.
    says : str
        In plain words.
    needs_law : bool
        Opens nothing without the law that fills it in.
    not_for_authorities : bool
        A public authority in its tasks can't choose it (GDPR Art. 6(1), last sentence).
    """

    key: str
    says: str
    needs_law: bool = False
    not_for_authorities: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a kind of source asks for and allows.

    Attributes
    ----------
    use : str
        `source` may be added now, `built-in` is issued by the engine itself, `later` is parsed but not usable in this version;
        `refusal` says why.
    statement : str
        The sentence that stands for the two keys where `two_keys` is false.
    defaults : mapping
        Fields filled in when a charter leaves them out.
    standing_case : mapping or None
        Title, purpose and reason of the one case that all sources of this profile share in an archive.
    most_pictures, most_days, default_candidates, most_candidates : int or None
        None = no limit.
    """

    name: str
    says: str
    use: str
    two_keys: bool
    purposes: tuple[str, ...]
    compulsory: tuple[str, ...]
    optional: tuple[str, ...]
    defaults: Mapping[str, Any] = field(repr=False)
    bases: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    statement: str = ""
    refusal: str = ""
    standing_case: Mapping[str, str] | None = None
    most_pictures: int | None = None
    most_days: int | None = None
    default_candidates: int | None = None
    most_candidates: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One policy pack.

    Attributes
    ----------
    mark : str
        Name, version and the first 12 hex digits of the file's SHA-256: what a decision records.
    not_accepted : mapping of str to str
        Articles that people name and that open nothing, with the reason.
    """

    mark: str
    eea: frozenset[str]
    clearance_minutes: int
    longest_years: int
    longest_review_months: int
    purposes: Mapping[str, str]
    articles: Mapping[str, Article]
    not_accepted: Mapping[str, str]
    profiles: Mapping[str, Profile]


def parse_policy(data: bytes) -> Policy:
    """Read a pack from the bytes of its file.

    Raises
    ------
    SetupError
        Not TOML, or a field is missing, unknown or of another type.
    """
    try:
        table = tomllib.loads(data.decode())
        name, version = table.pop("name"), table.pop("version")
        articles = {article: Article(**facts) for article, facts in table.pop("articles").items()}
        profiles = {profile: _profile(profile, facts) for profile, facts in table.pop("profiles").items()}
        return Policy(
            mark=f"{name} {version} {hashlib.sha256(data).hexdigest()[:12]}",
            eea=frozenset(table.pop("eea")),
            articles=MappingProxyType(articles),
            profiles=MappingProxyType(profiles),
            **table,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise SetupError(f"this policy pack can't be read: {error}", remedy="install Visavis again") from error


@cache
def base_policy() -> Policy:
    """Return the pack that ships with this version."""
    return parse_policy(resources.files("visavis.law").joinpath("packs", "base.toml").read_bytes())


def _profile(name: str, facts: dict[str, Any]) -> Profile:
    lists = {key: tuple(value) for key, value in facts.items() if isinstance(value, list)}
    return Profile(name=name, **{"defaults": {}, **facts, **lists})
