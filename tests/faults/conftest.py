import sys
from pathlib import Path

# `--import-mode=importlib` puts no folder of tests on the path; the rig is shared by the modules here, and by the processes they start.
sys.path.insert(0, str(Path(__file__).parent))
