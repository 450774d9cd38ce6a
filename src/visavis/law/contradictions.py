"""What a complete charter may still get wrong: keys that don't fit, a borrowed basis, dates that run backwards."""

import calendar
import datetime as dt
from collections.abc import Iterator

from visavis.law.charter import Charter
from visavis.law.policy import Policy, Profile

Problem = tuple[str, str]
"""A field and what is wrong with it, why, and what to do."""


def contradictions(charter: Charter, policy: Policy) -> Iterator[Problem]:
    """Yield each contradiction of a charter whose fields are all there."""
    profile = policy.profiles[charter.profile]
    yield from _statement(charter, profile)
    yield from _purposes(charter, profile)
    yield from _standing(charter, profile)
    yield from _article("basis", charter, policy)
    yield from _article("condition", charter, policy)
    yield from _holder(charter, policy)
    yield from _representative(charter, policy)
    yield from _children(charter, profile)
    yield from _dates(charter, profile, policy)
    yield from _retention(charter, policy)


def _statement(charter: Charter, profile: Profile) -> Iterator[Problem]:
    if charter.statement.casefold() != profile.statement.casefold():
        yield (
            "statement",
            f'write the declaration word for word, if it is true: "{profile.statement}". If it is not, take another profile '
            "(GDPR Art. 2(2)(c) covers purely personal activity only).",
        )


def _purposes(charter: Charter, profile: Profile) -> Iterator[Problem]:
    for purpose in charter.purposes:
        if purpose not in profile.purposes:
            yield (
                "purposes",
                f"{purpose!r} is not a purpose of profile {profile.name} (GDPR Art. 5(1)(b)). Write any of {', '.join(profile.purposes)}.",
            )
    case = charter.standing_case
    if case is not None and case.purpose not in charter.purposes:
        yield (
            "standing_case.purpose",
            f"{case.purpose!r} is not among this charter's purposes: {', '.join(charter.purposes)} (GDPR Art. 5(1)(b)).",
        )


def _standing(charter: Charter, profile: Profile) -> Iterator[Problem]:
    if charter.standing_case is not None and not profile.standing_months:
        yield "standing_case", f"profile {profile.name} has none: each case is opened for one matter. Take the table out."


def _article(key: str, charter: Charter, policy: Policy) -> Iterator[Problem]:
    held = charter.basis if key == "basis" else charter.condition
    if held is None:
        return
    profile = policy.profiles[charter.profile]
    allowed = profile.bases if key == "basis" else profile.conditions
    if held.article not in allowed:
        why = policy.not_accepted.get(held.article, f"it is not one that profile {profile.name} can stand on")
        choice = "; ".join(f"{article} ({policy.articles[article].says})" for article in allowed)
        yield f"{key}.article", f"{held.article} opens nothing here: {why}. Write one of: {choice}."
    elif policy.articles[held.article].needs_law and not held.law:
        yield (
            f"{key}.law",
            f"is missing: {held.article} ({policy.articles[held.article].says}) opens nothing without that law. Write law and article.",
        )


def _holder(charter: Charter, policy: Policy) -> Iterator[Problem]:
    basis, controller = charter.basis, charter.controller
    if basis is None or controller is None:
        return
    if _plain(basis.holder) != _plain(controller.name):
        yield (
            "basis.holder",
            f"is {basis.holder!r}, but the controller is {controller.name!r}: another one's basis can't be lent (GDPR Art. 6; AP, 16 May "
            "2024). Write the controller's own basis, or name its holder as the controller.",
        )
    article = policy.articles.get(basis.article)
    if controller.public_authority and article is not None and article.not_for_authorities:
        yield (
            "basis.article",
            f"{basis.article} is closed to public authorities in their tasks (GDPR Art. 6(1), last sentence). Write 6(1)(e) and its law.",
        )
    if basis.since > charter.valid_from:
        yield "basis.since", f"is {basis.since}, after the charter begins ({charter.valid_from}) (GDPR Art. 5(2)). Begin the charter later."


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _representative(charter: Charter, policy: Policy) -> Iterator[Problem]:
    controller = charter.controller
    if controller is None or controller.country in policy.eea or controller.representative:
        return
    # «unknown» counts as inside: an order about the people of one country could not be answered otherwise (law.md C13)
    inside = sorted(place for place in charter.jurisdiction if place == "unknown" or place[:2] in policy.eea)
    if inside:
        yield (
            "controller.representative",
            f"is missing: the controller is in {controller.country}, the pictures show people in {', '.join(inside)} (GDPR Art. 27). "
            "Write name and address of the representative in the Union.",
        )


def _children(charter: Charter, profile: Profile) -> Iterator[Problem]:
    if charter.shows_children == "yes" and profile.two_keys and not charter.dpia:
        yield (
            "dpia",
            "is missing: the pictures may show children (shows_children), and no child is searched without an assessment that says so "
            "(GDPR rec. 38, Art. 35). Write its reference.",
        )


def _dates(charter: Charter, profile: Profile, policy: Policy) -> Iterator[Problem]:
    begin, end = charter.valid_from, charter.valid_to
    if end is not None and end < begin:
        yield "valid_to", f"is {end}, before valid_from ({begin}) (GDPR Art. 5(1)(e)). Write a later day."
    elif end is not None and end > _years_after(begin, policy.limits.longest_years):
        yield "valid_to", f"is over {policy.limits.longest_years} years away: that is for ever (GDPR Art. 5(1)(e)). Write an earlier day."
    elif end is not None and profile.most_days is not None and (end - begin).days >= profile.most_days:
        yield (
            "valid_to",
            f"profile {profile.name} lasts at most {profile.most_days} days. Write {begin + dt.timedelta(profile.most_days - 1)}.",
        )
    for place, item in enumerate(charter.evidence, start=1):
        if item.valid_to is not None and item.valid_to < begin:
            yield (
                f"evidence[{place}].valid_to",
                f"the document ended before the charter begins ({begin}) (GDPR Art. 5(2)). Bring one that holds.",
            )


_RETENTION_TAKES = {"fixed": {"until"}, "charter": set[str](), "event": {"event", "months"}, "review": {"months"}}


def _retention(charter: Charter, policy: Policy) -> Iterator[Problem]:
    kept = charter.retention
    given = {name for name in ("until", "months", "event") if getattr(kept, name) not in (None, "")}
    for name in sorted(_RETENTION_TAKES[kept.rule] - given):
        yield (
            f"retention.{name}",
            f'is missing: rule "{kept.rule}" needs it, "for ever" is no retention (GDPR Art. 5(1)(e); CNIL SAN-2022-019).',
        )
    for name in sorted(given - _RETENTION_TAKES[kept.rule]):
        yield f"retention.{name}", f'has no meaning under rule "{kept.rule}". Take it out or change the rule.'
    if kept.rule == "charter" and charter.valid_to is None:
        yield "valid_to", 'is missing: retention.rule is "charter", so the charter must end (GDPR Art. 5(1)(e)). Write its last day.'
    if kept.until is not None and not charter.valid_from <= kept.until <= _years_after(charter.valid_from, policy.limits.longest_years):
        yield (
            "retention.until",
            f"must lie within {policy.limits.longest_years} years after valid_from (GDPR Art. 5(1)(e)). "
            'Write such a day, or take rule "review".',
        )
    if (
        kept.months is not None
        and kept.rule == "review"
        and not policy.limits.least_review_months <= kept.months <= policy.limits.longest_review_months
    ):
        yield (
            "retention.months",
            f"a review comes every {policy.limits.least_review_months} to {policy.limits.longest_review_months} months "
            "(GDPR Art. 5(1)(e); C-118/22).",
        )


def _years_after(day: dt.date, years: int) -> dt.date:
    year = min(day.year + years, dt.MAXYEAR)
    return day.replace(year=year, day=min(day.day, calendar.monthrange(year, day.month)[1]))
