"""Rules about the code itself, read from its syntax trees."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]
PACKAGE = HOUSE / "src" / "visavis"
MODULES = {path.relative_to(PACKAGE).as_posix(): path.read_text(encoding="utf-8") for path in sorted(PACKAGE.rglob("*.py"))}
TREES = {name: ast.parse(text) for name, text in MODULES.items()}
LONGEST = 400


def _nodes(*, outside: str = "(?!)") -> Iterator[tuple[str, ast.AST]]:
    """Every node of every module whose path does not match `outside`, with the place to look at."""
    for name, tree in TREES.items():
        if not re.match(outside, name):
            for node in ast.walk(tree):
                yield f"{name}:{getattr(node, 'lineno', 1)}", node


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.level == 0:
        return [str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def _called(node: ast.AST) -> str:
    """`a.b.c` for a call of it; empty for anything else."""
    return ast.unparse(node.func) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute) else ""


def _normal(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def test_pyav_is_imported_in_one_module() -> None:
    # Its wheels carry GPL code, and it is an extra: everything else asks `decode/video/library.py`.
    assert {place.split(":")[0] for place, node in _nodes() if "av" in _imported(node)} == {"decode/video/library.py"}


def test_no_module_is_longer_than_400_lines() -> None:
    assert {name: text.count("\n") for name, text in MODULES.items() if text.count("\n") > LONGEST} == {}


def test_every_import_is_declared_as_a_dependency() -> None:
    with (HOUSE / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    lines = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    declared = {_normal(re.split(r"[<>=!~;\[ ]", line)[0]) for line in lines}
    distributions = packages_distributions()
    undeclared = {}
    for place, node in _nodes():
        # Whoever runs the contract suites has pytest.
        known = {"visavis", *sys.stdlib_module_names, *(["pytest"] if place.startswith("testing/") else [])}
        for root in {name.split(".")[0] for name in _imported(node)} - known:
            if not declared & {_normal(name) for name in distributions.get(root, [])}:
                undeclared[place] = root
    assert undeclared == {}


def test_only_the_command_line_prints() -> None:
    assert [place for place, node in _nodes(outside=r"cli/") if _called(node) == "print"] == []


def test_nothing_is_pickled() -> None:
    picklers = {"pickle", "shelve", "marshal", "joblib", "cloudpickle"}
    assert [place for place, node in _nodes() if picklers & {name.split(".")[0] for name in _imported(node)}] == []


def test_only_wiring_and_settings_read_the_environment() -> None:
    readers = {"os.environ", "os.environb", "os.getenv"}
    # Telling a library something by `os.environ[…] = …` reads nothing.
    written = {node.value for _, node in _nodes() if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)}
    found = [
        place
        for place, node in _nodes(outside=r"wiring|settings\.py")
        if (isinstance(node, ast.Attribute) and ast.unparse(node) in readers and node not in written) or readers & set(_imported(node))
    ]
    assert found == []


def test_only_wiring_asks_what_time_it_is() -> None:
    clocks = re.compile(r"(.*\b(datetime|date)\.(now|utcnow|today)|(time\.)?(time|time_ns|localtime|gmtime))$")
    assert [f"{place} {_called(node)}" for place, node in _nodes(outside="wiring") if clocks.fullmatch(_called(node))] == []


IMPORT_WATCHED = """
import json, sys
before, sockets = set(sys.modules), []
sys.addaudithook(lambda event, arguments: sockets.append(event) if event.startswith("socket.") else None)
import visavis
print(json.dumps([sorted({name.split(".")[0] for name in set(sys.modules) - before}), sockets]))
"""


@pytest.fixture(scope="module")
def imported() -> tuple[set[str], list[str]]:
    """What `import visavis` does in a process of its own: top-level names of the modules it adds, and what it asks of sockets."""
    answer = subprocess.run([sys.executable, "-c", IMPORT_WATCHED], capture_output=True, text=True, check=True)
    modules, sockets = json.loads(answer.stdout)
    return set(modules), sockets


def test_importing_visavis_loads_no_library_but_numpy(imported: tuple[set[str], list[str]]) -> None:
    assert imported[0] - sys.stdlib_module_names <= {"visavis", "numpy"}


def test_importing_visavis_opens_no_socket(imported: tuple[set[str], list[str]]) -> None:
    assert imported[1] == []
