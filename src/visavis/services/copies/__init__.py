"""Copies of the pictures behind candidates, for handing out: as they are, or with everybody else masked."""

from visavis.services.copies.pictures import Doors, FindFaces
from visavis.services.copies.take import MOST_BYTES, CopyPlan, CopyRequest, How, TakeCopies
from visavis.services.copies.write import WriteCopies, Written

__all__ = ["MOST_BYTES", "CopyPlan", "CopyRequest", "Doors", "FindFaces", "How", "TakeCopies", "WriteCopies", "Written"]
