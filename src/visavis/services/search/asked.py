"""What a search searches with: vectors from photographs, from a face of the archive, or from faces that people confirmed."""

import datetime as dt
from dataclasses import dataclass, field

import numpy as np

from visavis.domain.arrays import Vectors
from visavis.domain.clearance import Clearance
from visavis.domain.errors import InputError
from visavis.records.archive import Records
from visavis.records.reviews import ProbeToSave
from visavis.services.search.expected import kinds
from visavis.services.search.leads import SHARED
from visavis.services.search.past import PastSearches
from visavis.services.search.permission import Permit
from visavis.services.search.question import SearchQuestion
from visavis.services.search.subject import archived_face, probes_to_save


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeVector:
    """One unit vector to search with, (D,) float32, and the number of the probe face it stands for."""

    vector: Vectors = field(repr=False)
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbesAsked:
    """What is searched with.

    Attributes
    ----------
    kinds : tuple of str
        Of each vector: `usual`, `weak` or `fused`.
    saved : tuple of ProbeToSave
        What is kept of the searched faces: pictures only outside home and trial.
    """

    vectors: tuple[ProbeVector, ...]
    kinds: tuple[str, ...]
    saved: tuple[ProbeToSave, ...]


class Probes:
    """Gathers what a question searches with."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def of(self, question: SearchQuestion, permit: Permit, at: dt.datetime) -> ProbesAsked:
        """Return it.

        Raises
        ------
        InputError
            The face of the archive may not be shown now, or nobody confirmed a face of the search that is named.
        """
        if question.confirmed is not None:
            return self._from_archive(self._confirmed(question.confirmed, permit), permit.clearance, at)
        if question.face_id is not None:
            return self._from_archive([question.face_id], permit.clearance, at)
        picked = [(probe.faces[number - 1], number) for probe in question.probes for number in probe.picked]
        if question.fuse:
            vectors = [_mean([face.vector for face, _ in picked])]
        else:
            vectors = [ProbeVector(vector=face.vector, number=1 if question.same_person else number) for face, number in picked]
        one_person = question.fuse or question.same_person
        return ProbesAsked(
            vectors=tuple(vectors),
            kinds=kinds([bool(face.quality.weaknesses()) for face, _ in picked], fuse=question.fuse),
            saved=probes_to_save(question.probes, one_person=one_person, with_pictures=permit.case.kind != SHARED),
        )

    def _from_archive(self, faces: list[str], clearance: Clearance, at: dt.datetime) -> ProbesAsked:
        gallery = self._records.gallery
        shown = [gallery.show([key := gallery.key_of(face, at, clearance.sources)], at)[key] for face in faces]
        vectors = [gallery.vector_of(face, at, clearance.sources) for face in faces]
        return ProbesAsked(
            vectors=(_mean(vectors),),
            kinds=kinds([bool(one.quality.weaknesses()) for one in shown], fuse=True),
            saved=tuple(probe for face in faces for probe in archived_face(face, self._records.searches.anchor_of(face))),
        )

    def _confirmed(self, search: str, permit: Permit) -> list[str]:
        """Return the faces of a search that people decided to be the same and that may be shown now."""
        past = PastSearches(self._records).read(search)
        if past.case.id != permit.case.id:
            raise InputError(f"search {search} was made under another case", remedy=f"add --case {past.case.id}")
        found = [one.face_id for one in past.result.candidates if one.decided == "same" and self._searched(one.source_id, permit)]
        if not found:
            raise InputError(
                f"no candidate of search {search} that may be shown now is decided to be the same",
                remedy="visavis review decide CANDIDATE same",
            )
        return list(dict.fromkeys(found))

    def _searched(self, source_id: str, permit: Permit) -> bool:
        return any(source.id == source_id and source.number in permit.clearance.sources for source in permit.sources)


def _mean(vectors: list[Vectors]) -> ProbeVector:
    mean = np.mean(vectors, axis=0)
    return ProbeVector(vector=(mean / np.linalg.norm(mean)).astype(np.float32), number=1)
