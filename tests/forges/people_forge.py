"""A made archive with people in it, sources of every kind, and cases: what separation of duties is tested on."""

import datetime as dt

from archive_forge import PASSPHRASE, MadeArchive

from visavis.domain.actor import Actor, Role
from visavis.domain.errors import RefusedError
from visavis.domain.ids import CaseId
from visavis.domain.tails import Tail
from visavis.law.rulebook import shipped
from visavis.records.calibrations import Measured
from visavis.records.passphrase import LIGHT
from visavis.records.sources import SourceRecord
from visavis.services.cases import ApproveCase, Approved, CaseRequest, CloseCase, FreezeCase, OpenCase, RenewCase
from visavis.services.people import AddPerson, SignedIn, sign_in
from visavis.services.search.permission import Ask
from visavis.services.sources import SourceRequest

MACHINE = Actor(name="wilhelmina")
"""Whoever runs the process, and did not sign in."""
TAIL = Tail(
    probes="usual",
    score="cosine",
    above=0.3,
    share=0.01,
    slope=30.0,
    bend=60.0,
    spread=(0.002, 0.0, 0.0, 1.0, 0.0, 100.0),
    pairs=6_000,
    subjects=60,
)
GROUNDS = {"legal_reference": "Art. 26", "necessity": "nobody has seen her since 1944", "seeks": "unknown person"}
PURPOSES = {"archive": "catalogue", "tracing": "missing-person", "police": "criminal-investigation"}
KEYS = {
    "archive": ("6(1)(e)", "9(2)(j)"),
    "tracing": ("6(1)(e)", "9(2)(g)"),
    "police": ("LED 8", "LED 10"),
}
CHARTER = """
profile = "{profile}"
title = "{title}"
purposes = ["{purpose}"]
jurisdiction = ["FR"]
shows_children = "no"
place = "none"
metadata = ["caption"]
dpia = "DPIA 2026-04"
valid_from = 2026-01-01
valid_to = {last}

[controller]
name = "Service of Example"
country = "FR"
public_authority = true

[basis]
article = "{basis}"
holder = "Service of Example"
since = 2020-01-01
law = "Loi 95-73"

[condition]
article = "{condition}"
law = "Loi 95-73, art. 26"

[retention]
rule = "charter"
action = "erase"

[[evidence]]
file = "deed.pdf"
"""


class House:
    """People at work in a made archive. `owner` is Ada, the first."""

    def __init__(self, made: MadeArchive) -> None:
        self.made = made
        self.records = made.records
        self.owner: SignedIn = made.owner

    def pass_time(self, **spans: float) -> None:
        self.made.clock.at += dt.timedelta(**spans)

    def person(self, name: str, *roles: Role, by: SignedIn | None = None) -> SignedIn:
        """Add a person and sign them in."""
        AddPerson(self.records, argon2=LIGHT).run((by or self.owner).actor, name, roles, PASSPHRASE)
        return sign_in(self.records, MACHINE, name, PASSPHRASE)

    def source(self, profile: str, title: str | None = None, *, last: str = "2030-12-31") -> SourceRecord:
        """Add a source whose charter ends after that day, and sign it."""
        title = title or profile.capitalize()
        basis, condition = KEYS[profile]
        charter = self.made.folder / f"{title}.toml"
        (self.made.folder / "deed.pdf").write_bytes(b"deed")
        filled = CHARTER.format(profile=profile, title=title, purpose=PURPOSES[profile], basis=basis, condition=condition, last=last)
        charter.write_text(filled, encoding="utf-8")
        draft = self.made.add(SourceRequest(actor=self.owner.actor, folder=self.made.root(title), charter=charter))
        signed = self.made.life().sign(draft.id)
        if profile == "police":
            self.measure(signed)
        return signed

    def measure(self, source: SourceRecord) -> None:
        """Keep a measurement of a source's strangers, without which the police search nothing."""
        measured = Measured(
            at=self.made.clock.now(),
            pack_id=self.records.pack_id,
            sources=frozenset({source.number}),
            tails=(TAIL,),
            photographs=60,
            pairs=6_000,
            set_aside=0,
        )
        with self.records.work(self.owner.actor) as work:
            self.records.calibrations.add(work, measured)
            work.leaf("consultation", what="calibrated", sources=[source.number])

    def open(self, who: SignedIn | Actor, source: SourceRecord, **changes: object) -> CaseId:
        asked = {"title": "A case", "purpose": PURPOSES.get(source.profile, "private"), "sources": (source.id,), **GROUNDS, **changes}
        return OpenCase(self.records, shipped()).run(_actor(who), CaseRequest(**asked))

    def approve(self, who: SignedIn, case: str) -> Approved:
        return ApproveCase(self.records, shipped()).run(who.actor, who, case)

    def renew(self, who: SignedIn, case: str) -> None:
        RenewCase(self.records).run(who.actor, who, case)

    def freeze(self, who: SignedIn | Actor, case: str) -> None:
        FreezeCase(self.records).run(_actor(who), case)

    def thaw(self, who: SignedIn, case: str) -> None:
        FreezeCase(self.records).lift(who.actor, case)

    def close(self, who: SignedIn, case: str) -> None:
        CloseCase(self.records).run(who.actor, case, why="found")

    def refusal(self, who: SignedIn | Actor, case: str) -> str:
        """Return the rule that refuses this person a search under a case now, "" if none does."""
        ask = Ask(actor=_actor(who), case_id=case, sources=(), top=10, threshold=None, probe_faces=1, reason="a lead")
        try:
            self.made.permission.ask(ask)
        except RefusedError as error:
            return str(error.rule)
        return ""

    def refused(self) -> list[str]:
        """Return the rules that the ledger says have refused something, oldest first."""
        found = self.made.sql("SELECT json_extract(body, '$.facts.refused') FROM leaf ORDER BY seq")
        return [rule for (rule,) in found if rule]


def _actor(who: SignedIn | Actor) -> Actor:
    return who if isinstance(who, Actor) else who.actor
