"""The archive's key: 32 random bytes in a file outside the archive, as they are or closed by a passphrase.

The file is JSON: `archive` (id), and `key` (hex) or `closed` (hex, see `passphrase`). `FILE.new` is the key that a change of keys is about
to switch to: an archive opens with whichever of the two fits.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from visavis.domain.errors import DamageError, InputError, SetupError
from visavis.records import durable
from visavis.records.passphrase import PASSPHRASE, Argon2, close_with, open_with

KEY_BYTES = 32
RECOVER = "take the key from the recovery sheet: visavis vault recover SHEET; or name its file by VISAVIS_KEY_FILE"

Fits = Callable[[bytes], bool]
"""Whether a key is that of the archive."""


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """Where an archive's key file lies."""

    file: Path

    @property
    def draft(self) -> Path:
        """The key that a change of keys is about to switch to."""
        return self.file.with_name(self.file.name + ".new")

    def beside(self, name: str) -> Path:
        """Return the path of something else that is kept with the key, outside the archive: `ID.name`. Its folder exists."""
        return self.file.with_name(f"{self.file.stem}.{name}")
