"""What a person must know of an archive before trusting a result list."""

from collections.abc import Iterable

from visavis.domain.speech import Line, Verbatim, line
from visavis.records.archive import Records
from visavis.records.sources import SourceRecord


def reading_notices(records: Records, sources: Iterable[SourceRecord]) -> list[Line]:
    """Return a line for each of these sources that was not read to its end, holds films that were not, or is out of reach."""
    lines = []
    for source in sources:
        title = Verbatim(source.title)
        if source.offline:
            lines.append(line("«%(title)s» is offline; its faces stay searchable, its originals can't be shown", title=title))
        if not records.files.read_through(source.number):
            known, listed = records.files.progress(source.number)
            about = line("%(known)s files", known=known)
            if listed:
                about = line("%(known)s files of about %(listed)s", known=known, listed=listed)
            lines.append(line("«%(title)s» is not read to its end: %(about)s so far", title=title, about=about))
        if (half := records.films.half_read(source.number)).films:
            lines.append(half.tell(source.title))
    return lines
