"""`killed_real.py ARCHIVE STEP N`: the real ingest, batches of two pictures, killed at the N-th time that a step is reached."""

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

from visavis.settings import Settings
from visavis.wiring import build
from visavis.wiring.archive import Archive


class SmallBatches(Archive):
    def _parts(self, records, index):
        return replace(super()._parts(records, index), batch_files=2)


def main() -> None:
    folder, kill_at, number = sys.argv[1:]
    left = int(number)

    def step(name: str) -> None:
        nonlocal left
        left -= name == kill_at
        if name == kill_at and left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    with SmallBatches(Path(folder), Settings(), build.SystemClock(), step=step) as archive:
        archive.ingest()


if __name__ == "__main__":
    main()
