"""What a person must know of an archive before trusting a result list."""

from collections.abc import Iterable

from visavis.records.archive import Records
from visavis.records.sources import SourceRecord


def reading_notices(records: Records, sources: Iterable[SourceRecord]) -> list[str]:
    """Return a line for each of these sources that was not read to its end, holds films that were not, or is out of reach."""
    lines = []
    for source in sources:
        if source.offline:
            lines.append(f"«{source.title}» is offline; its faces stay searchable, its originals can't be shown")
        if not records.files.read_through(source.number):
            known, listed = records.files.progress(source.number)
            about = f" of about {listed:,}" if listed else ""
            lines.append(f"«{source.title}» is not read to its end: {known:,} files{about} so far")
        if (half := records.films.half_read(source.number)).films:
            lines.append(half.tell(source.title))
    return lines
