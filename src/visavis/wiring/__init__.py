"""The one place that names concrete classes, and reads settings and the system's clock: settings in, a built Visavis out."""

from visavis.records.sources import SourceRecord
from visavis.services.survey import SurveyReport
from visavis.wiring.archive import Archive, create_archive, open_archive

__all__ = ["Archive", "SourceRecord", "SurveyReport", "create_archive", "open_archive"]
