"""What a person must know of an archive before trusting a result list."""

from visavis.records.archive import Records


def reading_notices(records: Records) -> list[str]:
    """Return a line for each source that was not read to its end, or is out of reach."""
    lines = []
    for source in records.sources.all():
        if source.offline:
            lines.append(f"«{source.title}» is offline; its faces stay searchable, its originals can't be shown")
        if not records.files.read_through(source.number):
            known, listed = records.files.progress(source.number)
            about = f" of about {listed:,}" if listed else ""
            lines.append(f"«{source.title}» is not read to its end: {known:,} files{about} so far")
    return lines
