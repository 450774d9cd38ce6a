"""From tracklets to tracks: the faces worth a template, which of them belong together, and what was no face after all."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from visavis.domain.face import AnalysedFace
from visavis.domain.film import SeenFace, Track
from visavis.engines.chain import Chain, box_ratios
from visavis.engines.tracking import Sighting, Tracklet, linked

MOST_FACES = 3
"""Faces of a track that are kept, each an index row."""
DIFFERENT = 0.8
"""Similarity to each kept face below which another is worth keeping."""
_WORTH = 0.3
"""Of the best close-up's merit: another view of the face below that adds nothing."""
_SEEN_ONCE = 0.75
"""Detector score, on closer look, from which a face counts that only one look saw."""
_WAITING = 64
"""Close-ups that wait to be embedded together; 200 kB each."""


class Album:
    """Collects the tracklets of a stretch, embeds their best faces and makes tracks of them.

    Parameters
    ----------
    chain : Chain
        Of the archive's pack.
    patience_ticks : int
        How long a face may be out of sight and still be one appearance.
    """

    def __init__(self, chain: Chain, *, patience_ticks: int) -> None:
        self._chain, self._patience = chain, patience_ticks
        self._similarity = chain.pack.default_threshold.value
        self._hashes: dict[int, bytes] = {}
        self._frame_wh = (1, 1)
        self._scenes: list[tuple[list[Tracklet], int]] = []
        self._waiting = 0
        self._tracks: list[Track] = []

    def note(self, at_ticks: int, frame_hash: bytes, frame_wh: tuple[int, int]) -> None:
        """Keep a look's frame hash."""
        self._hashes[at_ticks] = frame_hash
        self._frame_wh = frame_wh

    def add(self, tracklets: Sequence[Tracklet], *, gap_ticks: int) -> None:
        """Take the tracklets of one scene, by start; `gap_ticks` is the longest time between two looks so far."""
        self._scenes.append((list(tracklets), max(self._patience, gap_ticks)))
        self._waiting += sum(len(one.views) for one in tracklets)
        if self._waiting >= _WAITING:
            self._embed()

    def tracks(self) -> tuple[Track, ...]:
        """Return what came of it, by start."""
        self._embed()
        return tuple(sorted(self._tracks, key=lambda one: (one.start_ticks, one.end_ticks)))

    def _embed(self) -> None:
        chosen = [(one, view, view.close) for scene, _ in self._scenes for one in scene for view in _worth_embedding(one) if view.close]
        found = self._chain.describe([close for _, _, close in chosen])
        described: dict[int, list[SeenFace]] = {}
        for (one, sighting, _), face in zip(chosen, found, strict=True):
            if face is not None:
                seen = SeenFace(at_ticks=sighting.at_ticks, face=face, dhash=self._hashes[sighting.at_ticks])
                described.setdefault(id(one), []).append(seen)
        for scene, patience in self._scenes:
            real = [one for one in scene if id(one) in described]
            vectors = [described[id(one)][0].face.vector for one in real]
            for chain in linked(real, vectors, similarity=self._similarity, patience_ticks=patience):
                members = [real[at] for at in chain]
                faces = [face for one in members for face in described[id(one)]]
                if _is_real(members, faces):
                    self._tracks.append(self._track(members, faces))
        self._scenes, self._waiting = [], 0

    def _track(self, members: Sequence[Tracklet], faces: Sequence[SeenFace]) -> Track:
        first, last = members[0].first, max((one.last for one in members), key=lambda sighting: sighting.at_ticks)
        return Track(
            start_ticks=first.at_ticks,
            end_ticks=last.at_ticks,
            best=different(sorted(faces, key=_strength, reverse=True)),
            first=self._seen(first, faces),
            last=self._seen(last, faces),
        )

    def _seen(self, sighting: Sighting, faces: Sequence[SeenFace]) -> SeenFace:
        """Return a sighting that was not embedded, with the template of the nearest face that was."""
        nearest = min(faces, key=lambda one: abs(one.at_ticks - sighting.at_ticks))
        sides = np.array(self._frame_wh, np.float32)
        points = ((sighting.detection.landmarks_5x2 + 0.5) / sides).astype(np.float32)
        quality = replace(nearest.face.quality, score=sighting.detection.score)
        face = AnalysedFace(
            box=box_ratios(sighting.detection, self._frame_wh), landmarks_5x2=points, quality=quality, vector=nearest.face.vector
        )
        return SeenFace(at_ticks=sighting.at_ticks, face=face, dhash=self._hashes.get(sighting.at_ticks, nearest.dhash))


def different(faces: Sequence[SeenFace]) -> tuple[SeenFace, ...]:
    """Return the first face, and of the others the first few that are unlike all that are kept."""
    kept: list[SeenFace] = []
    for one in faces:
        if len(kept) < MOST_FACES and all(float(one.face.vector @ other.face.vector) < DIFFERENT for other in kept):
            kept.append(one)
    return tuple(kept)


def _strength(seen: SeenFace) -> float:
    """Order faces by the norm of their embedding: it tells weak templates (design, decision 3)."""
    return seen.face.quality.norm


def _worth_embedding(one: Tracklet) -> list[Sighting]:
    """Return the views of a tracklet that are worth a template, best first."""
    return [view for view in one.views if view.merit >= _WORTH * one.views[0].merit]


def _is_real(members: Sequence[Tracklet], faces: Sequence[SeenFace]) -> bool:
    """Whether a face was seen twice, or once beyond doubt: a shadow that is left of a fading face is found with a good score too."""
    once = any(one.face.quality.score >= _SEEN_ONCE and not one.face.quality.weaknesses() for one in faces)
    return once or sum(one.sure_looks for one in members) > 1
