"""The record of processing activities (GDPR Art. 30(1), LED Art. 24): a live register, one entry a source."""

import datetime as dt

from visavis.law.charter import Charter
from visavis.law.reading import parse_charter
from visavis.law.roles import UNNAMED
from visavis.law.rulebook import Rulebook
from visavis.records.archive import Records
from visavis.records.disclosures import Disclosure
from visavis.records.sources import SourceRecord
from visavis.services.paper.paper import (
    Fact,
    Paper,
    Part,
    basis_lines,
    controller_facts,
    data_lines,
    fact,
    people_line,
    purpose_lines,
    retention_line,
)

MEASURES = (
    "names, paths, captions and reasons are encrypted (AES-256-GCM), with a key for each picture, source, case and person",
    "templates lie under a secret rotation that can be renewed; it is no encryption",
    "each person signs in with a key of their own; who approves, searches and reviews are different people where the rules ask it",
    "every act stands in a ledger that is checked offline (visavis-audit)",
)


def register(records: Records, rules: Rulebook, day: dt.date) -> Paper:
    """Write the record of processing activities of every source but household ones, which the law leaves out (GDPR Art. 2(2)(c))."""
    sources = [source for source in records.sources.all() if source.profile not in UNNAMED]
    out = [one for case in records.cases.all() for one in records.disclosures.of_case(case.id)]
    left_out = len(records.sources.all()) - len(sources)
    lead = f"GDPR Art. 30(1). Sources: {len(sources)}" + (f"; of a household or trial, left out: {left_out}" if left_out else "")
    return Paper(
        kind="art30",
        title="Record of processing activities",
        lead=lead,
        day=day,
        parts=tuple(_entry(records, rules, source, parse_charter(source.charter_toml, rules), out) for source in sources),
    )


def _entry(records: Records, rules: Rulebook, source: SourceRecord, charter: Charter, out: list[Disclosure]) -> Part:
    policy, counts = rules.of(charter), records.retention.counts(source.number)
    signed = source.signed_by
    given = [one for one in out if source.id in one.sources]
    facts: list[Fact] = [
        *controller_facts(charter),
        fact("purposes", "Purposes", *purpose_lines(charter, policy)),
        fact("basis", "Legal basis", *basis_lines(charter, policy)),
        fact("people", "Whose data", people_line(charter)),
        fact("data", "Which data", *data_lines(charter)),
        fact("recipients", "To whom", _recipients(given)),
        fact("transfers", "To third countries", "none by the engine: it opens no connection; exports are listed above"),
        fact("retention", "Until when", retention_line(charter)),
        fact("measures", "Safeguards (Art. 32)", *MEASURES),
        fact("dpia", "Impact assessment", charter.dpia or "none written"),
        fact("holds", "Holds now", f"{counts.pictures + counts.held:,} pictures, {counts.faces:,} faces; the source is {source.state}"),
        fact("charter", "Charter", f"version {source.charter_version}, SHA-256 {source.charter_sha256}, rules {source.policy}"),
        fact("signed", "Signed", f"{signed.name} ({signed.role}), {signed.at:%Y-%m-%d}" if signed else "not yet: a draft"),
    ]
    return Part(key=source.id, title=source.title, facts=tuple(facts))


def _recipients(given: list[Disclosure]) -> str:
    if not given:
        return "nobody: nothing has left the house"
    kinds = ", ".join(sorted({one.what for one in given}))
    return f"{len(given)} exports since {given[0].at:%Y-%m-%d} ({kinds}); each with its recipient in its case's report"
