"""What may go wrong, as one tree.

::

    VisavisError
    ├── InputError      your file, your request            exit 2   HTTP 422
    ├── SetupError      pack, index, settings, archive     exit 3   HTTP 503
    ├── RefusedError    a rule says no                     exit 4   HTTP 403
    └── DamageError     our own records disagree           exit 5   HTTP 500

Each message says what happened, to what, and what to do next. Facts that a program may want are attributes. A bad item in
a batch is no exception: it is an :class:`~visavis.domain.media.Outcome` that is counted and stored.
"""

from typing import ClassVar


class VisavisError(Exception):
    """The root. `remedy` is the one command or act that mends it, shown on a line of its own.

    Parameters
    ----------
    message : str
        What happened, to what.
    remedy : str, optional
        What to do next.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy
        self.request_id = ""
        """Under which a desk's log has it; empty = it did not come over HTTP."""


class InputError(VisavisError):
    """The caller's file or request can't be used as it is."""

    exit_code = 2


class UnreadablePicture(InputError):
    """Bytes that can't be decoded, or may not be. `reason` is the :class:`~visavis.domain.media.Reason` value that is stored for it."""

    def __init__(self, message: str, *, reason: str, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.reason = reason


class NoFaceInProbe(InputError):
    """No detector pass found a face in the probe photograph."""


class SeveralFacesInProbe(InputError):
    """The probe shows several faces and none was picked; `count` says how many were listed."""

    def __init__(self, message: str, *, count: int, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.count = count


class CharterInvalid(InputError):
    """A charter that lacks a compulsory field or contradicts itself; `problems` are (field, what is wrong and why) pairs."""

    def __init__(self, message: str, *, problems: tuple[tuple[str, str], ...], remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.problems = problems


class SetupError(VisavisError):
    """Pack, index, settings or archive folder are not fit for use."""

    exit_code = 3


class PackInvalid(SetupError):
    """A model pack whose manifest, hash, licence or networks are not as declared."""


class ArchiveBusy(SetupError):
    """Another process is writing to this archive."""


class RefusedError(VisavisError):
    """A rule says no; `rule` is its name in `docs/law`."""

    exit_code = 4

    def __init__(self, message: str, *, rule: str, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.rule = rule


class DamageError(VisavisError):
    """Our own files or records disagree with each other."""

    exit_code = 5


class KeyDestroyed(DamageError):
    """What was to be opened was erased: its key was destroyed."""
