"""Acts that are about to be killed: forked from one process that has imported everything, so that fifty take seconds.

Each line on standard input asks for one, `ACT STEP N ARCHIVE`: it is killed at the N-th time that the step is reached; with the step
`-`, from outside, N ten-thousandths of a second after its first batch was committed. Each answer is one line of JSON: how it ended, and
the steps that it reached.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path

import rig

FIRST_BATCH = "index-added"


def main() -> None:
    rig.seal_often()
    for line in sys.stdin:
        act, step, number, archive = line.rstrip("\n").split(" ", 3)
        sys.stdout.write(json.dumps(run(Path(archive), act, step, int(number))) + "\n")
        sys.stdout.flush()


def run(archive: Path, act: str, step: str, number: int) -> dict[str, object]:
    mine, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(mine)
        perform(archive, act, step, number, theirs)
    os.close(theirs)
    reached = listen(mine, child, None if step != "-" else number / 10_000)
    _, status = os.waitpid(child, 0)
    return {"killed": os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, "status": status, "reached": reached}


def perform(archive: Path, act: str, kill_at: str, number: int, told: int) -> None:
    times = 0

    def step(name: str) -> None:
        nonlocal times
        os.write(told, name.encode() + b"\n")
        times += name == kill_at
        if name == kill_at and times == number:
            os.kill(os.getpid(), signal.SIGKILL)

    code = 1
    try:
        rig.ACTS[act](archive, step)
        code = 0
    finally:
        os._exit(code)


def listen(pipe: int, child: int, kill_after: float | None) -> list[str]:
    text = b""
    while piece := os.read(pipe, 65_536):
        text += piece
        if kill_after is not None and FIRST_BATCH.encode() in text:
            time.sleep(kill_after)
            os.kill(child, signal.SIGKILL)
            kill_after = None
    os.close(pipe)
    return text.decode().split()


if __name__ == "__main__":
    main()
