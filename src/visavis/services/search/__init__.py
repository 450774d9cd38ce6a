"""Probe and clearance to a list of candidates, and why a file is or is not in it."""

from visavis.services.search.expected import Scale
from visavis.services.search.notices import reading_notices
from visavis.services.search.past import PastSearches
from visavis.services.search.permission import Permission
from visavis.services.search.probe import ReadProbe
from visavis.services.search.question import SearchQuestion
from visavis.services.search.run import Search
from visavis.services.search.why import Reasons, Why

__all__ = ["PastSearches", "Permission", "ReadProbe", "Reasons", "Scale", "Search", "SearchQuestion", "Why", "reading_notices"]
