"""A paper as a value: parts of facts, which a page and a program read alike. The same archive and day give the same paper."""

import datetime as dt
from dataclasses import dataclass

from visavis.domain.speech import Line, line
from visavis.law.charter import Charter
from visavis.law.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line: a stable key for programs, what people read before it, and what it says (several = several lines).

    `open` marks what no record can say and a person has to write.
    """

    key: str
    label: str
    says: tuple[str, ...]
    open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some facts under a heading."""

    key: str
    title: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper. `kind` is `art30`, `notice` or `breach`; `lead` says under the title what it is."""

    kind: str
    title: str
    lead: str
    day: dt.date
    parts: tuple[Part, ...]


def paper_document(paper: Paper) -> dict[str, object]:
    """Return a paper as a program reads it; `open` lists what people have to write."""
    return {
        "paper": paper.kind,
        "title": paper.title,
        "day": paper.day.isoformat(),
        "parts": [
            {
                "id": part.key,
                "title": part.title,
                "facts": {fact.key: list(fact.says) for fact in part.facts},
                "open": [fact.key for fact in part.facts if fact.open],
            }
            for part in paper.parts
        ],
    }


def fact(key: str, label: str, *says: str) -> Fact:
    """Return a fact; empty lines are left out, and none left makes it open."""
    lines = tuple(line for line in says if line)
    return Fact(key=key, label=label, says=lines, open=not lines)


def controller_facts(charter: Charter) -> tuple[Fact, ...]:
    """Return who answers."""
    who = charter.controller
    if who is None:
        return ()
    facts = [fact("controller", "Controller", f"{who.name}, {who.country}")]
    if who.representative:
        facts.append(fact("representative", "Representative in the Union", who.representative))
    facts.append(fact("officer", "Data-protection officer", who.officer))
    if who.processors:
        facts.append(fact("processors", "Processors", *who.processors))
    return tuple(facts)


def basis_lines(charter: Charter, policy: Policy) -> tuple[str, ...]:
    """Return both legal keys in plain words, with their law."""
    keys = [(one.article, one.law) for one in (charter.basis, charter.condition) if one is not None]
    return tuple(_basis(article, policy.articles[article].says, law) for article, law in keys)


def _basis(article: str, says: str, law: str) -> Line:
    if law:
        return line("%(article)s: %(says)s (%(law)s)", article=article, says=says, law=law)
    return line("%(what)s: %(says)s", what=article, says=says)


def purpose_lines(charter: Charter, policy: Policy) -> tuple[str, ...]:
    """Return what the pictures may be searched for."""
    return tuple(line("%(what)s: %(says)s", what=purpose, says=policy.purposes.get(purpose, purpose)) for purpose in charter.purposes)


def data_lines(charter: Charter) -> tuple[str, ...]:
    """Return what is kept of people."""
    lines = [
        line("face templates (biometric data, GDPR Art. 9): numbers from which faces are compared"),
        line("where a face is in its picture, its size, pose and sharpness"),
        line("when a picture was taken"),
    ]
    if charter.place == "city":
        lines.append(line("where a picture was taken, to about a city"))
    if charter.place == "exact":
        lines.append(line("where a picture was taken"))
    if charter.metadata:
        lines.append(line("of the picture's header: %(texts)s", texts=", ".join(charter.metadata)))
    return tuple(lines)


def people_line(charter: Charter) -> str:
    """Return whose data."""
    where = {"title": charter.title, "places": ", ".join(charter.jurisdiction) or line("unknown")}
    if charter.shows_children == "yes":
        return line("people who are shown in the pictures of «%(title)s», children among them; living in: %(places)s", **where)
    return line("people who are shown in the pictures of «%(title)s», no children, as far as is known; living in: %(places)s", **where)


def retention_line(charter: Charter) -> str:
    """Return how long templates live."""
    kept, last = charter.retention, charter.last_day()
    match kept.rule:
        case "event":
            rule = line("%(months)s months after %(event)s", months=kept.months, event=kept.event)
        case "review":
            rule = line("looked at again every %(months)s months", months=kept.months)
        case _:
            rule = line("until %(day)s", day=kept.until if kept.rule == "fixed" else charter.valid_to)
    then = line("%(rule)s, then erased", rule=rule) if kept.action == "erase" else line("%(rule)s, then decided on again", rule=rule)
    return then if last is None else line("%(kept)s; nothing after %(day)s (%(why)s)", kept=then, day=last[0], why=last[1])
