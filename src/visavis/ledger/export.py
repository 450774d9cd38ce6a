"""A ledger as a file for outsiders: a head, a line for each leaf, the signed checkpoint (docs/reference/ledger.md).

::

    visavis ledger export v1
    key NAME+ID+KEY
    leaf HASH {"actor":…,"seq":0,…}
    payload 0 SALT {"reason":"…"}          only where payloads were asked for; below its leaf
    …
                                           an empty line
    ORIGIN                                 the checkpoint, a signed note, to the end
    SIZE
    ROOT

    — NAME SIGNATURE
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from visavis.ledger.note import Verifier
from visavis.ledger.tree import leaf_hash

HEAD = b"visavis ledger export v1\n"
KEY, LEAF, PAYLOAD = b"key ", b"leaf ", b"payload "
SALT_DIGITS = 64
"""32 bytes, hexadecimal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One leaf to export.

    Attributes
    ----------
    body : bytes
        Canonical JSON: it holds no line break.
    payload : bytes or None
        Salt ‖ canonical JSON, if it is to be shown.
    """

    seq: int
    body: bytes
    payload: bytes | None = None


def write_export(key: Verifier, lines: Iterable[Line], checkpoint: bytes) -> Iterator[bytes]:
    """Yield the lines of an export, each with its line break."""
    yield HEAD
    yield KEY + key.text().encode() + b"\n"
    for line in lines:
        yield b"%s%s %s\n" % (LEAF, leaf_hash(line.body).hex().encode(), line.body)
        if line.payload is not None:
            salt, text = line.payload[: SALT_DIGITS // 2], line.payload[SALT_DIGITS // 2 :]
            yield b"%s%d %s %s\n" % (PAYLOAD, line.seq, salt.hex().encode(), text)
    yield b"\n"
    yield checkpoint
