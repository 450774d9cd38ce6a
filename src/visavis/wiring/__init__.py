"""The one place that names concrete classes, and reads settings and the system's clock: settings in, a built Visavis out.

Nothing is imported here but for annotations: whoever asks for help need not wait for a database's and a decoder's libraries.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from visavis.law.policy import Policy as Policy
    from visavis.records.cases import CaseRecord as CaseRecord
    from visavis.records.people import PersonRecord as PersonRecord
    from visavis.records.sources import SourceRecord as SourceRecord
    from visavis.services.sources import Added as Added
    from visavis.services.survey import SurveyReport as SurveyReport
    from visavis.wiring.archive import Archive as Archive
