import sys
from pathlib import Path

import pytest

# `--import-mode=importlib` puts no folder of tests on the path; the makers of pictures and films are shared by the modules here.
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def make(examples):
    """Render a small film; each is made once."""
    from film_forge import maker

    return maker(examples)
