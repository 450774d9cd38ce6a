"""Looks over a folder for what its files say against a charter. No pixel is decoded; headers are read of a bounded sample only."""

from collections.abc import Callable, Mapping
from pathlib import Path

from visavis.decode.formats import Kind, kind_of
from visavis.decode.headers import HEAD_BYTES, peek
from visavis.decode.limits import Limits
from visavis.domain.errors import UnreadablePicture
from visavis.law.charter import Charter
from visavis.law.file_signs import FileSigns, Sign, names_another, weigh
from visavis.sources.base import FoundFile, Source
from visavis.sources.provenance import ADDRESS, SIDECAR, Bounds, look

_EXAMPLES = 3


class LookForSigns:
    """Counts signs in folders."""

    def __init__(self, open_source: Callable[[Path, tuple[str, ...]], Source], limits: Limits, *, bounds: Bounds | None = None) -> None:
        self._open_source = open_source
        self._limits = limits
        self._bounds = bounds or Bounds()

    def run(self, folder: Path, exclude: tuple[str, ...], charter: Charter) -> FileSigns:
        """Count each sign in a folder, held against the limits.

        Raises
        ------
        SetupError
            The folder can't be reached.
        """
        plug = self._open_source(folder, exclude)
        found = look(plug, folder, wanted=lambda path: kind_of(path) is Kind.PICTURE, bounds=self._bounds)
        credited = self._credits(plug, found.sample) if charter.controller is not None else {}
        others = [path for path, credit in credited.items() if names_another(credit, charter)]
        counted = {
            Sign.ORIGIN_ADDRESS: (found.counts[ADDRESS], found.looked_at),
            Sign.SIDECAR: (found.counts[SIDECAR], found.looked_at),
            Sign.MANY_HOSTS: (found.hosts if found.hosts > 1 else 0, found.looked_at),
            Sign.CREDIT_DIFFERS: (len(others), len(credited)),
        }
        return FileSigns(contradictions=weigh(counted), examples={**found.examples, Sign.CREDIT_DIFFERS: tuple(others[:_EXAMPLES])})

    def _credits(self, plug: Source, sample: tuple[FoundFile, ...]) -> Mapping[str, str]:
        """Return the credits of sampled pictures whose heads carry one."""
        said = {}
        for item in sample:
            try:
                head = plug.open(item.path, head=HEAD_BYTES)
            except UnreadablePicture:
                continue
            credit = peek(head, item.path.rpartition("/")[2], size=max(item.size, len(head)), limits=self._limits).credit
            if credit:
                said[item.path] = credit
        return said
