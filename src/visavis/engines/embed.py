"""Crops into templates: the recogniser in batches across photographs, vectors scaled to length 1, lengths kept."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from visavis.domain.arrays import RgbImage, Vectors
from visavis.domain.errors import PackInvalid
from visavis.engines.manifest import RecogniserFacts
from visavis.engines.runtime import Network

BATCH = 8
"""Crops a run; OpenVINO took 13.1 ms a face at 8 and 14.7 at 1, and no less above (design, decision 3)."""


class Recogniser:
    """The recogniser's network with what its manifest says about it."""

    def __init__(self, network: Network, facts: RecogniserFacts) -> None:
        self._network = network
        self.facts = facts

    def embed(self, crops_rgb: Sequence[RgbImage]) -> tuple[Vectors, NDArray[np.float32]]:
        """Embed aligned crops.

        Parameters
        ----------
        crops_rgb : sequence of (h, w, 3) uint8
            RGB, the size that the manifest declares.

        Returns
        -------
        vectors : (N, D) float32
            Unit length.
        norms : (N,) float32
            Lengths before scaling, a usable measure of quality.

        Raises
        ------
        PackInvalid
            If the network answers with another shape than declared, or with something that has no direction.
        """
        parts = [self._run(crops_rgb[at : at + BATCH]) for at in range(0, len(crops_rgb), BATCH)]
        raw = np.concatenate(parts) if parts else np.zeros((0, self.facts.dim), np.float32)
        norms = np.linalg.norm(raw, axis=1)
        if not (np.isfinite(norms).all() and (norms > 0).all()):
            raise PackInvalid("the recogniser answered with a vector of no length", remedy="install the pack again")
        return raw / norms[:, None], norms

    def _run(self, crops_rgb: Sequence[RgbImage]) -> NDArray[np.float32]:
        low, high = self.facts.value_range
        stack = np.stack(crops_rgb)
        ordered = stack[..., ::-1] if self.facts.colour_order == "BGR" else stack
        batch = np.ascontiguousarray(ordered.transpose(0, 3, 1, 2), np.float32)
        if (low, high) != (0.0, 255.0):
            batch = batch * np.float32((high - low) / 255) + np.float32(low)
        answer = next(iter(self._network.run(batch).values()))
        if answer.shape != (len(crops_rgb), self.facts.dim):
            raise PackInvalid(
                f"the recogniser answers with {answer.shape}, its manifest says dim {self.facts.dim}",
                remedy="correct «recogniser.dim» in the manifest",
            )
        return answer
