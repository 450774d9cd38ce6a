import sys
from pathlib import Path

# `--import-mode=importlib` puts no folder of tests on the path; the maker of pictures is shared by the modules here.
sys.path.insert(0, str(Path(__file__).parent))
