"""The one place that names concrete classes, and reads settings and the system's clock: settings in, a built Visavis out."""

from visavis.wiring.archive import Archive, create_archive, open_archive

__all__ = ["Archive", "create_archive", "open_archive"]
