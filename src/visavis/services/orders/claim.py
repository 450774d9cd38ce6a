"""Claims of jurisdiction, in bulk, with their evidence; one made after an order was notified takes effect with a second person."""

from dataclasses import dataclass

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError
from visavis.law.orders import Claim, Evidence, check_claim, check_second
from visavis.law.reading import parse_charter
from visavis.law.roles import Act, check_role
from visavis.law.rulebook import Rulebook
from visavis.law.values import Unfit, places
from visavis.records.archive import Records
from visavis.records.claims import ClaimRecord, NewClaim
from visavis.records.orders import OrderRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRequest:
    """What a person claims; `folder` is a shell pattern of paths below the source's folders, empty = the whole source."""

    source: str
    places: tuple[str, ...]
    evidence: Evidence
    because: str = ""
    folder: str = ""


class ClaimJurisdiction:
    """Writes claims."""

    def __init__(self, records: Records, rules: Rulebook) -> None:
        self._records = records
        self._rules = rules

    def run(self, actor: Actor, request: ClaimRequest) -> ClaimRecord:
        """Claim where the people of some pictures live.

        Raises
        ------
        InputError
            No such source, or a word that is no jurisdiction.
        RefusedError
            `person-needed`, `role-allowed`, `claim-evidence`.
        """
        records = self._records
        source = records.sources.one(request.source)
        try:
            claimed = places(list(request.places))
        except Unfit as error:
            raise InputError(f"a jurisdiction {error}", remedy='ISO 3166 codes such as FR or CA-QC, or "unknown"') from error
        charter = parse_charter(source.charter_toml, self._rules)
        claim = Claim(
            places=claimed,
            evidence=request.evidence,
            because=request.because,
            charter_places=charter.jurisdiction,
            charter_place=charter.place,
        )
        with records.noting_refusals(actor, "alteration", what="jurisdiction-claim", source=source.id):
            check_role(actor, Act.CLAIM_JURISDICTION, profile=source.profile)
            check_claim(claim)
        before = [order for order in records.orders.standing() if not order.scope.sources or source.id in order.scope.sources]
        new = NewClaim(
            source=source,
            folder=request.folder,
            places=claimed,
            evidence=request.evidence,
            because=request.because.strip(),
            orders=tuple(order.id for order in before),
        )
        with records.work(actor) as work:
            return records.claims.add(work, new)

    def second(self, actor: Actor, wanted: str) -> ClaimRecord:
        """Bear out a late claim, as another person than who made it; orders that are not carried out let go of what it keeps out.

        Raises
        ------
        InputError
            No such claim, or it is in force.
        RefusedError
            `person-needed`, `role-allowed`, `claim-seconded`.
        """
        records = self._records
        claim = records.claims.one(wanted)
        (source,) = (source for source in records.sources.all() if source.number == claim.source_number)
        if claim.in_force_at is not None:
            raise InputError(f"claim {claim.id} is in force", remedy="visavis order claims")
        with records.noting_refusals(actor, "alteration", what="claim-second", claim=claim.id):
            check_role(actor, Act.CLAIM_JURISDICTION, profile=source.profile)
            check_second(claim.made_by, actor.person_id)
        orders: list[OrderRecord] = [one for one in records.orders.standing() if not one.scope.sources or source.id in one.scope.sources]
        with records.work(actor) as work:
            records.claims.second(work, claim, [order.id for order in orders])
            for order in orders:
                let_go = records.orders.narrow(work, order)
                work.leaf("alteration", what="order-narrowed", order=order.id, claims=[claim.id], pictures=let_go)
        return records.claims.one(claim.id)
