"""The case report as one self-contained HTML page, made to be printed: every sheet of paper says that it holds leads only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from visavis.cli.output import reading
from visavis.cli.output.page import OpenPixels, environment
from visavis.cli.output.pictures import crop_uri, jpeg_uri
from visavis.cli.output.sheet import VERDICTS
from visavis.domain.identification import Candidate, SearchResult

if TYPE_CHECKING:
    from visavis.wiring.review import CaseReport, PastResult, Verdict

UNNAMED = "whoever ran the machine"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lead:
    candidate: Candidate
    remarks: tuple[str, ...]
    crop: str | None
    verdicts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    result: SearchResult
    by: str
    reason: str
    days: str
    sources: tuple[str, ...]
    probes: tuple[str, ...]
    notices: tuple[str, ...]
    leads: Iterator[_Lead]


def write_report(report: "CaseReport", open_pixels: OpenPixels, stream: TextIO) -> None:
    """Write the report, search after search. A verdict that waits for a second reviewer is counted and not shown."""
    content = (
        environment()
        .get_template("case_report.html.j2")
        .generate(
            case=report.case,
            printed_at=report.printed_at,
            opened_by=_name(report, report.case.opened_by),
            approvals=[
                f"{_name(report, one.person_id)}, {one.at:%Y-%m-%d}" + (" (their own request)" if one.self_approved else "")
                for one in report.case.approvals
            ],
            sources=[(source.title, source.id, source.state) for source in report.sources],
            searches=(_search(report, past, open_pixels) for past in report.searches),
            search_count=reading.counted(len(report.searches), "search").replace("searchs", "searches"),
            disclosures=[(one, _name(report, one.person_id)) for one in report.disclosures],
            lead=reading.LEAD,
        )
    )
    for piece in content:
        stream.write(piece)


def _search(report: "CaseReport", past: "PastResult", open_pixels: OpenPixels) -> _Search:
    days = [day for day in (past.search.since, past.search.until) if day is not None]
    titles = {source.number: source.title for source in report.sources}
    return _Search(
        result=past.result,
        by=past.search.actor,
        reason=past.search.reason,
        days="pictures of certain days only" if days else "",
        sources=tuple(titles.get(number, f"source {number}") for number in sorted(past.search.sources)),
        probes=tuple(jpeg_uri(probe.picture) for probe in past.probes if probe.picture),
        notices=past.result.notices,
        leads=_leads(report, past, open_pixels),
    )


def _leads(report: "CaseReport", past: "PastResult", open_pixels: OpenPixels) -> Iterator[_Lead]:
    for candidate in past.result.candidates:
        image = open_pixels(candidate)
        yield _Lead(
            candidate=candidate,
            remarks=reading.remarks(candidate, several_faces=False),
            crop=None if image is None else crop_uri(image, candidate.box),
            verdicts=said(report, candidate, past.verdicts.get(candidate.candidate_id, ())),
        )


def said(report: "CaseReport", candidate: Candidate, verdicts: "Sequence[Verdict]") -> tuple[str, ...]:
    """Return what a report says of a candidate's verdicts, a line each; those that wait for a second reviewer are counted only."""
    from visavis.wiring.review import standing

    if not candidate.decided:
        waiting = len(standing(verdicts))
        return (f"open lead; {reading.counted(waiting, 'verdict')} given, not shown before the next",) if waiting else ("open lead",)
    lines = []
    for verdict in verdicts:
        why = f"; put an earlier verdict aside: {verdict.why_replaced}" if verdict.why_replaced else ""
        grounds = f": {verdict.grounds}" if verdict.grounds else ""
        lines.append(f"{VERDICTS[verdict.says]}, {_name(report, verdict.person_id)}, {verdict.at:%Y-%m-%d}{grounds}{why}")
    return tuple(lines)


def _name(report: "CaseReport", person_id: str | None) -> str:
    return UNNAMED if person_id is None else next((name for known, name in report.names.items() if known == person_id), person_id)
