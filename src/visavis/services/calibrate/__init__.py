"""Measuring how often strangers score high in an archive's own pictures."""

from visavis.services.calibrate.run import Calibrate

__all__ = ["Calibrate"]
