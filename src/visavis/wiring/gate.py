"""Ingest's gate: the law's answers for one source, bound to its charter."""

import functools

from visavis.domain.clock import Clock
from visavis.domain.media import Outcome, PictureMetadata, Reason
from visavis.law.admit import Item, ItemFacts, Step, admit, keep
from visavis.law.charter import Charter
from visavis.law.reading import parse_charter
from visavis.law.rulebook import Rulebook
from visavis.records.archive import Records
from visavis.records.orders import Stops
from visavis.records.sources import SourceRecord


class LawGate:
    """Asks `law.admit` and `law.keep`; `stops` are the orders in force, which nobody else changes while this one writes."""

    def __init__(self, rules: Rulebook, clock: Clock, stops: Stops) -> None:
        self._rules = rules
        self._clock = clock
        self._stops = stops
        self._parsed = functools.lru_cache(maxsize=64)(self._parse)

    def admit(self, source: SourceRecord, item: Item) -> Outcome | None:
        """Return the refusal to store, or None."""
        facts = ItemFacts(
            source_state=source.state,
            kind=item.kind,
            pictures_before=item.pictures,
            order=self._stops.order_at(source.number, source.id, item.path),
            consents=item.consents,
            faces=item.faces,
        )
        refusal = admit(self._parsed(source.charter_toml), self._rules, at=self._clock.now(), step=Step(item.step), facts=facts)
        return None if refusal is None else Outcome(reason=Reason.REFUSED, detail=f"{refusal.rule}: {refusal.detail}")

    def purposes(self, source: SourceRecord) -> frozenset[str] | None:
        """Return what a consent must allow, in a source that stands on consents; None = another source."""
        charter = self._parsed(source.charter_toml)
        return frozenset(charter.purposes) if charter.profile == "consent" else None

    def keep(self, source: SourceRecord, metadata: PictureMetadata) -> PictureMetadata:
        """Return what the charter lets us store."""
        return keep(metadata, self._parsed(source.charter_toml))

    def _parse(self, toml: str) -> Charter:
        return parse_charter(toml, self._rules)


def stops_of(records: Records) -> Stops:
    """Return what stops ingest now; nobody else changes it while the archive's lock is held."""
    return Stops(orders=records.orders.standing(), claims=records.claims.in_force())
