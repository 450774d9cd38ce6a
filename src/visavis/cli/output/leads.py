"""Open leads, as a terminal shows them and as programs read them. No verdict of anybody is in either."""

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from visavis.cli.output import reading
from visavis.cli.output.plain_text import shown

if TYPE_CHECKING:
    from visavis.wiring.review import OpenLead


def write_leads(leads: "Sequence[OpenLead]", screen: Console) -> None:
    """Print the leads by search: rank, id to decide with, source and file, how many have judged it."""
    screen.print(Text(reading.counted(len(leads), "open lead"), style="bold"))
    for search_id, of_search in groupby(leads, key=lambda lead: lead.past.search.id):
        mine = list(of_search)
        result = mine[0].past.result
        screen.print()
        heading = f"Search {search_id} of {result.at:%Y-%m-%d} · case «{mine[0].past.case.title}»"
        screen.print(Text(shown(heading), style="bold"), soft_wrap=True)
        for lead in mine:
            candidate = lead.candidate
            remarks = "; ".join(reading.remarks(candidate, several_faces=False))
            judged = f"{lead.given} of {lead.needed} judged it" if lead.needed > 1 else ""
            told = " · ".join(filter(None, (reading.date(candidate), candidate.source_title, candidate.path, remarks, judged)))
            screen.print(Text(shown(f"{candidate.rank:>4}  {candidate.candidate_id[-reading.END :]}  {told}")), soft_wrap=True)
    screen.print()
    screen.print(Text("Compare: visavis review sheet SEARCH --output sheet.html"))
    screen.print(Text(reading.LEAD, style="bold"))


def leads_document(leads: "Sequence[OpenLead]") -> dict[str, object]:
    """Return the leads as plain values."""
    return {
        "leads": [
            {
                "search_id": lead.past.search.id,
                "case_id": lead.past.case.id,
                "candidate_id": lead.candidate.candidate_id,
                "face_id": lead.candidate.face_id,
                "rank": lead.candidate.rank,
                "source_id": lead.candidate.source_id,
                "path": lead.candidate.path,
                "verdicts_given": lead.given,
                "verdicts_needed": lead.needed,
            }
            for lead in leads
        ]
    }
