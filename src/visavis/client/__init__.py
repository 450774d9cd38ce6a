"""A client of the desk's `/v1` for Python programs: `with Client(url, api_key=key) as desk: desk.search("probe.jpg")`.

Errors are those of `visavis.domain.errors`, with the `request_id` under which the server's log has them.
"""

from visavis.client.answers import Caller, Candidate, Case, File, Job, Key, Media, Search, Source
from visavis.client.client import Client

__all__ = ["Caller", "Candidate", "Case", "Client", "File", "Job", "Key", "Media", "Search", "Source"]
