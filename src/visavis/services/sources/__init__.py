"""Sources and the life of their charters: added, signed, answered for, frozen, amended. `signs` looks at the files."""

from visavis.services.sources.add import Added, AddSource, SourceRequest
from visavis.services.sources.life import CharterLife

__all__ = ["AddSource", "Added", "CharterLife", "SourceRequest"]
