"""What holds for every test: no network, no settings or folders of the person who runs them, no chance."""

import os
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

HOUSE = Path(__file__).resolve().parent.parent
CLOSED_NETWORK = HOUSE / "tests" / "closed_network"

runpy.run_path(str(CLOSED_NETWORK / "sitecustomize.py"))

# No deadline: the machine may be busy. No database: a run must not depend on the one before.
settings.register_profile("house", deadline=None, derandomize=True, database=None)
settings.load_profile("house")


def pytest_configure(config: pytest.Config) -> None:
    """Know the mark from which docs/law/findings.md is made."""
    config.addinivalue_line("markers", "finding(name): what an authority found elsewhere, which the test answers")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the development data, so that `-m "not dev_data"` leaves it out."""
    for item in items:
        if "dev_data" in getattr(item, "fixturenames", ()):
            item.add_marker("dev_data")


@pytest.fixture(scope="session", autouse=True)
def _own_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Run without the caller's settings, in folders that go away, and close the network in child processes too.

    One cache serves the whole run: networks are folded once.
    """
    folders = tmp_path_factory.mktemp("environment")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("VISAVIS_")]:
            patch.delenv(name)
        patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)  # each of the commands that tests start would compile everything anew
        for kind in ("CACHE", "CONFIG", "DATA", "STATE"):
            patch.setenv(f"XDG_{kind}_HOME", str(folders / kind.lower()))
        patch.setenv("PYTHONPATH", str(CLOSED_NETWORK), prepend=os.pathsep)
        yield


@pytest.fixture
def closed_network_env() -> dict[str, str]:
    """Environment for a child process that a test starts: a copy of this one, in which the network is closed."""
    return dict(os.environ)


@pytest.fixture(scope="session")
def examples() -> Path:
    """Folder of the credited photographs."""
    return HOUSE / "examples" / "photos"


@pytest.fixture(scope="session")
def dev_data() -> Path:
    """Folder of the data that is never committed; the test is skipped where it is absent."""
    folder = HOUSE.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("needs ../shared/data, which is never committed")
    return folder
