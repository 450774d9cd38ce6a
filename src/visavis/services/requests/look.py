"""Looking for what is held of a person: by what they say of a picture, or with a photograph that they gave and nobody asked for."""

from collections.abc import Sequence

from visavis.decode.crops import face_jpeg
from visavis.domain.actor import Actor
from visavis.domain.arrays import Vectors
from visavis.domain.clearance import Clearance
from visavis.domain.errors import InputError, RefusedError
from visavis.domain.identification import ProbePicture, Where
from visavis.domain.ids import FaceId
from visavis.index.base import VectorIndex
from visavis.law.clear import clear_rights
from visavis.law.requests import RightsSearch
from visavis.law.rulebook import Rulebook
from visavis.law.rules import Rule
from visavis.records.archive import Records
from visavis.records.holdings import Hint
from visavis.records.likened import NewlyFound, RightsSearchRecord
from visavis.records.requests import RequestRecord

FIRST_DEPTH = 500
"""Hits asked of the index at first."""


class Look:
    """Looks, and notes whom people are to judge. What was found is only in the request, sealed, and dies with it."""

    def __init__(self, records: Records, rules: Rulebook) -> None:
        self._records = records
        self._rules = rules

    def by_photo(self, actor: Actor, wanted: str, probes: Sequence[ProbePicture], index: VectorIndex, *, floor: float) -> int:
        """Search every source, whatever its purposes, with one set of photographs; return how many candidates are new.

        Parameters
        ----------
        probes : sequence of ProbePicture
            Of one person, with the picked faces.
        index : VectorIndex
            Of this archive, up to date.
        floor : float
            Cosine; every face at or above it is a candidate: people judge, and what is left out would be an incomplete answer.

        Raises
        ------
        InputError
            No such request.
        RefusedError
            Not a rights clerk, a request that is over, or one that was searched with a photograph before.
        """
        request = self._records.requests.one(wanted)
        sources = self._records.holdings.sources_kept()
        asked = RightsSearch(
            actor=actor,
            request_id=request.id,
            policy=request.policy,
            open=request.open,
            searched=request.searched is not None,
            floor=floor,
        )
        with self._records.noting_refusals(actor, "consultation", request=request.id, purpose="dsr"):
            clearance = clear_rights(asked, sources, self._rules, at=self._records.clock.now())
        picked = [(probe, probe.faces[number - 1]) for probe in probes for number in probe.picked]
        best: dict[FaceId, float] = {}
        for _, face in picked:
            for face_id, similarity in self._near(index, face.vector, clearance):
                best[face_id] = max(similarity, best.get(face_id, -1.0))
        ranked = sorted(best.items(), key=lambda one: (-one[1], one[0]))
        found = [NewlyFound(face_id=face_id, how="photo", similarity=similarity) for face_id, similarity in ranked]
        pictures = [face_jpeg(probe.image_rgb, face.box) for probe, face in picked]
        return self._write_search(actor, request, found, pictures, floor)

    def by_hint(self, actor: Actor, wanted: str, hint: Hint, *, how: str) -> int:
        """Look for the pictures that a person names; return how many faces in them are new candidates.

        Raises
        ------
        InputError
            No such request, or nothing to look by.
        RefusedError
            The request is over.
        """
        request = self._records.requests.one(wanted)
        if hint == Hint():
            raise InputError("look by what?", remedy="--file, --url, --asset, --on DAY, --place, or a photograph that they gave: --photo")
        with self._records.noting_refusals(actor, "consultation", request=request.id, purpose="dsr"):
            if not request.open:
                raise RefusedError(f"request {request.id} is over", rule=Rule.REQUEST_OPEN, remedy="visavis request open")
        found = [NewlyFound(face_id=face_id, how=how) for face_id in self._records.holdings.faces_fitting(hint)]
        with self._records.work(actor) as work:
            new = self._records.likened.add(work, request.id, found, key=request.probe_key)
            self._records.requests.step(work, request, "located")
            work.leaf("consultation", what="request-located", request=request.id, purpose="dsr", how=how, candidates=new)
        return new

    def _near(self, index: VectorIndex, vector: Vectors, clearance: Clearance) -> list[tuple[FaceId, float]]:
        """Return every face at or above the clearance's floor, under each rotation of the sources."""
        found: list[tuple[FaceId, float]] = []
        for transform, below in self._records.rotations.under(clearance.sources).items():
            probe, depth = self._records.rotations.turn(vector, transform), FIRST_DEPTH
            hits = index.search(probe, depth, Where(sources=below), clearance)
            while len(hits.keys) == depth:
                depth *= 8
                hits = index.search(probe, depth, Where(sources=below), clearance)
            faces = self._records.holdings.faces_of_keys(hits.keys.tolist(), transform)
            pairs = zip(hits.keys.tolist(), hits.similarity.tolist(), strict=True)
            found += [(faces[key], similarity) for key, similarity in pairs if key in faces]
        return found

    def _write_search(
        self, actor: Actor, request: RequestRecord, found: Sequence[NewlyFound], pictures: Sequence[bytes], floor: float
    ) -> int:
        if actor.person_id is None:
            raise RefusedError("a search for a request has a clerk", rule=Rule.PERSON_NEEDED)
        size = self._records.holdings.templates_kept()
        with self._records.work(actor) as work:
            made = RightsSearchRecord(
                request_id=request.id,
                at=work.at,
                person_id=actor.person_id,
                pack_id=self._records.pack_id,
                gallery_size=size,
                threshold=floor,
                probe_faces=len(pictures),
            )
            self._records.likened.record_search(work, made, pictures, key=request.probe_key)
            new = self._records.likened.add(work, request.id, found, key=request.probe_key)
            self._records.requests.step(work, request, "searched")
            work.leaf(
                "consultation",
                what="request-searched",
                request=request.id,
                purpose="dsr",
                policy=request.policy,
                gallery_size=size,
                model=made.pack_id,
                threshold=f"{floor:.4f}",
                candidates=new,
            )
        return new
