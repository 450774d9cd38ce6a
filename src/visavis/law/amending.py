"""What a new version of a charter may change."""

from dataclasses import dataclass

from visavis.law.gates import Gate, No, pass_all
from visavis.law.roles import UNNAMED
from visavis.law.rules import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """The profile of a source, and the one that the new version names."""

    old: str
    new: str


def _profile_kept(asked: Amendment) -> No | None:
    # A household or a trial may grow up, under a charter that says so. The other way would shed duties that its pictures came in with.
    if asked.new == asked.old or (asked.old in UNNAMED and asked.new not in UNNAMED):
        return None
    return No(f"a source of profile {asked.old} does not become one of profile {asked.new}", "add the folder's pictures as a new source")


AMEND_GATES: tuple[Gate[Amendment], ...] = (Gate(Rule.PROFILE_KEPT, _profile_kept),)


def check_amendment(asked: Amendment) -> None:
    """Ask whether a charter may be changed so; `RefusedError` (`profile-kept`) if not."""
    pass_all(AMEND_GATES, asked)
