"""The notice to the people in the pictures of a source (GDPR Arts 13, 14), from its charter as it is in force."""

import datetime as dt
from collections.abc import Iterator

from visavis.domain.errors import InputError
from visavis.domain.speech import line
from visavis.law.charter import Charter
from visavis.law.reading import parse_charter
from visavis.law.roles import UNNAMED
from visavis.law.rulebook import Rulebook
from visavis.records.archive import Records
from visavis.services.paper.paper import Fact, Paper, Part, basis_lines, controller_facts, data_lines, fact, purpose_lines, retention_line


def notice(records: Records, rules: Rulebook, name: str, day: dt.date) -> Paper:
    """Write the notice of a source.

    Raises
    ------
    InputError
        No such source; a household's or a trial's, which owes none; or nobody has signed its charter.
    """
    source = records.sources.one(name)
    if source.profile in UNNAMED or source.signed_by is None:
        why = f"of profile {source.profile}: no notice is owed" if source.profile in UNNAMED else "a draft: its charter is not in force"
        raise InputError(f"«{source.title}» is {why}", remedy="visavis source list")
    charter = parse_charter(source.charter_toml, rules)
    policy = rules.of(charter)
    parts = (
        Part(
            key="who",
            title="Who answers for it",
            facts=(
                *controller_facts(charter),
                fact("authority", "Where you can complain", charter.controller.authority if charter.controller else ""),
            ),
        ),
        Part(
            key="why",
            title="Why faces are searched here",
            facts=(
                fact("purposes", "Purposes", *purpose_lines(charter, policy)),
                fact("basis", "Legal basis", *basis_lines(charter, policy)),
                *_interests(charter),
                fact(
                    "decisions", "Automated decisions", "none: a result is a lead, and people judge it; no decision follows from it alone"
                ),
            ),
        ),
        Part(
            key="what",
            title="What is kept",
            facts=(
                fact("data", "Data", *data_lines(charter)),
                fact("from", "Where it comes from", charter.kind),
                fact("children", "Children", "may be shown" if charter.shows_children == "yes" else "are not shown, as far as is known"),
                fact("retention", "Until when", retention_line(charter)),
                fact(
                    "recipients",
                    "Who gets it",
                    "people of the controller who sign in with a key of their own; an export names its recipient",
                ),
                fact("transfers", "Third countries", "none"),
            ),
        ),
        Part(key="rights", title="Your rights", facts=tuple(_rights(charter))),
        Part(
            key="version",
            title="This notice",
            facts=(
                fact(
                    "charter",
                    "Charter",
                    line("version %(version)s, SHA-256 %(digest)s", version=source.charter_version, digest=source.charter_sha256),
                ),
            ),
        ),
    )
    return Paper(
        kind="notice", title=charter.title, lead="Your face may be searched for in these pictures. GDPR Arts 13, 14.", day=day, parts=parts
    )


def _interests(charter: Charter) -> Iterator[Fact]:
    if charter.basis is not None and charter.basis.weighing:
        yield fact("interests", "Legitimate interests", charter.basis.weighing)
    if charter.condition is not None and charter.condition.article == "85":
        yield fact("derogation", "Derogation", line("for journalism (Art. 85): %(law)s", law=charter.condition.law))


def _rights(charter: Charter) -> Iterator[Fact]:
    article = charter.basis.article if charter.basis is not None else ""
    how = charter.opt_out or (charter.controller.officer if charter.controller else "")
    yield fact("how", "How to ask", how, "by any channel, yourself or by somebody who speaks for you; no photograph of you is needed")
    yield fact("access", "Know what is held (Art. 15)", "pictures, sources, who searched and who saw you; within a month")
    yield fact("rectification", "Have it corrected (Art. 16)", "a picture that is not you, a wrong date or name")
    yield fact("erasure", "Have it erased (Art. 17)", "with a certificate that you can have checked")
    yield fact("restriction", "Have it set aside (Art. 18)", "kept, and found by no search")
    if article in ("6(1)(e)", "6(1)(f)"):
        yield fact(
            "objection", "Object (Art. 21)", "your face is set aside while that is weighed; an objection lasts when pictures are read again"
        )
    if article in ("6(1)(a)", "6(1)(b)"):
        yield fact("portability", "Take with you what you gave (Art. 20)", "your photographs and labels")
    if article == "6(1)(a)":
        yield fact("withdrawal", "Withdraw consent (Art. 7)", "as easily as it was given; it hides you at once")
