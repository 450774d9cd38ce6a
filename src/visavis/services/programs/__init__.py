"""Programs: their keys, what their probes look like, and letting a case go on that a burst froze."""

from visavis.services.programs.collections import CollectionRequest, CreateCollection, ManageCollections
from visavis.services.programs.facts import Facts
from visavis.services.programs.keys import AddKey, Caller, KeyRequest, LetIn, RevokeKey
from visavis.services.programs.release import ReleaseCase

__all__ = [
    "AddKey",
    "Caller",
    "CollectionRequest",
    "CreateCollection",
    "Facts",
    "KeyRequest",
    "LetIn",
    "ManageCollections",
    "ReleaseCase",
    "RevokeKey",
]
