import sys
from pathlib import Path

# `--import-mode=importlib` puts no folder of tests on the path.
sys.path.insert(0, str(Path(__file__).parent.parent / "forges"))
from archive_forge import empty_archive

__all__ = ["empty_archive"]
