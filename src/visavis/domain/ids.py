"""Identifiers: UUIDv7 text for everything a person or program may name, int64 keys inside an index.

UUIDv7 (RFC 9562, section 5.7) sorts by time of birth, so SQL indexes grow at their end.
"""

import datetime as dt
import secrets
import uuid
from typing import NewType

SourceId = NewType("SourceId", str)
MediaId = NewType("MediaId", str)
FaceId = NewType("FaceId", str)
SearchId = NewType("SearchId", str)
CaseId = NewType("CaseId", str)
JobId = NewType("JobId", str)
PersonId = NewType("PersonId", str)
ServiceId = NewType("ServiceId", str)
CandidateId = NewType("CandidateId", str)
LabelId = NewType("LabelId", str)
SuppressionId = NewType("SuppressionId", str)
ConsentId = NewType("ConsentId", str)


def new_id(now: dt.datetime) -> str:
    """Make a UUIDv7 from a UTC time and 74 random bits.

    Parameters
    ----------
    now : datetime
        Timezone-aware; its millisecond goes into the first 48 bits.

    Returns
    -------
    str
        36 characters, lower case, hyphenated.
    """
    millis = int(now.timestamp() * 1000) & ((1 << 48) - 1)
    value = (millis << 80) | (0x7 << 76) | (secrets.randbits(12) << 64) | (0b10 << 62) | secrets.randbits(62)
    return str(uuid.UUID(int=value))
