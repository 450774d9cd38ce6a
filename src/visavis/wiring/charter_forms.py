"""Charters for a page: what is asked, what is wrong with an answer, and a whole charter in plain words."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from visavis.domain.errors import CharterInvalid, InputError
from visavis.domain.speech import line
from visavis.law.asking import Choice, Input, Question, questions, terms
from visavis.law.charter import Charter
from visavis.law.policy import Policy, Profile
from visavis.law.reading import charter_from, parse_charter, unfit
from visavis.law.writing import canonical_toml, household_charter
from visavis.services.paper import Fact
from visavis.services.paper.paper import basis_lines, controller_facts, data_lines, fact, people_line, purpose_lines, retention_line
from visavis.wiring.session import Session

__all__ = ["CharterForms", "Choice", "Drafted", "Fact", "Input", "ProfileTold", "Question"]

Document = Mapping[str, Any]
"""A charter as TOML has it: tables in tables, days as text or date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileTold:
    """A profile as a person chooses it: what it is for, and what it asks and forbids."""

    name: str
    says: str
    terms: tuple[tuple[str, int], ...]
    statement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A charter on its way.

    Attributes
    ----------
    problems : tuple of (str, str)
        Field, what is wrong and why; empty = it is whole.
    toml : str
        The canonical text, which `source add --charter` takes too; empty while there are problems.
    facts : tuple of Fact
        The charter in plain words.
    signed : bool
        A person has to sign before it is in force.
    """

    problems: tuple[tuple[str, str], ...] = ()
    toml: str = ""
    facts: tuple[Fact, ...] = ()
    signed: bool = True


class CharterForms:
    """Charters of one archive's rules, asked and told."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def profiles(self) -> list[ProfileTold]:
        """Return the profiles under which a source may be kept."""
        rules = self._session.rules
        found = [rules.profile(name) for name in rules.profiles]
        return [
            ProfileTold(name=one.name, says=one.says, terms=terms(one), statement=one.statement) for one in found if one.use == "source"
        ]

    def questions(self, document: Document) -> tuple[Question, ...]:
        """Return what a charter's profile asks, in the words of the policy pack that governs it; a household is asked for its title."""
        policy, profile = self._governing(document)
        asked = questions(profile, policy)
        return asked if profile.two_keys else tuple(one for one in asked if one.key == "title")

    def unfit(self, document: Document, question: Question) -> tuple[tuple[str, str], ...]:
        """Return what is wrong with the answers to one question."""
        _, profile = self._governing(document)
        if not question.needed and question.key not in document:
            return ()
        return tuple(unfit(document, profile, {question.key, *(one.name for one in question.inputs)}))

    def drafted(self, document: Document) -> Drafted:
        """Return a whole charter, or all that keeps it from being one."""
        rules = self._session.rules
        try:
            if document.get("profile") == "household":
                charter = household_charter(str(document.get("title", "")), self._session.clock.now().date(), rules)
            else:
                charter = charter_from(document, rules)
        except CharterInvalid as error:
            return Drafted(problems=error.problems)
        policy = rules.of(charter)
        signed = policy.profiles[charter.profile].person_needed
        return Drafted(toml=canonical_toml(charter), facts=told(charter, policy), signed=signed)

    def told(self, toml: str) -> tuple[Fact, ...]:
        """Return a filed charter in plain words; empty if it does not hold under today's rules."""
        try:
            charter = parse_charter(toml, self._session.rules)
        except CharterInvalid:
            return ()
        return told(charter, self._session.rules.of(charter))

    def document(self, toml: str) -> dict[str, Any]:
        """Return a filed charter as a document, to be amended."""
        return tomllib.loads(toml)

    def _governing(self, document: Document) -> tuple[Policy, Profile]:
        """Return pack and profile of a charter that is being written; what it names wrongly is told when it is read as a whole."""
        rules, name = self._session.rules, str(document.get("profile", ""))
        if name not in rules.profiles:
            raise InputError(f"there is no profile «{name}»", remedy="begin the charter again")
        controller = document.get("controller")
        country = str(controller.get("country", "")) if isinstance(controller, Mapping) else ""
        try:
            policy = rules.governing(name, country=country, named=str(document.get("policy", "")))
            return policy, policy.profiles[name]
        except (InputError, KeyError):
            policy = rules.governing(name)
            return policy, policy.profiles[name]


ORIGINALS = {"keep": "leaves the files", "mask": "greys the face in the file"}


def told(charter: Charter, policy: Policy) -> tuple[Fact, ...]:
    """Return a charter in plain words."""
    case, last = charter.standing_case, charter.last_day()
    ends = line("until %(day)s", day=last[0]) if last else line("no end is fixed")
    facts = (
        fact("title", "Collection", charter.title),
        fact("statement", "Declaration", charter.statement),
        *controller_facts(charter),
        fact("purposes", "May be searched for", *purpose_lines(charter, policy)),
        fact("basis", "Legal basis", *basis_lines(charter, policy)),
        fact("people", "Whose data", people_line(charter)),
        fact("data", "What is kept", *data_lines(charter)),
        fact("retention", "How long", retention_line(charter)),
        fact("valid_from", "In force", line("from %(day)s, %(ends)s", day=charter.valid_from, ends=ends)),
        fact("dpia", "Impact assessment", charter.dpia),
        fact("kind", "Where the pictures come from", charter.kind),
        fact("opt_out", "Where people ask to be left out", charter.opt_out),
        fact(
            "originals",
            "An erasure and the photographs",
            ORIGINALS.get(charter.originals, "overwrites and removes the file"),
        ),
        fact("evidence", "Evidence", *(f"{one.file} ({one.kind or 'document'}), SHA-256 {one.sha256}" for one in charter.evidence)),
        fact(
            "standing_case",
            "Daily searches",
            *(
                ()
                if case is None
                else (line("«%(title)s», for %(purpose)s: %(reason)s", title=case.title, purpose=case.purpose, reason=case.reason),)
            ),
        ),
        fact("registration", "Registration", charter.registration),
        fact("policy", "Rules", policy.mark),
    )
    return tuple(one for one in facts if not one.open)
