"""The photographs that an erasure masks or deletes, where their charter says so: which, and what became of each."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from visavis.domain.face import Box
from visavis.records.database import Database, Work
from visavis.records.erasure_tables import erasure_original
from visavis.records.keyring import KeyKind, Keyring
from visavis.records.vault import Vault

WAITING = "waiting"
OUT_OF_REACH = "out of reach"
"""Its folder is not there now: tried again with the next erasure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One file that is to be changed.

    Attributes
    ----------
    act : str
        `mask` or `delete`.
    root, path : str
        The source's folder, and the file below it.
    sha256 : str
        Of its bytes as they were read, 64 hexadecimal digits: a file that has changed since is another.
    boxes : tuple of Box
        What is masked.
    made : str
        SHA-256 of the masked file, noted before it takes the other's place; empty = not made yet.
    """

    act: str
    root: str
    path: str
    sha256: str
    boxes: tuple[Box, ...] = ()
    made: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A target that nothing has become of yet."""

    number: int
    target: Target


class Originals:
    """Queries and writes about them."""

    def __init__(self, database: Database, vault: Vault, keys: Keyring) -> None:
        self._database = database
        self._vault = vault
        self._keys = keys

    def plan(self, work: Work, run_number: int, targets: Sequence[Target]) -> None:
        """Write what is to be done. The caller writes the leaf."""
        for target in targets:
            number, key = work.next_number(erasure_original), self._keys.make(work, KeyKind.ERASURE)
            row = {"number": number, "run_number": run_number, "act": target.act, "key_id": key, "outcome": WAITING}
            work.run(sa.insert(erasure_original), [row | {"target": self._sealed(target, number, key)}])

    def waiting(self) -> list[Waiting]:
        """Return what is still to be done, oldest first."""
        query = sa.select(erasure_original).where(erasure_original.c.done_at.is_(None)).order_by(erasure_original.c.number)
        return [Waiting(number=row.number, target=self._target(row)) for row in self._database.ask(query)]

    def made(self, work: Work, waiting: Waiting, sha256: str) -> None:
        """Note what the masked file will be. The caller writes the leaf."""
        mine = erasure_original.c.number == waiting.number
        key = work.ask(sa.select(erasure_original.c.key_id).where(mine)).scalar_one()
        sealed = self._sealed(replace(waiting.target, made=sha256), waiting.number, key)
        work.run(sa.update(erasure_original).where(mine).values(target=sealed))

    def became(self, work: Work, number: int, outcome: str) -> None:
        """Note what became of a file; unless it is out of reach, what was known of it goes. The caller writes the leaf."""
        mine = erasure_original.c.number == number
        values: dict[str, object] = {"outcome": outcome}
        if outcome != OUT_OF_REACH:
            values |= {"target": None, "done_at": work.at}
            self._keys.destroy(work, work.ask(sa.select(erasure_original.c.key_id).where(mine)).scalar_one())
        work.run(sa.update(erasure_original).where(mine).values(**values))

    def outcomes(self, run_number: int) -> dict[str, int]:
        """Return how many files of an order came to which end."""
        query = (
            sa.select(erasure_original.c.outcome, sa.func.count().label("files"))
            .where(erasure_original.c.run_number == run_number)
            .group_by(erasure_original.c.outcome)
            .order_by(erasure_original.c.outcome)
        )
        return {row.outcome: row.files for row in self._database.ask(query)}

    def _sealed(self, target: Target, number: int, key: int) -> bytes:
        boxes = [(box.left, box.top, box.width, box.height) for box in target.boxes]
        told = {"act": target.act, "root": target.root, "path": target.path, "sha256": target.sha256, "boxes": boxes, "made": target.made}
        return self._vault.seal("erasure_original.target", json.dumps(told).encode(), row=str(number), key=key)

    def _target(self, row: Any) -> Target:
        told = json.loads(self._vault.open("erasure_original.target", row.target, row=str(row.number), key=row.key_id))
        boxes = tuple(Box(left=left, top=top, width=width, height=height) for left, top, width, height in told.pop("boxes"))
        return Target(**told, boxes=boxes)
