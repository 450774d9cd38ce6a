"""The review sheet: the probe beside each candidate, on one self-contained HTML page."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from visavis.cli.output import reading
from visavis.cli.output.page import OpenPixels, Whole, environment, whole
from visavis.cli.output.pictures import crop_uri, jpeg_uri
from visavis.domain.identification import Candidate

if TYPE_CHECKING:
    from visavis.wiring.review import ReviewSheet, Verdict

VERDICTS = {"same": "same", "not-the-same": "not the same", "cannot-say": "can't say", "withdrawn": "verdict taken back"}
"""How a verdict reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    candidate: Candidate
    end: str
    remarks: tuple[str, ...]
    crop: str | None
    whole: Whole | None
    own: str


def write_sheet(sheet: "ReviewSheet", open_pixels: OpenPixels, stream: TextIO) -> None:
    """Write the sheet. It holds no verdict but the reviewer's own, and no decision that waits for another."""
    past = sheet.past
    probes = {probe.probe_face: jpeg_uri(probe.picture) for probe in past.probes if probe.picture}
    if past.asked_face is not None and (image := open_pixels(past.asked_face)) is not None:
        probes[1] = crop_uri(image, past.asked_face.box)
    content = (
        environment()
        .get_template("sheet.html.j2")
        .generate(
            result=past.result,
            case=past.case,
            reason=past.search.reason,
            reviewer=sheet.reviewer,
            probes=probes,
            pairs=_pairs(sheet, open_pixels),
            notices=reading.notices(past.result),
            count=reading.counted(len(past.result.candidates), "lead"),
            stamp=reading.stamp(past.result),
            lead=reading.LEAD,
        )
    )
    for piece in content:
        stream.write(piece)


def _pairs(sheet: "ReviewSheet", open_pixels: OpenPixels) -> Iterator[_Pair]:
    several = reading.several_faces_searched(sheet.past.result)
    for candidate in sheet.past.result.candidates:
        image = open_pixels(candidate)
        yield _Pair(
            candidate=candidate,
            end=candidate.candidate_id[-reading.END :],
            remarks=reading.remarks(candidate, several_faces=several),
            crop=None if image is None else crop_uri(image, candidate.box),
            whole=None if image is None else whole(image),
            own=_own(sheet.own.get(candidate.candidate_id)),
        )


def _own(verdict: "Verdict | None") -> str:
    return "" if verdict is None else f"{VERDICTS[verdict.says]}, {verdict.at:%Y-%m-%d}: {verdict.grounds}"
