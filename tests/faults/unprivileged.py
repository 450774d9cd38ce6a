"""`unprivileged.py FOLDER`: ingest FOLDER/pictures as a user for whom file modes count, and print the outcomes as JSON.

Root reads everything, so it becomes nobody first; what Python loads late was loaded by an ingest of an empty folder before.
"""

import json
import os
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent / "forges"))
import rig

NOBODY = 65_534


def main() -> None:
    folder = Path(sys.argv[1])
    if os.geteuid() == 0:
        ingest(folder / "rehearsal", rig.fill(folder / "few", 3))
        (folder / "mine").mkdir()
        os.chown(folder / "mine", NOBODY, NOBODY)
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        os.environ["XDG_CONFIG_HOME"] = str(folder / "mine" / "config")
    else:
        (folder / "mine").mkdir()
    outcomes = ingest(folder / "mine" / "archive", folder / "pictures")
    sys.stdout.write(json.dumps(outcomes))


def ingest(archive: Path, pictures: Path) -> dict[str, str]:
    with rig.QuickArchive(rig.make_archive(archive, pictures)) as opened:
        opened.ingest(workers=0)
        return {record.path: record.reason.value for record in opened.outcomes()}


if __name__ == "__main__":
    main()
