"""Counts frames that are missing: what the decoder reports, and what the times of an evenly spaced film show."""

from visavis.decode.video.sparing import Sparing

_HOLE = 3  # frames: a camera drops one or two and says nothing; more than that is a piece of the file that is gone


class Losses:
    """Counts within one stretch.

    Parameters
    ----------
    period : float or None
        Ticks from one frame to the next; None = they are not evenly spaced, or not all are read.
    may_pause : bool
        A hole that nobody reported is no loss: recorders write nothing while nothing moves.
    sparing : Sparing or None
        Frames may be left out, until one is missing: from there on all that is damaged is seen and counted.
    """

    def __init__(self, period: float | None, *, may_pause: bool = False, sparing: Sparing | None = None) -> None:
        self.count = 0
        self._period = period
        self._may_pause = may_pause
        self._reported = 0
        self._next: float | None = None
        self._sparing = sparing

    def report(self) -> None:
        """Say that a frame could not be decoded."""
        self._reported += 1

    def may_spare(self, ticks: int | None) -> bool:
        """Say that the packet of a moment is next; return whether its frame may be left out."""
        return self._sparing is not None and not self.count and not self._reported and self._sparing.may_spare(ticks)

    def frame(self, ticks: int, *, due: int | None) -> None:
        """Say that a frame was decoded; `due` is when the first of the stretch should have been."""
        for each in (*self._spared(ticks, due), ticks):
            self._settle(each, due, is_end=False)
            self._next = each + self._period if self._period else None

    def _spared(self, until: int | None, due: int | None) -> list[int]:
        """Return the moments of the stretch whose frames were left out: they are not missing."""
        spared = self._sparing.spared_before(until) if self._sparing else []
        return [one for one in spared if due is None or one >= due]

    def end(self, ticks: int | None, *, due: int | None) -> None:
        """Say that no more comes, and when the next one would have; None = nobody knows."""
        for each in self._spared(ticks, due):
            self._next = each + self._period if self._period else None
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
