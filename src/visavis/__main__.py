"""Where the command begins, as `visavis` and as `python -m visavis`: before anything is loaded, so that Ctrl-C is quiet from the start."""

import signal
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

AGAIN_S = 0.05
"""Long enough for the hook to have returned."""


def main() -> None:
    """Run the command line; the console script."""
    sys.unraisablehook = interrupt_again
    try:
        from visavis.cli.app import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)


def interrupt_again(dropped: "UnraisableHookArgs") -> None:
    """Repeat a Ctrl-C that Python dropped; what else it drops is told as usual.

    An exception in a finaliser or in the callback of a weak reference goes nowhere, `KeyboardInterrupt` too (CPython issue 95959), and
    an ingest of hours would go on. Raised here it would be dropped as well: another thread sends the signal once this has returned.
    """
    if not issubclass(dropped.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(dropped)
        return
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a process that takes the first signal only, which was this one
        signal.signal(signal.SIGINT, signal.default_int_handler)
    again = threading.Timer(AGAIN_S, signal.pthread_kill, (threading.main_thread().ident, signal.SIGINT))
    again.daemon = True
    again.start()


if __name__ == "__main__":
    main()
