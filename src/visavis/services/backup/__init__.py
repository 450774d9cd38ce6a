"""Backups: what was erased since is known outside the archive, and erased again when one is restored."""

from visavis.services.backup.known import Erased, KnownErasures, check_reach
from visavis.services.backup.replay import ReplayErasures

__all__ = ["Erased", "KnownErasures", "ReplayErasures", "check_reach"]
