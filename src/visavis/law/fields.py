"""The fields of a charter: what each asks, why, and what it accepts. Reading, templates and the reference page all come from here."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field.

    Attributes
    ----------
    kind : str
        Key of the table of readers in `visavis.law.values`.
    why : str
        Why it is asked, in plain words.
    article : str
        Where the duty comes from.
    write : str
        What to write: the remedy when it is missing or wrong.
    needed : bool
        For a field of a table: compulsory as soon as its table is there.
    choices : tuple of str
        The only words it takes; empty = any.
    may_be_empty : bool
        For a list: `[]` is an answer.
    example : str
        A TOML value, for templates and the reference.
    """

    kind: str
    why: str
    article: str
    write: str
    needed: bool = False
    choices: tuple[str, ...] = ()
    may_be_empty: bool = False
    example: str = '""'


METADATA = ("caption", "credit", "rights", "asset_id")

FIELDS: Mapping[str, Field] = MappingProxyType(
    {
        "profile": Field(
            kind="word",
            why="The kind of source: it decides what is asked below.",
            article="GDPR Art. 5(2)",
            write="one of the profiles that `visavis source charter --help` lists",
            example='"archive"',
        ),
        "title": Field(
            kind="text",
            why="A name for the collection, shown beside every result.",
            article="GDPR Art. 30(1)",
            write="a few words",
            example='"Press photographs 1950-1990"',
        ),
        "statement": Field(
            kind="text",
            why="Your declaration. It stands in the place of a legal basis, so write it only if it is true.",
            article="GDPR Art. 2(2)(c)",
            write="the profile's sentence, word for word",
        ),
        "purposes": Field(
            kind="words",
            why="What the pictures may be searched for. A search for anything else is refused.",
            article="GDPR Art. 5(1)(b)",
            write="one or more of the profile's purposes",
            example='["catalogue"]',
        ),
        "jurisdiction": Field(
            kind="places",
            why="Where the people in the pictures live, as far as you know. What is unknown counts as inside the Union.",
            article="GDPR Arts 3, 55",
            write='country codes such as "FR", and "unknown" if you can\'t say for some',
            example='["FR", "unknown"]',
        ),
        "shows_children": Field(
            kind="word",
            why="Whether pictures may show people under 18. Nobody but you can answer; the engine never guesses an age.",
            article="GDPR rec. 38, Art. 35",
            write='"yes" or "no"; if in doubt, "yes"',
            choices=("yes", "no"),
            example='"yes"',
        ),
        "place": Field(
            kind="word",
            why="How much of a picture's GPS position is kept: nothing, about the size of a city (0.1 degree), or all of it.",
            article="GDPR Art. 5(1)(c)",
            write='"none", "city" or "exact"',
            choices=("none", "city", "exact"),
            example='"none"',
        ),
        "metadata": Field(
            kind="words",
            why="Which texts of a picture's header are kept beside it. What is not listed is never stored.",
            article="GDPR Art. 5(1)(c)",
            write="any of " + ", ".join(f'"{name}"' for name in METADATA) + "; [] keeps none",
            choices=METADATA,
            may_be_empty=True,
            example='["caption", "credit"]',
        ),
        "dpia": Field(
            kind="text",
            why="The reference of your data protection impact assessment: faces searched on a large scale need one before the start.",
            article="GDPR Art. 35(3)(b), LED Art. 27",
            write="the number or title under which it is filed",
            example='"DPIA 2026-04"',
        ),
        "valid_from": Field(
            kind="day",
            why="The first day of this charter.",
            article="GDPR Art. 5(1)(e)",
            write="a day such as 2026-11-22, without quotes",
            example="2026-11-22",
        ),
        "valid_to": Field(
            kind="day",
            why="The last day of this charter; after it the source is out of every search.",
            article="GDPR Art. 5(1)(e)",
            write="a day such as 2027-11-21, without quotes",
            example="2027-11-21",
        ),
        "kind": Field(
            kind="word",
            why="How the pictures came into your house: what a deposit or a licence leaves open is decided by somebody else.",
            article="GDPR Arts 5(2), 14(2)(f)",
            write='"own" (made or collected by you), "deposit", "licensed", "event", "seizure" or "list" (a finite list of addresses)',
            choices=("own", "deposit", "licensed", "event", "seizure", "list"),
            example='"own"',
        ),
        "opt_out": Field(
            kind="text",
            why="Where people ask to be left out. It stands on the notice that they can read.",
            article="GDPR Arts 12(2), 21",
            write="an address that is read, without asking for a photograph of the face",
            example='"rights@museum.example"',
        ),
        "originals": Field(
            kind="word",
            why="What an ordered erasure does with the photographs themselves: leaves them, and keeps the face out of the index; greys the "
            "face in the file; or overwrites and removes the file. The last two change your originals for good.",
            article="GDPR Art. 17",
            write='"keep", "mask" or "delete"; without it they are kept',
            choices=("keep", "mask", "delete"),
            example='"keep"',
        ),
        "policy": Field(
            kind="word",
            why="The policy pack that governs the source; left out, it follows from the profile and the controller's country.",
            article="GDPR Art. 5(2)",
            write="the name of a shipped pack, or of a local one that the owner signed",
            example='"eu"',
        ),
        "registration": Field(
            kind="text",
            why="The registration that your country asks for before templates are made, or the number in the EU's database.",
            article="AI Act Art. 49 and national law",
            write="the number under which it is registered",
            example='"2026-0042"',
        ),
        "extends": Field(
            kind="text",
            why="Another charter file that fills in what this one leaves out.",
            article="GDPR Art. 5(2)",
            write="a path, seen from this file",
            example='"museum.toml"',
        ),
        "controller.name": Field(
            kind="text",
            why="Who decides about these pictures and answers for them.",
            article="GDPR Arts 4(7), 30(1)(a)",
            write="the full name of the organisation",
            needed=True,
            example='"Museum of Example"',
        ),
        "controller.country": Field(
            kind="country",
            why="Where the controller is established.",
            article="GDPR Art. 3",
            write='a country code such as "FR"',
            needed=True,
            example='"FR"',
        ),
        "controller.representative": Field(
            kind="text",
            why="Your representative in the Union, if you are established outside it and people inside it are shown.",
            article="GDPR Art. 27",
            write="name and address",
            example='"Example Representatives, Dublin"',
        ),
        "controller.public_authority": Field(
            kind="truth",
            why="Whether the controller is a public authority: it can't rely on legitimate interest.",
            article="GDPR Art. 6(1), last sentence",
            write="true or false, without quotes",
            example="false",
        ),
        "controller.officer": Field(
            kind="text",
            why="Your data-protection officer, if you have or need one: who may sign this charter and can stop the source.",
            article="GDPR Arts 37(7), 39, LED Art. 32",
            write="name or office, and where they are reached",
            example='"Data protection, dpo@museum.example"',
        ),
        "controller.processors": Field(
            kind="words",
            why="Who else handles these pictures for you: a hosting firm, a scanning service. A credit may name them.",
            article="GDPR Arts 28, 30(1)(d)",
            write="their names, or leave the line out",
            example='["Example Scanning Ltd"]',
        ),
        "controller.authority": Field(
            kind="text",
            why="The supervisory authority that is competent for you.",
            article="GDPR Art. 55",
            write="its name",
            example='"CNIL"',
        ),
        "basis.article": Field(
            kind="word",
            why="First key: the legal basis.",
            article="GDPR Art. 6(1), LED Art. 8",
            write="one of the articles that the profile allows",
            needed=True,
            example='"6(1)(e)"',
        ),
        "basis.holder": Field(
            kind="text",
            why="Who holds that basis. It must be the controller: nobody can lend another one's basis.",
            article="GDPR Art. 6 (AP, 16 May 2024)",
            write="the same name as controller.name",
            needed=True,
            example='"Museum of Example"',
        ),
        "basis.since": Field(
            kind="day",
            why="Since when you hold it.",
            article="GDPR Art. 5(2)",
            write="a day such as 2020-01-01, without quotes",
            needed=True,
            example="2020-01-01",
        ),
        "basis.law": Field(
            kind="text",
            why="The law that gives you the task or obligation, with its article.",
            article="GDPR Art. 6(3), LED Art. 8",
            write="law and article",
            example='"Code du patrimoine, art. L. 211-1"',
        ),
        "basis.weighing": Field(
            kind="text",
            why="For 6(1)(f): where your interest was weighed against that of the people in the pictures.",
            article="GDPR Art. 6(1)(f), rec. 47",
            write="the number or title under which the test is filed",
            example='"Balancing test 2026-04"',
        ),
        "condition.article": Field(
            kind="word",
            why="Second key: a face template is biometric data, so a basis alone does not open it.",
            article="GDPR Art. 9(2), LED Art. 10",
            write="one of the articles that the profile allows",
            needed=True,
            example='"9(2)(j)"',
        ),
        "condition.law": Field(
            kind="text",
            why="The law that this condition rests on, with its article.",
            article="GDPR Arts 9(2)(g) and (j), 85(2), LED Art. 10",
            write="law and article",
            example='"Loi 78-17, art. 44"',
        ),
        "retention.rule": Field(
            kind="word",
            why='How long templates may live. "For ever" is not an answer.',
            article="GDPR Art. 5(1)(e)",
            write='"fixed" with until, "charter" with valid_to, "event" with event and months, or "review" with months',
            needed=True,
            choices=("fixed", "charter", "event", "review"),
            example='"review"',
        ),
        "retention.action": Field(
            kind="word",
            why="What happens then.",
            article="GDPR Arts 5(1)(e), 17",
            write='"erase" or "review"',
            needed=True,
            choices=("erase", "review"),
            example='"erase"',
        ),
        "retention.until": Field(
            kind="day",
            why='Last day, for rule "fixed".',
            article="GDPR Art. 5(1)(e)",
            write="a day such as 2030-12-31, without quotes",
            example="2030-12-31",
        ),
        "retention.months": Field(
            kind="count",
            why='Months between two reviews, or after the event, for rules "review" and "event".',
            article="GDPR Art. 5(1)(e), LED Art. 5",
            write="a whole number, without quotes",
            example="12",
        ),
        "retention.event": Field(
            kind="text",
            why='What ends it, for rule "event".',
            article="GDPR Art. 5(1)(e)",
            write="a few words",
            example='"end of the exhibition"',
        ),
        "evidence.file": Field(
            kind="text",
            why="A document that proves what you wrote above: deed, contract, assessment, consent text. It is hashed, not copied.",
            article="GDPR Art. 5(2)",
            write="a path, seen from this file",
            needed=True,
            example='"deed-of-gift.pdf"',
        ),
        "evidence.kind": Field(
            kind="text",
            why="What kind of document it is.",
            article="GDPR Art. 5(2)",
            write="a few words",
            example='"deed of gift"',
        ),
        "evidence.sha256": Field(
            kind="digest",
            why="Its SHA-256; filled in for you when the file is read.",
            article="GDPR Art. 5(2)",
            write="64 hexadecimal digits, or leave the line out",
            example='"…"',
        ),
        "evidence.valid_to": Field(
            kind="day",
            why="Its last day, if it ends: the source is out of every search after it.",
            article="GDPR Art. 5(2)",
            write="a day such as 2028-12-31, without quotes",
            example="2028-12-31",
        ),
        "standing_case.title": Field(
            kind="text",
            why="The case for a desk's daily searches; it opens when the charter is signed. Without it, each matter needs a case.",
            article="GDPR Art. 5(1)(b)",
            write="a few words",
            needed=True,
            example='"Cataloguing"',
        ),
        "standing_case.purpose": Field(
            kind="word",
            why="The one purpose of its searches.",
            article="GDPR Art. 5(1)(b)",
            write="one of this charter's purposes",
            needed=True,
            example='"catalogue"',
        ),
        "standing_case.reason": Field(
            kind="text",
            why="Why faces have to be searched for it, in one sentence.",
            article="GDPR Arts 5(1)(c), 35(7)(b)",
            write="one sentence",
            needed=True,
            example='"Undated portraits can\'t be described otherwise"',
        ),
    }
)

OFFERED = ("policy", "kind", "opt_out", "originals")
"""Fields that every charter may have; the forms of organisations show them."""

TABLES = ("controller", "basis", "condition", "retention", "evidence", "standing_case")
