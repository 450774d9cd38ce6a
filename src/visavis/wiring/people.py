"""The desk of people: adding, listing, revoking, signing in."""

from collections.abc import Callable
from pathlib import Path

from visavis.domain.errors import InputError
from visavis.wiring.session import Session


class PeopleDesk:
    """People of one archive."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def sign_in(self, name: str, *, ask: Callable[[str], str], file: Path | None = None) -> None:
        """Let a person act in this archive from here on.

        Parameters
        ----------
        name : str
            Name or id.
        ask : callable
            Given a prompt, returns the passphrase; used if there is no file.
        file : path or None
            Its first line is the passphrase; None = the setting `VISAVIS_PASSPHRASE_FILE`.

        Raises
        ------
        InputError
            Nobody is called so, or the file can't be read.
        RefusedError
            Wrong passphrase, or a person who was revoked.
        """
        chosen = file or self._session.settings.passphrase_file
        passphrase = ask(f"Passphrase of {name}: ") if chosen is None else read_passphrase(chosen)
        self._session.sign_in(name, passphrase)


def read_passphrase(file: Path) -> str:
    """Return the first line of a file."""
    try:
        lines = file.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the passphrase can't be read from {file}", remedy="name a text file that you may read") from error
    if not lines or not lines[0]:
        raise InputError(f"{file} holds no passphrase", remedy="write it as the file's first line")
    return lines[0]
