"""How a result reads to a person: the same words in the table and on the page; in English, or as a language of the desk says them."""

import datetime as dt
import math
import re
from collections.abc import Sequence

from visavis.domain.identification import LEAST_STRANGERS, Candidate, SearchResult
from visavis.domain.speech import ENGLISH, Speech, two_digits

LEAD = "A candidate is a lead, not an identification."
STAMPS = {
    "household": "Household: own pictures, own eyes; a candidate may be someone else.",
    "trial": "Trial: results stay here; a candidate may be someone else.",
}
"""What stands on every page and export of a search that stays in the house, by its stamp."""

END = 8
"""Last characters of an id that a person types; they are random."""

LEAST_TOLD = 5
"""Smallest count that leaves the house as it is."""

_SHORT_S = 2.0
"""Appearances shorter than this are told in tenths of a second."""

_DECIDED = {
    "same": "decided: the same",
    "not-the-same": "decided: not the same",
    "cannot-say": "decided: cannot be said",
    "disagreement": "reviewers disagree",
}

_A_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TO_THE_MINUTE = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d.*)?")


def folded(candidates: Sequence[Candidate]) -> list[tuple[Candidate, tuple[Candidate, ...]]]:
    """Gather near-duplicates under the best of their group, in order of rank; what is decided not to be the same stands by itself.

    Returns
    -------
    list of (Candidate, tuple of Candidate)
        The best of each group, and the others.
    """
    seen: dict[int, str] = {}  # pictures in which several are seen together fold only if all of them do
    for candidate in candidates:
        seen[candidate.together] = f"{seen.get(candidate.together, '')} {candidate.group}"
    groups: dict[tuple[int, str, bool], list[Candidate]] = {}
    for candidate in candidates:
        group = seen[candidate.together] if candidate.together else candidate.group
        groups.setdefault((candidate.probe_face, group, set_aside(candidate)), []).append(candidate)
    return [(best, tuple(others)) for best, *others in groups.values()]


def set_aside(candidate: Candidate) -> bool:
    """Whether people decided that this is not the person."""
    return candidate.decided == "not-the-same"


def stamp(result: SearchResult, speech: Speech = ENGLISH) -> str:
    """Return the sentence of a result's stamp; empty = it has none."""
    return speech.say(STAMPS.get(result.stamp, result.stamp))


def headline(result: SearchResult, speech: Speech = ENGLISH) -> str:
    """Count what was found: `12 candidates`, `No candidate`."""
    found = len(result.candidates)
    return speech.counted("%(n)s candidate", "%(n)s candidates", found) if found else speech.say("No candidate")


def blurred(number: int) -> str:
    """Return a count as outsiders may see it: one under five would tell of single people."""
    return f"{number:,}" if number == 0 or number >= LEAST_TOLD else f"fewer than {LEAST_TOLD}"


def counted(number: int, noun: str) -> str:
    """Write a count with its noun, in the singular for 1: `1,204 templates`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def notices(result: SearchResult) -> tuple[str, ...]:
    """Return what a person must know to read the list, left-out undated pictures among it."""
    if not result.undated_left_out:
        return result.notices
    left_out = counted(result.undated_left_out, "template")
    return (*result.notices, f"{left_out} left out by the date filter: no date is known for the picture.")


def advice(result: SearchResult) -> tuple[str, ...]:
    """Say what to try when the list is empty. Nothing below the threshold is ever shown."""
    if result.gallery_size == 0:
        return (
            "No template was searchable: nothing has been read, or a filter leaves all of it out.",
            "Try visavis status, which says what has been read.",
        )
    return (
        f"None of the {counted(result.gallery_size, 'template')} reaches the threshold of {similarity(result.threshold.value)}.",
        "Try another photo of the person, larger and from the front.",
        "Try --threshold with a lower value: the list grows, with strangers in it.",
        "Try visavis why PROBE FILE, which says why a picture that you expect is not here.",
    )


def similarity(value: float, speech: Speech = ENGLISH) -> str:
    """Write a cosine with three decimals."""
    return speech.number(value, 3)


def date(candidate: Candidate, speech: Speech = ENGLISH) -> str:
    """Write the capture date as exactly as it is known, to the minute at most; `undated` when it is not."""
    if candidate.captured_at is None:
        return speech.say("undated")
    timed = _TO_THE_MINUTE.fullmatch(candidate.captured_at)
    return f"{_written_day(timed[1], speech)} {timed[2]}" if timed else _written_day(candidate.captured_at, speech)


def _written_day(text: str, speech: Speech) -> str:
    """Write a day as the language does; a year, or a month of one, stays as it is known."""
    try:
        return speech.day(dt.date.fromisoformat(text)) if _A_DAY.fullmatch(text) else text
    except ValueError:
        return text


def day(candidate: Candidate) -> str:
    """Write the capture date without a time of day."""
    timed = _TO_THE_MINUTE.fullmatch(candidate.captured_at or "")
    return timed[1] if timed else date(candidate)


def moment(candidate: Candidate, speech: Speech = ENGLISH) -> str:
    """Write the span of a moving appearance, as `span` does; empty for stills."""
    return span(candidate.start_s, candidate.end_s, speech) if candidate.moment is not None or candidate.end_s > 0 else ""


def span(start_s: float, end_s: float, speech: Speech = ENGLISH) -> str:
    """Write from when to when in a film, `1:05-1:09`, the whole appearance within; a short one in tenths, `1:05.2-1:06.0`."""
    tenths = _is_short(start_s, end_s)
    start, end = clock(start_s, tenths=tenths), clock(end_s, tenths=tenths, up=True)
    return _pointed(start if start_s == end_s else f"{start}-{end}", speech)


def _pointed(text: str, speech: Speech) -> str:
    """Write tenths behind the language's own decimal mark."""
    return text.replace(".", speech.number(0.5, 1)[1])


def best_moment(candidate: Candidate, speech: Speech = ENGLISH) -> str:
    """Write when the face is seen best, as exactly as its `moment`."""
    return _pointed(clock(candidate.at_s, tenths=_is_short(candidate.start_s, candidate.end_s)), speech)


def _is_short(start_s: float, end_s: float) -> bool:
    return end_s - start_s < _SHORT_S


def page(candidate: Candidate, speech: Speech = ENGLISH) -> str:
    """Write on which page of its file a face is, `page 3`; empty where the file is one picture."""
    return speech.say("page %(page)s", page=candidate.page) if candidate.page else ""


def remarks(candidate: Candidate, *, several_faces: bool, when: bool = True, speech: Speech = ENGLISH) -> tuple[str, ...]:
    """Name what is decided of this candidate, what limits it, and which face of the probe it resembles when several were searched.

    With `when`, say first when in its film it is seen, or on which page of its file.
    """
    found = [*filter(None, (moment(candidate, speech), candidate.timecode, page(candidate, speech)))] if when else []
    if candidate.decided:
        found.append(speech.say(_DECIDED[candidate.decided]))
    if candidate.labels:
        found.append(speech.say("labelled: %(names)s", names=", ".join(candidate.labels)))
    if several_faces:
        found.append(speech.say("probe face %(number)s", number=candidate.probe_face))
    if candidate.together:
        found.append(speech.say("seen together: no. %(number)s", number=candidate.together))
    if candidate.weaknesses:
        found.append(speech.say("weak: %(weaknesses)s", weaknesses=", ".join(speech.say(weak) for weak in candidate.weaknesses)))
    if candidate.offline:
        found.append(speech.say("offline"))
    return tuple(found)


def strangers(candidate: Candidate, speech: Speech = ENGLISH) -> str:
    """Write how many strangers are expected to score as high as a candidate; `?` where nothing was measured."""
    expected = candidate.strangers
    if expected is None:
        return "?"
    if expected < LEAST_STRANGERS:
        return f"<{speech.tell(two_digits(LEAST_STRANGERS))}"
    return speech.tell(two_digits(expected))


def strangers_in_words(candidate: Candidate, speech: Speech = ENGLISH) -> str:
    """Say the same: `about 0.3 strangers would score this high`; never a probability that this is the person."""
    counted = strangers(candidate, speech)
    if candidate.strangers is None:
        return speech.say("how many strangers would score this high is not known")
    if counted.startswith("<"):
        return speech.say("fewer than %(number)s strangers would score this high", number=counted[1:])
    return speech.say("about %(number)s strangers would score this high", number=counted)


def several_faces_searched(result: SearchResult) -> bool:
    """Whether the candidates resemble different faces of the probe."""
    return len({candidate.probe_face for candidate in result.candidates}) > 1


def clock(seconds: float, *, tenths: bool = False, up: bool = False) -> str:
    """Write a time in a film, `1:05`, `1:01:09` or `1:05.2`; what is smaller is cut off, or rounded up."""
    parts = 10 if tenths else 1
    exact = round(seconds * parts, 3)  # 1.1 x 10 is 11.000000000000002
    whole, part = divmod(math.ceil(exact) if up else math.floor(exact), parts)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    told = f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
    return f"{told}.{part}" if tenths else told
