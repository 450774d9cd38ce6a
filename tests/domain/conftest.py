import sys
from pathlib import Path

# `--import-mode=importlib` puts no folder of tests on the path; the makers of archives and films are shared.
sys.path.insert(0, str(Path(__file__).parent.parent / "forges"))
