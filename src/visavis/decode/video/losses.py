"""Counts frames that are missing: what the decoder reports, and what the times of an evenly spaced film show."""

from fractions import Fraction

_HOLE = 3  # frames: a camera drops one or two and says nothing; more than that is a piece of the file that is gone


class Losses:
    """Counts within one stretch.

    Parameters
    ----------
    period : Fraction or None
        Ticks from one frame to the next; None = they are not evenly spaced, or not all are read.
    may_pause : bool
        A hole that nobody reported is no loss: recorders write nothing while nothing moves.
    """

    def __init__(self, period: Fraction | None, *, may_pause: bool = False) -> None:
        self.count = 0
        self._period = period
        self._may_pause = may_pause
        self._reported = 0
        self._next: Fraction | None = None

    def report(self) -> None:
        """Say that a frame could not be decoded."""
        self._reported += 1

    def frame(self, ticks: int, *, due: int | None) -> None:
        """Say that a frame was decoded; `due` is when the first of the stretch should have been."""
        self._settle(ticks, due, is_end=False)
        self._next = ticks + self._period if self._period else None

    def end(self, ticks: int | None, *, due: int | None) -> None:
        """Say that no more comes, and when the next one would have; None = nobody knows."""
        self._settle(ticks, due, is_end=True)

    def _settle(self, ticks: int | None, due: int | None, *, is_end: bool) -> None:
        awaited = self._next if self._next is not None else due
        if self._period is None or ticks is None or awaited is None:
            self.count += self._reported
            self._reported = 0
            return
        # What is reported shows as a hole a few frames later: decoders keep frames back.
        hole = round((ticks - awaited) / self._period)
        if hole > 0 and (self._reported or (hole >= _HOLE and (is_end or not self._may_pause))):
            self.count += hole
            self._reported = 0
