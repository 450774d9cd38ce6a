import sys
from pathlib import Path

import pytest

# `--import-mode=importlib` puts no folder of tests on the path; the maker of archives is shared by records and services.
sys.path.insert(0, str(Path(__file__).parent.parent / "forges"))
from archive_forge import MadeArchive


@pytest.fixture
def made(tmp_path):
    """Return an empty archive whose truth the test makes."""
    archive = MadeArchive(tmp_path)
    yield archive
    archive.close()
