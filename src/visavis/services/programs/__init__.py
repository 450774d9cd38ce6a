"""Programs: their keys, what their probes look like, and letting a case go on that a burst froze."""

from visavis.services.programs.facts import Facts
from visavis.services.programs.keys import AddKey, Caller, KeyRequest, LetIn, RevokeKey
from visavis.services.programs.release import ReleaseCase

__all__ = ["AddKey", "Caller", "Facts", "KeyRequest", "LetIn", "ReleaseCase", "RevokeKey"]
