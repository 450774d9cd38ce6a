"""Searches that were made: who, when, for which case, over what, and what was shown."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from visavis.domain.clearance import Clearance
from visavis.domain.identification import Where
from visavis.domain.ids import SearchId, new_id
from visavis.records import tables
from visavis.records.database import Work
from visavis.records.vault import PathSealer


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFacts:
    """What is recorded of one search besides its clearance and candidates."""

    pack_id: str
    gallery_size: int
    threshold: float
    where: Where
    reason: str
    probe_faces: int


class Searches:
    """Writes about searches."""

    def __init__(self, sealer: PathSealer) -> None:
        self._sealer = sealer

    def record(
        self, work: Work, clearance: Clearance, facts: SearchFacts, candidates: Sequence[tuple[int, float]]
    ) -> tuple[SearchId, list[str]]:
        """Write a search and its candidates, (face number, similarity) by rank; return its id and theirs."""
        search_id = SearchId(new_id(work.at))
        where = facts.where
        key = work.ask(sa.select(tables.case.c.key_id).where(tables.case.c.id == clearance.case_id)).scalar_one()
        work.run(
            sa.insert(tables.search),
            [
                {
                    "id": search_id,
                    "at": work.at,
                    "case_id": clearance.case_id,
                    "actor": self._sealer.seal("search.actor", clearance.actor.name, row=search_id, key=key),
                    "purpose": clearance.purpose,
                    "reason": self._sealer.seal("search.reason", facts.reason, row=search_id, key=key),
                    "pack_id": facts.pack_id,
                    "policy": clearance.policy,
                    "gallery_size": facts.gallery_size,
                    "threshold": facts.threshold,
                    "filters": json.dumps({"sources": sorted(clearance.sources), "since": where.since, "until": where.until}),
                }
            ],
        )
        ids = [new_id(work.at) for _ in candidates]
        if candidates:
            rows = [
                {"id": candidate_id, "search_id": search_id, "rank": rank, "face_number": face, "similarity": similarity}
                for rank, (candidate_id, (face, similarity)) in enumerate(zip(ids, candidates, strict=True), start=1)
            ]
            work.run(sa.insert(tables.candidate), rows)
        work.leaf(
            "consultation",
            search=search_id,
            case=clearance.case_id,
            purpose=clearance.purpose,
            policy=clearance.policy,
            pack=facts.pack_id,
            sources=sorted(clearance.sources),
            gallery_size=facts.gallery_size,
            threshold=f"{facts.threshold:.4f}",
            probe_faces=facts.probe_faces,
            candidates=len(candidates),
        )
        return search_id, ids
