"""Where a person is reached, written so that two of their messages are seen to be of one person."""

import re
import unicodedata

LEAST_DIGITS = 6
"""A text of digits, blanks and `+()/-.` with as many digits is a telephone number."""

_PHONE = re.compile(r"^[\d\s+()/.\-]+$")


def plain_contact(written: str) -> str:
    """Return an e-mail address, a telephone number or a postal address as it is compared.

    E-mail: without case and what surrounds it. Telephone: its digits, `00` before a country being `+`. Else: words without case, accents
    and punctuation.
    """
    text = unicodedata.normalize("NFKC", written).strip()
    if "@" in text:
        address = re.search(r"[^\s<>\"']+@[^\s<>\"']+", text)
        return (address[0] if address else text).casefold().strip(".,;:")
    digits = re.sub(r"\D", "", text)
    if _PHONE.match(text) and len(digits) >= LEAST_DIGITS:
        return "+" + digits[2:] if digits.startswith("00") else ("+" if text.startswith("+") else "") + digits
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[^\w]+", " ", bare).split())
