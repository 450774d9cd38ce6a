"""A rule's no is a leaf too: whatever was refused inside is noted in the ledger before the error goes on."""

from collections.abc import Iterator
from contextlib import contextmanager

from visavis.domain.actor import Actor
from visavis.domain.errors import RefusedError
from visavis.records.archive import Records


@contextmanager
def refusals_noted(records: Records, actor: Actor, operation: str, **facts: object) -> Iterator[None]:
    """Note a `RefusedError` that is raised inside, and let it go on. Facts are ids, counts and words."""
    try:
        yield
    except RefusedError as error:
        records.note_refusal(actor, operation, error, **facts)
        raise
