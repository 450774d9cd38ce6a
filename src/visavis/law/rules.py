"""The names of the rules that may refuse, as stored in outcomes, shown in errors and listed in `docs/law/README.md`."""

from enum import StrEnum


class Rule(StrEnum):
    """One rule; the value is stable."""

    PROFILE_USABLE = "profile-usable"
    """This version can keep the profile's promises."""
    SOURCE_LIVE = "source-live"
    """Neither frozen, expired nor erased."""
    CHARTER_IN_DATES = "charter-in-dates"
    """Between the charter's first day and the first end of charter, retention and evidence."""
    PHOTOS_ONLY = "photos-only"
    """Still pictures; video needs its own decoder and its own answers."""
    SOURCE_SIZE = "source-size"
    """Within the profile's number of pictures."""
    CASE_NEEDED = "case-needed"
    """No case, no search; a household has one standing case."""
    CASE_OPEN = "case-open"
    """Not closed and not past its last day."""
    SOURCE_IN_CASE = "source-in-case"
    """The case names the source."""
    PURPOSE_ALLOWED = "purpose-allowed"
    """The source's charter lists the case's purpose."""
    CANDIDATES_CAPPED = "candidates-capped"
    """At most as many candidates as the profile allows."""
    SOMETHING_TO_SEARCH = "something-to-search"
    """At least one source is left, where several rules left the others out."""
