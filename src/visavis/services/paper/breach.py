"""How far a breach goes, and the draft of its notification (GDPR Art. 33(3)), for a set of ids of faces, pictures or sources."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from visavis.domain.errors import InputError
from visavis.law.charter import Charter
from visavis.law.clocks import breach_due
from visavis.law.reading import parse_charter
from visavis.law.rulebook import Rulebook
from visavis.records.archive import Records
from visavis.records.reach import Reached
from visavis.records.sources import SourceRecord
from visavis.services.paper.paper import Fact, Paper, Part, controller_facts, data_lines, fact


@dataclass(frozen=True, slots=True, kw_only=True)
class BreachAsked:
    """A breach as somebody became aware of it; `aware_at` in UTC, `key_safe` = the archive's key certainly did not leave the house."""

    ids: Sequence[str]
    aware_at: dt.datetime
    key_safe: bool = False


def breach(records: Records, rules: Rulebook, asked: BreachAsked, day: dt.date) -> Paper:
    """Write what ids reach, and the draft. What no record knows is left open, to be written by people.

    Raises
    ------
    InputError
        No id, or one that names no face, picture or source of this archive.
    """
    reached, unknown = records.reach.of(asked.ids)
    if unknown or not asked.ids:
        raise InputError(
            f"no face, picture or source has the id {', '.join(unknown[:5]) or '…'}", remedy="take ids from visavis ledger log"
        )
    if not reached:
        raise InputError("these ids reach no picture", remedy="visavis source list")
    sources = {source.number: source for source in records.sources.all()}
    charters = {one.source_number: parse_charter(sources[one.source_number].charter_toml, rules) for one in reached}
    due = min(breach_due(asked.aware_at, rules.of(charter).clocks) for charter in charters.values())
    draft = Part(key="draft", title="Draft of the notification (Art. 33(3))", facts=tuple(_draft(reached, charters, asked)))
    clock = Part(
        key="clock",
        title="Clock",
        facts=(
            fact("aware_at", "Aware since", f"{asked.aware_at:%Y-%m-%d %H:%M} UTC"),
            fact("due", "Notify the authority by", f"{due:%Y-%m-%d %H:%M} UTC; later only with the reasons for the delay (Art. 33(1))"),
        ),
    )
    scope = tuple(_scope(one, sources[one.source_number], charters[one.source_number]) for one in reached)
    return Paper(
        kind="breach",
        title="Breach of personal data",
        lead="GDPR Arts 33, 34. A draft from the records; what is marked is for people to write.",
        day=day,
        parts=(clock, draft, *scope),
    )


def _scope(one: Reached, source: SourceRecord, charter: Charter) -> Part:
    facts = (
        *controller_facts(charter),
        fact("pictures", "Pictures", f"{one.pictures:,}"),
        fact("faces", "Faces", f"{one.faces:,}, with {one.templates:,} templates"),
        fact("named", "With a name", f"{one.named:,}"),
        fact("searches", "Shown as candidates", f"{one.candidates:,} times; {one.disclosed:,} of the faces had left the house in exports"),
        fact("places", "People live in", ", ".join(one.places) or "unknown"),
        fact("children", "Children", "may be among them" if charter.shows_children == "yes" else "none, as far as is known"),
    )
    return Part(key=source.id, title=f"Scope: {source.title}", facts=facts)


def _draft(reached: Sequence[Reached], charters: dict[int, Charter], asked: BreachAsked) -> list[Fact]:
    pictures, faces = sum(one.pictures for one in reached), sum(one.faces for one in reached)
    data = dict.fromkeys(line for charter in charters.values() for line in data_lines(charter))
    officers = dict.fromkeys(charter.controller.officer for charter in charters.values() if charter.controller)
    key = (
        "the archive's key did not leave the house: names, paths and texts are closed to whoever has the files (Art. 34(3)(a))"
        if asked.key_safe
        else "no claim of encryption is made: nobody has said that the archive's key is safe"
    )
    return [
        fact("nature", "(a) Nature", ""),
        fact("people", "(a) People, about", f"at most {faces:,} (one person may be in several faces)"),
        fact("records", "(a) Records, about", f"{pictures:,} pictures, {faces:,} faces"),
        fact("data", "(a) Kinds of data", *data),
        fact("contact", "(b) Contact", *officers),
        fact("consequences", "(c) Likely consequences", ""),
        fact("encryption", "(d) In place before", key, "templates lie under a secret rotation, which is no encryption"),
        fact("measures", "(d) Taken or proposed", ""),
    ]
