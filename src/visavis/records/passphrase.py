"""A passphrase becomes a key: Argon2id (RFC 9106), slow and hungry on purpose."""

from dataclasses import dataclass

from argon2.low_level import Type, hash_secret_raw

KEY_BYTES = 32
SALT_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Argon2:
    """What one guess costs: passes, memory in KiB, lanes."""

    passes: int
    memory_kib: int
    lanes: int


PASSPHRASE = Argon2(passes=3, memory_kib=65536, lanes=4)
"""RFC 9106 section 4, second recommended option: 64 MiB."""
LIGHT = Argon2(passes=1, memory_kib=64, lanes=1)
"""For tests only."""


def derive(passphrase: str, salt: bytes, parameters: Argon2) -> bytes:
    """Return the 32 bytes that a passphrase and a 16-byte salt make."""
    return hash_secret_raw(
        passphrase.encode(),
        salt,
        time_cost=parameters.passes,
        memory_cost=parameters.memory_kib,
        parallelism=parameters.lanes,
        hash_len=KEY_BYTES,
        type=Type.ID,
    )
