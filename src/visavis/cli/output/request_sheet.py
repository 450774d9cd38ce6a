"""The sheet on which a clerk confirms or rejects the candidates of a request: one self-contained HTML page."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, TextIO

from visavis.cli.output import reading
from visavis.cli.output.page import environment
from visavis.cli.output.pictures import jpeg_uri

if TYPE_CHECKING:
    from visavis.wiring.requests import RequestSheet


def write_request_sheet(sheet: "RequestSheet", stream: TextIO) -> None:
    """Write the sheet, one candidate's original in memory at a time."""
    content = (
        environment()
        .get_template("request_sheet.html.j2")
        .generate(
            request=sheet.request,
            count=reading.counted(len(sheet.request.candidates), "candidate"),
            probes=[jpeg_uri(probe) for probe in sheet.pictures.probes],
            candidates=_rows(sheet),
            lead=reading.LEAD,
        )
    )
    for piece in content:
        stream.write(piece)


def _rows(sheet: "RequestSheet") -> Iterator[dict[str, object]]:
    for one in sheet.candidates:
        yield {
            "number": one.found.number,
            "says": one.found.says,
            "how": one.found.how,
            "similarity": one.found.similarity,
            "path": one.path,
            "page": one.page,
            "source_title": one.source_title,
            "captured_at": one.captured_at,
            "crop": None if one.crop is None else jpeg_uri(one.crop),
        }
