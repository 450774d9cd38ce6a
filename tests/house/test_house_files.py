"""Rules about the files of the repository: what may be committed, and what must be written down."""

import inspect
import re
import subprocess
from pathlib import Path

import pytest

from visavis.domain import errors
from visavis.settings import Settings

HOUSE = Path(__file__).resolve().parents[2]
REFERENCE = HOUSE / "docs" / "reference"

# In pieces, so that this file does not break its own rule.
REGISTRY = "|".join(("py" + r"pi\.org", "python" + r"hosted\.org", "registry" + r"\.npmjs", "conda" + r"\.org", "index" + "-url"))
DOWNLOAD = "https?" + r"://[^ \"']+\.(whl|tar\.gz|tgz)"
MACHINE = r"(^|[^A-Za-z0-9._-])/(" + "ro" + "ot|wo" + "rk|tm" + "p)/"
FORBIDDEN_NAMES = re.compile(r"(^|/)(uv|poetry|Pipfile|pdm)\.lock$|\.(pkl|pickle|onnx|whl)$")
LARGEST = 2 * 1024 * 1024


def _git(*arguments: str) -> list[str]:
    if not (HOUSE / ".git").exists():
        pytest.skip("not a git clone")
    answer = subprocess.run(["git", *arguments], cwd=HOUSE, capture_output=True, text=True, check=False)
    assert answer.returncode in {0, 1}, answer.stderr  # 1: `git grep` found nothing
    return answer.stdout.split("\0" if "-z" in arguments else "\n")[:-1]


@pytest.mark.parametrize("pattern", [REGISTRY, DOWNLOAD, MACHINE], ids=["registry", "download", "machine"])
def test_no_tracked_file_names_a_registry_a_download_or_a_path_of_one_machine(pattern: str) -> None:
    assert _git("grep", "-nIE", pattern) == []


def test_no_lock_file_pickle_wheel_or_weight_file_is_tracked() -> None:
    assert [name for name in _git("ls-files", "-z") if FORBIDDEN_NAMES.search(name)] == []


def test_no_tracked_file_is_over_two_mebibytes() -> None:
    assert [name for name in _git("ls-files", "-z") if (HOUSE / name).is_file() and (HOUSE / name).stat().st_size > LARGEST] == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-extras.txt", "requirements-dev.txt", "requirements-bench.txt"])
def test_every_requirement_is_pinned_and_hashed(name: str) -> None:
    blocks = re.split(r"\n(?=\S)", (HOUSE / name).read_text(encoding="utf-8"))
    requirements = [block for block in blocks if not block.startswith("#")]
    assert requirements
    assert [block for block in requirements if not re.match(r"[a-z0-9.-]+==\S+", block) or "--hash=sha256:" not in block] == []


def test_the_licence_of_every_installed_package_is_listed() -> None:
    installed = re.findall(r"^([a-z0-9.-]+)==", (HOUSE / "requirements-extras.txt").read_text(encoding="utf-8"), re.MULTILINE)
    listed = (HOUSE / "THIRD_PARTY.md").read_text(encoding="utf-8")
    assert installed
    assert [name for name in installed if f"`{name}`" not in listed] == []


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_has_its_paragraph(name: str) -> None:
    page = (REFERENCE / "settings.md").read_text(encoding="utf-8")
    assert re.search(rf"^## `VISAVIS_{name.upper()}`\n\n\S", page, re.MULTILINE)


def test_every_documented_setting_exists() -> None:
    page = (REFERENCE / "settings.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^## `VISAVIS_(\w+)`", page, re.MULTILINE)) == {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize(
    "name", [name for name, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.VisavisError)]
)
def test_every_error_is_documented(name: str) -> None:
    assert f"`{name}`" in (REFERENCE / "errors.md").read_text(encoding="utf-8")


def test_every_example_picture_is_credited() -> None:
    photos, probes = HOUSE / "examples" / "photos", HOUSE / "examples" / "probe"
    credited = (photos / "CREDITS.md").read_text(encoding="utf-8")
    named = [path.name for path in photos.iterdir() if path.name != "CREDITS.md"] + [f"../probe/{path.name}" for path in probes.iterdir()]
    assert named
    assert [name for name in named if f"| `{name}` |" not in credited] == []


def test_every_decision_is_in_the_list() -> None:
    decisions = HOUSE / "docs" / "decisions"
    listed = (decisions / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in sorted(decisions.glob("0*.md")) if f"]({page.name})" not in listed] == []


def test_links_between_pages_lead_somewhere() -> None:
    dead = []
    for name in _git("ls-files", "-z", "*.md"):
        page = HOUSE / name
        text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        targets = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text)
        dead += [f"{name}: {target}" for target in targets if not (page.parent / target).exists()]
    assert dead == []
