"""The walls around foreign decoders: whatever they raise on hostile bytes becomes one error with a reason."""

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image

from visavis.domain.errors import UnreadablePicture
from visavis.domain.media import Reason

# What Pillow's parsers were seen or are documented to raise on damaged bytes; named one by one, so that a bug of ours still surfaces.
_DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    EOFError,
    RuntimeError,
    AssertionError,
    struct.error,
    zlib.error,
)
_TRUNCATED_WORDS = ("truncated", "unexpected end", "end of file", "incomplete", "too short", "premature", "not enough")


@contextmanager
def guarded(what: str) -> Iterator[None]:
    """Turn anything a decoder raises on damaged bytes into `UnreadablePicture`; its warnings go nowhere.

    Parameters
    ----------
    what : str
        Named in the message, e.g. `png`.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except UnreadablePicture:
        raise
    except (Image.DecompressionBombError, MemoryError) as error:
        raise UnreadablePicture(f"{what}: more pixels than memory is given to", reason=Reason.TOO_LARGE) from error
    except _DAMAGE as error:
        said = f"{error}".lower()
        reason = Reason.TRUNCATED if any(word in said for word in _TRUNCATED_WORDS) else Reason.UNREADABLE
        raise UnreadablePicture(f"{what}: {type(error).__name__}: {str(error)[:200]}", reason=reason) from error
