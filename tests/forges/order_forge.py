"""A made archive of mixed sources with people in it, and orders that come over it."""

import datetime as dt

from archive_forge import ARCHIVE_CHARTER, MACHINE, PASSPHRASE, MadeArchive

from visavis.domain.actor import Role
from visavis.domain.orders import OrderAct, Scope
from visavis.law.clocks import Holidays, no_holidays
from visavis.law.orders import Evidence
from visavis.law.rulebook import shipped
from visavis.ledger.note import Ed25519Signer
from visavis.records.claims import ClaimRecord
from visavis.records.passphrase import LIGHT
from visavis.records.sources import SourceRecord
from visavis.services.orders import (
    CarriedOut,
    CarryOut,
    ClaimJurisdiction,
    ClaimRequest,
    Opened,
    OpenOrder,
    OrderPack,
    OrderRequest,
    ReportOrder,
    WatchOrders,
)
from visavis.services.people import AddPerson, SignedIn, sign_in
from visavis.services.sources import SourceRequest

EVERYTHING = tuple(OrderAct)


class OrderDesk:
    """Acts on orders in a made archive; `requests` are the access requests that are open."""

    def __init__(self, made: MadeArchive) -> None:
        self.made = made
        self.records = made.records
        self.owner: SignedIn = made.owner
        self.requests: list[str] = []
        self.signer = Ed25519Signer("visavis/made", made.records.keys.derive("ledger"))

    def person(self, name: str, role: Role) -> SignedIn:
        AddPerson(self.records, argon2=LIGHT).run(self.owner.actor, name, [role], PASSPHRASE)
        return sign_in(self.records, MACHINE, name, PASSPHRASE)

    def source(self, title: str, *, jurisdiction: str = "FR", place: str = "none", valid_from: str = "2020-01-01") -> SourceRecord:
        """Add a museum's source and sign its charter."""
        (self.made.folder / "deed.pdf").write_bytes(b"deed")
        text = ARCHIVE_CHARTER.format(title=title).replace('jurisdiction = ["FR"]', f'jurisdiction = ["{jurisdiction}"]')
        text = text.replace('place = "none"', f'place = "{place}"').replace("valid_from = 2026-01-01", f"valid_from = {valid_from}")
        charter = self.made.folder / f"{title}.toml"
        charter.write_text(text, encoding="utf-8")
        draft = self.made.add(SourceRequest(actor=self.owner.actor, folder=self.made.root(title), charter=charter))
        return self.made.life().sign(draft.id)

    def claim(self, source: SourceRecord, *places: str, who: SignedIn | None = None, **asked: object) -> ClaimRecord:
        usual = {"evidence": Evidence.FOLDER, "because": "letters of the office"}
        request = ClaimRequest(source=source.id, places=places, **{**usual, **asked})
        return ClaimJurisdiction(self.records, shipped()).run((who or self.owner).actor, request)

    def second(self, claim: ClaimRecord, who: SignedIn) -> ClaimRecord:
        return ClaimJurisdiction(self.records, shipped()).second(who.actor, claim.id)

    def open(
        self, scope: Scope | None = None, *, who: SignedIn | None = None, is_holiday: Holidays = no_holidays, **asked: object
    ) -> Opened:
        usual = {
            "authority": "CNIL",
            "reference": "MED-2026-1",
            "acts": EVERYTHING,
            "notified": self.made.clock.at.date(),
            "due": None if "months" in asked else self.made.clock.at.date() + dt.timedelta(days=60),
            "scope": scope or Scope(jurisdictions=("FR",)),
        }
        return OpenOrder(self.records, is_holiday=is_holiday).run((who or self.owner).actor, OrderRequest(**{**usual, **asked}))

    def carry_out(self, order: str, who: SignedIn | None = None) -> CarriedOut:
        return CarryOut(self.records, open_requests=lambda: self.requests).run((who or self.owner).actor, order, self.made.index)

    def report(self, order: str, day: dt.date) -> OrderPack:
        return ReportOrder(self.records, self.signer).run(self.owner.actor, order, day)

    @property
    def watch(self) -> WatchOrders:
        return WatchOrders(self.records)

    def held(self) -> dict[str, int]:
        """Return the pictures under a hold by their source's id."""
        held = "FROM media m JOIN source s ON s.number = m.source_number WHERE m.holds > 0"
        return dict(self.made.sql(f"SELECT s.id, count(*) {held} GROUP BY s.id"))
