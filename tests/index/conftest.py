import datetime as dt

import pytest

from visavis.domain.actor import Actor
from visavis.domain.clearance import Clearance
from visavis.domain.ids import CaseId
from visavis.testing.index_contract import NOON, Issue


def sealed_clearance(sources: frozenset[int], not_after: dt.datetime, least_similarity: float = -1.0) -> Clearance:
    return Clearance(
        actor=Actor(name="tester"),
        case_id=CaseId("case"),
        purpose="test",
        policy="none",
        sources=sources,
        max_candidates=None,
        least_similarity=least_similarity,
        not_after=not_after,
    ).sealed()


@pytest.fixture
def issue() -> Issue:
    return sealed_clearance


@pytest.fixture
def clearance() -> Clearance:
    return sealed_clearance(frozenset(range(10)), NOON + dt.timedelta(hours=1))
