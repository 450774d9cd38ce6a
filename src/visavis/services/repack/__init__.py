"""An archive moves to another model pack, and may go back until that is confirmed."""

from visavis.services.repack.compare import Comparison
from visavis.services.repack.end import EndRepack
from visavis.services.repack.move import Admission, Repack, RepackReport, Target

__all__ = ["Admission", "Comparison", "EndRepack", "Repack", "RepackReport", "Target"]
