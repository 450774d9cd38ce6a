import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
# `--import-mode=importlib` puts no folder of tests on the path; the rig is shared by the modules here, and by the processes they start.
FORGES = str(HERE.parent / "forges")
sys.path[:0] = [str(HERE), FORGES]


@pytest.fixture(scope="module")
def killer() -> Iterator[object]:
    """Yield a `rig.Killer`."""
    import rig

    command = [sys.executable, str(HERE / "killed.py")]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (FORGES, os.environ.get("PYTHONPATH"))))}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env) as process:
        yield rig.Killer(process)
