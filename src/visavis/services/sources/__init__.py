"""Sources and the life of their charters: added, signed, answered for, frozen, amended."""

from visavis.services.sources.add import AddSource, Added, SourceRequest
from visavis.services.sources.life import CharterLife
from visavis.services.sources.signs import LookForSigns

__all__ = ["AddSource", "Added", "CharterLife", "LookForSigns", "SourceRequest"]
