"""What was done with a candidate since a verdict on it, as the ledger tells it: who looked, and whether anything was built on it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from visavis.domain.actor import Actor
from visavis.domain.ids import CandidateId, CaseId, SearchId
from visavis.records import tables
from visavis.records.database import Database
from visavis.records.vault import PathSealer, Vault

_AT_A_TIME = 512
_REPORT, _SHEET = "case-report", "review-sheet"
"""What leaves say of a report of a whole case, and of the page that a reviewer takes along to judge from: it tells of no decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A candidate, its search and its case."""

    candidate_id: CandidateId
    search_id: SearchId
    case_id: CaseId


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What became of a candidate: whether another person opened it or its search, and whether a label, a file or a search rests on it."""

    seen: bool
    used: bool


class Looks:
    """Questions to the newest leaves."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._sealer = PathSealer(vault)

    def since(self, verdict_id: str, watched: Watched, actor: Actor) -> Since:
        """Return what was done with a candidate after a verdict on it, by anybody but `actor`, and built on it by anybody."""
        own = self._sealer.mark("leaf.actor", actor.person_id or actor.name).hex()
        seen = used = False
        for leaf in self._after(verdict_id):
            if not _about(leaf, watched):
                continue
            used = used or _builds(leaf, watched)
            seen = seen or leaf["actor"]["mark"] != own
        return Since(seen=seen, used=used)

    def _after(self, verdict_id: str) -> Iterator[Mapping[str, Any]]:
        """Yield the leaves after the one that tells of a verdict, newest first; times may be equal, so it is the leaf that ends them."""
        leaf, until = tables.leaf.c, None
        while True:
            query = sa.select(leaf.seq, leaf.body).order_by(leaf.seq.desc()).limit(_AT_A_TIME)
            rows = self._database.ask(query if until is None else query.where(leaf.seq < until)).all()
            for row in rows:
                told = json.loads(row.body)
                if told["objects"].get("verdict") == verdict_id:
                    return
                yield told
            if len(rows) < _AT_A_TIME:
                return
            until = rows[-1].seq


def _about(leaf: Mapping[str, Any], watched: Watched) -> bool:
    named = leaf["objects"]
    if named.get("candidate") is not None:
        return bool(named["candidate"] == watched.candidate_id)
    of_case = leaf["facts"].get("what") == _REPORT and leaf["case"] == watched.case_id
    return bool(of_case or named.get("search") == watched.search_id)


def _builds(leaf: Mapping[str, Any], watched: Watched) -> bool:
    what = leaf["facts"].get("what")
    labelled = what == "label" and leaf["objects"].get("candidate") == watched.candidate_id
    return bool(labelled or (leaf["operation"] == "disclosure" and what != _SHEET))
