"""A paper as a value: parts of facts, which a page and a program read alike. The same archive and day give the same paper."""

import datetime as dt
from dataclasses import dataclass

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
    return tuple(f"{article}: {policy.articles[article].says}" + (f" ({law})" if law else "") for article, law in keys)


def purpose_lines(charter: Charter, policy: Policy) -> tuple[str, ...]:
    """Return what the pictures may be searched for."""
    return tuple(f"{purpose}: {policy.purposes.get(purpose, purpose)}" for purpose in charter.purposes)


def data_lines(charter: Charter) -> tuple[str, ...]:
    """Return what is kept of people."""
    place = {"none": "", "city": "where a picture was taken, to about a city", "exact": "where a picture was taken"}[charter.place]
    texts = f"of the picture's header: {', '.join(charter.metadata)}" if charter.metadata else ""
    lines = (
        "face templates (biometric data, GDPR Art. 9): numbers from which faces are compared",
        "where a face is in its picture, its size, pose and sharpness",
        "when a picture was taken",
        place,
        texts,
    )
    return tuple(line for line in lines if line)


def people_line(charter: Charter) -> str:
    """Return whose data."""
    children = "children among them" if charter.shows_children == "yes" else "no children, as far as is known"
    return (
        f"people who are shown in the pictures of «{charter.title}», {children}; living in: {', '.join(charter.jurisdiction) or 'unknown'}"
    )


def retention_line(charter: Charter) -> str:
    """Return how long templates live."""
    kept, last = charter.retention, charter.last_day()
    rule = {
        "fixed": f"until {kept.until}",
        "charter": f"until {charter.valid_to}",
        "event": f"{kept.months} months after {kept.event}",
        "review": f"looked at again every {kept.months} months",
    }[kept.rule]
    end = f"; nothing after {last[0]} ({last[1]})" if last is not None else ""
    return f"{rule}, then {'erased' if kept.action == 'erase' else 'decided on again'}{end}"
