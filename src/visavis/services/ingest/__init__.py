"""Source to index: list, read what is new, analyse, commit. Resumable at any moment; one stored outcome a file."""

from visavis.services.ingest.run import Ingest, IngestReport, IngestRequest

__all__ = ["Ingest", "IngestReport", "IngestRequest"]
