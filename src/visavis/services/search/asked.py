"""What a search searches with: vectors from photographs, from a face of the archive, or from faces that people confirmed."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from visavis.domain.arrays import Vectors
from visavis.domain.clearance import Clearance
from visavis.domain.errors import InputError
from visavis.domain.tails import WEAK
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
            faces = self._confirmed(question.confirmed, permit)
            found = self._archived(faces, permit.clearance, at, number=1)
            return replace(found, vectors=(_mean(found.vectors, number=1),), kinds=kinds([kind == WEAK for kind in found.kinds], fuse=True))
        picked = [(probe.faces[number - 1], number) for probe in question.probes for number in probe.picked]
        one_person = question.fuse or question.same_person
        number = picked[0][1] if picked else 1
        faces = [*([question.face_id] if question.face_id is not None else ()), *question.also]
        archived = self._archived(faces, permit.clearance, at, number=number)
        vectors = (*(ProbeVector(vector=face.vector, number=number if one_person else own) for face, own in picked), *archived.vectors)
        weak = [*(bool(face.quality.weaknesses()) for face, _ in picked), *(kind == WEAK for kind in archived.kinds)]
        saved = probes_to_save(question.probes, number=number if one_person else None, with_pictures=permit.case.kind != SHARED)
        return ProbesAsked(
            vectors=(_mean(vectors, number=number),) if question.fuse else vectors,
            kinds=kinds(weak, fuse=question.fuse),
            saved=(*saved, *archived.saved),
        )

    def _archived(self, faces: Sequence[str], clearance: Clearance, at: dt.datetime, *, number: int) -> ProbesAsked:
        gallery = self._records.gallery
        shown = [gallery.show([key := gallery.key_of(face, at, clearance.sources)], at)[key] for face in faces]
        vectors = [gallery.vector_of(face, at, clearance.sources) for face in faces]
        return ProbesAsked(
            vectors=tuple(ProbeVector(vector=_unit(vector), number=number) for vector in vectors),
            kinds=kinds([bool(one.quality.weaknesses()) for one in shown], fuse=False),
            saved=tuple(archived_face(face, self._records.searches.anchor_of(face), number=number) for face in faces),
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


def _mean(vectors: Sequence[ProbeVector], *, number: int) -> ProbeVector:
    return ProbeVector(vector=_unit(np.mean([one.vector for one in vectors], axis=0)), number=number)


def _unit(vector: Vectors) -> Vectors:
    return np.asarray(vector / np.linalg.norm(vector), np.float32)
