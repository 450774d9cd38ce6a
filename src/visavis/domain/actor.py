"""Who acts. Every write and every search names an actor."""

from dataclasses import dataclass
from enum import StrEnum

from visavis.domain.ids import PersonId, ServiceId


class Role(StrEnum):
    """What an actor may do; `visavis.law.roles` says which act belongs to which role."""

    OWNER = "owner"
    INVESTIGATOR = "investigator"
    REVIEWER = "reviewer"
    CLERK = "rights-clerk"
    OFFICER = "data-protection-officer"
    AUDITOR = "auditor"
    SERVICE = "service"
    """A program, by its API key; no person holds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A named person in a role, or a program.

    Attributes
    ----------
    name : str
        The person's name or account; written in records, never in a log line.
    role : Role
        In which capacity they act now.
    person_id : PersonId or None
        Who signed in with a key; None = whoever runs the process, as the machine names them.
    roles : frozenset of Role
        Every role of a person who has several; empty = `role` alone.
    service_id : ServiceId or None
        Which program acts, by its API key; then `person_id` is None.
    """

    name: str
    role: Role = Role.OWNER
    person_id: PersonId | None = None
    roles: frozenset[Role] = frozenset()
    service_id: ServiceId | None = None
