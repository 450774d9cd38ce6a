"""The one place that names concrete classes, and reads settings and the system's clock: settings in, a built Visavis out."""

from visavis.records.sources import SourceRecord
from visavis.wiring.archive import Archive, create_archive, open_archive

__all__ = ["Archive", "SourceRecord", "create_archive", "open_archive"]
