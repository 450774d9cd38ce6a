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

WHAT = "The key of a Visavis archive. Whoever has it can read the archive; without it nobody can."

Fits = Callable[[bytes], bool]
"""Whether a key is that of the archive."""
Ask = Callable[[], str]
"""Asks whoever is there for the passphrase of a key file."""


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


class ArchiveKeys:
    """Finds, makes and changes the keys of archives. What was found is held in memory as long as this object.

    Parameters
    ----------
    folder : path
        Where key files lie, one an archive: `ID.key`.
    file : path, optional
        The one key file to use instead.
    ask : callable, optional
        Asks for the passphrase of a key file that is closed by one.
    cost : Argon2
        What closing a new key file by a passphrase costs.
    """

    def __init__(self, folder: Path, *, file: Path | None = None, ask: Ask | None = None, cost: Argon2 = PASSPHRASE) -> None:
        self._folder = folder
        self._file = file
        self._ask = ask
        self._cost = cost
        self._held: dict[str, bytes] = {}
        self._passphrase: str | None = None

    def place(self, archive_id: str) -> KeyPlace:
        """Return where the key of an archive lies, or will lie."""
        return KeyPlace(self._file or self._folder / f"{archive_id}.key")

    def closed(self, archive_id: str) -> bool:
        """Whether the key file is closed by a passphrase."""
        return "closed" in _read(self.place(archive_id).file, archive_id)

    def make(self, archive_id: str, *, passphrase: str | None = None) -> bytes:
        """Make the key of a new archive, closed by a passphrase if one is given; never in the place of another."""
        place = self.place(archive_id)
        if place.file.exists():
            raise SetupError(
                f"there is a key file already: {place.file}", remedy="name another by VISAVIS_KEY_FILE; without its key an archive is lost"
            )
        self._passphrase = passphrase
        return self._write(place.file, archive_id, os.urandom(KEY_BYTES))

    def find(self, archive_id: str, fits: Fits) -> bytes:
        """Return the key of an archive; one that a change of keys left in `FILE.new` is moved into its place.

        Raises
        ------
        SetupError
            There is no key file, it can't be read, its passphrase is wrong, or it holds the key of something else.
        """
        held = self._held.get(archive_id)
        if held is not None and fits(held):
            return held
        place = self.place(archive_id)
        if fits(key := self._load(place.file, archive_id)):
            return key
        if place.draft.exists() and fits(key := self._load(place.draft, archive_id)):
            self.switch(archive_id)
            return key
        raise SetupError(f"the key in {place.file} is not the key of this archive", remedy=RECOVER)

    def draft(self, archive_id: str) -> bytes:
        """Make a new key beside the present one, closed by the same passphrase if that is; `switch` puts it into its place."""
        if self.closed(archive_id) and self._passphrase is None:
            self._passphrase = self._asked()
        return self._write(self.place(archive_id).draft, archive_id, os.urandom(KEY_BYTES))

    def drafted(self, archive_id: str) -> bytes:
        """Read the new key back from its file."""
        return self._load(self.place(archive_id).draft, archive_id)

    def switch(self, archive_id: str) -> None:
        """Put the new key into the place of the old one, which is gone then."""
        place = self.place(archive_id)
        place.draft.replace(place.file)
        durable.sync_folder(place.file.parent)

    def restore(self, archive_id: str, key: bytes, *, passphrase: str | None = None) -> Path | None:
        """Write a key that was kept on paper; a key file that is in its place is set aside. Return where that went."""
        place = self.place(archive_id)
        aside = None
        if place.file.exists():
            aside = place.beside("key.aside")
            place.file.replace(aside)
        self._passphrase = passphrase
        self._write(place.file, archive_id, key)
        return aside

    def _write(self, file: Path, archive_id: str, key: bytes) -> bytes:
        document = {"what": WHAT, "archive": archive_id}
        if self._passphrase is None:
            document["key"] = key.hex()
        else:
            document["closed"] = close_with(self._passphrase, _context(archive_id), key, self._cost).hex()
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            durable.replace(file, (json.dumps(document, indent=1) + "\n").encode())
        except OSError as error:
            why = f"can't write the key file {file}: {error.strerror}"
            raise SetupError(why, remedy="name another place by VISAVIS_KEY_FILE") from error
        self._held[archive_id] = key
        return key

    def _load(self, file: Path, archive_id: str) -> bytes:
        document = _read(file, archive_id)
        try:
            secret = bytes.fromhex(document["closed" if "closed" in document else "key"])
        except (KeyError, TypeError, ValueError):
            raise _unreadable(file) from None
        key = self._opened(secret, archive_id) if "closed" in document else secret
        if len(key) != KEY_BYTES:
            raise _unreadable(file)
        self._held[archive_id] = key
        return key

    def _opened(self, closed: bytes, archive_id: str) -> bytes:
        passphrase = self._asked() if self._passphrase is None else self._passphrase
        try:
            key = open_with(passphrase, _context(archive_id), closed)
        except (InputError, DamageError) as error:
            self._passphrase = None
            raise SetupError(f"the key file does not open: {error}", remedy=error.remedy or RECOVER) from error
        self._passphrase = passphrase
        return key

    def _asked(self) -> str:
        if self._ask is None:
            raise SetupError("the key file is closed by a passphrase", remedy="name a file that holds it by VISAVIS_KEY_PASSPHRASE_FILE")
        return self._ask()


def _context(archive_id: str) -> str:
    return f"archive key/{archive_id}"


def _read(file: Path, archive_id: str) -> dict[str, str]:
    try:
        document = json.loads(file.read_bytes())
    except FileNotFoundError:
        raise SetupError(f"there is no key file at {file}", remedy=RECOVER) from None
    except OSError as error:
        raise SetupError(f"can't read the key file {file}: {error.strerror}", remedy="see that you may read it") from error
    except ValueError:
        raise _unreadable(file) from None
    if not isinstance(document, dict):
        raise _unreadable(file)
    if document.get("archive") != archive_id:
        raise SetupError(f"the key in {file} is the key of another archive", remedy=RECOVER)
    return document


def _unreadable(file: Path) -> SetupError:
    return SetupError(f"the key file {file} is damaged", remedy=RECOVER)
