"""Candidates as cards: near-duplicates folded, the appearances of a film on one line, faces that are seen together side by side."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from visavis.domain.film import Moment
from visavis.domain.identification import Candidate, SearchResult
from visavis.web.house import Words

STRIP = 1000
"""Width of a strip, in units of its drawing."""
MOST_TICKS = 200
"""On one strip; what is more can't be told apart."""
_LEAST_TICK = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One appearance on a strip, in its units; `own` = it is the candidate's."""

    left: float
    width: float
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """A film as a line: where the face is seen, and best.

    Attributes
    ----------
    best : float
        The candidate's best moment, in units of the strip.
    ends : str
        How long the film is, as far as it is known.
    """

    ticks: tuple[Tick, ...]
    best: float
    ends: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One candidate on the page.

    Attributes
    ----------
    strangers : str
        How many strangers are expected to score as high, in words.
    others : tuple of Candidate
        Near-duplicates.
    moments : tuple of Candidate
        Its own and the other appearances in the same film, by time; empty for a photograph.
    beside : tuple of Candidate
        The other searched faces in the same picture or moment, where they were sought together.
    plays : Candidate or None
        Whose best moment is played; None for a photograph.
    meeting : (float, float) or None
        From when to when in a film all of them are seen, seconds, where they were sought together.
    joined : bool
        This face is a part of the probe already.
    """

    candidate: Candidate
    remarks: tuple[str, ...]
    strangers: str
    others: tuple[Candidate, ...] = ()
    moments: tuple[Candidate, ...] = ()
    strip: Strip | None = None
    beside: tuple[Candidate, ...] = ()
    plays: Candidate | None = None
    meeting: tuple[float, float] | None = None
    joined: bool = False


def cards_of(result: SearchResult, words: Words, joined: Collection[str]) -> list[Card]:
    """Return the cards of a result, best first.

    Parameters
    ----------
    joined : collection of str
        Ids of faces that the search was made with.
    """
    several = words.several_faces(result)
    pictures = _together(result.candidates) if _sought_together(result) else words.folded(result.candidates)
    films: dict[str, list[Candidate]] = {}
    for one in result.candidates:
        if one.moment is not None:
            films.setdefault(one.media_id, []).append(one)
    cards: dict[str, Card] = {}
    for best, others in pictures:
        line = _line(best, words)
        if line in cards:
            known = cards[line]
            cards[line] = replace(known, moments=_by_time((*known.moments, best, *others)))
            continue
        beside = _beside(best, result.candidates)
        cards[line] = Card(
            candidate=best,
            remarks=words.remarks(replace(best, together=0), several_faces=several and not beside, when=bool(best.page)),
            strangers=words.strangers(best),
            others=() if best.moment is not None and not beside else others,
            moments=() if best.moment is None else _by_time((best,) if beside else (best, *others)),
            strip=strip_of(best, (best, *beside) if beside else films.get(best.media_id, ()), words),
            beside=beside,
            plays=_played(best, beside),
            meeting=_meeting(best, beside),
            joined=best.face_id in joined,
        )
    return list(cards.values())


def strip_of(candidate: Candidate, of_film: Sequence[Candidate], words: Words) -> Strip | None:
    """Return the strip of a moment beside the others of its film; None for a photograph."""
    own = candidate.moment
    if own is None:
        return None
    spans = [(one, one.moment) for one in of_film if one.moment is not None][:MOST_TICKS]
    length = max(1, own.duration_ticks or 0, own.end_ticks, *(moment.end_ticks for _, moment in spans))
    ticks = [_tick(moment, length, own=one.candidate_id == candidate.candidate_id) for one, moment in spans]
    ticks.sort(key=lambda tick: tick.own)  # its own lies on top
    return Strip(ticks=tuple(ticks), best=round(STRIP * own.at_ticks / length, 1), ends=words.clock(float(length * own.time_base)))


def _tick(moment: Moment, length: int, *, own: bool) -> Tick:
    left = STRIP * moment.start_ticks / length
    width = max(_LEAST_TICK, STRIP * (moment.end_ticks - moment.start_ticks) / length)
    return Tick(left=round(min(left, STRIP - width), 1), width=round(width, 1), own=own)


def _line(best: Candidate, words: Words) -> str:
    """Return what cards are gathered by: the appearances of one person in one film stand on one."""
    if best.moment is None or best.together or words.set_aside(best):
        return best.candidate_id
    return f"{best.media_id} {best.probe_face}"


def _by_time(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    return tuple(sorted(candidates, key=lambda one: (one.start_s, one.rank)))


def _meeting(best: Candidate, beside: Sequence[Candidate]) -> tuple[float, float] | None:
    if best.moment is None or not beside:
        return None
    faces = (best, *beside)
    return max(one.start_s for one in faces), min(one.end_s for one in faces)


def _played(best: Candidate, beside: Sequence[Candidate]) -> Candidate | None:
    """Return whose best moment shows all of them, or comes nearest to it."""
    if best.moment is None:
        return None
    start, end = _meeting(best, beside) or (best.start_s, best.end_s)
    return min((best, *beside), key=lambda one: max(start - one.at_s, one.at_s - end, 0.0))


def _sought_together(result: SearchResult) -> bool:
    return any(one.together for one in result.candidates)


def _together(candidates: Sequence[Candidate]) -> list[tuple[Candidate, tuple[Candidate, ...]]]:
    """Gather by picture or moment, whose first face stands for it; near-duplicates of all its faces fold under it."""
    moments = _moments(candidates)
    folded: dict[tuple[str, ...], list[Candidate]] = {}
    for faces in moments.values():
        folded.setdefault(tuple(one.group for one in faces), []).append(faces[0])
    return [(best, tuple(others)) for best, *others in folded.values()]


def _moments(candidates: Sequence[Candidate]) -> Mapping[int, list[Candidate]]:
    found: dict[int, list[Candidate]] = {}
    for one in candidates:
        found.setdefault(one.together, []).append(one)
    return found


def _beside(best: Candidate, candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    if not best.together:
        return ()
    return tuple(one for one in candidates if one.together == best.together and one.candidate_id != best.candidate_id)
