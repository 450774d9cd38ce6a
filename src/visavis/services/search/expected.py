"""What a search expects of strangers: from the tails of its gallery, or of the model pack; and the threshold that follows."""

from collections.abc import Sequence
from dataclasses import dataclass

from visavis.domain.errors import InputError
from visavis.domain.identification import LEAST_STRANGERS, NOT_CALIBRATED, ExpectedHits, Threshold
from visavis.domain.speech import Line, Numeral, line, two_digits
from visavis.domain.tails import ADJUSTED, COSINE, FUSED, USUAL, WEAK, Calibration, Strangers

DEFAULT_EXPECTED = 0.1
"""False hits expected of a search that names neither a threshold nor a number of its own: one stranger in ten searches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """By what a search judges a similarity; wiring hands it in.

    Attributes
    ----------
    recorded : Threshold
        The model pack's, for packs whose strangers nobody has measured.
    ceiling : float
        Similarity from which two faces may well be one person: they are no strangers to measure by.
    tails : Calibration or None
        The model pack's.
    adjusted : bool
        Rank by the similarity that is adjusted by a cohort of the searched sources.
    """

    recorded: Threshold
    ceiling: float = 1.0
    tails: Calibration | None = None
    adjusted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One search's: `strangers` is None where nothing was measured."""

    strangers: Strangers | None
    threshold: Threshold

    def at(self, score: float) -> float | None:
        """Return how many strangers are expected to score as high; None = not known."""
        return None if self.strangers is None else self.strangers.at(score)

    def hits(self) -> ExpectedHits | None:
        """Return what is expected at the threshold."""
        if self.strangers is None:
            return None
        low, high = self.strangers.interval_at(self.threshold.value)
        calibration = self.strangers.calibration
        return ExpectedHits(
            count=self.strangers.at(self.threshold.value),
            low=low,
            high=high,
            own=calibration.own,
            data=calibration.data,
            probes=self.strangers.probes,
            ranked_by=self.strangers.score,
        )

    def line(self) -> str:
        """Return the line without which no result leaves."""
        size = 0 if self.strangers is None else self.strangers.gallery_size
        return line_of(self.hits(), self.threshold.value, size)


def expectation(scale: Scale, own: Calibration | None, *, size: int, probes: Sequence[str], adjusted: bool) -> Strangers | None:
    """Return what is expected of strangers among `size` faces: by what was measured on the sources themselves, else by the pack's trial."""
    score = ADJUSTED if adjusted else COSINE
    measured = [tails for tails in (own, scale.tails) if tails is not None and (USUAL, score) in tails.tails]
    if not measured:
        return None
    tails = {**scale.tails.tails, **measured[0].tails} if scale.tails is not None else measured[0].tails
    chosen = Calibration(tails=tails, data=measured[0].data, own=measured[0].own, measured_at=measured[0].measured_at)
    return Strangers(calibration=chosen, gallery_size=size, probes=tuple(probes), score=score)


def threshold_of(strangers: Strangers | None, scale: Scale, asked: tuple[float | None, float | None], *, floor: float) -> Threshold:
    """Return the threshold that counts, never below the floor.

    Parameters
    ----------
    asked : (float or None, float or None)
        The threshold, and the number of expected false hits that a person asked for.

    Raises
    ------
    InputError
        A number of false hits is asked for where nothing was measured.
    """
    threshold, expected = asked
    if threshold is not None:
        return Threshold(value=threshold, trial="set by the user")
    if strangers is None:
        if expected is not None:
            raise InputError(
                "how many false hits to expect is not known: this model pack records no tails", remedy="give --threshold instead"
            )
        return scale.recorded
    wanted = DEFAULT_EXPECTED if expected is None else expected
    value = strangers.similarity_for(wanted)
    if value < floor:
        return Threshold(value=floor, trial="the floor, under which no similarity is given")
    among = {"wanted": Numeral(f"{wanted:g}"), "size": strangers.gallery_size}
    if expected is None:
        return Threshold(value=value, trial=line("%(wanted)s false hits expected among %(size)s templates, the default", **among))
    return Threshold(value=value, trial=line("%(wanted)s false hits expected among %(size)s templates, as asked", **among))


def line_of(hits: ExpectedHits | None, threshold: float, size: int) -> str:
    """Say in words what is expected at a threshold among `size` templates."""
    if hits is None:
        return NOT_CALIBRATED
    count = in_words(hits.count)
    if hits.high >= LEAST_STRANGERS:
        count = line("%(count)s (%(low)s to %(high)s)", count=count, low=_number(hits.low), high=_number(hits.high))
    if len(hits.probes) > 1:
        count = line("at most %(count)s", count=count)
    rests = (
        line("measured on %(data)s", data=hits.data)
        if hits.own
        else line("not measured on your pictures: it rests on %(data)s", data=hits.data)
    )
    where = {"count": count, "threshold": Numeral(f"{threshold:.3f}"), "size": size, "rests": rests}
    if WEAK in hits.probes:
        return line(
            "%(count)s would reach %(threshold)s among these %(size)s templates; a weak face resembles more strangers, "
            "which is counted in; %(rests)s",
            **where,
        )
    return line("%(count)s would reach %(threshold)s among these %(size)s templates; %(rests)s", **where)


def kinds(weak: Sequence[bool], *, fuse: bool) -> tuple[str, ...]:
    """Return the kind of each vector that is searched with; `weak` says it of each searched face."""
    if fuse and len(weak) > 1:
        return (FUSED,)
    return tuple(WEAK if one else USUAL for one in weak)


def in_words(count: float) -> Line:
    """Say an expectation: `about 0.3 strangers`."""
    if count < LEAST_STRANGERS:
        return line("fewer than %(count)s strangers", count=two_digits(LEAST_STRANGERS))
    return line("about %(count)s strangers", count=_number(count))


def _number(count: float) -> str:
    if count < LEAST_STRANGERS:
        return line("less than %(count)s", count=two_digits(LEAST_STRANGERS))
    return two_digits(count)
