import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
# `--import-mode=importlib` puts no folder of tests on the path; the rig is shared by the modules here, and by the processes they start.
sys.path[:0] = [str(HERE), str(HERE.parent / "forges")]


@pytest.fixture(scope="module")
def killer() -> Iterator[object]:
    """Yield a `rig.Killer`."""
    import rig

    command = [sys.executable, str(HERE / "killed.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield rig.Killer(process)
