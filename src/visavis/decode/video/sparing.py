"""Frames that need not be decoded: nothing is built upon them, and both their neighbours are there."""

import heapq
from collections import deque

_REORDERED = 40
"""Frames that are remembered: H.264 and HEVC decode at most 16 ahead of what they show."""


class Sparing:
    """Says which packets the decoder may pass over, so that no two frames in a row are left out.

    Whether others are built upon a frame only the decoder knows; of B frames between two others that is every second one, or the last.

    Parameters
    ----------
    period : float
        Ticks from one frame to the next.
    """

    def __init__(self, period: float) -> None:
        self._period = period
        self._kept: deque[int] = deque(maxlen=_REORDERED)
        self._spared: list[int] = []

    def may_spare(self, ticks: int | None) -> bool:
        """Say that the packet of a moment is next; return whether its frame may be left out."""
        if ticks is None:
            return False
        number = round(ticks / self._period)
        if number - 1 in self._kept and number + 1 in self._kept:
            heapq.heappush(self._spared, ticks)
            return True
        self._kept.append(number)
        return False

    def spared_before(self, ticks: int | None) -> list[int]:
        """Return the moments before a frame that came (None: of all that is left) whose frames did not, in order, each once."""
        found = []
        while self._spared and (ticks is None or self._spared[0] <= ticks):
            found.append(heapq.heappop(self._spared))
        return [one for one in found if one != ticks]
