"""Puts everything that an installation needs into one folder, for machines without a network: `make bundle`.

Wheels of Visavis and of all it requires (the model packs are among them), each by the hash that `requirements-extras.txt` names; that list,
`install.sh`, and `SHA256SUMS` of all. The bundle fits machines like this one: the same Python, system and processor.
"""

import argparse
import hashlib
import platform
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
HOUSE = HERE.parent
REQUIREMENTS = "requirements-extras.txt"
FITS = "FITS"
SUMS = "SHA256SUMS"
BESIDE = ("install.sh", "visavis.service", "nginx.conf", "Caddyfile")


def fits() -> str:
    """Return what a machine has to be like; `install.sh` compares it with its own."""
    return f"python{sys.version_info.major}.{sys.version_info.minor} {platform.system()} {platform.machine()}\n"


def sums(folder: Path) -> str:
    """Return a line for each file, as `sha256sum` writes and checks them."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SUMS)
    return "".join(f"{_sha256(path)}  {path.relative_to(folder).as_posix()}\n" for path in files)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def wheels(target: Path) -> None:
    """Fetch the wheels of all requirements, and build that of Visavis."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    only = ["--only-binary", ":all:", "--require-hashes", "-r", str(HOUSE / REQUIREMENTS)]
    subprocess.run([*pip, "download", "--quiet", *only, "--dest", str(target)], check=True)
    subprocess.run([*pip, "wheel", "--quiet", "--no-deps", "--no-build-isolation", str(HOUSE), "--wheel-dir", str(target)], check=True)


def finish(folder: Path) -> None:
    """Add the list, the script and what they are checked by."""
    for source in (HOUSE / REQUIREMENTS, HOUSE / "LICENSE", *(HERE / name for name in BESIDE)):
        shutil.copy(source, folder)
    (folder / FITS).write_text(fits(), encoding="ascii")
    (folder / SUMS).write_text(sums(folder), encoding="ascii")


def main() -> None:
    """Make the bundle, and say how large it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="New folder.")
    folder = parser.parse_args().folder
    if folder.exists():
        parser.error(f"{folder} is there already: remove it, or name another")
    (folder / "wheels").mkdir(parents=True)
    wheels(folder / "wheels")
    finish(folder)
    files = [path for path in folder.rglob("*") if path.is_file()]
    sys.stdout.write(f"{folder}: {len(files)} files, {sum(path.stat().st_size for path in files) / 1e6:,.0f} MB, for {fits()}")


if __name__ == "__main__":
    main()
