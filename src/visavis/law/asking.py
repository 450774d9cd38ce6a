"""A charter as questions, one after the other, from the same tables as templates and reader: a page has nothing of its own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from visavis.law.fields import FIELDS, OFFERED, TABLES, Field
from visavis.law.policy import Policy, Profile

ASKS: Mapping[str, str] = MappingProxyType(
    {
        "title": "What is the collection called?",
        "purposes": "What may its pictures be searched for?",
        "jurisdiction": "Where do the people in the pictures live?",
        "shows_children": "May the pictures show people under 18?",
        "place": "How much of a picture's position is kept?",
        "metadata": "Which texts of a picture are kept?",
        "dpia": "Where is your impact assessment filed?",
        "valid_from": "From which day does this charter hold?",
        "valid_to": "Until which day?",
        "kind": "How did the pictures come into your house?",
        "opt_out": "Where do people ask to be left out?",
        "originals": "What does an erasure do with the photographs themselves?",
        "policy": "Which rules govern the source?",
        "registration": "Under which number is the collection registered?",
        "controller": "Who answers for these pictures?",
        "controller.name": "Name of the organisation",
        "controller.country": "Its country, as two capital letters",
        "controller.representative": "Representative in the Union",
        "controller.public_authority": "Is it a public authority?",
        "controller.officer": "Data-protection officer",
        "controller.processors": "Who handles the pictures for you",
        "controller.authority": "Supervisory authority",
        "basis": "First key: on which legal basis do you hold them?",
        "basis.article": "The legal basis",
        "basis.holder": "Who holds it",
        "basis.since": "Since when",
        "basis.law": "The law behind it, with its article",
        "basis.weighing": "Where the weighing of interests is filed",
        "condition": "Second key: what allows face templates?",
        "condition.article": "The condition",
        "condition.law": "The law behind it, with its article",
        "retention": "How long may templates live?",
        "retention.rule": "The rule",
        "retention.action": "What happens then",
        "retention.until": "Last day",
        "retention.months": "Months",
        "retention.event": "The event",
        "evidence": "Which documents prove what you wrote?",
        "evidence.kind": "What kind of document it is",
        "evidence.valid_to": "Its last day, if it ends",
        "standing_case": "Under which case is it searched every day?",
        "standing_case.title": "Title of the case",
        "standing_case.purpose": "Its one purpose",
        "standing_case.reason": "Why faces have to be searched for it",
    }
)
"""What a page asks, by field or table."""

_SEVERAL = frozenset({"words", "places"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One word that an input takes, in plain words."""

    word: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One input of a question.

    Attributes
    ----------
    name : str
        The field, dotted.
    label : str
        Empty if the question says it.
    kind : str
        Of the field, or `choice` (one of `choices`), `choices` (any of them), `lines` (one a line).
    needed : bool
        The law's reader will not do without it.
    example : str
        As it is written in plain text.
    """

    name: str
    label: str
    kind: str
    field: Field
    needed: bool
    choices: tuple[Choice, ...]
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One page of questions: a field, or a table whose fields belong together."""

    key: str
    asks: str
    needed: bool
    inputs: tuple[Input, ...]


def questions(profile: Profile, policy: Policy) -> tuple[Question, ...]:
    """Return what a profile asks, in the order of its template: what is compulsory, then what may be left out."""
    return tuple(_questions(profile, policy))


def _questions(profile: Profile, policy: Policy) -> Iterator[Question]:
    asked = (*profile.compulsory, *profile.optional, *(OFFERED if profile.two_keys else ()))
    for name in (name for name in FIELDS if "." not in name and name in asked and name in ASKS):
        yield Question(key=name, asks=ASKS[name], needed=_needed(name, profile), inputs=(_input(name, profile, policy, alone=True),))
    for table in (table for table in TABLES if table in asked):
        if table == "standing_case" and not profile.standing_months:
            continue
        names = [name for name in FIELDS if name.startswith(f"{table}.") and name in ASKS]
        inputs = tuple(_input(name, profile, policy, alone=False) for name in names)
        yield Question(key=table, asks=ASKS[table], needed=table in profile.compulsory, inputs=inputs)


def _needed(name: str, profile: Profile) -> bool:
    return name in profile.compulsory and name not in profile.defaults


def _input(name: str, profile: Profile, policy: Policy, *, alone: bool) -> Input:
    field = FIELDS[name]
    choices = _choices(name, field, profile, policy)
    several = field.kind in _SEVERAL
    kind = ("choices" if several else "choice") if choices else "lines" if field.kind == "words" else field.kind
    return Input(
        name=name,
        label="" if alone else ASKS[name],
        kind=kind,
        field=field,
        needed=_needed(name, profile) if alone else field.needed,
        choices=choices,
        example=", ".join(part.strip(' "') for part in field.example.strip("[]").split(",")),
    )


def _choices(name: str, field: Field, profile: Profile, policy: Policy) -> tuple[Choice, ...]:
    if name in ("purposes", "standing_case.purpose"):
        return tuple(Choice(word=word, says=policy.purposes[word]) for word in profile.purposes)
    articles = {"basis.article": profile.bases, "condition.article": profile.conditions}.get(name, ())
    if articles:
        return tuple(Choice(word=article, says=policy.articles[article].says) for article in articles)
    return tuple(Choice(word=word, says=SAYS.get((name, word), "")) for word in field.choices)


SAYS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("shows_children", "yes"): "or you can't say",
        ("shows_children", "no"): "adults only, as far as is known",
        ("place", "none"): "nothing",
        ("place", "city"): "about the size of a city",
        ("place", "exact"): "all of it",
        ("metadata", "caption"): "what is written under the picture",
        ("metadata", "credit"): "who made it",
        ("metadata", "rights"): "who may use it",
        ("metadata", "asset_id"): "its number in your catalogue",
        ("kind", "own"): "made or collected by you",
        ("kind", "deposit"): "left with you by somebody",
        ("kind", "licensed"): "used under a licence",
        ("kind", "event"): "taken at an event",
        ("kind", "seizure"): "seized under a legal power",
        ("kind", "list"): "a finite list of addresses that somebody published",
        ("originals", "keep"): "leaves them; the face stays out of every search",
        ("originals", "mask"): "greys the face in the file, for good",
        ("originals", "delete"): "overwrites and removes the file, for good",
        ("retention.rule", "fixed"): "until a day that you name",
        ("retention.rule", "charter"): "as long as this charter",
        ("retention.rule", "event"): "some months after an event",
        ("retention.rule", "review"): "looked at again every so many months",
        ("retention.action", "erase"): "the templates are erased",
        ("retention.action", "review"): "a person decides; until then nothing of it is found",
    }
)
"""What the words of a field mean, where no policy pack says it."""


TERMS = {
    "nobody-signs": "Whoever runs the machine may act; nobody signs.",
    "person": "Everybody signs in; the charter is signed by the owner or the data-protection officer before anything is read.",
    "approval": "Each case is approved by another person before it is searched.",
    "approvals": "Each case is approved by %(n)s other people before it is searched.",
    "reviewers": "%(n)s people judge each candidate, each blind to the other.",
    "one-face": "A search is for one chosen face.",
    "measured": "It is searched only once its own pictures were measured for strangers' scores.",
    "pictures": "At most %(n)s pictures.",
    "days": "At most %(n)s days.",
    "free": "Results may leave the house freely.",
    "no": "No result leaves the house.",
    "recorded": "A result that leaves the house is recorded with its recipient and the reason.",
}
"""What a profile may ask of people, and forbid; `%(n)s` stands for its number."""


def terms(profile: Profile) -> tuple[tuple[str, int], ...]:
    """Return in plain words what a profile asks of people, and what it forbids: each a text of `TERMS` with the number in it, 0 = none."""
    held = {
        "person" if profile.person_needed else "nobody-signs": 1,
        "approvals" if profile.approvals > 1 else "approval": profile.approvals,
        "reviewers": profile.reviewers if profile.reviewers > 1 else 0,
        "one-face": profile.one_face,
        "measured": profile.measured,
        "pictures": profile.most_pictures,
        "days": profile.most_days,
        profile.exports if profile.exports in ("free", "no") else "recorded": 1,
    }
    return tuple((TERMS[name], number if "%(n)s" in TERMS[name] else 0) for name, number in held.items() if number)
