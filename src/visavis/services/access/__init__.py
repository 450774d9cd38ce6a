"""The answer to a person: what is held of them, gathered and packed, with everybody else masked."""

from visavis.services.access.films import CutMasked, FilmDoors, MaskedClip
from visavis.services.access.gather import Gather
from visavis.services.access.package import AccessPackage, Originals, Written

__all__ = ["AccessPackage", "CutMasked", "FilmDoors", "Gather", "MaskedClip", "Originals", "Written"]
