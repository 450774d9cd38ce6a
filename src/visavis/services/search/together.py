"""Several people in one picture, or at one time in one film: who of the found faces stands for whom, by the weakest similarity.

Nothing is left to luck: every face at or above the threshold is looked at, in a film at every time at which one comes or goes, and of all
ways to give each searched face a face of its own the one is taken whose weakest score is highest (a bottleneck assignment: edges are added
best first, until augmenting paths give everybody somebody).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from visavis.services.search.found import Found

Edges = dict[int, dict[int, Found]]
"""By searched face: the appearances that resemble it."""


def seen_together(found: Iterable[Found], people: Sequence[int]) -> list[tuple[Found, ...]]:
    """Return each picture and each moment of a film in which all are seen, best first.

    Parameters
    ----------
    found : iterable of Found
        Every face at or above the threshold, an appearance once for each searched face that it resembles.
    people : sequence of int
        The searched faces.

    Returns
    -------
    list of tuple of Found
        A face for each of `people`, in their order, all of one picture (or page) or of appearances that overlap in time; ranked by the
        weakest score, ties by age of the first face's record. In a film one moment may follow another with a face in common.
    """
    places: dict[tuple[str, int | None], list[Found]] = {}
    for one in found:
        places.setdefault((one.shown.media_id, one.shown.page), []).append(one)
    moments = [moment for here in places.values() for moment in _moments(here, people)]
    moments.sort(key=lambda moment: (-min(one.score for one in moment), moment[0].shown.key))
    return [tuple(replace(one, together=number) for one in moment) for number, moment in enumerate(moments, start=1)]


def _moments(here: Sequence[Found], people: Sequence[int]) -> Iterator[tuple[Found, ...]]:
    """Yield what one picture or film holds: of a film each distinct set of appearances once."""
    if {one.probe_face for one in here} != set(people):
        return
    known: set[tuple[int, ...]] = set()
    for now in _times(here):
        best = _assigned(now, people)
        who = tuple(one.shown.appearance_number for one in best)
        if best and who not in known:
            known.add(who)
            yield best


def _times(here: Sequence[Found]) -> Iterator[Sequence[Found]]:
    """Yield what is seen at once: a still's faces, or a film's at each time at which one comes or another has gone."""
    spans = [(one, moment.start_ticks, moment.end_ticks) for one in here if (moment := one.shown.moment) is not None]
    if not spans:
        yield here
    for at in sorted({start for _, start, _ in spans} | {end + 1 for _, _, end in spans}):
        yield [one for one, start, end in spans if start <= at <= end]


def _assigned(now: Sequence[Found], people: Sequence[int]) -> tuple[Found, ...]:
    """Return a face of its own for each of the people, the weakest score as high as can be; empty = there is no way."""
    edges: Edges = {person: {} for person in people}
    taken: dict[int, int] = {}
    for one in sorted(now, key=lambda one: (-one.score, one.shown.key)):
        edges[one.probe_face].setdefault(one.shown.appearance_number, one)
        for person in people:
            if person not in taken.values():
                _find(person, edges, taken, set())
        if len(taken) == len(people):
            of = {person: appearance for appearance, person in taken.items()}
            return tuple(edges[person][of[person]] for person in people)
    return ()


def _find(person: int, edges: Edges, taken: dict[int, int], tried: set[int]) -> bool:
    """Give a person an appearance, moving others if that helps; whether it could be done."""
    for appearance in edges[person]:
        if appearance in tried:
            continue
        tried.add(appearance)
        if appearance not in taken or _find(taken[appearance], edges, taken, tried):
            taken[appearance] = person
            return True
    return False
