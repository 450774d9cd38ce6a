"""Narrowing a list of candidates: to pictures or films, to good faces, to those that carry a label."""

import datetime as dt
from collections.abc import Mapping
from functools import reduce

from visavis.domain.identification import Narrowing
from visavis.domain.speech import line
from visavis.records.archive import Records
from visavis.records.labels import plain_name
from visavis.records.shown import Shown

LISTED = {"photo": "pictures", "film": "films", "good": "good faces", "labelled": "faces of one label"}


def narrowed_notice(words: tuple[str, ...]) -> tuple[str, ...]:
    """Say that a list was narrowed, and that its numbers are of the whole."""
    if not words:
        return ()
    told = reduce(lambda one, other: line("%(one)s, %(other)s", one=one, other=other), (line(LISTED[word]) for word in words))
    return (line("only %(told)s are listed; N and the strangers expected are of all that was compared", told=told),)


class Narrow:
    """Applies a narrowing to faces that may be shown."""

    def __init__(self, records: Records, narrowing: Narrowing, at: dt.datetime) -> None:
        self._records = records
        self._asked = narrowing
        self._at = at

    def passing(self, shown: Mapping[int, Shown]) -> dict[int, Shown]:
        """Return those of the faces, by key, that are to be listed."""
        asked = self._asked
        found = {key: one for key, one in shown.items() if asked.kind in ("", one.kind) and not (asked.good and one.quality.weaknesses())}
        return self._labelled(found) if asked.label and found else found

    def _labelled(self, shown: dict[int, Shown]) -> dict[int, Shown]:
        anchors = self._records.searches.anchors({one.face_number for one in shown.values()})
        labels = self._records.labels.of_faces(anchors, self._at)
        wanted = plain_name(self._asked.label)
        named = {face for face, told in labels.items() if any(plain_name(label.name) == wanted for label in told)}
        return {key: one for key, one in shown.items() if one.face_number in named}
