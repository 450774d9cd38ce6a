"""`make demo`: from thirteen photographs to a ranked result, with the commands that anyone would type."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent
DEMO = EXAMPLES.parent / "demo"
AS_ADA = ("--as", "Ada")
PROBE = EXAMPLES / "probe" / "barack-obama-2012.jpg"


def visavis(*words: str | Path, show: bool = True) -> str:
    """Run one command, as a person would, and return what it prints."""
    line = shlex.join(str(word) for word in words).replace(f"{EXAMPLES.parent}/", "")
    if show:
        print(f"\n$ visavis {line}", flush=True)
    command = [sys.executable, "-m", "visavis", *map(str, words)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, env={**os.environ, "COLUMNS": "100"})
    if done.returncode:
        sys.exit(done.returncode)
    if show:
        print(done.stdout, end="", flush=True)
    return done.stdout


def main() -> None:
    """Make an archive, fill it, search it."""
    shutil.rmtree(DEMO, ignore_errors=True)
    DEMO.mkdir()
    archive = DEMO / "archive"
    os.environ["VISAVIS_ARCHIVE"] = str(archive)
    passphrase = DEMO / "passphrase"  # a person types it; a demo has nobody to ask
    passphrase.write_text("a passphrase that is only for the demo\n", encoding="utf-8")
    os.environ["VISAVIS_PASSPHRASE_FILE"] = str(passphrase)
    os.environ["VISAVIS_KEY_FILE"] = str(DEMO / "keys" / "archive.key")
    visavis("survey", EXAMPLES / "photos")
    visavis("init", archive)
    visavis("person", "add", "Ada", "--role", "owner")
    visavis("source", "add", EXAMPLES / "photos", "--charter", EXAMPLES / "charter.toml", *AS_ADA)
    visavis("source", "sign", "Official portraits", *AS_ADA)
    visavis("ingest")
    visavis("metadata", "import", EXAMPLES / "dates.csv", "--source", "Official portraits")
    (source,) = json.loads(visavis("source", "list", "--format", "json", show=False))["sources"]
    asked = ("--case", source["case_id"], *AS_ADA, "--reason", "Which portraits show him?")
    visavis("search", PROBE, *asked)
    given = ("--recipient", "Yourself", "--because", "to see how a result looks")
    visavis("search", PROBE, *asked, "--format", "html", "--output", DEMO / "result.html", *given)
    print("\nOpen demo/result.html in a browser. Next: visavis survey FOLDER with a folder of your own.")


main()
