"""A leaf: the record of one act, as canonical JSON bytes. Stored in the same transaction as the act itself.

Canonical form: the subset of RFC 8785 that needs no number formatting rules. Objects with text keys in UTF-16 order, no white space,
UTF-8, shortest escapes; values are text, whole numbers within ±(2⁵³ − 1), true, false, null, lists and objects. Floats are refused:
a fact such as a threshold is written as text by whoever knows its precision.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError
from visavis.domain.ids import CaseId

Json: TypeAlias = "str | int | bool | Sequence[Json] | Mapping[str, Json] | None"
"""What a leaf may hold."""

# RFC 8785 section 3.2.2.3 takes IEEE 754 doubles: beyond this, whole numbers are no longer exact in every reader.
_LARGEST = 2**53 - 1


class Operation(StrEnum):
    """What kind of act it was: the six of LED Art. 25, and set-up. The list is closed."""

    COLLECTION = "collection"
    """Pictures were taken in."""
    ALTERATION = "alteration"
    """Something that was recorded was changed."""
    CONSULTATION = "consultation"
    """Somebody searched or looked."""
    DISCLOSURE = "disclosure"
    """Something left the house."""
    COMBINATION = "combination"
    """Sources were brought together."""
    ERASURE = "erasure"
    """Something was destroyed."""
    SET_UP = "set-up"
    """The archive, its sources, cases and keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One act.

    Attributes
    ----------
    seq : int
        From 0, without gaps.
    at : datetime
        UTC; never before the leaf before it.
    actor : Actor
        Who, in which role. Its name is here the mark that stands for the person: a leaf is never changed, so no name may stand in it.
    session : str
        Id of the run of the program in which it was done, "" outside one.
    operation : Operation
    objects : mapping
        Ids of what it touched, each under what it is; never a name, a path or a template.
    purpose, case_id : str or None
        For what, under which case; None for set-up outside any case.
    justification : str or None
        Why, in a word from a closed list. What people write in their own words belongs in the payload.
    recipients : tuple of str
        To whom, as ids or marks, where something left the house.
    policy : str or None
        Policy pack and version that it was decided under.
    sources, gallery_size : tuple of int, int or None
        What was searched, and N.
    model, threshold : str or None
        Model pack and similarity of the search.
    commitments : tuple of str
        SHA-256(salt ‖ payload), hexadecimal, of what is kept outside the leaf.
    facts : mapping
        What else an auditor needs: numbers and words. No personal data.
    """

    seq: int
    at: dt.datetime
    actor: Actor
    operation: Operation
    session: str = ""
    objects: Mapping[str, Json] = field(default_factory=dict)
    purpose: str | None = None
    case_id: CaseId | None = None
    justification: str | None = None
    recipients: tuple[str, ...] = ()
    policy: str | None = None
    sources: tuple[int, ...] = ()
    gallery_size: int | None = None
    model: str | None = None
    threshold: str | None = None
    commitments: tuple[str, ...] = ()
    facts: Mapping[str, Json] = field(default_factory=dict)

    def body(self) -> bytes:
        """Return the leaf as canonical JSON, UTF-8, every field in it.

        Raises
        ------
        InputError
            A time without zone, a negative `seq`, or a fact that canonical JSON can't hold.
        """
        if self.at.tzinfo is None or self.seq < 0:
            raise InputError("a leaf needs a time with its zone and a seq from 0")
        return canonical_json(
            {
                "actor": {"mark": self.actor.name, "role": self.actor.role.value, "session": self.session},
                "at": self.at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
                "case": self.case_id,
                "commitments": self.commitments,
                "facts": self.facts,
                "gallery_size": self.gallery_size,
                "justification": self.justification,
                "model": self.model,
                "objects": self.objects,
                "operation": self.operation.value,
                "policy": self.policy,
                "purpose": self.purpose,
                "recipients": self.recipients,
                "seq": self.seq,
                "sources": self.sources,
                "threshold": self.threshold,
            }
        )


def canonical_json(value: Json) -> bytes:
    """Write a value in its one canonical form (RFC 8785, see the module's subset), UTF-8.

    Raises
    ------
    InputError
        A float, a number beyond ±(2⁵³ − 1), a key that is no text, text that is no Unicode, or any other type.
    """
    try:
        return json.dumps(_ordered(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    except UnicodeEncodeError as error:
        raise InputError("canonical JSON holds Unicode text only, no lone surrogates") from error


def _ordered(value: Json) -> Json:
    """Check each value and put keys in order of their UTF-16 code units, as RFC 8785 section 3.2.3 asks."""
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, int) and -_LARGEST <= value <= _LARGEST:
        return value
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {key: _ordered(value[key]) for key in sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))}
    if isinstance(value, (list, tuple)):
        return [_ordered(item) for item in value]
    raise InputError(f"canonical JSON can't hold {type(value).__name__} {value!r}", remedy="write it as text")
