"""Probe and clearance to a list of candidates."""

from visavis.services.search.run import Search, SearchQuestion

__all__ = ["Search", "SearchQuestion"]
