"""`job_child.py JOB --archive DIR`: the process of a job, with made-up faces, in batches of four files that take a moment each."""

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "forges"))
import rig

from visavis.settings import Settings
from visavis.wiring import archive
from visavis.wiring.job_process import run_for_desk


def moment(step: str) -> None:
    if step == "index-added":
        time.sleep(0.05)


def main() -> None:
    name, _, folder = sys.argv[1:]
    archive.open_archive = lambda folder, **_: rig.QuickArchive(folder, step=moment)
    try:
        print(json.dumps(run_for_desk(Path(folder), name, settings=Settings())), flush=True)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
