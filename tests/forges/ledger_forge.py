"""Ledgers and exports whose every leaf is made by the test."""

import datetime as dt
from collections.abc import Sequence

from visavis.domain.actor import Actor
from visavis.ledger.checkpoint import Checkpoint
from visavis.ledger.export import Line, write_export
from visavis.ledger.note import Ed25519Signer, sign, verifier_of
from visavis.ledger.pen import Pen
from visavis.ledger.tree import Frontier, leaf_hash

ORIGIN = "visavis/made"
SIGNER = Ed25519Signer(ORIGIN, bytes(range(32)))
KEY = verifier_of(SIGNER)
BEGUN = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)


def body(seq: int, *, minute: int | None = None, **facts: object) -> bytes:
    at = BEGUN + dt.timedelta(minutes=seq if minute is None else minute)
    return Pen().write(seq, at, Actor(name="5f1c"), "alteration", facts)


def lines(size: int) -> list[Line]:
    return [Line(seq=seq, body=body(seq, what="test")) for seq in range(size)]


def checkpoint(told: Sequence[Line], *, signer: Ed25519Signer = SIGNER) -> bytes:
    frontier = Frontier()
    for line in told:
        frontier.append(leaf_hash(line.body))
    return sign(Checkpoint(origin=signer.name, size=frontier.size, root=frontier.root()).text(), signer)


def export(told: Sequence[Line], *, signer: Ed25519Signer = SIGNER) -> bytes:
    return b"".join(write_export(verifier_of(signer), told, checkpoint(told, signer=signer)))
